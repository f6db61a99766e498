// sin, cos, exp, log and tanh beside correctly rounded values, which were computed in 120 decimal places; and exp and
// log of four beside those of one.

import { cos, exp, Lanes, log, sin, tanh_row } from "../math";
import { at } from "../memory";
import * as reference from "../reference";
import { array_of, copy_of, expect_same_bits, fill_special, random_bits, random_value, seed, zeros } from "./arrays";

/** How many f64 numbers lie between two of the same sign. */
function ulps(a: f64, b: f64): i64 {
  if (a == b) return 0;
  return abs<i64>(reinterpret<i64>(a) - reinterpret<i64>(b));
}

function ulps_f32(a: f32, b: f32): i32 {
  if (a == b) return 0;
  return abs<i32>(reinterpret<i32>(a) - reinterpret<i32>(b));
}

/** At most one f64 away from the correctly rounded value, which is below 1 ulp of error or little more. */
function expect_rounded(what: string, x: f64, actual: f64, expected: f64): void {
  if (ulps(actual, expected) > 1) expect(actual).toBe(expected, `${what}(${x})`);
}

describe("math in f64", () => {
  it("sin", () => {
    const table = [
      0.5, 0.479425538604203, 1, 0.8414709848078965, 2, 0.9092974268256817, 3, 0.1411200080598672, -4,
      0.7568024953079282, 0.7853981633974483, 0.7071067811865475, 3.141592653589793, 1.2246467991473532e-16, 100,
      -0.5063656411097588, 1e6, -0.34999350217129294, 1e22, -0.8522008497671888, 1e-300, 1e-300, 0, 0,
    ];
    for (let i = 0; i < table.length; i += 2) expect_rounded("sin", table[i], sin(table[i]), table[i + 1]);
    expect(sin(Infinity)).toBeNaN();
  });

  it("cos", () => {
    const table = [
      0.5, 0.8775825618903728, 1, 0.5403023058681398, 2, -0.4161468365471424, 3, -0.9899924966004454, -4,
      -0.6536436208636119, 0.7853981633974483, 0.7071067811865476, 1.5707963267948966, 6.123233995736766e-17,
      3.141592653589793, -1, 100, 0.8623188722876839, 1e6, 0.9367521275331447, 1e22, 0.523214785395139, 0, 1,
    ];
    for (let i = 0; i < table.length; i += 2) expect_rounded("cos", table[i], cos(table[i]), table[i + 1]);
    expect(cos(-Infinity)).toBeNaN();
  });

  it("exp", () => {
    const table = [
      1, 2.718281828459045, -1, 0.36787944117144233, 0.5, 1.6487212707001282, -0.1, 0.9048374180359595, 10,
      22026.465794806718, -20, 2.061153622438558e-9, 1e-10, 1.0000000001, 88, 1.6516362549940018e38, 709,
      8.218407461554972e307, -745, 5e-324, 0, 1, -1000, 0,
    ];
    for (let i = 0; i < table.length; i += 2) expect_rounded("exp", table[i], exp<f64>(table[i]), table[i + 1]);
    expect(exp<f64>(1000)).toBe(Infinity);
  });

  it("log", () => {
    const table = [
      2, 0.6931471805599453, 10, 2.302585092994046, 0.5, -0.6931471805599453, 0.1, -2.3025850929940455, 3,
      1.0986122886681098, 1e10, 23.025850929940457, 1e-10, -23.025850929940457, 1.0000001, 9.999999505838704e-8, 1e300,
      690.7755278982137, 5e-324, -744.4400719213812, 1, 0,
    ];
    for (let i = 0; i < table.length; i += 2) expect_rounded("log", table[i], log<f64>(table[i]), table[i + 1]);
    expect(log<f64>(0)).toBe(-Infinity);
    expect(log<f64>(-1)).toBeNaN();
  });

  it("sin² + cos² is 1, and log undoes exp", () => {
    seed(1);
    let far = 0;
    for (let i = 0; i < 10000; i++) {
      const x = 1000 * random_value();
      const unit = sin(x) * sin(x) + cos(x) * cos(x);
      const back = log<f64>(exp<f64>(x / 2));
      far += i32(abs(unit - 1) > 1e-15) + i32(abs(back - x / 2) > 1e-15 + 3e-16 * abs(x / 2));
    }
    expect(far).toBe(0);
  });
});

describe("math in f32", () => {
  it("exp is at most one f32 from f64's exp", () => {
    seed(2);
    let far = 0;
    for (let i = 0; i < 20000; i++) {
      const x = <f32>(87 * random_value());
      far += i32(ulps_f32(exp<f32>(x), <f32>exp<f64>(<f64>x)) > 1);
    }
    expect(far).toBe(0);
    expect(exp<f32>(0)).toBe(1);
    expect(exp<f32>(-1000)).toBe(0);
    expect(exp<f32>(1000)).toBe(Infinity);
  });

  it("log is at most one f32 from f64's log", () => {
    seed(3);
    let far = 0;
    for (let i = 0; i < 20000; i++) {
      const x = <f32>exp<f64>(87 * random_value());
      far += i32(ulps_f32(log<f32>(x), <f32>log<f64>(<f64>x)) > 1);
    }
    expect(far).toBe(0);
    expect(log<f32>(1)).toBe(0);
    expect(log<f32>(0)).toBe(-Infinity);
  });
});

describe("math of four", () => {
  it("exp has the bits of exp of one, for any f32", () => {
    const given = zeros<f32>(4);
    const actual = zeros<f32>(4);
    const expected = zeros<f32>(4);
    seed(4);
    // around where exp is 0, denormal, 1 and infinite, and then bits at random and numbers that softmax knows
    const edges = array_of<u32>([
      0xc2d00000, 0xc2cff1b4, 0xc2aeac50, 0, 0x80000000, 0x42b00000, 0x42b17217, 0x7f800000,
    ]);
    for (let i: u32 = 0; i < 200000; i++) {
      for (let lane: u32 = 0; lane < 4; lane++) {
        let bits = random_bits();
        if (i < 8) bits = at<u32>(edges, i) + lane - 1;
        else if (i % 2 == 0) bits = reinterpret<u32>(<f32>(110 * random_value()));
        store<u32>(given + (lane << 2), bits);
        store<f32>(expected + (lane << 2), exp<f32>(reinterpret<f32>(bits)));
      }
      v128.store(actual, Lanes.exp(v128.load(given)));
      expect_same_bits(actual, expected, 4, "exp", i);
    }
  });

  it("log has the bits of log of one, for positive normal numbers and NaN", () => {
    const given = zeros<f32>(4);
    const actual = zeros<f32>(4);
    const expected = zeros<f32>(4);
    seed(5);
    for (let i: usize = 0; i < 200000; i++) {
      for (let lane: usize = 0; lane < 4; lane++) {
        // every other time a sum of a softmax's terms
        let x =
          i % 2 == 0 ? reinterpret<f32>(0x00800000 + (random_bits() % 0x7f000000)) : <f32>(10.5 + 9.5 * random_value());
        if (i % 100 == lane) x = lane == 0 ? 1 : NaN;
        store<f32>(given + (lane << 2), x);
        store<f32>(expected + (lane << 2), log<f32>(x));
      }
      v128.store(actual, Lanes.log(v128.load(given)));
      expect_same_bits(actual, expected, 4, "log", i);
    }
  });
});

describe("tanh", () => {
  it("has the reference's bits for any count, and writes at most one value more", () => {
    seed(7);
    const y = zeros<f32>(44);
    for (let count: usize = 0; count < 40; count++) {
      for (let repeat = 0; repeat < 50; repeat++) {
        fill_special(y, 44);
        for (let i: usize = 0; i < 44; i += 2) store<f32>(y + (i << 2), <f32>(12 * random_value()));
        const expected = copy_of<f32>(y, 44);
        reference.tanh<f32>(expected, count);
        tanh_row(y, count);
        expect_same_bits(y, expected, count, "tanh", count);
        expect_same_bits(y + ((count + 1) << 2), expected + ((count + 1) << 2), 43 - count, "behind", count);
        heap.free(expected);
      }
    }
  });

  it("is within 1 ulp of the true value", () => {
    // beside NativeMath's, below 1 ulp of f64, for numbers of every size and for those where tanh bends
    seed(8);
    const y = zeros<f32>(2);
    for (let i = 0; i < 300000; i++) {
      const x = i % 2 ? reinterpret<f32>(random_bits()) : <f32>(10 * random_value());
      if (x != x) continue;
      store<f32>(y, x);
      tanh_row(y, 1);
      const expected = <f32>NativeMath.tanh(x);
      if (ulps_f32(load<f32>(y), expected) > 1) expect(load<f32>(y)).toBe(expected, `tanh(${x})`);
    }
  });

  it("keeps small numbers, the sign of zero and NaN, and ends at 1", () => {
    const minusZero = reinterpret<f32>(0x80000000);
    const given = array_of<f32>([0, minusZero, f32.MIN_VALUE, -1e-20, Infinity, -Infinity, 9.02, NaN]);
    tanh_row(given, 8);
    const expected = array_of<f32>([0, minusZero, f32.MIN_VALUE, -1e-20, 1, -1, 1]);
    expect_same_bits(given, expected, 7, "special", 0);
    expect(at<f32>(given, 7)).toBeNaN();
  });
});
