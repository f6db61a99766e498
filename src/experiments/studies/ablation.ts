// ablation: how much each part of the teacher's training contributes. One part at a time is removed or added.
import type { TeacherConfig } from "../../dqn/config.js";
import { teacherConfig } from "../../dqn/configure.js";
import { trainTeacher } from "../../dqn/teacher.js";
import { evaluateAsync } from "../../evaluate/evaluate.js";
import type { Study } from "../study.js";

/** For each row: what it changes in a preset. If it changes nothing, there is no row. */
const changes: Readonly<Record<string, (preset: TeacherConfig) => Partial<TeacherConfig>>> = {
  preset: () => ({}),
  "1-step returns": () => ({ nStep: 1 }),
  "hard target updates": ({ tau, targetUpdateInterval }) => ({
    tau: 1,
    targetUpdateInterval: Math.round(targetUpdateInterval / tau), // at most as old as the soft target is on average
  }),
  Double: () => ({ double: true }),
  "no Double": () => ({ double: false }),
  dueling: () => ({ dueling: true }),
  "no dueling": () => ({ dueling: false }),
  "two hidden layers": ({ hidden }) => ({ hidden: hidden.slice(0, 2) }),
  "prioritised replay": () => ({ prioritized: true }),
  "gradients clipped to norm 10": () => ({ maxGradientNorm: 10 }),
  "no learning-rate decay": ({ learningRate }) => ({ learningRateFinal: learningRate }),
  "huber loss": () => ({ loss: "huber" }),
  "mse loss": () => ({ loss: "mse" }),
  "observations normalised": () => ({ normalizeObservations: true }),
  "observations as they are": () => ({ normalizeObservations: false }),
  "random actions of one step": () => ({ explorationRepeat: 1 }),
  "no early stop": () => ({ stopReturn: null }),
  // evaluated only at its end, training can neither stop early nor choose a network
  "the last network": ({ envSteps }) => ({ stopReturn: null, evaluationInterval: envSteps }),
};

export const ablationStudy: Study = {
  name: "ablation",
  question: "What is each part of the teacher's training worth?",
  score: "return",
  pooled: false,
  seeds: 10,
  teacher: () => null,
  cells: (environments) =>
    environments.flatMap((env) => {
      const preset = teacherConfig(env, {});
      const rows = Object.entries(changes).map(([name, change]) => ({ name, env, settings: change(preset) }));
      return rows.filter(({ name, settings }) => name === "preset" || changesAnything(preset, settings));
    }),
  async run({ env, settings }, seed, _, signal) {
    const curve: [number, number][] = [];
    const teacher = await trainTeacher(env, {
      ...settings,
      seed,
      signal,
      onEvent: (event) => {
        if (event.kind === "evaluation") curve.push([event.envSteps, event.mean]);
      },
    });
    const { mean, min, std } = await evaluateAsync(teacher, { signal });
    const { envSteps, updates } = teacher;
    return { scores: { return: mean, worstEpisode: min, std, envSteps, updates }, curves: { return: curve } };
  },
};

function changesAnything(preset: TeacherConfig, settings: Partial<TeacherConfig>): boolean {
  return JSON.stringify({ ...preset, ...settings }) !== JSON.stringify(preset);
}
