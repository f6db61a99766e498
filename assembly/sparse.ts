// The first layer of a network whose observations are bytes and mostly 0. Only the inputs that are not 0 are computed.
//
// A row's list holds, for each input that is not 0, its number k: u32 and its value x_k: f32, 8 bytes, in ascending
// order. The bias comes first, as input number I with value 1. It has this number in the parameters and their
// gradients, too, because b lies after W: (I, O). So all sums have the defined order, and leaving out a zero can only
// change the sign of a zero.
// A panel's lists: usize (17), where each list begins and where the last one ends; then the lists, one after another.
import { Listed, PANEL, relu_row, row_4, row_32, transpose } from "./matmul";

/** Where the first list of a panel begins, in bytes. */
const LISTS: usize = (PANEL + 1) * sizeof<usize>() + 4; // a multiple of 8

/** The largest number of bytes that a panel's lists take. */
export function lists_bytes(inputs: usize): usize {
  return LISTS + ((PANEL * (inputs + 1)) << 3);
}

/** The bytes that one kept observation takes. */
export function observation_bytes(inputs: usize, bytes: bool): usize {
  return bytes ? inputs : inputs << 2;
}

/**
 * Makes the lists of a panel's first `rows` rows; the lists of the other rows stay empty.
 * @param observations usize (rows): the address of each
 */
export function put_lists(lists: usize, observations: usize, rows: usize, inputs: usize): void {
  let to = lists + LISTS;
  for (let r: usize = 0; r < PANEL; r++) {
    store<usize>(lists + r * sizeof<usize>(), to);
    if (r < rows) to = put_list(to, load<usize>(observations + r * sizeof<usize>()), inputs);
  }
  store<usize>(lists + PANEL * sizeof<usize>(), to);
}

/** Makes one observation's list and returns its end. Up to 15 bytes are read after the observation. */
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

/** The same for f32 values. */
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
 * A panel's outputs y: (O, 16) = b + Wᵀ·x, and with `rectified` max(·, 0), from its lists.
 * @param w the layer's parameters as they are stored: W: (I, O), b: (O)
 * @param rows scratch: (16, O) and three more values
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
 * One row's outputs y: (O), linear. Up to three values are read after each row of W, and written after y.
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
 * The gradients dW: (I, O) and db: (O) += x·dy of a panel, rows ascending. Only the inputs from `first` up to, but
 * without, `end` are computed; the bias is input number I.
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
