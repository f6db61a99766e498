// What a network looks at: how its actions and Q-values change when one feature of a visited state changes.

import { need, needNumbers, needObject } from "../core/needed.js";
import { Pcg64 } from "../env/random.js";
import { purposes } from "../env/seeds.js";
import { checkedSeed } from "../evaluate/checks.js";
import { standardDeviation } from "../evaluate/statistics.js";
import { argmax } from "../model/argmax.js";
import { answersOf } from "../model/outputs.js";
import type { QNetwork } from "./viper.js";

/** One feature's part in a network's decisions. */
export interface Sensitivity {
  /** Standard deviation of the feature over the visited states, in the feature's unit. */
  readonly deviation: number;
  /**
   * Share of states whose greedy action changes when the feature is moved by one deviation, the mean of up and down.
   */
  readonly flipRate: number;
  /** Mean |Δ| of the Q-gap at the same moves: Q of the unmoved state's action minus the largest other Q. */
  readonly gapChange: number;
  /**
   * Share of states whose greedy action changes when the feature takes its value from another visited state, by one
   * random permutation. This is the permutation importance of Breiman 2001 (Random Forests, section 10); the error is
   * counted against the network's own actions.
   */
  readonly permutedFlipRate: number;
}

/**
 * @param at `states`: (count, size), row-major, states that the network visits; `actionCount`: at least 2, because
 * with one
 *   action nothing can change, and every figure is 0; `masks`: (count, actionCount), which actions are allowed in each
 *   state, all if it is undefined: the others have no part, whatever moves
 * @returns one entry for each feature
 */
export function sensitivities(
  network: QNetwork,
  at: { states: Float32Array; size: number; actionCount: number; seed: number; masks?: Uint8Array },
): Sensitivity[] {
  needObject("network", network, "a model, which has qValuesOfMany,", "qValuesOfMany");
  needObject("at", at, "an object with states, size, actionCount and seed");
  const { states, size, actionCount, seed, masks } = at;
  needNumbers("states", states, "a Float32Array");
  for (const [name, given] of Object.entries({ size, actionCount })) {
    need(Number.isInteger(given) && given >= 1, name, given, "a whole number from 1 on");
  }
  checkedSeed(seed);
  const count = states.length / size;
  if (masks !== undefined) {
    const fits = masks instanceof Uint8Array && masks.length === count * actionCount;
    need(fits, "masks", masks, `a Uint8Array of ${count * actionCount} numbers, one row a state,`);
  }
  const maskOf = (row: number) => masks?.subarray(row * actionCount, (row + 1) * actionCount);
  const unmoved = answersOf(network, states);
  const greedy = (qValues: Float32Array, row: number) =>
    argmax(qValues.subarray(row * actionCount, (row + 1) * actionCount), maskOf(row));
  const actions = Array.from({ length: count }, (_, row) => greedy(unmoved, row));

  const change = (feature: number, moved: (row: number) => number) => {
    const changed = states.slice();
    for (let row = 0; row < count; row++) changed[row * size + feature] = moved(row);
    const qValues = answersOf(network, changed);
    let flips = 0;
    let gaps = 0;
    for (let row = 0; row < count; row++) {
      const [before, after] = [unmoved, qValues].map((each) =>
        each.subarray(row * actionCount, (row + 1) * actionCount),
      );
      if (greedy(qValues, row) !== actions[row]) flips++;
      gaps += Math.abs(gap(after, actions[row], maskOf(row)) - gap(before, actions[row], maskOf(row)));
    }
    return { flipRate: flips / count, gapChange: gaps / count };
  };

  return Array.from({ length: size }, (_, feature) => {
    const values = Float64Array.from({ length: count }, (_, row) => states[row * size + feature]);
    const deviation = standardDeviation(values);
    const order = new Pcg64([seed, purposes.probe, feature]).permutation(count);
    const up = change(feature, (row) => values[row] + deviation);
    const down = change(feature, (row) => values[row] - deviation);
    const permuted = change(feature, (row) => values[order[row]]);
    return {
      deviation,
      flipRate: (up.flipRate + down.flipRate) / 2,
      gapChange: (up.gapChange + down.gapChange) / 2,
      permutedFlipRate: permuted.flipRate,
    };
  });
}

/** Q of one action minus the largest of the other allowed ones; 0 if there is none. */
function gap(qValues: Float32Array, action: number, mask?: Uint8Array): number {
  let other: number | undefined;
  for (let a = 0; a < qValues.length; a++) {
    if (a === action || mask?.[a] === 0) continue;
    other = other === undefined ? qValues[a] : Math.max(other, qValues[a]);
  }
  return other === undefined ? 0 : qValues[action] - other;
}
