// A study that takes a second: tiny teachers, and students of two sizes.
import { compare, distill } from "#dist/index.js";

const teacher = { hidden: [8], envSteps: 600, learningStarts: 200, batchSize: 16, evaluationEpisodes: 3 };
const student = { envSteps: 200, updates: 200, rounds: 2, batchSize: 16, evaluationEpisodes: 3, attempts: 1 };

/** @type {import("../../src/experiments/study.js").Study} */
const short = {
  name: "short",
  question: "Does a study do what it says?",
  score: "actionAgreement",
  seeds: 2,
  cells: (environments) =>
    environments.flatMap((env) =>
      [4, 2].map((width) => ({ name: `width ${width}`, env, settings: { hidden: [width], teacher } })),
    ),
  async run({ env, settings }, seed, teachers, signal) {
    const from = await teachers.teacher(env, seed, settings.teacher);
    const to = await distill(from, { ...student, hidden: settings.hidden, seed, signal });
    const { qR2, actionAgreement } = compare(from, to, { env, seed, episodes: 3 });
    return {
      scores: { actionAgreement, qR2, none: null },
      curves: {
        line: [
          [0, seed],
          [1, actionAgreement],
        ],
      },
    };
  },
};

/** A study whose second seed fails. */
const failing = {
  ...short,
  name: "failing",
  async run(_, seed) {
    if (seed === 1) throw new Error("no such luck");
    return { scores: { actionAgreement: seed === 2 ? Number.NaN : 1 } };
  },
};

/** A study that ends only when it is stopped. */
const endless = {
  ...short,
  name: "endless",
  async run({ env, settings }, seed, teachers, signal) {
    if (seed === 0) return { scores: { actionAgreement: 1 } };
    const from = await teachers.teacher(env, seed, settings.teacher);
    await distill(from, { ...student, updates: 1_000_000_000, hidden: settings.hidden, seed, signal });
    return { scores: {} };
  },
};

/** What a run does that does not end well. */
const faults = {
  "throws nothing": () => {
    throw undefined;
  },
  "throws a text": () => {
    throw "two\nlines";
  },
  "throws what cannot be read": () => {
    throw {
      get message() {
        throw new Error("not this either");
      },
      toString() {
        throw new Error("nor this");
      },
    };
  },
  exits: () => process.exit(3),
  "exits with status 0": () => process.exit(0),
  "fails beside itself": () => {
    setTimeout(() => {
      throw new Error("later");
    });
    return new Promise(() => {});
  },
  "gives what cannot be sent": () => ({ scores: {}, curves: {}, more: () => {} }),
  "gives nothing": () => undefined,
};

/** A study in which all cells but the first fail, each in its own way. */
const broken = {
  ...short,
  name: "broken",
  cells: () =>
    ["works", ...Object.keys(faults)].map((name) => ({ name, env: "CartPole-v1", settings: { teacher: name } })),
  async run({ name }) {
    return name === "works" ? { scores: { actionAgreement: 1 } } : faults[name]();
  },
};

export const studies = [short, failing, endless, broken];
