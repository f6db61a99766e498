// The random generator against draws recorded from NumPy, and what must hold for every seed.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Pcg64 } from "../../src/env/random.js";
import { seedTraces } from "./golden.js";

const times = <T>(count: number, draw: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => draw(i));

const anySeed = fc.oneof(fc.maxSafeNat(), fc.array(fc.maxSafeNat(), { minLength: 1, maxLength: 6 }));

describe.each(seedTraces)("seed $seed draws as NumPy does", (trace) => {
  const fresh = () => new Pcg64(trace.seed);

  test("random", () => {
    const random = fresh();
    expect(times(8, () => random.random())).toEqual(trace.random_8);
    expect(trace.random_raw_8.map((raw) => Number(BigInt(raw) >> 11n) / 2 ** 53)).toEqual(trace.random_8);
  });

  test("uniform", () => {
    const narrow = fresh();
    expect(times(4, () => narrow.uniform(-0.05, 0.05))).toEqual(trace["uniform_m0.05_0.05_4"]);
    const wide = fresh();
    const drawn = [wide.uniform(-1000, 1000), wide.uniform(-1000, 1000), wide.uniform(-1, 1)];
    expect(drawn).toEqual(trace.uniform_m1000_1000_2_then_scalar);
  });

  test.each([2, 3, 10, 1000] as const)("integers below %d", (count) => {
    const random = fresh();
    expect(times(8, () => random.integers(0, count))).toEqual(trace[`integers_0_${count}_scalar_x8`]);
  });

  test("integers below 2^40", () => {
    const random = fresh();
    expect(times(4, () => random.integers(0, 2 ** 40))).toEqual(trace["integers_0_2**40_scalar_x4"]);
  });

  test("the waiting half of an output survives a random()", () => {
    const random = fresh();
    const drawn = times(5, (i) => (i % 2 === 0 ? random.integers(0, 10) : random.random()));
    expect(drawn).toEqual(trace.interleaved_integers10_random_integers10_random_integers10);
  });

  test("choice", () => {
    const even = fresh();
    expect(times(8, () => even.choice(10))).toEqual(trace.choice_10_scalar_x8);
    const weighted = fresh();
    const p = [0.1, 0.2, 0.3, 0.4];
    expect(times(8, () => weighted.choice(4, p))).toEqual(trace["choice_4_p_0.1_0.2_0.3_0.4_scalar_x8"]);
  });

  test("permutation", () => {
    expect(fresh().permutation(10)).toEqual(trace.permutation_10);
  });

  test("normal", () => {
    const standard = fresh();
    expect(times(8, () => standard.normal(0, 1))).toEqual(trace.normal_0_1_x8);
    const shifted = fresh();
    expect(times(8, () => shifted.normal(2, 3))).toEqual(trace.normal_2_3_x8);
  });
});

describe("several numbers as seed draw as NumPy does", () => {
  // numpy 2.4.6: Generator(PCG64(SeedSequence([3, 1, 4]))), one after the other
  const recorded = [
    [0, 4294967296, 1536475300],
    [-5, 4294967291, 3098328010],
    [0, 3221225472, 880913648],
    [0, 3221225472, 2950817352],
    [0, 3221225472, 1125266471],
    [0, 3221225472, 216234328],
    [0, 4294967297, 1231570308],
    [0, 9007199254740992, 4234803364197389],
    [-4503599627370496, 4503599627370495, -3243254687556303],
    [0, 6755399441055744, 4805157071487812],
    [5, 6, 5],
    [0, 3, 2],
  ];

  test("integers of every width, refused draws and waiting halves among them", () => {
    const random = new Pcg64([3, 1, 4]);
    expect(recorded.map(([low, high]) => random.integers(low, high))).toEqual(recorded.map((row) => row[2]));
  });

  test("permutation of 20", () => {
    expect(new Pcg64([3, 1, 4]).permutation(20)).toEqual([
      5, 8, 9, 13, 10, 0, 14, 17, 12, 2, 16, 19, 3, 7, 6, 18, 1, 11, 15, 4,
    ]);
  });
});

test("normal numbers of the tail are NumPy's", () => {
  // numpy 2.4.6: Generator(PCG64(12345)).normal(size=100000), where beyond 3.9
  const recorded = new Map([
    [4644, 3.902015117028969],
    [10053, 3.915028129516823],
    [15226, 4.019527465075888],
    [16978, 4.512438382287984],
    [21263, 3.967936939189854],
    [31039, 3.905555859202091],
    [35137, 3.917576913099313],
    [39571, -4.07355037788305],
    [42570, -3.930248992516231],
    [67956, 4.213727728509779],
  ]);
  const random = new Pcg64(12345);
  const drawn = times(100_000, () => random.normal(0, 1));
  expect(new Map([...drawn.entries()].filter(([, value]) => Math.abs(value) > 3.9))).toEqual(recorded);
});

describe("for every seed", () => {
  test("the same seed gives the same draws", () => {
    const draw = (seed: number | number[]) => {
      const random = new Pcg64(seed);
      return [
        random.random(),
        random.integers(-5, 17),
        random.normal(0, 1),
        ...random.permutation(7),
        random.choice(9),
      ];
    };
    fc.assert(
      fc.property(anySeed, (seed) => {
        expect(draw(seed)).toEqual(draw(seed));
      }),
    );
  });

  test("a number alone is the list of that number", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (seed) => {
        expect(new Pcg64(seed).random()).toBe(new Pcg64([seed]).random());
      }),
    );
  });

  test("random is in [0, 1) and uniform in its range", () => {
    const finite = fc.double({ noNaN: true, min: -1e300, max: 1e300 });
    fc.assert(
      fc.property(anySeed, finite, finite, (seed, a, b) => {
        const random = new Pcg64(seed);
        const value = random.random();
        expect(value >= 0 && value < 1).toBe(true);
        const low = Math.min(a, b);
        const high = Math.max(a, b);
        const drawn = random.uniform(low, high);
        expect(drawn >= low && drawn <= high).toBe(true);
      }),
    );
  });

  test("integers are whole and in their range", () => {
    const whole = fc.integer({ min: -(2 ** 52), max: 2 ** 52 });
    fc.assert(
      fc.property(anySeed, fc.uniqueArray(whole, { minLength: 2, maxLength: 2 }), (seed, bounds) => {
        const low = Math.min(...bounds);
        const high = Math.max(...bounds);
        const random = new Pcg64(seed);
        for (const value of times(10, () => random.integers(low, high))) {
          expect(Number.isSafeInteger(value) && value >= low && value < high).toBe(true);
        }
      }),
    );
  });

  test("a permutation holds every index once", () => {
    fc.assert(
      fc.property(anySeed, fc.nat(200), (seed, count) => {
        const order = new Pcg64(seed).permutation(count);
        expect(order.sort((a, b) => a - b)).toEqual(times(count, (i) => i));
      }),
    );
  });

  test("choice never takes what has probability 0", () => {
    const weights = fc.array(fc.nat(5), { minLength: 1, maxLength: 20 }).filter((all) => all.some((each) => each > 0));
    fc.assert(
      fc.property(anySeed, weights, (seed, all) => {
        const sum = all.reduce((a, b) => a + b);
        const p = all.map((each) => each / sum);
        expect(p[new Pcg64(seed).choice(p.length, p)]).toBeGreaterThan(0);
      }),
    );
  });
});

test("a range of one number uses no draw", () => {
  const random = new Pcg64(0);
  expect(random.integers(5, 6)).toBe(5);
  expect(random.random()).toBe(new Pcg64(0).random());
});

test.each([-1, 0.5, Number.NaN, 2 ** 53])("refuses the seed %s", (seed) => {
  expect(() => new Pcg64(seed)).toThrow(`seed ${seed} is not allowed: a whole number from 0 to 9007199254740991`);
});

test.each<[(random: Pcg64) => unknown, string]>([
  [(random) => random.uniform(1, 0), "uniform(1, 0) is not allowed: finite numbers, the lower one first"],
  [(random) => random.uniform(0, Infinity), "uniform(0, Infinity) is not allowed"],
  [(random) => random.uniform(Number.NaN, 1), "uniform(NaN, 1) is not allowed"],
  [(random) => random.integers(3, 3), "integers(3, 3) is not allowed: whole numbers, the lower one first"],
  [(random) => random.integers(0, 1.5), "integers(0, 1.5) is not allowed"],
  [(random) => random.integers(-1, 2 ** 53), "integers(-1, 9007199254740992) is not allowed"],
  [(random) => random.choice(0), "choice(0) is not allowed: a whole number from 1 to 2^53"],
  [(random) => random.choice(2, [1]), "choice(2) was given 1 probabilities: 2 are needed"],
  [(random) => random.choice(2, [2, -1]), "choice(2) was given the probability -1: numbers ≥ 0 are allowed"],
  [(random) => random.choice(2, [0.5, 0.4]), "choice(2) was given probabilities of sum 0.9: 1 is needed"],
  [(random) => random.permutation(-1), "permutation(-1) is not allowed: a whole number from 0 to 2^32 - 1"],
  [(random) => random.normal(0, -1), "normal(0, -1) is not allowed: finite numbers, and a deviation of at least 0"],
  [(random) => random.normal(Infinity, 1), "normal(Infinity, 1) is not allowed"],
])("refuses wrong arguments: %s", (draw, message) => {
  const refused = expect(() => draw(new Pcg64(0)));
  refused.toThrow(RangeError);
  refused.toThrow(message);
});
