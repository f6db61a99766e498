// Gradient clipping by the norm of all gradients together (Pascanu et al. 2013, algorithm 1).

/**
 * gradients: (count), scaled down to the norm `most` if theirs is larger. Up to three values after the last must be 0.
 */
export function clip_norm(gradients: usize, count: usize, most: f32): void {
  const end = gradients + (count << 2);
  // in f64, as four sums: sum i has every fourth square, from the i-th on, ascending
  let sums01 = f64x2.splat(0);
  let sums23 = f64x2.splat(0);
  for (let at = gradients; at < end; at += 16) {
    const four = v128.load(at);
    const low = f64x2.promote_low_f32x4(four);
    const high = f64x2.promote_low_f32x4(v128.shuffle<f32>(four, four, 2, 3, 2, 3));
    sums01 = f64x2.add(sums01, f64x2.mul(low, low));
    sums23 = f64x2.add(sums23, f64x2.mul(high, high));
  }
  const sums = f64x2.add(sums01, sums23);
  const norm = sqrt<f64>(f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1));
  if (!(norm > <f64>most)) return;
  const factor = f32x4.splat(<f32>(<f64>most / norm));
  for (let at = gradients; at < end; at += 16) v128.store(at, f32x4.mul(v128.load(at), factor));
}
