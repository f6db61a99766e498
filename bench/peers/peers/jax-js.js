// Peer: jax-js with its WebAssembly back end: an operation is one jit-compiled function, Adam written over the tensors.
import { defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import { adam, casesOf, learningRate, temperature } from "../shared/cases.js";
import { tensorsOf } from "../shared/parameters.js";
import { distilSetting, forwardSetting, observationRows, updateSetting } from "../shared/setting.js";
import { versionOf } from "../shared/version.js";

// it runs on one thread here: its other threads are Web Workers, which Node has no global of
await init("wasm");
defaultDevice("wasm");

export const name = "jax-js";
export const version = versionOf("@jax-js/jax");
export const cases = casesOf({ update, distil, relabel: distil, act, forward });

// Every function takes its arguments over, as the library demands: what is needed again is passed as `.ref`.

/** Q-values (rows, actions) of states (rows, inputs); parameters: W and b of each layer. */
function qValues(parameters, states) {
  let x = states;
  for (let l = 0; l < parameters.length; l += 2) {
    x = np.matmul(x, parameters[l]).add(parameters[l + 1]);
    if (l + 2 < parameters.length) x = nn.relu(x);
  }
  return x;
}

/** Mean over rows of Huber with threshold 1 at the action taken; taken: (rows, actions), 1 there, else 0. */
function huber(parameters, states, taken, targets) {
  const error = qValues(parameters, states).mul(taken).sum(1).sub(targets);
  // c·(|e| − c/2), c = min(|e|, 1)
  const size = np.absolute(error);
  const cut = np.minimum(size.ref, 1);
  return cut.ref.mul(size.sub(cut.mul(0.5))).mean();
}

/** [parameters, first, second] after one Adam step; corrections: (2) = 1/(1 − β₁ᵗ), 1/(1 − β₂ᵗ). */
function adamStep(parameters, gradients, first, second, corrections) {
  const { beta1, beta2, epsilon } = adam;
  const [correction1, correction2] = corrections;
  const m = tree.map((old, g) => old.mul(beta1).add(g.mul(1 - beta1)), first, tree.ref(gradients));
  const v = tree.map((old, g) => old.mul(beta2).add(np.square(g).mul(1 - beta2)), second, gradients);
  const changed = tree.map(
    (old, m, v) => {
      const root = np.sqrt(v.mul(correction2.ref)).add(epsilon);
      return old.sub(m.mul(correction1.ref).mul(learningRate).div(root));
    },
    parameters,
    tree.ref(m),
    tree.ref(v),
  );
  correction1.dispose();
  correction2.dispose();
  return [changed, m, v];
}

async function update(definition) {
  const { widths, batch: rows } = definition;
  const { parameters, batch } = updateSetting(definition);
  const target = tensors(widths, parameters);
  const inputs = widths[0];
  const actionCount = widths[widths.length - 1];

  const updateOnce = jit(
    (online, first, second, corrections, target, states, nextStates, taken, rewards, discounts) => {
      // y = r + discount · Q⁻(s', argmax_a Q(s', a))
      const best = np.argmax(qValues(tree.ref(online), nextStates.ref), 1);
      const next = qValues(target, nextStates).mul(nn.oneHot(best, actionCount)).sum(1);
      const targets = rewards.add(discounts.mul(next));
      const [loss, gradients] = valueAndGrad(huber)(tree.ref(online), states, taken, targets);
      return [loss, ...adamStep(online, gradients, first, second, corrections)];
    },
  );

  return training(tensors(widths, parameters), (state) => {
    batch.draw();
    return updateOnce(
      ...state,
      tree.ref(target),
      matrix(batch.states, rows, inputs),
      matrix(batch.nextStates, rows, inputs),
      matrix(batch.taken, rows, actionCount),
      np.array(batch.rewards),
      np.array(batch.discounts),
    );
  });
}

async function distil(definition) {
  const { widths, batch: rows, loss } = definition;
  const { parameters, teacher, batch } = distilSetting(definition);
  const inputs = widths[0];
  const actionCount = widths[widths.length - 1];
  const lossOf = { mse, kl }[loss];
  const studentLoss = (student, states, labels) => lossOf(qValues(student, states), labels);

  const learn = (student, first, second, corrections, states, labels) => {
    const [loss, gradients] = valueAndGrad(studentLoss)(tree.ref(student), states, labels);
    return [loss, ...adamStep(student, gradients, first, second, corrections)];
  };
  const start = tensors(widths, parameters);

  if (teacher === undefined) {
    const updateOnce = jit(learn);
    return training(start, (state) => {
      batch.draw();
      const labels = matrix(batch.labels, rows, actionCount);
      return updateOnce(...state, matrix(batch.states, rows, inputs), labels);
    });
  }

  const labeller = tensors(definition.teacher, teacher);
  const updateOnce = jit((student, first, second, corrections, labeller, states) => {
    const labels = qValues(labeller, states.ref);
    return learn(student, first, second, corrections, states, labels);
  });
  return training(start, (state) => {
    batch.draw();
    return updateOnce(...state, tree.ref(labeller), matrix(batch.states, rows, inputs));
  });
}

function mse(student, labels) {
  return np.square(student.sub(labels)).mean();
}

/** Σ_a p_a · log(p_a / softmax(student)_a), p = softmax(labels/τ), mean over rows. */
function kl(student, labels) {
  const logTargets = nn.logSoftmax(labels.div(temperature), 1);
  const difference = logTargets.ref.sub(nn.logSoftmax(student, 1));
  return np.exp(logTargets).mul(difference).sum(1).mean();
}

/**
 * Runs updates over Adam's state.
 * @param updateOnce from [parameters, first, second, corrections] to [loss, parameters, first, second]
 */
function training(start, updateOnce) {
  const zeros = () => start.map(({ shape }) => np.zeros(shape));
  let state = [start, zeros(), zeros()];
  let power1 = 1;
  let power2 = 1;

  return async (n) => {
    let loss;
    for (let i = 0; i < n; i++) {
      power1 *= adam.beta1;
      power2 *= adam.beta2;
      const corrections = np.array(Float32Array.of(1 / (1 - power1), 1 / (1 - power2)));
      loss?.dispose();
      [loss, ...state] = updateOnce([...state, corrections]);
    }
    return (await loss.data())[0];
  };
}

async function act({ widths }) {
  const { parameters, observations } = forwardSetting({ widths });
  const network = tensors(widths, parameters);
  const inputs = widths[0];
  const greedy = jit((network, states) => np.argmax(qValues(network, states), 1));
  let row = 0;

  return (n) => {
    let action;
    for (let i = 0; i < n; i++) {
      const observation = observations.subarray(row * inputs, (row + 1) * inputs);
      row = (row + 1) % observationRows;
      action = greedy(tree.ref(network), matrix(observation, 1, inputs)).dataSync()[0];
    }
    return action;
  };
}

async function forward({ widths, batch }) {
  const { parameters, observations } = forwardSetting({ widths });
  const network = tensors(widths, parameters);
  const evaluate = jit(qValues);

  return (n) => {
    let answer;
    for (let i = 0; i < n; i++) {
      answer = evaluate(tree.ref(network), matrix(observations, batch, widths[0])).dataSync();
    }
    return answer;
  };
}

/** W and b of each layer as arrays of the library. */
function tensors(widths, parameters) {
  return tensorsOf(widths, parameters).map(({ values, shape }) => np.array(values, { shape }));
}

function matrix(values, rows, columns) {
  return np.array(values, { shape: [rows, columns] });
}
