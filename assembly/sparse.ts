// The first layer of a network whose observations are bytes, mostly 0: computed by the inputs that are set alone.
//
// A row's list has for each set input, ascending, its number k: u32 and its value x_k: f32, 8 bytes. Before them stands
// the bias, as input number I with value 1: in the parameters and their gradients it is that, b lying behind W: (I, O). So
// all sums have the defined order, and a zero left out changes no bit of them but the sign of a zero.
// A panel's lists: usize (17), where each begins and where the last one ends; then one after another.
import { Listed, PANEL, relu_row, row_4, row_32, transpose } from "./matmul";

/** Where the first list of a panel begins, in bytes. */
const LISTS: usize = (PANEL + 1) * sizeof<usize>() + 4; // a multiple of 8

/** The bytes that a panel's lists take at most. */
export function lists_bytes(inputs: usize): usize {
  return LISTS + ((PANEL * (inputs + 1)) << 3);
}

/** The bytes that one kept observation takes. */
export function observation_bytes(inputs: usize, bytes: bool): usize {
  return bytes ? inputs : inputs << 2;
}

/** The lists of a panel's first `rows` rows; those of the others stay empty. @param observations usize (rows): where each lies */
export function put_lists(lists: usize, observations: usize, rows: usize, inputs: usize): void {
  let to = lists + LISTS;
  for (let r: usize = 0; r < PANEL; r++) {
    store<usize>(lists + r * sizeof<usize>(), to);
    if (r < rows) to = put_list(to, load<usize>(observations + r * sizeof<usize>()), inputs);
  }
  store<usize>(lists + PANEL * sizeof<usize>(), to);
}

/** One observation's list; returns its end. Up to 15 bytes are read behind the observation. */
export function put_list(to: usize, observation: usize, inputs: usize): usize {
  to = put_input(to, inputs, 1);
  for (let k: usize = 0; k < inputs; k += 16) {
    let set = i8x16.bitmask(i8x16.ne(v128.load(observation + k), i8x16.splat(0)));
    if (k + 16 > inputs) set &= (1 << (<i32>(inputs - k))) - 1;
    for (; set != 0; set &= set - 1) {
      const i = k + ctz(set);
      to = put_input(to, i, <f32>load<u8>(observation + i));
    }
  }
  return to;
}

/** The same of f32 values. */
export function put_list_of_floats(to: usize, observation: usize, inputs: usize): usize {
  to = put_input(to, inputs, 1);
  for (let k: usize = 0; k < inputs; k++) {
    const value = load<f32>(observation + (k << 2));
    if (value != 0) to = put_input(to, k, value);
  }
  return to;
}

function put_input(to: usize, k: usize, value: f32): usize {
  store<u32>(to, <u32>k);
  store<f32>(to, value, 4);
  return to + 8;
}

/**
 * A panel's outputs y: (O, 16) = b + Wᵀ·x, with `rectified` max(·, 0), by its lists.
 * @param w the layer's parameters as they lie: W: (I, O), b: (O)
 * @param rows scratch: (16, O) and three values more
 */
export function first_layer(y: usize, lists: usize, w: usize, outputs: usize, rectified: bool, rows: usize): void {
  let row = rows;
  for (let r: usize = 0; r < PANEL; r++) {
    first_layer_row(row, lists, w, outputs);
    lists += sizeof<usize>();
    row += outputs << 2;
  }
  if (rectified) relu_row(rows, PANEL * outputs);
  transpose(y, rows, PANEL, outputs);
}

/**
 * One row's outputs y: (O), linear; up to three values are read behind each row of W and written behind y.
 * @param lists usize (2): where its list begins, and where it ends
 */
export function first_layer_row(y: usize, lists: usize, w: usize, outputs: usize): void {
  const list = load<usize>(lists);
  const end = load<usize>(lists, sizeof<usize>());
  let o: usize = 0;
  for (; o + 32 <= outputs; o += 32) row_32<Listed>(y + (o << 2), list, end, w + (o << 2), 0, 0, outputs << 2);
  for (; o < outputs; o += 4) row_4<Listed>(y + (o << 2), list, end, w + (o << 2), 0, outputs << 2);
}

/**
 * The gradients dW: (I, O) and db: (O) += x·dy of a panel, rows ascending, of the inputs from `first` to before `end`, the
 * bias being input number I.
 * @param dy (16, O)
 */
export function first_layer_gradient(
  dw: usize,
  lists: usize,
  dy: usize,
  outputs: usize,
  first: usize,
  end: usize,
): void {
  const stride = outputs << 2;
  const whole = stride & ~15;
  for (let r: usize = 0; r < PANEL; r++) {
    const listEnd = load<usize>(lists, sizeof<usize>());
    for (let list = load<usize>(lists); list < listEnd; list += 8) {
      const k: usize = load<u32>(list);
      if (k < first || k >= end) continue;
      const to = dw + k * stride;
      const x = v128.load_splat<f32>(list, 4);
      let o: usize = 0;
      for (; o < whole; o += 16) {
        v128.store(to + o, f32x4.add(v128.load(to + o), f32x4.mul(x, v128.load(dy + o))));
      }
      for (; o < stride; o += 4) {
        store<f32>(to + o, load<f32>(to + o) + load<f32>(list, 4) * load<f32>(dy + o));
      }
    }
    lists += sizeof<usize>();
    dy += stride;
  }
}
