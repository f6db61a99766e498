// The dueling head (Wang et al. 2016, equation 9): a linear value layer and a linear advantage layer on the last hidden
// layer. Both are one layer of A + 1 outputs here: the advantages first, the value last.

/** q: (A + 1, 16): replaces the advantages by Q_a = V + (A_a − mean_a A). */
export function combine(q: usize, actions: usize): void {
  const value = q + (actions << 6);
  for (let column: usize = 0; column < 64; column += 16) {
    const mean = f32x4.div(sum_over_actions(q + column, actions), f32x4.splat(<f32>actions));
    const v = v128.load(value + column);
    for (let at = q + column; at < value; at += 64) v128.store(at, f32x4.add(v, f32x4.sub(v128.load(at), mean)));
  }
}

/** deltas: (A + 1, 16): dQ in the first A becomes dA_a = dQ_a − mean_a dQ; the last becomes dV = Σ_a dQ_a. */
export function split(deltas: usize, actions: usize): void {
  const value = deltas + (actions << 6);
  for (let column: usize = 0; column < 64; column += 16) {
    const sum = sum_over_actions(deltas + column, actions);
    const mean = f32x4.div(sum, f32x4.splat(<f32>actions));
    for (let at = deltas + column; at < value; at += 64) v128.store(at, f32x4.sub(v128.load(at), mean));
    v128.store(value + column, sum);
  }
}

/** The sum over the actions in four of 16 columns, added in order from the first action. */
function sum_over_actions(values: usize, actions: usize): v128 {
  let sum = v128.load(values);
  for (let a: usize = 1; a < actions; a++) sum = f32x4.add(sum, v128.load(values + (a << 6)));
  return sum;
}
