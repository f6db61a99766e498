// Peer: plain JavaScript over Float32Arrays, without any library; arrays are allocated once, before the first update.
import { adam, casesOf, learningRate, temperature } from "../shared/cases.js";
import { layersOf } from "../shared/parameters.js";
import { distilSetting, forwardSetting, observationRows, updateSetting } from "../shared/setting.js";

export const name = "plain-js";
export const version = `V8 ${process.versions.v8.split(".").slice(0, 2).join(".")}`;
export const cases = casesOf({ update, distil, relabel: distil, act, forward });

async function update(definition) {
  const { widths, batch: rows } = definition;
  const { parameters, batch } = updateSetting(definition);
  const target = parameters.slice();
  const network = new Network(widths, rows);
  const optimiser = new Adam(parameters);
  const actionCount = widths[widths.length - 1];
  const best = new Uint8Array(rows);
  const targets = new Float32Array(rows);

  function updateOnce() {
    batch.draw();

    // y = r + discount · Q⁻(s', argmax_a Q(s', a))
    let q = network.forward(parameters, batch.nextStates);
    for (let b = 0; b < rows; b++) best[b] = argmax(q, b * actionCount, actionCount);
    q = network.forward(target, batch.nextStates);
    for (let b = 0; b < rows; b++) {
      targets[b] = batch.rewards[b] + batch.discounts[b] * q[b * actionCount + best[b]];
    }

    // Huber with threshold 1 at the action taken
    q = network.forward(parameters, batch.states);
    const slopes = network.outputDeltas.fill(0);
    let loss = 0;
    for (let b = 0; b < rows; b++) {
      const at = b * actionCount + batch.actions[b];
      const error = q[at] - targets[b];
      const size = Math.abs(error);
      loss += size <= 1 ? 0.5 * error * error : size - 0.5;
      slopes[at] = Math.max(-1, Math.min(1, error)) / rows;
    }

    network.backward(parameters, batch.states, optimiser.gradients);
    optimiser.step();
    return loss / rows;
  }

  return repeat(updateOnce);
}

async function distil(definition) {
  const { widths, batch: rows, loss } = definition;
  const { parameters, teacher, batch } = distilSetting(definition);
  const student = new Network(widths, rows);
  const labeller = teacher && new Network(definition.teacher, rows);
  const optimiser = new Adam(parameters);
  const addLoss = { mse, kl }[loss];
  const actionCount = widths[widths.length - 1];

  return repeat(() => {
    batch.draw();
    const labels = labeller ? labeller.forward(teacher, batch.states) : batch.labels;
    const q = student.forward(parameters, batch.states);
    const value = addLoss(q, labels, student.outputDeltas, rows, actionCount);
    student.backward(parameters, batch.states, optimiser.gradients);
    optimiser.step();
    return value;
  });
}

async function act({ widths }) {
  const { parameters, observations } = forwardSetting({ widths });
  const network = new Network(widths, 1);
  const inputs = widths[0];
  const actionCount = widths[widths.length - 1];
  const observation = new Float32Array(inputs);
  let row = 0;

  return repeat(() => {
    for (let i = 0; i < inputs; i++) observation[i] = observations[row * inputs + i];
    row = (row + 1) % observationRows;
    return argmax(network.forwardOne(parameters, observation), 0, actionCount);
  });
}

async function forward(definition) {
  const { parameters, observations } = forwardSetting(definition);
  const network = new Network(definition.widths, definition.batch);
  return repeat(() => network.forward(parameters, observations));
}

/** An operation n times; what the last one gave. */
function repeat(operation) {
  return (n) => {
    let result;
    for (let i = 0; i < n; i++) result = operation();
    return result;
  };
}

/** The scratch of a multilayer perceptron with ReLU between its layers, for batches of `rows`. */
class Network {
  #layers;
  #rows;
  #activations; // for each layer (rows, outputs)
  #deltas; // the same shapes: ∂loss/∂output before the ReLU

  constructor(widths, rows) {
    this.#layers = layersOf(widths);
    this.#rows = rows;
    this.#activations = this.#layers.map(({ outputs }) => new Float32Array(rows * outputs));
    this.#deltas = this.#layers.map(({ outputs }) => new Float32Array(rows * outputs));
  }

  /** Where the loss writes its slopes, (rows, outputs), before `backward`. */
  get outputDeltas() {
    return this.#deltas[this.#deltas.length - 1];
  }

  /** inputs: (rows, inputs); the Q-values (rows, outputs), in an array that is reused. */
  forward(parameters, inputs) {
    let x = inputs;
    for (let l = 0; l < this.#layers.length; l++) {
      const layer = this.#layers[l];
      const y = this.#activations[l];
      // (rows, in) · (in, out)
      product(
        y,
        0,
        x,
        0,
        layer.inputs,
        1,
        parameters,
        layer.weights,
        layer.outputs,
        1,
        this.#rows,
        layer.outputs,
        layer.inputs,
      );
      addBias(y, parameters, layer.biases, layer.outputs, l === this.#layers.length - 1);
      x = y;
    }
    return x;
  }

  /** The same for one row, where tiles of rows do not help. */
  forwardOne(parameters, input) {
    let x = input;
    for (let l = 0; l < this.#layers.length; l++) {
      const y = this.#activations[l];
      vectorProduct(y, x, parameters, this.#layers[l]);
      if (l < this.#layers.length - 1) for (let i = 0; i < y.length; i++) y[i] = Math.max(0, y[i]);
      x = y;
    }
    return x;
  }

  /** From the output's deltas to the gradients, which are laid out as the parameters. */
  backward(parameters, inputs, gradients) {
    for (let l = this.#layers.length - 1; l >= 0; l--) {
      const layer = this.#layers[l];
      const delta = this.#deltas[l];
      const x = l === 0 ? inputs : this.#activations[l - 1];
      // dW = xᵀ · delta: (in, rows) · (rows, out)
      product(
        gradients,
        layer.weights,
        x,
        0,
        1,
        layer.inputs,
        delta,
        0,
        layer.outputs,
        1,
        layer.inputs,
        layer.outputs,
        this.#rows,
      );
      sumRows(gradients, layer.biases, delta, layer.outputs);
      if (l === 0) continue;
      // dx = delta · Wᵀ: (rows, out) · (out, in), cut where the ReLU was 0
      const below = this.#deltas[l - 1];
      product(
        below,
        0,
        delta,
        0,
        layer.outputs,
        1,
        parameters,
        layer.weights,
        1,
        layer.outputs,
        this.#rows,
        layer.inputs,
        layer.outputs,
      );
      for (let i = 0; i < below.length; i++) if (x[i] === 0) below[i] = 0;
    }
  }
}

/**
 * C[i, j] = Σ_k A[i, k]·B[k, j] for C (rows, columns) packed from cAt on; A and B have any strides. Sums of 4 × 4
 * elements are kept in registers; a tile that reaches over an edge reads its last row or column again.
 */
function product(c, cAt, a, aAt, aRow, aInner, b, bAt, bInner, bColumn, rows, columns, inner) {
  for (let i = 0; i < rows; i += 4) {
    const tileRows = Math.min(4, rows - i);
    const a1 = Math.min(1, tileRows - 1) * aRow;
    const a2 = Math.min(2, tileRows - 1) * aRow;
    const a3 = Math.min(3, tileRows - 1) * aRow;
    for (let j = 0; j < columns; j += 4) {
      const tileColumns = Math.min(4, columns - j);
      const b1 = Math.min(1, tileColumns - 1) * bColumn;
      const b2 = Math.min(2, tileColumns - 1) * bColumn;
      const b3 = Math.min(3, tileColumns - 1) * bColumn;
      let p = aAt + i * aRow;
      let q = bAt + j * bColumn;
      let s00 = 0;
      let s01 = 0;
      let s02 = 0;
      let s03 = 0;
      let s10 = 0;
      let s11 = 0;
      let s12 = 0;
      let s13 = 0;
      let s20 = 0;
      let s21 = 0;
      let s22 = 0;
      let s23 = 0;
      let s30 = 0;
      let s31 = 0;
      let s32 = 0;
      let s33 = 0;
      for (let k = 0; k < inner; k++) {
        const x0 = a[p];
        const x1 = a[p + a1];
        const x2 = a[p + a2];
        const x3 = a[p + a3];
        let w = b[q];
        s00 += x0 * w;
        s10 += x1 * w;
        s20 += x2 * w;
        s30 += x3 * w;
        w = b[q + b1];
        s01 += x0 * w;
        s11 += x1 * w;
        s21 += x2 * w;
        s31 += x3 * w;
        w = b[q + b2];
        s02 += x0 * w;
        s12 += x1 * w;
        s22 += x2 * w;
        s32 += x3 * w;
        w = b[q + b3];
        s03 += x0 * w;
        s13 += x1 * w;
        s23 += x2 * w;
        s33 += x3 * w;
        p += aInner;
        q += bInner;
      }
      const at = cAt + i * columns + j;
      store(c, at, tileColumns, s00, s01, s02, s03);
      if (tileRows > 1) store(c, at + columns, tileColumns, s10, s11, s12, s13);
      if (tileRows > 2) store(c, at + 2 * columns, tileColumns, s20, s21, s22, s23);
      if (tileRows > 3) store(c, at + 3 * columns, tileColumns, s30, s31, s32, s33);
    }
  }
}

function store(c, at, count, s0, s1, s2, s3) {
  c[at] = s0;
  if (count > 1) c[at + 1] = s1;
  if (count > 2) c[at + 2] = s2;
  if (count > 3) c[at + 3] = s3;
}

/** y (out) = b + x (in) · W (in, out), four rows of W at a time; the inputs are a multiple of 4 in every case. */
function vectorProduct(y, x, parameters, { inputs, outputs, weights, biases }) {
  for (let j = 0; j < outputs; j++) y[j] = parameters[biases + j];
  for (let k = 0; k < inputs; k += 4) {
    const x0 = x[k];
    const x1 = x[k + 1];
    const x2 = x[k + 2];
    const x3 = x[k + 3];
    const w0 = weights + k * outputs;
    const w1 = w0 + outputs;
    const w2 = w1 + outputs;
    const w3 = w2 + outputs;
    for (let j = 0; j < outputs; j++) {
      y[j] += x0 * parameters[w0 + j] + x1 * parameters[w1 + j] + x2 * parameters[w2 + j] + x3 * parameters[w3 + j];
    }
  }
}

/** y (rows, outputs) += b, then ReLU but for the last layer. */
function addBias(y, parameters, biases, outputs, isLast) {
  const floor = isLast ? -Infinity : 0;
  for (let at = 0; at < y.length; at += outputs) {
    for (let j = 0; j < outputs; j++) {
      const sum = y[at + j] + parameters[biases + j];
      y[at + j] = Math.max(sum, floor);
    }
  }
}

/** db (outputs) = the sum of delta (rows, outputs) over rows. */
function sumRows(gradients, biases, delta, outputs) {
  for (let j = 0; j < outputs; j++) gradients[biases + j] = 0;
  for (let at = 0; at < delta.length; at += outputs) {
    for (let j = 0; j < outputs; j++) gradients[biases + j] += delta[at + j];
  }
}

/** Adam on the flat parameters (Kingma & Ba 2015, algorithm 1). */
class Adam {
  #parameters;
  #first;
  #second;
  #power1 = 1;
  #power2 = 1;

  constructor(parameters) {
    this.#parameters = parameters;
    this.#first = new Float32Array(parameters.length);
    this.#second = new Float32Array(parameters.length);
    this.gradients = new Float32Array(parameters.length);
  }

  step() {
    const { beta1, beta2, epsilon } = adam;
    this.#power1 *= beta1;
    this.#power2 *= beta2;
    const correction1 = 1 / (1 - this.#power1);
    const correction2 = 1 / (1 - this.#power2);
    const parameters = this.#parameters;
    const first = this.#first;
    const second = this.#second;
    const gradients = this.gradients;
    for (let i = 0; i < parameters.length; i++) {
      const g = gradients[i];
      const m = beta1 * first[i] + (1 - beta1) * g;
      const v = beta2 * second[i] + (1 - beta2) * g * g;
      first[i] = m;
      second[i] = v;
      parameters[i] -= (learningRate * m * correction1) / (Math.sqrt(v * correction2) + epsilon);
    }
  }
}

/** Mean over rows and actions of (student − teacher)²; slopes: (rows, actions) = ∂loss/∂student. */
function mse(student, teacher, slopes) {
  const count = slopes.length;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const error = student[i] - teacher[i];
    sum += error * error;
    slopes[i] = (2 * error) / count;
  }
  return sum / count;
}

/** Σ_a p_a · log(p_a / softmax(student)_a), p = softmax(teacher/τ), mean over rows. */
function kl(student, teacher, slopes, rows, actionCount) {
  let sum = 0;
  for (let at = 0; at < slopes.length; at += actionCount) {
    const teacherNormaliser = logSumExp(teacher, at, actionCount, temperature);
    const studentNormaliser = logSumExp(student, at, actionCount, 1);
    for (let i = at; i < at + actionCount; i++) {
      const logTarget = teacher[i] / temperature - teacherNormaliser;
      const logStudent = student[i] - studentNormaliser;
      const target = Math.exp(logTarget);
      sum += target * (logTarget - logStudent);
      slopes[i] = (Math.exp(logStudent) - target) / rows;
    }
  }
  return sum / rows;
}

/** log Σ_a exp(q_a/τ) of the row that begins at `at`. */
function logSumExp(q, at, actionCount, tau) {
  const largest = q[at + argmax(q, at, actionCount)];
  let sum = 0;
  for (let i = at; i < at + actionCount; i++) sum += Math.exp((q[i] - largest) / tau);
  return largest / tau + Math.log(sum);
}

/** The first of the largest of `count` values from `at` on. */
function argmax(values, at, count) {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[at + i] > values[at + best]) best = i;
  return best;
}
