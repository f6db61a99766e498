// Peer: qstill itself, through the handles of its built core.
import { Learner } from "../../../dist/core/learner.js";
import { Network } from "../../../dist/core/network.js";
import { RelabellingDistiller } from "../../../dist/core/relabelling.js";
import { version as builtVersion } from "../../../dist/index.js";
import { casesOf, gamma, learningRate, temperature } from "../shared/cases.js";
import { labelledStates } from "../shared/labelled.js";
import { distilSetting, forwardSetting, networkWords, observationRows, updateSetting } from "../shared/setting.js";
import { replayRows } from "../shared/transitions.js";

export const name = "qstill";
export const version = builtVersion;
export const cases = casesOf({ update, distil, relabel, act, forward });

async function update(definition) {
  const { widths, batch } = definition;
  const { parameters, replay } = updateSetting(definition);
  const learner = new Learner({
    widths,
    batchSize: batch,
    bufferSize: replayRows,
    nStep: 1,
    gamma,
    huberDelta: 1,
    tau: 1,
    targetUpdateInterval: 2 ** 31 - 1, // never: the target network is fixed
  });
  learner.initialise(Uint32Array.from(networkWords));
  checkStart(learner, parameters);
  fill(learner, replay, widths[0]);
  return (n) => learner.step(n, learningRate);
}

/** Plays the episodes of the replay memory, so that its rows are the peers' rows. */
function fill(learner, { observations, rewards, actions, terminated }, inputs) {
  let newest = learner.begin(observations.subarray(0, inputs));
  let row = 0;
  while (row + 1 < replayRows) {
    const next = observations.subarray((row + 1) * inputs, (row + 2) * inputs);
    newest = learner.record(newest, actions[row], rewards[row], next, terminated[row] === 1, false);
    const ended = terminated[row] === 1;
    row++;
    if (ended && row + 1 < replayRows) {
      row++;
      newest = learner.begin(observations.subarray(row * inputs, (row + 1) * inputs));
    }
  }
}

async function distil(definition) {
  const distiller = distillerOf(definition, distilSetting(definition));
  return (n) => distiller.step(n, learningRate);
}

async function relabel(definition) {
  const setting = distilSetting(definition);
  const distiller = distillerOf(definition, setting);
  const teacher = new Network(definition.teacher, 1);
  teacher.setParameters(setting.teacher);
  distiller.relabelBy(teacher);
  return (n) => distiller.step(n, learningRate);
}

function distillerOf({ widths, batch, loss }, { parameters, data }) {
  const distiller = new RelabellingDistiller({
    widths,
    batchSize: batch,
    capacity: labelledStates,
    loss: { [loss]: 1 },
    temperature,
    huberDelta: 1,
  });
  distiller.initialise(Uint32Array.from(networkWords));
  checkStart(distiller, parameters);
  distiller.add(data.states, data.labels);
  return distiller;
}

/** The core makes its parameters itself: they must be the ones that the other peers start from. */
function checkStart(trainable, parameters) {
  const own = trainable.parameters();
  if (!own.every((value, i) => value === parameters[i])) {
    throw new Error("the core's initial parameters are not the peers': see initialParameters in shared/parameters.js");
  }
}

async function act({ widths }) {
  const { parameters, observations } = forwardSetting({ widths });
  const network = new Network(widths, 1);
  network.setParameters(parameters);
  const inputs = widths[0];
  const observation = new Float32Array(inputs);
  let row = 0;

  return (n) => {
    let action;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < inputs; j++) observation[j] = observations[row * inputs + j];
      row = (row + 1) % observationRows;
      action = network.act(observation);
    }
    return action;
  };
}

async function forward({ widths, batch }) {
  const { parameters, observations } = forwardSetting({ widths });
  const network = new Network(widths, batch);
  network.setParameters(parameters);

  return (n) => {
    let qValues;
    for (let i = 0; i < n; i++) qValues = network.forward(observations, batch);
    return qValues;
  };
}
