// A study of runs that take about a second, most of it waiting: what becomes of jobs is tried with it, not how fast they are.
import { setTimeout } from "node:timers/promises";
import { compare, distill } from "#dist/index.js";

const teacher = { hidden: [8], envSteps: 600, learningStarts: 200, batchSize: 16, evaluationEpisodes: 3 };
const student = { envSteps: 100, updates: 100, rounds: 1, batchSize: 16, evaluationEpisodes: 3, attempts: 1 };

/** @returns {import("../../src/experiments/study.js").Study} */
const slow = (name, milliseconds, widths) => ({
  name,
  question: "Is every run there once, whatever becomes of workers and servers?",
  score: "actionAgreement",
  seeds: 20,
  teacher: () => teacher,
  cells: (environments) =>
    environments.flatMap((env) => widths.map((width) => ({ name: `width ${width}`, env, settings: { width } }))),
  async run({ env, settings }, seed, teachers, signal) {
    const from = await teachers.teacher(env, seed, teacher);
    await setTimeout(milliseconds, undefined, { signal });
    const to = await distill(from, { ...student, hidden: [settings.width], seed, signal });
    const { actionAgreement, qR2 } = compare(from, to, { env, seed, episodes: 3 });
    return { scores: { actionAgreement, qR2 } };
  },
});

/** A study whose cell "fails" does so each time. */
const failing = {
  ...slow("failing", 0, []),
  teacher: () => null,
  cells: () => ["works", "fails"].map((name) => ({ name, env: "CartPole-v1", settings: {} })),
  async run({ name }) {
    if (name === "fails") throw new Error("no such luck");
    return { scores: { actionAgreement: 1 } };
  },
};

const widths = Array.from({ length: 15 }, (_, i) => i + 1);
export const studies = [slow("slow", 900, widths), slow("quick", 20, [1, 2, 3]), failing];
