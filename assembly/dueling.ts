// The dueling head (Wang et al. 2016, equation 9): one linear value layer and one linear advantage layer on the last hidden
// layer, side by side as one layer of A + 1 outputs, the advantages first and the value last.

/** q: (A + 1, 16): Q_a = V + (A_a − mean_a A) in the place of the advantages. */
export function combine(q: usize, actions: usize): void {
  const value = q + (actions << 6);
  for (let column: usize = 0; column < 64; column += 16) {
    const mean = f32x4.div(sum_over_actions(q + column, actions), f32x4.splat(<f32>actions));
    const v = v128.load(value + column);
    for (let at = q + column; at < value; at += 64) v128.store(at, f32x4.add(v, f32x4.sub(v128.load(at), mean)));
  }
}

/** deltas: (A + 1, 16): from dQ in the first A to dA_a = dQ_a − mean_a dQ in their place, and dV = Σ_a dQ_a in the last. */
export function split(deltas: usize, actions: usize): void {
  const value = deltas + (actions << 6);
  for (let column: usize = 0; column < 64; column += 16) {
    const sum = sum_over_actions(deltas + column, actions);
    const mean = f32x4.div(sum, f32x4.splat(<f32>actions));
    for (let at = deltas + column; at < value; at += 64) v128.store(at, f32x4.sub(v128.load(at), mean));
    v128.store(value + column, sum);
  }
}

/** Of four of 16 columns: the first action's, then the others' added in order. */
function sum_over_actions(values: usize, actions: usize): v128 {
  let sum = v128.load(values);
  for (let a: usize = 1; a < actions; a++) sum = f32x4.add(sum, v128.load(values + (a << 6)));
  return sum;
}
