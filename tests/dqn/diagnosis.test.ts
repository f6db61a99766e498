// What goes wrong in a training is told: for each notice a task that brings it about, and a similar one that does not.
import { describe, expect, it } from "vitest";
import { type TrainOptions, trainTeacher } from "../../src/dqn/teacher.js";
import type { CustomEnv, EnvSource } from "../../src/env/env.js";
import { Pcg64 } from "../../src/env/random.js";
import type { Interrupted } from "../../src/training/checkpoint.js";
import type { TrainingEvent } from "../../src/training/events.js";

const options: TrainOptions = {
  ...{ hidden: [16], envSteps: 6000, learningStarts: 500, trainFrequency: 4, batchSize: 16, seed: 3 },
  ...{ evaluationInterval: 500, confirmationEpisodes: 10, learningRate: 0.003 },
};

interface Rules {
  readonly id?: string;
  readonly maxEpisodeSteps?: number;
  readonly length?: number;
  /** What is observed beside the question, from the number of the environment's step. */
  readonly beside?: (step: number) => number;
  readonly reward?: (right: boolean, step: number, action: number) => number;
  /** The number of questions; the answer to one is whether it is odd. */
  readonly questions?: number;
  readonly seeded?: boolean;
}

/** Questions, each of which has one right answer of two. @param steps counts the steps in all environments of the task */
function quiz(rules: Rules = {}): () => CustomEnv {
  const { length = 20, questions = 4, beside = (step) => step % 2, seeded = true } = rules;
  const { reward = (right) => (right ? 1 : 0) } = rules;
  let all = 0;
  return () => {
    let random = new Pcg64([0, 0, 0]);
    let question = 0;
    let step = 0;
    const observe = () => {
      question = random.integers(0, questions);
      return [...Array.from({ length: questions }, (_, i) => Number(i === question)), beside(all)];
    };
    return {
      id: "quiz",
      observationSize: questions + 1,
      actionCount: 2,
      ...(rules.maxEpisodeSteps !== undefined && { maxEpisodeSteps: rules.maxEpisodeSteps }),
      reset: ({ seed = 0 } = {}) => {
        random = new Pcg64([seeded ? seed : all, 0, 0]);
        step = 0;
        return observe();
      },
      step: (action) => {
        const right = question % 2 === action;
        all++;
        step++;
        return { reward: reward(right, step, action), observation: observe(), terminated: step === length };
      },
    };
  };
}

async function told(source: EnvSource, given: TrainOptions = {}): Promise<string[]> {
  const codes: string[] = [];
  const onEvent = (event: TrainingEvent) => event.kind === "notice" && codes.push(event.code);
  await trainTeacher(source, { ...options, ...given, onEvent });
  expect(new Set(codes).size, "each is told once").toBe(codes.length);
  return codes;
}

/** Noise that only the seed decides: what an action does makes no difference to it. */
const noise = (step: number) => ((step * 7919) % 13) - 6;
const neverEnding = { length: Number.POSITIVE_INFINITY };
const atEnd = (right: boolean, step: number) => (step === 40 && right ? 1 : 0);
/** A feature in thousands, as it is: each update is far too large. */
const wild = { normalizeObservations: false, normalizeReturns: false, gamma: 0.9, loss: "mse" } as const;
const slow = { learningRate: 1e-4, learningRateFinal: 1e-4, trainFrequency: 8 };
const often = { gamma: 0.5, evaluationInterval: 250, evaluationShare: 0.5 };

type Case = [code: string, wrong: [EnvSource, TrainOptions?], similar: [EnvSource, TrainOptions?]];
const cases: Case[] = [
  ["unseeded", [quiz({ seeded: false })], [quiz()]],
  [
    "endless-episode",
    [quiz(neverEnding), { evaluationInterval: 0 }],
    [quiz({ ...neverEnding, maxEpisodeSteps: 100 }), { evaluationInterval: 0 }],
  ],
  ["costly-evaluation", [quiz(), { evaluationShare: 1, evaluationEpisodes: 40 }], [quiz(), { evaluationEpisodes: 40 }]],
  ["equal-rewards", [quiz({ reward: () => 0 })], [quiz({ reward: (right) => Number(right) })]],
  ["late-reward", [quiz({ length: 40, reward: atEnd })], [quiz({ length: 40, reward: (right) => Number(right) / 40 })]],
  [
    "far-outside",
    [quiz({ beside: (step) => (step === 3000 ? 1e6 : step % 10) })],
    [quiz({ beside: (step) => (step === 3000 ? 11 : step % 10) })],
  ],
  [
    "large-q-values",
    [quiz({ beside: (step) => 1000 * (step % 10) }), wild],
    [quiz({ beside: (step) => (step % 10) / 10 }), wild],
  ],
  ["constant-feature", [quiz({ beside: () => 7 })], [quiz({ beside: (step) => (step % 500 === 0 ? 8 : 7) })]],
  ["one-action", [quiz({ reward: (_, __, action) => action })], [quiz()]],
  [
    "no-better-than-random",
    [quiz({ reward: (_, step) => noise(step) })],
    [quiz({ reward: (right, step) => noise(step) + Number(right) })],
  ],
  [
    "still-rising",
    [quiz({ questions: 32, length: 10 }), { ...often, ...slow }],
    [quiz({ questions: 32, length: 10 }), often],
  ],
];

describe.each(cases)("%s", (code, wrong, similar) => {
  it("is told where it is so", async () => {
    expect(await told(...wrong)).toContain(code);
  });

  it("is not told in a similar task", async () => {
    expect(await told(...similar)).not.toContain(code);
  });
});

it("what is not a number is refused at once", async () => {
  const refused = trainTeacher(quiz({ beside: (step) => (step === 700 ? Number.NaN : 1) }), options);
  await expect(refused).rejects.toThrow(/NaN/);
  await expect(trainTeacher(quiz({ reward: () => Number.POSITIVE_INFINITY }), options)).rejects.toThrow(/Infinity/);
});

it("a training that goes well is told nothing, without evaluations, too", async () => {
  expect(await told(quiz())).toEqual([]);
  expect(await told(quiz(), { evaluationInterval: 0 })).toEqual([]);
});

it("what was asked for by a preset is not called costly", async () => {
  const short = { hidden: [8], envSteps: 3000, seed: 0, confirmationEpisodes: 1, batchSize: 16, trainFrequency: 4 };
  expect(await told("CartPole-v1", short)).not.toContain("costly-evaluation");
  expect(await told("CartPole-v1", { ...short, evaluationEpisodes: 300, evaluationShare: 0.999 })).toContain(
    "costly-evaluation",
  );
});

it("a stop changes no notice, wherever it is, and no baseline", async () => {
  const [source, given] = [quiz({ beside: () => 7, reward: (_, __, action) => action }), { envSteps: 4000 }];
  const whole: TrainingEvent[] = [];
  const teacher = await trainTeacher(source, { ...options, ...given, onEvent: (event) => whole.push(event) });
  const kept = (events: TrainingEvent[]) => events.filter(({ kind }) => kind === "notice" || kind === "evaluation");
  expect(whole.filter(({ kind }) => kind === "notice").length).toBeGreaterThan(1);
  for (let stop = 500; stop < 4000; stop += 500) {
    const controller = new AbortController();
    const events: TrainingEvent[] = [];
    const onEvent = (event: TrainingEvent) => {
      events.push(event);
      if (event.envSteps >= stop) controller.abort();
    };
    const work = trainTeacher(source, { ...options, ...given, onEvent, signal: controller.signal });
    const { checkpoint } = (await work.catch((error) => error)) as Interrupted;
    const again = await trainTeacher(source, {
      ...{ ...options, ...given, resume: checkpoint },
      onEvent: (event) => events.push(event),
    });
    expect(kept(events)).toEqual(kept(whole));
    expect(again.baseline).toEqual(teacher.baseline);
  }
});
