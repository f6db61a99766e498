// What every peer starts from: the same parameters, the same data, and the same draws from it.
import { LabelledBatch, makeLabelled } from "./labelled.js";
import { initialParameters } from "./parameters.js";
import { Random } from "./random.js";
import { makeReplay, TransitionBatch } from "./transitions.js";

/** The four words that a network's parameters and then its draws come from. */
export const networkWords = [1, 2, 3, 5];
const dataWords = [7, 11, 13, 17];

/** For a Double-DQN update; the target network's parameters are the same at the start, and stay. */
export function updateSetting(definition) {
  const { widths } = definition;
  const random = new Random(networkWords);
  const parameters = initialParameters(widths, random);
  const replay = makeReplay(widths[0], widths[widths.length - 1], new Random(dataWords));
  return { parameters, replay, batch: new TransitionBatch(definition, replay, random) };
}

/** For a distillation update; `teacher` is its parameters where it labels anew in each update. */
export function distilSetting(definition) {
  const { widths } = definition;
  const random = new Random(networkWords);
  const parameters = initialParameters(widths, random);
  const data = makeLabelled(widths[0], widths[widths.length - 1], new Random(dataWords));
  const teacher = definition.teacher && initialParameters(definition.teacher, new Random(dataWords));
  return { parameters, data, teacher, batch: new LabelledBatch(definition, data, random) };
}

export const observationRows = 1024;

/** For a forward and for greedy actions: observations (1024, inputs). */
export function forwardSetting({ widths }) {
  return {
    parameters: initialParameters(widths, new Random(networkWords)),
    observations: new Random(dataWords).floats(observationRows * widths[0], 1),
  };
}
