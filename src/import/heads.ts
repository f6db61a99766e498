// Networks that end in more than one linear layer for their actions, as the chain of layers that computes the same.
import { foldDueling } from "../model/fold.js";
import { layerPlaces, parameterCount } from "../model/layout.js";
import type { ModelData } from "../model/model.js";
import { assemble, type Layer } from "./network.js";

/** A chain of layers, with its widths. */
export type Chain = Pick<ModelData, "widths" | "parameters">;

/** The parts of a dueling network (Wang et al. 2016), each from its first layer to its last. */
export interface DuelingParts {
  /** What both streams take. */
  readonly trunk: readonly Layer[];
  /** It ends in one output. */
  readonly value: readonly Layer[];
  /** It ends in one output for each action. */
  readonly advantage: readonly Layer[];
}

/**
 * The chain that computes V + A − mean A (Wang et al. 2016, equation 9). A layer of both streams becomes one layer, with
 * zeros between the streams.
 * @throws Error in one line for streams of different depth, and for layers that do not fit
 */
export function duelingChain({ trunk, value, advantage }: DuelingParts): Chain {
  if (value.length !== advantage.length) {
    throw new Error(
      `the dueling network has ${value.length} layers for its value and ${advantage.length} for its advantages: only as many in each are read`,
    );
  }
  // a trunk with either stream must be a chain; that is checked where all messages of layers are
  const [withValue, withAdvantage] = [value, advantage].map((stream) => assemble([...trunk, ...stream]));
  const widths = withAdvantage.widths.map((width, at) => (at <= trunk.length ? width : width + withValue.widths[at]));
  const parameters = new Float32Array(parameterCount(widths));
  const [all, values, advantages] = [widths, withValue.widths, withAdvantage.widths].map(layerPlaces);
  for (const [at, place] of all.entries()) {
    const put = ({ parameters: from }: Chain, part: typeof place, firstInput: number, firstOutput: number) => {
      for (let o = 0; o < part.outputs; o++) {
        const to = firstOutput + o;
        for (let i = 0; i < part.inputs; i++) {
          parameters[place.weight + (firstInput + i) * place.outputs + to] = from[part.weight + i * part.outputs + o];
        }
        parameters[place.bias + to] = from[part.bias + o];
      }
    };
    put(withAdvantage, advantages[at], 0, 0);
    if (at < trunk.length) continue;
    put(withValue, values[at], at === trunk.length ? 0 : advantages[at].inputs, advantages[at].outputs);
  }
  const ordinary = [...widths.slice(0, -1), widths[widths.length - 1] - 1];
  return { widths: ordinary, parameters: foldDueling(ordinary, parameters) };
}

/**
 * The chain whose outputs are the means over quantiles (Dabney et al. 2018, section 4). Its last layer has all actions
 * of the first quantile, then those of the second one, and so on.
 * @throws Error in one line if the outputs are no multiple of the number of quantiles
 */
export function meanOfQuantiles({ widths, parameters }: Chain, quantiles: number): Chain {
  const outputs = widths[widths.length - 1];
  const actions = outputs / quantiles;
  if (!Number.isInteger(actions) || !(quantiles >= 1)) {
    throw new Error(`the network has ${outputs} outputs, which are not ${quantiles} quantiles for each action`);
  }
  const { inputs, weight } = layerPlaces(widths)[widths.length - 2];
  const meant = [...widths.slice(0, -1), actions];
  const into = new Float32Array(parameterCount(meant));
  into.set(parameters.subarray(0, weight));
  for (let row = 0; row <= inputs; row++) {
    // the last row holds the biases
    for (let action = 0; action < actions; action++) {
      let sum = 0;
      for (let q = 0; q < quantiles; q++) sum += parameters[weight + row * outputs + q * actions + action];
      into[weight + row * actions + action] = sum / quantiles;
    }
  }
  return { widths: meant, parameters: into };
}
