// Studies whose runs show what a queue costs: nothing, three seconds of nothing, and trainings.
import { setTimeout } from "node:timers/promises";
import { trainTeacher } from "../dist/index.js";

const study = (name, run) => ({
  name,
  question: "What does a queue cost?",
  score: "x",
  seeds: 1,
  teacher: () => null,
  cells: () => [{ name: "run", env: "CartPole-v1", settings: {} }],
  run,
});

export const studies = [
  study("empty", async () => ({ scores: { x: 0 } })),
  study("wait", async () => {
    await setTimeout(3000);
    return { scores: { x: 0 } };
  }),
  study("train", async ({ env }, seed, _, signal) => {
    const { envSteps } = await trainTeacher(env, { seed, signal });
    return { scores: { x: envSteps } };
  }),
];
