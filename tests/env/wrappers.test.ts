// Wrappers: each changes one thing, and keeps the contract.
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { sceneOf } from "../../src/draw/scenes.js";
import { CartPole } from "../../src/env/cartpole.js";
import { checkEnv } from "../../src/env/check.js";
import { checkedAnyEnv, checkedEnv } from "../../src/env/custom.js";
import type { AnyEnv, CustomEnv, Env } from "../../src/env/env.js";
import { Pcg64 } from "../../src/env/random.js";
import { purposes } from "../../src/env/seeds.js";
import {
  frameStack,
  ObservationStatistics,
  observationNormalisation,
  rewardScale,
  stickyActions,
  timeLimit,
  WrappedEnv,
} from "../../src/env/wrappers.js";
import { laterEnv } from "../later.js";
import { corridor, ladder } from "./corridor.js";

const wrappers: [string, (env: CustomEnv) => AnyEnv][] = [
  ["timeLimit", (env) => timeLimit(env, 7)],
  ["frameStack", (env) => frameStack(env, 3)],
  ["rewardScale", (env) => rewardScale(env, -0.5)],
  ["stickyActions", (env) => stickyActions(env, 0.25)],
  ["all of them", (env) => timeLimit(stickyActions(rewardScale(frameStack(env, 2), 2), 0.1), 9)],
];

test.each(wrappers)("%s keeps the contract", (_, wrap) => {
  expect(checkEnv(() => wrap(new CartPole()), { steps: 300 })).toEqual([]);
  expect(checkEnv(() => wrap(corridor()), { steps: 300 })).toEqual([]);
  expect(checkEnv(() => wrap(ladder()), { steps: 300 })).toEqual([]);
});

/** All results of some steps, by the first allowed action or the last one, in turns. */
async function played(env: AnyEnv, steps: number): Promise<unknown[]> {
  const rows: unknown[] = [[...(await env.reset({ seed: 5 }))], [...env.actionMask!]];
  for (let i = 0; i < steps; i++) {
    const mask = env.actionMask!;
    const answer = env.step(i & 1 ? mask.indexOf(1) : mask.lastIndexOf(1));
    const result = await answer;
    rows.push({ ...result, observation: [...result.observation] }, result.terminated || [...env.actionMask!]);
    if (result.terminated || result.truncated) rows.push([...(await env.reset())], [...env.actionMask!]);
  }
  return rows;
}

test.each([...wrappers, ["observationNormalisation", observationNormalisation] as const])(
  "%s around an environment that answers later gives what it gives around one that answers at once",
  async (_, wrap) => {
    const outer = wrap(laterEnv(ladder()));
    const reset = outer.reset();
    expect(reset).toBeInstanceOf(Promise);
    await reset;
    expect(outer.step(outer.actionMask!.indexOf(1))).toBeInstanceOf(Promise);
    expect(await played(wrap(laterEnv(ladder())), 40)).toEqual(await played(wrap(ladder()), 40));
    expect(outer.repeatable).toBe(false);
  },
);

test.each([...wrappers, ["observationNormalisation", observationNormalisation] as const])(
  "%s passes the mask on, and refuses what it forbids",
  (_, wrap) => {
    const inner = ladder();
    const env = wrap(inner) as Env;
    expect(env.actionMask).toBeUndefined();
    env.reset({ seed: 0 });
    expect([...env.actionMask!]).toEqual([0, 1, 1]);
    expect(() => env.step(0)).toThrow("Ladder: action 0 is forbidden at step 1: allowed are 1, 2");
    env.step(2);
    expect([...env.actionMask!]).toEqual([...inner.actionMask!]);
    expect([...env.actionMask!]).toEqual([1, 1, 0]);
  },
);

it("a wrapper is as repeatable as what it goes around, and running statistics are not repeatable", () => {
  const live = { ...counterOf(1), repeatable: false };
  expect(timeLimit(live, 5).repeatable).toBe(false);
  expect(timeLimit(new CartPole(), 5).repeatable).toBeUndefined();
  const statistics = new ObservationStatistics(4);
  const env = observationNormalisation(new CartPole(), statistics);
  expect(env.repeatable).toBe(false);
  statistics.frozen = true;
  expect(env.repeatable).toBeUndefined();
});

it("a wrapper of a user's own goes around an environment that answers later", async () => {
  class Doubled extends WrappedEnv<AnyEnv> {
    protected override observe(inner: Float32Array, observation: Float32Array): void {
      for (let i = 0; i < inner.length; i++) observation[i] = 2 * inner[i];
    }
  }
  const env = new Doubled(checkedAnyEnv(laterEnv(checkedEnv(counterOf(1)))));
  await env.reset();
  await env.step(0);
  expect((await env.step(0)).observation[0]).toBe(4);
});

it("what goes wrong later, goes wrong in the wrapper's promise", async () => {
  const reset = () => Promise.reject(new Error("no service"));
  const env = stickyActions(frameStack({ ...counterOf(1), id: "Live", reset }, 2), 0.5);
  await expect(env.reset({ seed: 3 })).rejects.toThrow(
    'environment "Live": reset of episode 1, whose seed is 3, was rejected: no service',
  );
});

/** A plain object that counts its steps. */
function counterOf(actionCount: number) {
  let steps = 0;
  return {
    observationSize: 1,
    actionCount,
    reset: () => {
      steps = 0;
      return [0];
    },
    step: () => ({ observation: [++steps], reward: 1, terminated: false }),
  };
}

test.each([...wrappers, ["observationNormalisation", observationNormalisation] as const])(
  "%s makes no garbage at a step",
  (_, wrap) => {
    const env = wrap(new CartPole()) as Env;
    const play = (steps: number) => {
      env.reset();
      for (let i = 0; i < steps; i++) {
        const { terminated, truncated } = env.step(i & 1);
        if (terminated || truncated) env.reset();
      }
    };
    play(50_000);
    const grown = Array.from({ length: 5 }, () => {
      const before = process.memoryUsage().heapUsed;
      play(50_000);
      return process.memoryUsage().heapUsed - before;
    });
    expect(grown.sort((a, b) => a - b)[2]).toBeLessThan(2_000_000);
  },
);

/** Any actions of a CartPole. */
const actions = fc.array(fc.nat(1), { maxLength: 40 });

/** Plays both side by side until the inner episode's end, and shows each pair of results. */
function together(
  inner: Env,
  outer: Env,
  { seed, actions }: { seed: number; actions: readonly number[] },
  see: (inner: Float32Array, outer: Float32Array, rewards: [number, number], ended: boolean) => void,
): void {
  see(inner.reset({ seed }), outer.reset({ seed }), [0, 0], false);
  for (const action of actions) {
    const a = inner.step(action);
    const b = outer.step(action);
    expect(b.terminated).toBe(a.terminated);
    see(a.observation, b.observation, [a.reward, b.reward], a.terminated);
    if (a.terminated) break;
  }
}

it("timeLimit refuses to lengthen, which it cannot", () => {
  expect(() => timeLimit(corridor(), 21)).toThrow(
    "timeLimit: steps is 21: at most 20 is allowed, because Corridor ends its episodes there by itself",
  );
});

it("frozen statistics without an observation are refused, because they would only multiply by 10,000", () => {
  const statistics = new ObservationStatistics(4);
  statistics.frozen = true;
  const env = observationNormalisation(new CartPole(), statistics);
  expect(() => env.reset({ seed: 0 })).toThrow("the statistics are frozen and hold no observation");
});

it("every wrapper goes around a plain object, and checks what it gives", () => {
  const plain = () => ({
    observationSize: 1,
    actionCount: 2,
    reset: () => [0.5],
    step: (action: number) => ({ observation: [action === 1 ? Number.NaN : 0.25], reward: 1, terminated: false }),
  });
  for (const [, wrap] of wrappers) {
    const env = wrap(plain());
    env.reset({ seed: 1 });
    expect(env.step(0)).toMatchObject({ terminated: false, truncated: false });
    expect(env.actionNames).toEqual(["action 0", "action 1"]);
  }
  const env = rewardScale(plain(), 2);
  env.reset();
  expect(() => env.step(1)).toThrow("gave an observation with NaN");
  expect(() => rewardScale(null as never, 2)).toThrow(
    "env is null: an environment, an object with reset and step, is needed",
  );
});

it("timeLimit truncates", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), (steps) => {
      const env = timeLimit(corridor(), steps);
      expect(env.maxEpisodeSteps).toBe(steps);
      env.reset();
      for (let i = 1; i < env.maxEpisodeSteps; i++) expect(env.step(0).truncated).toBe(false);
      expect(env.step(0)).toMatchObject({ terminated: false, truncated: true });
      expect(() => env.step(0)).toThrow("Corridor: step() after the episode's end");
    }),
  );
});

it("frameStack shows the last observations, the oldest first", () => {
  const env = frameStack(new CartPole(), 3);
  expect(env.featureNames[0]).toBe("cart position, 2 steps ago");
  expect(env.featureNames.slice(7, 9)).toEqual(["pole angular velocity, 1 step ago", "cart position"]);
  fc.assert(
    fc.property(fc.nat(), actions, (seed, actions) => {
      const seen: number[][] = [];
      together(new CartPole(), env, { seed, actions }, (inner, outer) => {
        seen.push([...inner]);
        const frames = [2, 1, 0].flatMap((age) => seen[Math.max(0, seen.length - 1 - age)]);
        expect([...outer]).toEqual(frames);
      });
    }),
  );
});

it("rewardScale scales the reward and nothing else", () => {
  fc.assert(
    fc.property(fc.nat(), actions, fc.constantFrom(0.1, -2, 1000), (seed, actions, factor) => {
      together(new CartPole(), rewardScale(new CartPole(), factor), { seed, actions }, (a, b, [reward, scaled]) => {
        expect([...b]).toEqual([...a]);
        expect(scaled).toBeCloseTo(reward * factor, 12);
      });
    }),
  );
});

describe("observationNormalisation", () => {
  it("takes the mean and variance of all that was seen", () => {
    fc.assert(
      fc.property(fc.nat(), actions, (seed, actions) => {
        const seen: number[][] = [];
        const env = observationNormalisation(new CartPole());
        together(new CartPole(), env, { seed, actions }, (inner, outer) => {
          seen.push([...inner]);
          inner.forEach((value, i) => {
            const column = seen.map((observation) => observation[i]);
            const mean = column.reduce((a, b) => a + b) / column.length;
            const variance = column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / column.length;
            expect(outer[i]).toBeCloseTo((value - mean) / Math.sqrt(variance + 1e-8), 5);
          });
        });
      }),
      { numRuns: 30 },
    );
  });

  it("with frozen statistics gives the same episode from the same seed, and keeps the contract", () => {
    const statistics = new ObservationStatistics(4);
    const running = observationNormalisation(new CartPole(), statistics);
    for (let episode = 0; episode < 20; episode++) {
      running.reset({ seed: episode });
      for (let step = 0, ended = false; !ended; step++) ended = running.step(step & 1).terminated;
    }
    statistics.frozen = true;
    const { count } = statistics;
    expect(checkEnv(() => observationNormalisation(new CartPole(), statistics), { steps: 300 })).toEqual([]);
    expect(statistics.count).toBe(count);
  });
});

describe("stickyActions", () => {
  it("with probability 0 changes nothing, with 1 repeats an episode's first action", () => {
    fc.assert(
      fc.property(fc.nat(), actions, (seed, actions) => {
        const same = (a: Float32Array, b: Float32Array) => expect([...b]).toEqual([...a]);
        together(new CartPole(), stickyActions(new CartPole(), 0), { seed, actions }, same);
        const inner = new CartPole();
        const always = stickyActions(new CartPole(), 1);
        expect([...always.reset({ seed })]).toEqual([...inner.reset({ seed })]);
        for (const action of actions) {
          const { observation, terminated } = inner.step(actions[0]);
          same(observation, always.step(action).observation);
          if (terminated) break;
        }
      }),
    );
  });

  it("does not repeat an action that is forbidden now: the chosen one is taken", () => {
    // The mask forbids the action before, but only in each third step.
    const taken: number[] = [];
    const mask = new Uint8Array(2);
    const inner = {
      ...counterOf(2),
      actionMask: mask,
      reset: () => {
        taken.length = 0;
        mask.fill(1);
        return [0];
      },
      step: (action: number) => {
        taken.push(action);
        mask.fill(1);
        if (taken.length % 3 === 2) mask[action] = 0;
        return { observation: [taken.length], reward: 0, terminated: false };
      },
    };
    const env = stickyActions(inner, 1);
    env.reset({ seed: 0 });
    for (const action of [0, 1, 1, 0, 0, 0]) env.step(action);
    expect(taken).toEqual([0, 0, 1, 1, 1, 0]);
    expect(() => env.step(2)).toThrow("action 2 is not allowed");
  });

  it("refuses a forbidden action, also where the action before would be taken in its place", () => {
    const inner = { ...counterOf(3), actionMask: [1, 1, 0] };
    const env = stickyActions(inner, 1);
    env.reset({ seed: 0 });
    env.step(0);
    expect(() => env.step(2)).toThrow("custom: action 2 is forbidden at step 2: allowed are 0, 1");
  });

  it("repeats by draws of its own, which the seed decides", () => {
    const taken: number[] = [];
    const inner = corridor();
    const spied: Env = {
      ...inner,
      reset: (options) => inner.reset(options),
      step(action) {
        taken.push(action);
        return inner.step(action);
      },
    };
    const env = stickyActions(spied, 0.25);
    env.reset({ seed: 3 });
    const random = new Pcg64([3, purposes.stickyActions, 0]);
    const expected: number[] = [];
    for (let i = 0; i < 15; i++) {
      expected.push(i > 0 && random.random() < 0.25 ? expected[i - 1] : i & 1);
      const { terminated } = env.step(i & 1);
      expect(terminated).toBe(false);
    }
    expect(taken).toEqual(expected);
    expect(taken).not.toEqual(taken.map((_, i) => i & 1));
  });
});

it("a wrapped environment is drawn and disturbed as the one in it", () => {
  const inner = new CartPole();
  const env = timeLimit(frameStack(inner, 2), 5);
  env.reset();
  env.perturb!(1);
  expect(inner.state[1]).toBeGreaterThan(0.9);
  expect(sceneOf(env)).toEqual(sceneOf(inner));
  const drawn = rewardScale(corridor(), 2);
  drawn.reset();
  expect(sceneOf(drawn)!.shapes.length).toBe(1);
});

it("refuses what makes no sense", () => {
  const env = new CartPole();
  expect(() => timeLimit(env, 0)).toThrow("timeLimit: steps is 0: a whole number from 1 on is allowed");
  expect(() => frameStack(env, 1.5)).toThrow("frameStack: count is 1.5: a whole number from 1 on is allowed");
  expect(() => rewardScale(env, 0)).toThrow("rewardScale: factor is 0: a finite number other than 0 is allowed");
  expect(() => stickyActions(env, 1.1)).toThrow("stickyActions: probability is 1.1: a number from 0 to 1 is allowed");
  expect(() => observationNormalisation(env, new ObservationStatistics(2))).toThrow(
    "observationNormalisation: the statistics have 2 features, but CartPole-v1 has 4",
  );
});
