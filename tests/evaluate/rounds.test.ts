// Environments that answer later, and copies of one: the same returns whatever the delays, and every way in which waiting ends.
import { describe, expect, it } from "vitest";
import { collectTransitions } from "../../src/distill/states.js";
import type { CustomEnv } from "../../src/env/env.js";
import { atOnce, inTurns, type Steps, stoppable } from "../../src/env/pauses.js";
import { Pcg64 } from "../../src/env/random.js";
import { makeEnv, resolveAnyEnv, resolveEnv } from "../../src/env/registry.js";
import { episodeSeed, purposes } from "../../src/env/seeds.js";
import { compare, compareAsync } from "../../src/evaluate/compare.js";
import { evaluate, evaluateAsync } from "../../src/evaluate/evaluate.js";
import { probeStates } from "../../src/evaluate/probe.js";
import { episodeReturns } from "../../src/evaluate/returns.js";
import { makeCopies } from "../../src/evaluate/rounds.js";
import { Selection } from "../../src/training/selection.js";
import { Delays, later } from "../later.js";

const cartPole = () => makeEnv("CartPole-v1");
/** Delays that are drawn at random. */
const drawn = (seed: number) => {
  const random = new Pcg64(seed);
  return new Delays((count) => random.integers(0, count));
};
const late = (seed = 0) => later(cartPole, drawn(seed));
const waiting = <Result>(steps: Steps<Result>) => inTurns(steps, stoppable(undefined));

/** It balances for a while; how long depends on the start. */
const leaning = {
  act: (observation: ArrayLike<number>) => Number(observation[2] + 0.01 * observation[3] > 0),
  qValues: ([, , angle, speed]: ArrayLike<number> & Iterable<number>) => [-angle, angle + speed],
};
const falling = { act: () => 1, qValues: () => [0, 1] };

describe.each([1, 2, 8, 100])("CartPole that answers later, in %d copies,", (copies) => {
  const options = { episodes: 12, seed: 5 };

  it("is evaluated as the one that answers at once", async () => {
    const expected = evaluate(leaning, { env: cartPole, ...options });
    expect(expected.std).toBeGreaterThan(10);
    expect(await evaluateAsync(leaning, { env: late(), ...options, copies })).toEqual(expected);
    expect(await evaluateAsync(leaning, { env: cartPole, ...options, copies })).toEqual(expected);
  });

  it("is compared as the one that answers at once", async () => {
    const expected = compare(leaning, falling, { env: cartPole, ...options });
    expect(await compareAsync(leaning, falling, { env: late(), ...options, copies })).toEqual(expected);
    expect(await compareAsync(leaning, falling, { env: "CartPole-v1", ...options, copies })).toEqual(expected);
  });

  it("has the same probe states, in the same order", async () => {
    const expected = atOnce(probeStates(cartPole(), [leaning, falling], 5));
    expect(await waiting(probeStates(makeCopies(late(), copies), [leaning, falling], 5))).toEqual(expected);
  });

  it("plays the same selection episodes", async () => {
    const of = (envs: ReturnType<typeof makeCopies>) => new Selection(envs, [4, 2], 5);
    const parameters = Float32Array.of(0, 0, 0, 0, -1, 1, -0.01, 0.01, 0, 0);
    const [one, many] = [of([cartPole()]), of(makeCopies(late(), copies))];
    expect(await waiting(many.play(parameters, 3, 5))).toEqual(atOnce(one.play(parameters, 3, 5)));
    for (const each of [one, many]) each.dispose();
  });
});

describe("a collection of states", () => {
  const of = { seed: 5, firstEpisode: 2, count: 400, exploration: 0.2, share: 0.5 };
  const policies = { teacher: leaning, student: falling };
  const collect = (copies: number, seed: number) =>
    waiting(collectTransitions(makeCopies(late(seed), copies), policies, of));
  const atOnceIn = (copies: number) => atOnce(collectTransitions(makeCopies("CartPole-v1", copies), policies, of));

  it("of one copy is the one that waits for nobody", async () => {
    expect(await collect(1, 0)).toEqual(atOnce(collectTransitions(cartPole(), policies, of)));
  });

  it.each([2, 8])("of %d copies depends on no delay, and on nobody's answering later", async (copies) => {
    const first = await collect(copies, 0);
    expect(await collect(copies, 1)).toEqual(first);
    expect(atOnceIn(copies)).toEqual(first);
    expect(first).not.toEqual(atOnceIn(1));
  });

  it("of several copies has whole steps of the same episodes, in rounds", () => {
    const steps = (copies: number, count: number) => {
      const made = makeCopies("CartPole-v1", copies);
      const { states, actions, nextStates, rewards } = atOnce(collectTransitions(made, policies, { ...of, count }));
      return Array.from(actions, (action, i) => {
        const row = (values: Float32Array) => [...values.subarray(4 * i, 4 * i + 4)];
        return [...row(states), action, rewards[i], ...row(nextStates)].join();
      });
    };
    // one copy comes to the end of all episodes that three have begun
    const [one, three] = [steps(1, 3000), steps(3, 400)];
    expect(new Set(three).size).toBe(400);
    for (const step of three) expect(one).toContain(step);
    const starts = [2, 3, 4].map((episode) =>
      cartPole()
        .reset({ seed: episodeSeed(5, purposes.student, episode) })
        .join(),
    );
    expect(three.slice(0, 3).map((step) => step.split(",", 4).join())).toEqual(starts);
  });

  it("does not go on with an episode that was cut", () => {
    const { nextEpisode } = atOnceIn(8);
    expect(nextEpisode).toBeGreaterThanOrEqual(2 + 8);
    const numbers: number[] = [];
    const seeds = Array.from({ length: 60 }, (_, i) => episodeSeed(5, purposes.student, i));
    const noted = () => {
      const env = cartPole();
      const reset: CustomEnv["reset"] = (options) => {
        numbers.push(seeds.indexOf(options?.seed as number));
        return env.reset(options);
      };
      return { observationSize: 4, actionCount: 2, reset, step: (action: number) => env.step(action) };
    };
    atOnce(collectTransitions(makeCopies(noted, 8), policies, of));
    expect(numbers).toEqual(Array.from({ length: nextEpisode - 2 }, (_, i) => 2 + i));
  });
});

/** Notes each call of each copy: `0r` is copy 0's reset. Episodes have as many steps as the number of the reset, from 2 on. */
function noting(calls: string[], wait: boolean): () => CustomEnv {
  let copies = 0;
  let begun = 0;
  const delays = drawn(3);
  return () => {
    const copy = copies++;
    let steps = 0;
    let length = 0;
    const answer = <Value>(value: Value) => (wait ? delays.after(value) : value);
    return {
      observationSize: 1,
      actionCount: 2,
      reset: () => {
        calls.push(`${copy}r`);
        steps = 0;
        length = 2 + begun++;
        return answer([0]);
      },
      step: () => {
        calls.push(`${copy}s`);
        return answer({ observation: [0], reward: 1, terminated: ++steps === length });
      },
    };
  };
}

it.each([true, false])("copies go on in rounds, in order (later: %s)", async (wait) => {
  const calls: string[] = [];
  const copies = makeCopies(noting(calls, wait), 2);
  const of = { seed: 0, purpose: purposes.final, episodes: 4 };
  expect([...(await waiting(episodeReturns(copies, falling, of)))]).toEqual([2, 3, 4, 5]);
  expect(calls).toEqual([
    ...["0r", "1r", "0s", "1s", "0s", "1s"],
    ...["0r", "1s", "0s", "1r", "0s", "1s", "0s", "1s", "0s", "1s"], // 0 plays the third episode, 1 the fourth
    ...["1s", "1s"],
  ]);
});

it("copies answer at the same time, one alone never does", async () => {
  for (const copies of [1, 5]) {
    const delays = drawn(0);
    await evaluateAsync(leaning, { env: later(cartPole, delays), episodes: 10, copies });
    expect(delays.most).toBe(copies);
  }
});

it("copies that answer at once are never waited for", () => {
  const of = { seed: 0, purpose: purposes.final, episodes: 9 };
  const one = atOnce(episodeReturns(cartPole(), leaning, of));
  expect(atOnce(episodeReturns(makeCopies("CartPole-v1", 4), leaning, of))).toEqual(one);
});

it("an environment may answer now at once and now later", async () => {
  const moody = (seed: number) => () => {
    const env = cartPole();
    const random = new Pcg64(seed);
    const delays = drawn(seed);
    const sometimes = <Value>(value: Value) => (random.random() < 0.5 ? delays.after(value) : value);
    return {
      observationSize: 4,
      actionCount: 2,
      reset: (options?: { seed?: number }) => sometimes(env.reset(options).slice()),
      step: (action: number) => {
        const { observation, ...rest } = env.step(action);
        return sometimes({ ...rest, observation: observation.slice() });
      },
    };
  };
  const of = { seed: 5, firstEpisode: 0, count: 200, exploration: 0.2, share: 0.5 };
  const collect = (seed: number) =>
    waiting(collectTransitions(makeCopies(moody(seed), 3), { teacher: leaning, student: falling }, of));
  expect(await collect(1)).toEqual(await collect(2));
});

describe("waiting ends", () => {
  const kinds = { evaluateAsync: "evaluateAsync", compareAsync: "compareAsync" } as const;
  const run = (kind: keyof typeof kinds, env: () => CustomEnv, options: object, policy = falling) =>
    kind === "evaluateAsync"
      ? evaluateAsync(policy, { env, seed: 5, episodes: 9, ...options })
      : compareAsync(policy, policy, { env, seed: 5, episodes: 9, ...options });
  const all = Object.values(kinds).flatMap((kind) => [1, 4].map((copies) => [kind, copies] as const));

  /** A task whose step number `at` of all copies together is answered by `answer`. */
  const failing = (at: number, answer: () => Promise<never>, onStep = () => {}) => {
    let steps = 0;
    return (): CustomEnv => ({
      id: "frail",
      observationSize: 1,
      actionCount: 2,
      maxEpisodeSteps: 3,
      reset: async () => [0],
      step: (action) => {
        onStep();
        return ++steps === at ? answer() : Promise.resolve({ observation: [action], reward: 1, terminated: false });
      },
    });
  };
  const never = () => new Promise<never>(() => {});

  it.each(all)("%s in %d copies: by an abort, though an answer never comes", async (kind, copies) => {
    const controller = new AbortController();
    let steps = 0;
    const env = failing(6, never, () => {
      if (++steps === 6) setTimeout(() => controller.abort());
    });
    const work = run(kind, env, { copies, signal: controller.signal });
    await expect(work).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
    expect(steps).toBeLessThan(6 + copies); // nothing else was begun
  });

  it.each(all)("%s in %d copies: where even the first answer never comes", async (kind, copies) => {
    const env = () => ({ observationSize: 1, actionCount: 2, reset: never, step: never });
    const work = run(kind, env, { copies, signal: AbortSignal.timeout(1) });
    await expect(work).rejects.toThrow(expect.objectContaining({ name: "TimeoutError" }));
  });

  it.each(all)("%s in %d copies: by a promise that is rejected, with its place", async (kind, copies) => {
    const reason = new Error("the simulator is gone");
    const error = (await run(
      kind,
      failing(5, () => Promise.reject(reason)),
      { copies },
    ).catch((error) => error)) as Error;
    // in one copy the fifth step is the second of the second episode; in four it is the second of the first copy
    const [step, episode] = copies === 1 ? [2, 2] : [2, 1];
    const seed = episodeSeed(5, purposes.final, episode - 1);
    expect(error.message).toBe(
      `environment "frail": step ${step} of episode ${episode}, whose seed is ${seed}, was rejected: the simulator is gone`,
    );
    expect(error.cause).toBe(reason);
  });

  it("without a stray rejection, though several copies fail, before and after", async () => {
    // vitest reports a rejection that nobody handles
    const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
    let made = 0;
    const env = (): CustomEnv => {
      const copy = made++;
      return {
        id: "frail",
        observationSize: 1,
        actionCount: 2,
        reset: () => [copy],
        step: () => sleep(copy).then(() => Promise.reject(new Error(`copy ${copy} failed`))),
      };
    };
    await expect(evaluateAsync(falling, { env, copies: 3 })).rejects.toThrow("copy 0 failed");
    made = 0;
    // the last copy's policy fails while the answers of the others are open
    const policy = { act: ([copy]: Float32Array) => (copy === 2 ? 9 : 0) };
    await expect(evaluateAsync(policy, { env, copies: 3 })).rejects.toThrow("action 9 is not allowed");
    await sleep(10);
  });
});

describe("what is refused", () => {
  it("a promise, where an answer is needed at once, with the names of those that wait for it", async () => {
    const names = /^environment "CartPole-v1": reset gave a promise, .*: evaluateAsync and compareAsync wait for one$/;
    expect(() => evaluate(leaning, { env: late() })).toThrow(names);
    expect(() => compare(leaning, falling, { env: late(), seed: 0 })).toThrow(names);
  });

  it.each([0, -1, 1.5, 1025, "2", Number.NaN])("copies: %s", async (copies) => {
    const options = { env: cartPole, seed: 0, copies: copies as number };
    const message = "a whole number from 1 to 1024 is allowed";
    await expect(evaluateAsync(leaning, options)).rejects.toThrow(message);
    await expect(compareAsync(leaning, falling, options)).rejects.toThrow(/^copies is /);
  });

  it("copies of several sizes", async () => {
    let size = 3;
    const env = (): CustomEnv => ({ ...noting([], false)(), id: "growing", observationSize: size++ });
    await expect(evaluateAsync(leaning, { env, copies: 2 })).rejects.toThrow(
      "copy 2 of growing has 4 features and 2 actions, but the first one has 3 features and 2 actions: they must be alike",
    );
  });

  it("one object for two copies", async () => {
    const env = noting([], false)();
    await expect(evaluateAsync(leaning, { env: () => env, copies: 2 })).rejects.toThrow("the same object twice");
  });
});

it("a promise of another kind is waited for, too", async () => {
  /** What is not a Promise, but can be awaited. */
  const thenable = <Value>(value: Value) =>
    // biome-ignore lint/suspicious/noThenProperty: this is what is tested
    ({ then: (resolve: (value: Value) => void) => setImmediate(() => resolve(value)) }) as unknown as Promise<Value>;
  const env = () => {
    const inner = cartPole();
    return {
      observationSize: 4,
      actionCount: 2,
      reset: (options?: { seed?: number }) => thenable(inner.reset(options)),
      step: (action: number) => thenable(inner.step(action)),
    };
  };
  const options = { episodes: 3, seed: 5 };
  const expected = evaluate(leaning, { env: cartPole, ...options });
  expect(await evaluateAsync(leaning, { env, ...options })).toEqual(expected);
  expect(await evaluateAsync(leaning, { env, ...options, copies: 2 })).toEqual(expected);
  expect(() => resolveEnv(env).reset()).toThrow("gave a promise");
  expect(resolveAnyEnv(env).reset()).toBeInstanceOf(Promise);
});
