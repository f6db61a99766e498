// Environments that answer later: the same students as at once, whatever the delays; and a stop does not wait for an answer.
import { describe, expect, it } from "vitest";
import { distillMany } from "../../src/distill/multi-task.js";
import { type DistillOptions, distill } from "../../src/distill/student.js";
import type { CustomEnv } from "../../src/env/env.js";
import { Pcg64 } from "../../src/env/random.js";
import { makeEnv } from "../../src/env/registry.js";
import { Model } from "../../src/model/model.js";
import { Interrupted, reachedBy } from "../../src/training/checkpoint.js";
import type { TrainingEvent } from "../../src/training/events.js";

const teacher = new Model({
  environment: "CartPole-v1",
  widths: [4, 2],
  // pushes towards angle + angular velocity
  parameters: Float32Array.of(0, 0, 0, 0, -1, 1, -1, 1, 0, 0),
});
const options: DistillOptions = {
  ...{ hidden: [6], envSteps: 200, updates: 100, rounds: 3, batchSize: 16, evaluationEpisodes: 2, attempts: 1 },
  ...{ seed: 3, loss: "mse+td" },
};

type Delay = () => Promise<void> | undefined;
const atOnce: Delay = async () => {};

/** CartPole that answers later. @param delay is called at every reset and step; undefined: it answers at once */
const cartPole =
  (delay: Delay): (() => CustomEnv) =>
  () => {
    const env = makeEnv("CartPole-v1");
    const later = <Value>(answer: () => Value): Promise<Value> | Value => {
      const wait = delay();
      return wait === undefined ? answer() : wait.then(answer);
    };
    return {
      ...{ id: "CartPole-v1", observationSize: 4, actionCount: 2, maxEpisodeSteps: 500 },
      reset: (seed) => later(() => env.reset(seed).slice()),
      step: (action) =>
        later(() => {
          const { observation, reward, terminated, truncated } = env.step(action);
          return { observation: observation.slice(), reward, terminated, truncated };
        }),
    };
  };

/** Delays drawn at random: none, a few turns of the event loop, or a millisecond now and then. */
function delays(seed: number): Delay {
  const random = new Pcg64(seed);
  return async () => {
    const turns = random.integers(0, 4);
    if (random.random() < 0.01) await new Promise((resolve) => setTimeout(resolve, 1));
    for (let i = 0; i < turns; i++) await undefined;
  };
}

const parametersOf = async (given: DistillOptions) => (await distill(teacher, { ...options, ...given })).parameters;

describe("an environment that answers later", () => {
  it("gives the very student of one that answers at once", async () => {
    expect(await parametersOf({ env: cartPole(atOnce) })).toEqual(await parametersOf({}));
  });

  it("gives with several copies the same student, whatever the delays", async () => {
    const eight = await parametersOf({ copies: 8 });
    expect(await parametersOf({ copies: 8, env: cartPole(delays(1)) })).toEqual(eight);
    expect(await parametersOf({ copies: 8, env: cartPole(delays(2)) })).toEqual(eight);
    expect(eight).not.toEqual(await parametersOf({})); // other states were seen
  });

  it("is one of several tasks", async () => {
    const { attempts: _, ...given } = { ...options, hidden: [8], loss: "kl" };
    const clumsy = new Model({ ...teacher, parameters: teacher.parameters.map((w) => -w) }); // its episodes are short
    const later = (seed: number) => Object.assign(new Model(clumsy), { env: cartPole(delays(seed)) });
    for (const copies of [1, 3]) {
      const now = await distillMany([clumsy, clumsy], { ...given, copies });
      const then = await distillMany([clumsy, later(copies)], { ...given, copies });
      const results = ({ tasks }: typeof now) =>
        tasks.map(({ model, ...comparison }) => ({ parameters: model.parameters, ...comparison }));
      expect(results(then)).toEqual(results(now));
    }
  });
});

/** Stops at this answer: `end` does what then happens. */
function stoppedAt(count: number, end: () => Promise<void>): Delay {
  let answers = 0;
  return () => (++answers === count ? end() : answers % 3 === 0 ? Promise.resolve() : undefined);
}

// in the first collection, in the evaluation of the teacher, of the first student, and in a later round
const moments = [20, 400, 1150, 1300];

describe.each([1, 3])("with copies: %d", (copies) => {
  it.each(moments)("an abort does not wait for answer %d, which never comes", async (moment) => {
    const whole = await parametersOf({ copies });
    const stop = new AbortController();
    const never = () => {
      setTimeout(() => stop.abort(), 5);
      return new Promise<void>(() => {});
    };
    const work = distill(teacher, { ...options, copies, env: cartPole(stoppedAt(moment, never)), signal: stop.signal });
    const error = await work.then(
      () => undefined,
      (error: Interrupted) => error,
    );
    expect(error).toBeInstanceOf(Interrupted);
    expect(error?.name).toBe("AbortError");
    expect(await parametersOf({ copies, resume: error?.checkpoint })).toEqual(whole);
  });

  it.each(moments)("a rejected answer %d ends the work with a checkpoint and says where", async (moment) => {
    const whole = await parametersOf({ copies });
    const broken = () => Promise.reject(new Error("the line is dead"));
    const work = distill(teacher, { ...options, copies, env: cartPole(stoppedAt(moment, broken)) });
    const error = await work.then(
      () => undefined,
      (error: Interrupted) => error,
    );
    expect(error).toBeInstanceOf(Interrupted);
    expect(error?.message).toMatch(
      /^environment "CartPole-v1": (reset|step \d+) of episode \d+, whose seed is \d+, was rejected: the line is dead$/,
    );
    expect(await parametersOf({ copies, resume: error?.checkpoint })).toEqual(whole);
  });
});

it.each<[string, DistillOptions["env"], boolean]>([
  ["one that answers later", cartPole(atOnce), true],
  ["one that says so", () => Object.assign(makeEnv("CartPole-v1"), { repeatable: false }), true],
  ["CartPole itself", "CartPole-v1", false],
])("after a stop a student of an environment that does not repeat says so: %s", async (_, env, told) => {
  const stopped = async (given: DistillOptions) => {
    const error = await distill(teacher, { ...options, ...given, env }).catch((error) => error);
    expect(error).toBeInstanceOf(Interrupted);
    return (error as Interrupted).checkpoint;
  };
  const stop = new AbortController();
  const resume = await stopped({ signal: stop.signal, onEvent: ({ updates }) => void (updates > 0 && stop.abort()) });
  const events: TrainingEvent[] = [];
  const resumed = await distill(teacher, { ...options, env, resume, onEvent: (event) => void events.push(event) });
  const { envSteps } = reachedBy(resume);
  const at = told ? envSteps : undefined;
  expect([resumed.inexactFrom, resumed.training?.inexactFrom]).toEqual([at, at]);
  const notices = events.filter(({ kind }) => kind === "notice");
  if (!told) return expect(notices).toEqual([]);
  expect(notices).toEqual([
    {
      ...{ kind: "notice", network: "student", envSteps, updates: expect.any(Number), code: "not-repeated" },
      message: `CartPole-v1 does not repeat its episodes: from step ${envSteps} on the student is not bit-exact`,
      remedy: expect.any(String),
      values: { id: "CartPole-v1", envSteps },
    },
  ]);
  // a second stop does not hide the first
  const again = await stopped({ resume, signal: AbortSignal.abort() });
  expect((await distill(teacher, { ...options, env, resume: again })).inexactFrom).toBe(envSteps);
});

it("copies of other sizes are refused", async () => {
  let made = 0;
  const env = () => ({ ...cartPole(atOnce)(), actionCount: made++ === 0 ? 2 : 3 });
  await expect(distill(teacher, { ...options, copies: 2, env })).rejects.toThrow(
    "copy 2 of CartPole-v1 has 4 features and 3 actions, but the first one has 4 features and 2 actions: they must be alike",
  );
});
