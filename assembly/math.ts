// sin, cos, exp, log and tanh. They have the same bits in every engine, because they are compiled here, not the host's.
// AssemblyScript's NativeMath is a port of musl's libm (below 1 ulp) that uses only exact IEEE 754 operations.

export function sin(x: f64): f64 {
  return NativeMath.sin(x);
}

export function cos(x: f64): f64 {
  return NativeMath.cos(x);
}

/** e to the power x, in T's own precision. */
export function exp<T>(x: T): T {
  if (sizeof<T>() == 4) return <T>NativeMathf.exp(<f32>x);
  return <T>NativeMath.exp(<f64>x);
}

/** The natural logarithm, in T's own precision. */
export function log<T>(x: T): T {
  if (sizeof<T>() == 4) return <T>NativeMathf.log(<f32>x);
  return <T>NativeMath.log(<f64>x);
}

// exp and log of four f32 at once, two by two in f64. NativeMathf's (ARM's optimized routines, as in musl's expf.c and
// logf.c) compute in f64 with a small table. Each of their operations is exact or correctly rounded, so the same
// operations in lanes give the same bits.

/**
 * The bits of 2^(i/32) minus i·2⁴⁷. Adding k·2⁴⁷ gives the bits of 2^(k/32), where i = k mod 32. This is expf's table.
 */
// biome-ignore format: four per line
const EXP_TABLE = memory.data<u64>([
  0x3ff0000000000000, 0x3fefd9b0d3158574, 0x3fefb5586cf9890f, 0x3fef9301d0125b51,
  0x3fef72b83c7d517b, 0x3fef54873168b9aa, 0x3fef387a6e756238, 0x3fef1e9df51fdee1,
  0x3fef06fe0a31b715, 0x3feef1a7373aa9cb, 0x3feedea64c123422, 0x3feece086061892d,
  0x3feebfdad5362a27, 0x3feeb42b569d4f82, 0x3feeab07dd485429, 0x3feea47eb03a5585,
  0x3feea09e667f3bcd, 0x3fee9f75e8ec5f74, 0x3feea11473eb0187, 0x3feea589994cce13,
  0x3feeace5422aa0db, 0x3feeb737b0cdc5e5, 0x3feec49182a3f090, 0x3feed503b23e255d,
  0x3feee89f995ad3ad, 0x3feeff76f2fb5e47, 0x3fef199bdd85529c, 0x3fef3720dcef9069,
  0x3fef5818dcfba487, 0x3fef7c97337b9b5f, 0x3fefa4afa2a490da, 0x3fefd0765b6e4540,
], 16);

/**
 * expf's constants, read from memory, because V8 makes a constant vector anew at each use (exp of four: 8.9 → 7.5 ns).
 */
// biome-ignore format: one subject per line
const EXP_CONSTANTS = memory.data<u64>([
  0x4338000000000000, // 1.5·2⁵²: adding it to a number below 2⁵¹ leaves the rounded number in the low bits
  0x40471547652b82fe, // 32/ln 2
  0x3ebc6af84b912394, 0x3f2ebfce50fac4f3, 0x3f962e42ff0c52d6, // the factors of r³, r² and r in 2^(r/32)
], 16);

/** 1/c and log(c) for c near the middle of each sixteenth. This is logf's table. */
// biome-ignore format: two per line
const LOG_TABLE = memory.data<u64>([
  0x3ff661ec79f8f3be, 0xbfd57bf7808caade,
  0x3ff571ed4aaf883d, 0xbfd2bef0a7c06ddb,
  0x3ff49539f0f010b0, 0xbfd01eae7f513a67,
  0x3ff3c995b0b80385, 0xbfcb31d8a68224e9,
  0x3ff30d190c8864a5, 0xbfc6574f0ac07758,
  0x3ff25e227b0b8ea0, 0xbfc1aa2bc79c8100,
  0x3ff1bb4a4a1a343f, 0xbfba4e76ce8c0e5e,
  0x3ff12358f08ae5ba, 0xbfb1973c5a611ccc,
  0x3ff0953f419900a7, 0xbfa252f438e10c1e,
  0x3ff0000000000000, 0,
  0x3fee608cfd9a47ac, 0x3faaa5aa5df25984,
  0x3feca4b31f026aa0, 0x3fbc5e53aa362eb4,
  0x3feb2036576afce6, 0x3fc526e57720db08,
  0x3fe9c2d163a1aa2d, 0x3fcbc2860d224770,
  0x3fe886e6037841ed, 0x3fd1058bc8a07ee1,
  0x3fe767dcf5534862, 0x3fd4043057b6ee09,
], 16);

/**
 * Functions of four f32 at once. They are in a class because the compiler warns of every exported function that takes
 * lanes, whether or not the module exports it.
 */
export class Lanes {
  /** e to the power of four f32, with the bits of exp<f32>. */
  static exp(x: v128): v128 {
    // in f32 the result is already 0 at −104 and infinity at 89, so clipping there leaves no special case; NaN stays
    // NaN
    x = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-104)), f32x4.splat(89));
    const low = f32x4.demote_f64x2_zero(exp_2(f64x2.promote_low_f32x4(x)));
    const high = f32x4.demote_f64x2_zero(exp_2(f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3))));
    return v128.shuffle<f32>(low, high, 0, 1, 4, 5);
  }

  /** The natural logarithm of four f32, with the bits of log<f32>. Each must be positive, normal and finite, or NaN. */
  static log(x: v128): v128 {
    // x = z·2^k with z in [0.7, 1.4)
    const offset = i32x4.sub(x, i32x4.splat(0x3f330000));
    const z = i32x4.sub(x, v128.and(offset, i32x4.splat(0xff800000)));
    const k = i32x4.shr_s(offset, 23);
    const sixteenth = v128.and(i32x4.shr_u(offset, 15), i32x4.splat(0xf0)); // as an offset in the table
    const low = f32x4.demote_f64x2_zero(
      log_2(
        f64x2.promote_low_f32x4(z),
        f64x2.convert_low_i32x4_s(k),
        v128.load(LOG_TABLE + i32x4.extract_lane(sixteenth, 0)),
        v128.load(LOG_TABLE + i32x4.extract_lane(sixteenth, 1)),
      ),
    );
    const high = f32x4.demote_f64x2_zero(
      log_2(
        f64x2.promote_low_f32x4(v128.shuffle<f32>(z, z, 2, 3, 2, 3)),
        f64x2.convert_low_i32x4_s(v128.shuffle<i32>(k, k, 2, 3, 2, 3)),
        v128.load(LOG_TABLE + i32x4.extract_lane(sixteenth, 2)),
        v128.load(LOG_TABLE + i32x4.extract_lane(sixteenth, 3)),
      ),
    );
    // x − x is 0, or NaN for NaN; a logarithm is never −0
    return f32x4.add(v128.shuffle<f32>(low, high, 0, 1, 4, 5), f32x4.sub(x, x));
  }
}

/**
 * y = tanh(y) in place, within 1 ulp of f32. Up to one more value is written after them. It is computed in f64 and
 * rounded once: with u = e^r − 1 for r = 2x/2⁸, for which four terms of the series suffice, e^2r − 1 = u·(u + 2).
 * After eight such steps tanh x = u/(u + 2). There is no table and no cancellation: small x keep their bits, and −0
 * keeps its sign.
 */
export function tanh_row(y: usize, count: usize): void {
  const one = f64x2.splat(1);
  const two = f64x2.splat(2);
  for (const end = y + (count << 2); y < end; y += 8) {
    // in f32, tanh is 1 from 9.02 on; NaN stays NaN
    const x = f64x2.pmin(f64x2.pmax(f64x2.promote_low_f32x4(v128.load64_zero(y)), f64x2.splat(-10)), f64x2.splat(10));
    const r = f64x2.mul(x, f64x2.splat(1.0 / 128));
    let u = f64x2.add(f64x2.mul(r, f64x2.splat(1.0 / 24)), f64x2.splat(1.0 / 6));
    u = f64x2.add(f64x2.mul(r, u), f64x2.splat(0.5));
    u = f64x2.mul(r, f64x2.add(f64x2.mul(r, u), one));
    for (let doubling = 0; doubling < 8; doubling++) u = f64x2.mul(u, f64x2.add(u, two));
    v128.store64_lane(y, f32x4.demote_f64x2_zero(f64x2.div(u, f64x2.add(u, two))), 0);
  }
}

function exp_2(x: v128): v128 {
  // x·32/ln 2 = k + r, |r| ≤ 1/2
  const shift = v128.load64_splat(EXP_CONSTANTS);
  const z = f64x2.mul(x, v128.load64_splat(EXP_CONSTANTS, 8));
  const shifted = f64x2.add(z, shift);
  const r = f64x2.sub(z, f64x2.sub(shifted, shift));
  // 2^(k/32)
  const entry = v128.and(i32x4.shl(shifted, 3), i32x4.splat(31 << 3));
  const first = v128.load64_zero(EXP_TABLE + i32x4.extract_lane(entry, 0));
  const both = v128.load64_lane(EXP_TABLE + i32x4.extract_lane(entry, 2), first, 1);
  const power = i64x2.add(both, i64x2.shl(shifted, 47));
  // 2^(r/32)
  const c0 = v128.load64_splat(EXP_CONSTANTS, 16);
  const c1 = v128.load64_splat(EXP_CONSTANTS, 24);
  const c2 = v128.load64_splat(EXP_CONSTANTS, 32);
  const curved = f64x2.mul(f64x2.add(f64x2.mul(c0, r), c1), f64x2.mul(r, r));
  const straight = f64x2.add(f64x2.mul(c2, r), f64x2.splat(1));
  return f64x2.mul(f64x2.add(straight, curved), power);
}

// z·2^k, with the table's entries for both z
function log_2(z: v128, k: v128, entry0: v128, entry1: v128): v128 {
  const inverse = v128.shuffle<f64>(entry0, entry1, 0, 2);
  const logarithm = v128.shuffle<f64>(entry0, entry1, 1, 3);
  const r = f64x2.sub(f64x2.mul(z, inverse), f64x2.splat(1));
  const whole = f64x2.add(logarithm, f64x2.mul(k, f64x2.splat(reinterpret<f64>(0x3fe62e42fefa39ef))));
  const a0 = f64x2.splat(reinterpret<f64>(0xbfd00ea348b88334));
  const a1 = f64x2.splat(reinterpret<f64>(0x3fd5575b0be00b6a));
  const a2 = f64x2.splat(reinterpret<f64>(0xbfdffffef20a4123));
  const squared = f64x2.mul(r, r);
  const y = f64x2.add(f64x2.add(f64x2.mul(a1, r), a2), f64x2.mul(a0, squared));
  return f64x2.add(f64x2.mul(y, squared), f64x2.add(whole, r));
}
