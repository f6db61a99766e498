// Environments that fail or never answer: the work ends with a checkpoint, from which it can go on.
import { describe, expect, it } from "vitest";
import { type TrainOptions, trainTeacher } from "../../src/dqn/teacher.js";
import type { CustomEnv, CustomStep } from "../../src/env/env.js";
import { Interrupted, reachedBy } from "../../src/training/checkpoint.js";
import { coin } from "../coin.js";

const options: TrainOptions = {
  ...{ hidden: [4], envSteps: 120, learningStarts: 20, batchSize: 8, bufferSize: 100, nStep: 2, copies: 2, seed: 1 },
  ...{ evaluationInterval: 40, evaluationEpisodes: 3, confirmationEpisodes: 1, evaluationShare: 1 },
};

type Trouble = (answer: CustomStep) => CustomStep | Promise<CustomStep>;

/** Copies that take turns; from the n-th step of all of them on, in training or in evaluation, this comes in place of an answer. */
function troubled(where: "training" | "evaluation", n: number, trouble: Trouble): () => CustomEnv {
  let made = 0;
  let steps = 0;
  return () => {
    const env = coin((_, action) => ({ reward: action }))();
    const trains = made++ < 2;
    return {
      ...env,
      step: (action) => {
        const answer = env.step(action) as CustomStep;
        return trains === (where === "training") && steps++ >= n ? trouble(answer) : answer;
      },
    };
  };
}

const healthy = troubled("training", Number.POSITIVE_INFINITY, (answer) => answer);
const broken = new Error("the game is gone");
const never = new Promise<never>(() => {});

const troubles: [string, Trouble][] = [
  ["throws", () => raise(broken)],
  ["is rejected", () => Promise.reject(broken)],
  ["is rejected later", async () => new Promise((_, reject) => setImmediate(() => reject(broken)))],
];

function raise(error: Error): never {
  throw error;
}

/** The error with which work ends; it fails if it does not end. */
async function ended(work: Promise<unknown>): Promise<Interrupted> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Interrupted);
  return error as Interrupted;
}

describe.each(["training", "evaluation"] as const)("in %s", (where) => {
  it.each(troubles)("a step that %s ends the work with its error and a checkpoint that goes on", async (_, trouble) => {
    for (const n of [0, 1, 45]) {
      const error = await ended(trainTeacher(troubled(where, n, trouble), options));
      expect(error.name).toBe("Interrupted");
      const { cause } = error;
      expect([cause, (cause as Error).cause]).toContain(broken);
      expect(error.message).toContain("the game is gone");
      const { envSteps } = reachedBy(error.checkpoint);
      if (where === "training") expect(envSteps).toBe(n - (n % 2));
      expect(error.model === undefined).toBe(where === "training" ? n < 45 : n === 0 || n === 1);
      const resumed = await trainTeacher(healthy, { ...options, resume: error.checkpoint });
      expect(resumed.envSteps).toBe(120);
    }
  });

  it("an abort does not wait for an answer that never comes", async () => {
    for (const n of [0, 1, 45]) {
      const controller = new AbortController();
      const waits: Trouble = () => {
        setImmediate(() => controller.abort());
        return never;
      };
      const work = trainTeacher(troubled(where, n, waits), { ...options, signal: controller.signal });
      let timer: NodeJS.Timeout | undefined;
      const tooLate = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error("the abort is not heard")), 60_000);
      });
      const error = await ended(Promise.race([work, tooLate]));
      clearTimeout(timer);
      expect([error.name, error.cause]).toEqual(["AbortError", undefined]);
      const resumed = await trainTeacher(healthy, { ...options, resume: error.checkpoint });
      const { envSteps } = reachedBy(error.checkpoint);
      expect([resumed.envSteps, resumed.inexactFrom]).toEqual([120, where === "training" ? envSteps : undefined]);
    }
  });
});

it("a reset that fails ends the work in the same way", async () => {
  for (const reset of [() => raise(broken), () => Promise.reject(broken)]) {
    const source = () => ({ ...coin(() => ({ reward: 1 }))(), reset });
    const error = await ended(trainTeacher(source, options));
    expect(error.message).toContain("the game is gone");
    expect(reachedBy(error.checkpoint)).toMatchObject({ envSteps: 0, updates: 0 });
    expect((await trainTeacher(healthy, { ...options, resume: error.checkpoint })).envSteps).toBe(120);
  }
});

it("nobody hears of a second copy that is rejected after the first has failed", async () => {
  const unheard: unknown[] = [];
  const hear = (reason: unknown) => void unheard.push(reason);
  process.on("unhandledRejection", hear);
  let made = 0;
  const source = () => {
    const which = made++;
    const step = (): Promise<CustomStep> => {
      if (which === 1) raise(broken);
      return new Promise((_, reject) => setImmediate(() => reject(new Error("too late"))));
    };
    return { ...coin(() => ({ reward: 1 }))(), step };
  };
  const error = await ended(trainTeacher(source, options));
  expect(error.message).toContain("the game is gone");
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off("unhandledRejection", hear);
  expect(unheard).toEqual([]);
});
