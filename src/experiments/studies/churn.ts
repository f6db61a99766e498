// churn: how much greedy policies change while they are learned, and where a student agrees with its teacher.

import { replayStates } from "../../distill/states.js";
import { distill } from "../../distill/student.js";
import { trainTeacher } from "../../dqn/teacher.js";
import { Pcg64 } from "../../env/random.js";
import { purposes } from "../../env/seeds.js";
import { changedShare, greedyActions } from "../../evaluate/churn.js";
import { featureDeviations, noisyStates } from "../../evaluate/probe.js";
import { mean } from "../../evaluate/statistics.js";
import { agreementByVisits, visitCounts } from "../../evaluate/visits.js";
import { Model } from "../../model/model.js";
import type { Cell, Outcome, Study } from "../study.js";

/** The cell that watches the teacher itself; the other cells are students, one for each loss. */
const ofTeacher = "teacher";
const losses = ["mse+cross-entropy", "mse", "huber", "cross-entropy", "kl", "nll"];
const stateCount = 2000;
const flipNoise = 0.01;
const cellsOfFeature = 10;
const quarters = ["rarest", "rarer", "more frequent", "most frequent"];

export const churnStudy: Study = {
  name: "churn",
  question:
    "How much does the greedy policy change from one evaluation to the next, in the teacher and in students by their loss?",
  score: "steadiness",
  seeds: 10,
  environments: ["CartPole-v1", "MountainCar-v0", "Acrobot-v1"],

  teacher: ({ name }) => (name === ofTeacher ? null : {}),
  cells(environments) {
    return environments.flatMap((env) => [
      { name: ofTeacher, env, settings: {} },
      ...losses.map((loss): Cell => ({ name: loss, env, settings: { loss } })),
    ]);
  },

  /**
   * Churn is measured on states of the teacher's replay memory, as in Schaul et al. 2022. The curves are over the
   * environment steps of the network's own training.
   */
  async run({ name, env, settings }, seed, teachers, signal): Promise<Outcome> {
    const networks: { parameters: Float32Array; envSteps: number }[] = [];
    const onNetwork = (parameters: Float32Array, envSteps: number) => {
      // the network that the last choice falls on comes once more
      if (networks.at(-1)?.envSteps !== envSteps) networks.push({ parameters, envSteps });
    };
    const teacher =
      name === ofTeacher ? await trainTeacher(env, { seed, signal, onNetwork }) : await teachers.teacher(env, seed);
    const { observations, widths } = teacher;
    const size = widths[0];
    const visited = replayStates(observations, size, stateCount);
    const states = Array.from({ length: visited.length / size }, (_, i) => visited.subarray(i * size, (i + 1) * size));
    const deviations = featureDeviations(states).map((deviation) => flipNoise * deviation);
    const noisy = noisyStates(states, deviations, new Pcg64([seed, purposes.probe, 0]));
    const expected = greedyActions(teacher, states);

    // One student, so that the curves belong to one training.
    const student: Model | undefined =
      name === ofTeacher ? undefined : await distill(teacher, { ...settings, attempts: 1, seed, signal, onNetwork });

    const curves = {
      churn: [] as [number, number][],
      flipRate: [] as [number, number][],
      agreement: [] as [number, number][],
    };
    let before: number[] | undefined;
    for (const { parameters, envSteps } of networks) {
      const network = new Model({ environment: env, widths: (student ?? teacher).widths, parameters });
      const actions = greedyActions(network, states);
      if (before !== undefined) curves.churn.push([envSteps, changedShare(before, actions)]);
      curves.flipRate.push([envSteps, changedShare(actions, greedyActions(network, noisy))]);
      curves.agreement.push([envSteps, 1 - changedShare(expected, actions)]);
      before = actions;
      network.dispose();
    }
    const meanOf = (curve: readonly (readonly [number, number])[]) => mean(curve.map(([, value]) => value));
    const steadiness = curves.churn.length === 0 ? null : 1 - meanOf(curves.churn);

    const scores: Record<string, number | null> = { steadiness, flipRate: meanOf(curves.flipRate) };
    // for the student that is kept: everywhere, and by how often the teacher has been there
    if (student !== undefined) {
      const actions = greedyActions(student, states);
      scores.agreement = 1 - changedShare(expected, actions);
      const counts = visitCounts(observations, states, cellsOfFeature);
      const agrees = actions.map((action, i) => action === expected[i]);
      const byVisits = agreementByVisits(counts, agrees, quarters.length);
      for (const [i, quarter] of quarters.entries()) scores[`agreement in the ${quarter} quarter`] = byVisits[i];
    }
    return { scores, curves };
  },
};
