// The cases in TensorFlow.js, for whichever back end is set: eager operations, gradients by variableGrads in minimize().
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-layers"; // registers the gradients, which the core's package for Node leaves out
import { adam, casesOf, learningRate, temperature } from "./cases.js";
import { tensorsOf } from "./parameters.js";
import { distilSetting, forwardSetting, observationRows, updateSetting } from "./setting.js";

tf.enableProdMode();

export const cases = casesOf({ update, distil, relabel: distil, act, forward });

/** Q-values (rows, actions) of states (rows, inputs). */
function qValues(parameters, states) {
  let x = states;
  for (let l = 0; l < parameters.length; l += 2) {
    const isLast = l + 2 === parameters.length;
    x = tf.fused.matMul({
      a: x,
      b: parameters[l],
      bias: parameters[l + 1],
      activation: isLast ? "linear" : "relu",
    });
  }
  return x;
}

async function update(definition) {
  const { widths, batch: rows } = definition;
  const { parameters, batch } = updateSetting(definition);
  const online = tensors(widths, parameters).map((tensor) => tf.variable(tensor));
  const target = tensors(widths, parameters);
  const optimiser = makeAdam();
  const inputs = widths[0];
  const actionCount = widths[widths.length - 1];

  return repeat(() => {
    batch.draw();
    return tf.tidy(() => {
      const states = tf.tensor2d(batch.states, [rows, inputs]);
      const nextStates = tf.tensor2d(batch.nextStates, [rows, inputs]);
      const taken = tf.tensor2d(batch.taken, [rows, actionCount]);
      // y = r + discount · Q⁻(s', argmax_a Q(s', a))
      // (the wasm back end of 4.22 fills a float32 oneHot with the bits of integers: cast instead)
      const best = tf.cast(tf.oneHot(tf.argMax(qValues(online, nextStates), 1), actionCount), "float32");
      const next = tf.sum(tf.mul(qValues(target, nextStates), best), 1);
      const targets = tf.add(batch.rewards, tf.mul(batch.discounts, next));
      return optimiser.minimize(
        () => {
          const error = tf.sub(tf.sum(tf.mul(qValues(online, states), taken), 1), targets);
          // Huber with threshold 1: c·(|e| − c/2), c = min(|e|, 1)
          const size = tf.abs(error);
          const cut = tf.minimum(size, 1);
          return tf.mean(tf.mul(cut, tf.sub(size, tf.mul(cut, 0.5))));
        },
        true,
        online,
      );
    });
  });
}

async function distil(definition) {
  const { widths, batch: rows, loss } = definition;
  const { parameters, teacher, batch } = distilSetting(definition);
  const student = tensors(widths, parameters).map((tensor) => tf.variable(tensor));
  const labeller = teacher && tensors(definition.teacher, teacher);
  const optimiser = makeAdam();
  const lossOf = { mse, kl }[loss];
  const inputs = widths[0];
  const actionCount = widths[widths.length - 1];

  return repeat(() => {
    batch.draw();
    return tf.tidy(() => {
      const states = tf.tensor2d(batch.states, [rows, inputs]);
      const labels = labeller ? qValues(labeller, states) : tf.tensor2d(batch.labels, [rows, actionCount]);
      return optimiser.minimize(() => lossOf(qValues(student, states), labels), true, student);
    });
  });
}

function mse(student, labels) {
  return tf.mean(tf.squaredDifference(student, labels));
}

/** Σ_a p_a · log(p_a / softmax(student)_a), p = softmax(labels/τ), mean over rows. */
function kl(student, labels) {
  const logTargets = tf.logSoftmax(tf.div(labels, temperature));
  const difference = tf.sub(logTargets, tf.logSoftmax(student));
  return tf.mean(tf.sum(tf.mul(tf.exp(logTargets), difference), 1));
}

async function act({ widths }) {
  const { parameters, observations } = forwardSetting({ widths });
  const network = tensors(widths, parameters);
  const inputs = widths[0];
  let row = 0;

  return (n) => {
    let action;
    for (let i = 0; i < n; i++) {
      const observation = observations.slice(row * inputs, (row + 1) * inputs);
      row = (row + 1) % observationRows;
      const best = tf.tidy(() => tf.argMax(qValues(network, tf.tensor2d(observation, [1, inputs])), 1));
      action = best.dataSync()[0];
      best.dispose();
    }
    return action;
  };
}

async function forward({ widths, batch }) {
  const { parameters, observations } = forwardSetting({ widths });
  const network = tensors(widths, parameters);

  return (n) => {
    let answer;
    for (let i = 0; i < n; i++) {
      const q = tf.tidy(() => qValues(network, tf.tensor2d(observations, [batch, widths[0]])));
      answer = q.dataSync();
      q.dispose();
    }
    return answer;
  };
}

/** W and b of each layer as tensors. */
function tensors(widths, parameters) {
  return tensorsOf(widths, parameters).map(({ values, shape }) => tf.tensor(values, shape));
}

function makeAdam() {
  return tf.train.adam(learningRate, adam.beta1, adam.beta2, adam.epsilon);
}

/** An update n times; the last one's loss, read back once. */
function repeat(updateOnce) {
  return (n) => {
    let loss;
    for (let i = 0; i < n; i++) {
      loss?.dispose();
      loss = updateOnce();
    }
    const value = loss.dataSync()[0];
    loss.dispose();
    return value;
  };
}
