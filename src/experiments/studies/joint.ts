// joint: what each fault of the common listing of DQN distillation costs, first each one alone, then all together.

import { inTurns, stoppable } from "../../env/pauses.js";
import { makeEnv } from "../../env/registry.js";
import { type Purpose, purposes } from "../../env/seeds.js";
import { episodeReturns } from "../../evaluate/returns.js";
import { mean } from "../../evaluate/statistics.js";
import { type Fault, faultNames, listing } from "../listing.js";
import type { Mlp } from "../mlp.js";
import type { Study } from "../study.js";

const rows: Readonly<Record<string, readonly Fault[]>> = {
  "the sound loop": [],
  "the teacher acts greedily": ["greedy"],
  "the target is the teacher's whole row": ["wholeRow"],
  "no target network": ["noTargetNetwork"],
  "the teacher is never trained": ["untrainedTeacher"],
  "the memory is sampled before it is filled": ["unfilledMemory"],
  "done masks twice": ["maskedTwice"],
  "all six: the common listing": faultNames,
};

/** Episodes between two evaluations of both networks, and the greedy episodes in each. */
const evaluationInterval = 10;
const evaluationEpisodes = 20;

/** Greedy episodes on the final seeds. */
const finalEpisodes = 100;

export const jointStudy: Study = {
  name: "joint",
  question: "What does each fault of the common listing of DQN distillation cost?",
  score: "studentBest",
  pooled: false,
  seeds: 10,
  teacher: () => null,
  cells: (environments) =>
    environments.flatMap((env) => Object.entries(rows).map(([name, faults]) => ({ name, env, settings: { faults } }))),
  async run({ env: id, settings }, seed, _, signal) {
    const faults = new Set(settings.faults as Fault[]);
    const env = makeEnv(id);
    const pauses = stoppable(signal);
    const evaluate = async (network: Mlp, purpose: Purpose, episodes: number) =>
      mean(await inTurns(episodeReturns(env, network, { seed, purpose, episodes }), pauses));

    const scores: Record<string, number> = {};
    const curves: Record<string, [number, number][]> = { teacher: [], student: [] };
    const kept: Record<string, Float64Array> = {};
    for (const { episode, envSteps, last, teacher, student } of listing(makeEnv(id), seed, faults)) {
      const pause = pauses.turn();
      if (pause) await pause;

      for (const [part, network] of Object.entries({ teacher, student })) {
        const curve = curves[part];
        if (episode % evaluationInterval === 0) {
          const latest = await evaluate(network, purposes.selection, evaluationEpisodes);
          if (curve.every(([, value]) => latest >= value)) kept[part] = network.parameters.slice();
          curve.push([envSteps, latest]);
        }
        if (last) {
          scores[`${part}Average`] = mean(curve.map(([, value]) => value));
          scores[`${part}Last`] = await evaluate(network, purposes.final, finalEpisodes);
          network.parameters.set(kept[part]);
          scores[`${part}Best`] = await evaluate(network, purposes.final, finalEpisodes);
        }
      }
    }
    return { scores, curves };
  },
};
