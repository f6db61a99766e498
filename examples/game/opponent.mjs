// A Q-network made by qstill: each product and sum is rounded to f32, in order.
export const environment = "Rally-v0";
export const widths = Object.freeze([4, 4, 3]);
const numbers = new Float32Array([-.154,.691,-1.35,-1.48,1.66,.956,-.517,-.716,-1.51,-.767,-.0752,-.365,.326,-.288,-.737,-.14,.409,.345,.166,-.133,-.0714,-.0644,-.116,.0412,.0242,.116,.0897,-.0312,-.00167,-.000117,.135,.128,.159,.162,.154,]);
const layers = widths.map((width) => new Float32Array(width));
const q = layers[layers.length - 1];
const { fround } = Math;

function forward(observation) {
  const inputs = layers[0];
  if (observation.length !== inputs.length) {
    throw new RangeError(`an observation of length ${observation.length} was given: ${inputs.length} numbers are needed`);
  }
  for (let i = 0; i < inputs.length; i++) inputs[i] = observation[i];
  for (let layer = 1, weight = 0; layer < layers.length; layer++) {
    weight = dense(layers[layer - 1], weight, layers[layer]);
    if (layers[layer] !== q) activate(layers[layer]);
  }
}

function dense(x, weight, y) {
  const rows = x.length;
  const columns = y.length;
  const bias = weight + rows * columns;
  let o = 0;
  for (; o + 3 < columns; o += 4) {
    let s0 = numbers[bias + o];
    let s1 = numbers[bias + o + 1];
    let s2 = numbers[bias + o + 2];
    let s3 = numbers[bias + o + 3];
    for (let k = 0, w = weight + o; k < rows; k++, w += columns) {
      s0 = fround(s0 + fround(x[k] * numbers[w]));
      s1 = fround(s1 + fround(x[k] * numbers[w + 1]));
      s2 = fround(s2 + fround(x[k] * numbers[w + 2]));
      s3 = fround(s3 + fround(x[k] * numbers[w + 3]));
    }
    y[o] = s0;
    y[o + 1] = s1;
    y[o + 2] = s2;
    y[o + 3] = s3;
  }
  for (; o < columns; o++) {
    let s = numbers[bias + o];
    for (let k = 0, w = weight + o; k < rows; k++, w += columns) s = fround(s + fround(x[k] * numbers[w]));
    y[o] = s;
  }
  return bias + columns;
}

function activate(y) {
  for (let o = 0; o < y.length; o++) if (y[o] <= 0) y[o] = 0;
}

/** The first of the largest Q-values where the mask is not 0. */
export function act(observation, mask) {
  forward(observation);
  let best = -1;
  for (let o = 0; o < q.length; o++) if ((!mask || mask[o]) && (best < 0 || q[o] > q[best])) best = o;
  if (best < 0 || (mask || q).length !== q.length) {
    throw new RangeError(`a mask of ${mask} was given: ${q.length} numbers are needed, not all 0`);
  }
  return best;
}

/** One Q-value an action, in a new Float32Array. */
export function qValues(observation) {
  forward(observation);
  return q.slice();
}
