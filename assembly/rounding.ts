// Rounds weights as 8 bits will hold them: to multiples of a step. Each output has a step of its own.
import { width } from "./mlp";

/**
 * Rounds each W: (in, out) of the parameters: column o to multiples of max_i |W_io| / most. Biases do not change
 * (Jacob et al. 2018, section 3; Krishnamoorthi 2018, section 3.1.3).
 */
export function round_weights(parameters: usize, widths: usize, layers: usize, most: f32): void {
  for (let l: usize = 0; l < layers; l++) {
    const row = width(widths, l + 1) << 2;
    const bias = parameters + width(widths, l) * row;
    for (let o: usize = 0; o < row; o += 4) {
      let largest: f32 = 1e-30; // not 0, so that a column of zeros has a step, too
      for (let at = parameters + o; at < bias; at += row) largest = max<f32>(largest, abs<f32>(load<f32>(at)));
      const step = largest / most;
      for (let at = parameters + o; at < bias; at += row) store<f32>(at, nearest<f32>(load<f32>(at) / step) * step);
    }
    parameters = bias + row;
  }
}
