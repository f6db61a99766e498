// Masks of the allowed actions: who gets them, what is drawn from them, and that no figure looks at a forbidden action.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { collectTransitions, tdTargets } from "../../src/distill/states.js";
import type { CustomEnv } from "../../src/env/env.js";
import { atOnce } from "../../src/env/pauses.js";
import { Pcg64 } from "../../src/env/random.js";
import { resolveEnv } from "../../src/env/registry.js";
import { purposes } from "../../src/env/seeds.js";
import { changedShare, greedyActions, sameShare } from "../../src/evaluate/churn.js";
import { compare } from "../../src/evaluate/compare.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import { probeStates } from "../../src/evaluate/probe.js";
import { episodeReturns, randomAction, randomPolicy } from "../../src/evaluate/returns.js";
import { makeCopies } from "../../src/evaluate/rounds.js";

/** The best allowed action. */
function best(qValues: ArrayLike<number>, mask?: Uint8Array): number {
  let action = -1;
  for (let a = 0; a < qValues.length; a++) {
    if (mask?.[a] !== 0 && (action < 0 || qValues[a] > qValues[action])) action = a;
  }
  return action;
}

/** A policy with one row of Q-values for each state, whose number is its observation. */
const table = (rows: readonly (readonly number[])[]) => {
  const qValues = ([state]: ArrayLike<number> & Iterable<number>) => rows[Math.round(state)];
  return {
    qValues,
    act: (state: ArrayLike<number> & Iterable<number>, mask?: Uint8Array) => best(qValues(state), mask),
  };
};

/** One step in each state, from the first to the last; a step pays its action. */
function chain(
  masks: readonly (readonly number[])[] | undefined,
  states: number,
  actionCount: number,
): () => CustomEnv {
  return () => {
    let state = 0;
    return {
      id: "chain",
      observationSize: 1,
      actionCount,
      get actionMask() {
        return masks?.[state];
      },
      reset: () => {
        state = 0;
        return [0];
      },
      step: (action) => {
        const terminated = state === states - 1;
        if (!terminated) state++;
        return { observation: [state], reward: action, terminated };
      },
    };
  };
}

describe("two states, in each of which one of three actions is forbidden", () => {
  const masks = [
    [1, 1, 0],
    [0, 1, 1],
  ];
  const gates = chain(masks, 2, 3);
  // allowed are 1, 2 and 3, 4 of the teacher's Q-values, and 1, 0 and 3, 6 of the student's
  const teacher = table([
    [1, 2, 9],
    [9, 3, 4],
  ]);
  const student = table([
    [1, 0, 5],
    [8, 3, 6],
  ]);

  it("are compared by the allowed actions alone", () => {
    const comparison = compare(teacher, student, { env: gates, seed: 7, episodes: 4 });
    expect(comparison.teacher.mean).toBe(1 + 2);
    expect(comparison.student.mean).toBe(0 + 2);
    // NumPy's integers(0, 2) of the seed [7, 4, 0] begin with 1, 0, 1, 0, 1, 0, 1, 1: the second of two actions, or the first
    expect(comparison.random).toMatchObject({ mean: 1 + (1 + 0 + 1 + 0 + 1 + 0 + 1 + 1) / 4 });
    expect(comparison.qMse).toBe((0 + 4 + 0 + 4) / 4);
    expect(comparison.qR2).toBe(1 - 2 / 1.25); // 1, 2, 3, 4 have the variance 1.25
    expect(comparison.actionAgreement).toBe(0.5);
    expect(comparison.actionFlipRate).toBe(0);
  });

  it("would be others without the masks", () => {
    const comparison = compare(teacher, student, { env: chain(undefined, 2, 3), seed: 7, episodes: 4 });
    expect(comparison.qMse).toBe((0 + 4 + 16 + 1 + 0 + 4) / 6);
    expect(comparison.actionAgreement).toBe(1);
  });

  it("are probed with their masks, which the environment may change later", () => {
    const probes = atOnce(probeStates(resolveEnv(gates), [teacher], 7));
    expect(probes.states.slice(0, 4).map(([state]) => state)).toEqual([0, 1, 0, 1]);
    expect(probes.masks?.map((mask) => [...mask])).toEqual(Array(10).fill(masks).flat());
    const several = atOnce(probeStates(makeCopies(gates, 3), [teacher], 7));
    expect(several).toEqual(probes);
  });

  it("have greedy actions that are allowed", () => {
    const states = [0, 1].map((state) => Float32Array.of(state));
    const of = (policy: typeof teacher, given?: Uint8Array[]) => greedyActions(policy, states, given);
    const allowed = masks.map((mask) => Uint8Array.from(mask));
    expect([of(teacher), of(teacher, allowed)]).toEqual([
      [2, 0],
      [1, 2],
    ]);
    expect(sameShare(of(teacher, allowed), of(student, allowed))).toBe(0.5);
  });

  it("are collected with their masks and those of the next states", () => {
    const of = { seed: 3, firstEpisode: 0, count: 5, exploration: 0, share: 0 };
    const steps = atOnce(collectTransitions(resolveEnv(gates), { teacher, student }, of));
    expect([...steps.actions]).toEqual([1, 2, 1, 2, 1]);
    expect([...(steps.masks as Uint8Array)]).toEqual([1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0]);
    // where the task ended, all are allowed
    expect([...(steps.nextMasks as Uint8Array)]).toEqual([0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1]);
    const answer = (states: Float32Array) =>
      Float32Array.from([...states].flatMap((state) => teacher.qValues([state])));
    // without the mask the largest in the second state would be 9
    expect([...tdTargets(steps, answer, 0.5).values]).toEqual([1 + 0.5 * 4, 2, 1 + 0.5 * 4, 2, 1 + 0.5 * 4]);
  });

  it("keep the next mask where the time limit ended the episode", () => {
    const limited = () => ({ ...gates(), maxEpisodeSteps: 1, actionMask: [0, 1, 1] });
    const of = { seed: 3, firstEpisode: 0, count: 2, exploration: 0, share: 1 };
    const steps = atOnce(collectTransitions(resolveEnv(limited), { teacher, student }, of));
    expect([...(steps.nextMasks as Uint8Array)]).toEqual([0, 1, 1, 0, 1, 1]);
    expect([...steps.terminated]).toEqual([0, 0]);
  });

  it("are played by a policy that knows them itself; another one is refused in one line", () => {
    const knows = { act: ([state]: Float32Array) => (state === 0 ? 0 : 2) };
    expect(evaluate(knows, { env: gates, episodes: 3 }).mean).toBe(2);
    const refused = /^chain: action 0 is forbidden at step 2: allowed are 1, 2$/;
    expect(() => evaluate({ act: () => 0 }, { env: gates, episodes: 3 })).toThrow(refused);
    expect(() => compare(teacher, { ...student, act: () => 0 }, { env: gates, seed: 0 })).toThrow(refused);
  });
});

it("a collection without masks has none", () => {
  const of = { seed: 3, firstEpisode: 0, count: 5, exploration: 0.5, share: 0.5 };
  const policy = { act: () => 1 };
  const steps = atOnce(
    collectTransitions(resolveEnv(chain(undefined, 3, 2)), { teacher: policy, student: policy }, of),
  );
  expect([steps.masks, steps.nextMasks]).toEqual([undefined, undefined]);
});

describe("a random action", () => {
  const anyMask = fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 9 }).filter((mask) => mask.includes(1));

  it("is the allowed one with the number that NumPy's generator draws below their number", () => {
    fc.assert(
      fc.property(anyMask, fc.nat(), (mask, seed) => {
        const allowed = [...mask.keys()].filter((action) => mask[action] === 1);
        const [random, expected] = [new Pcg64(seed), new Pcg64(seed)];
        for (let i = 0; i < 20; i++) {
          const action = randomAction(random, mask.length, Uint8Array.from(mask));
          expect(action).toBe(allowed[expected.integers(0, allowed.length)]);
        }
      }),
    );
  });

  it("is the same as without a mask where all are allowed", () => {
    const [without, withMask] = [randomPolicy(3, 7), randomPolicy(3, 7)];
    const state = new Float32Array(1);
    for (let i = 0; i < 100; i++) expect(withMask.act(state, Uint8Array.of(1, 1, 1))).toBe(without.act(state));
  });

  it("explores only what is allowed, each as often", () => {
    const masks = [
      [1, 0, 1, 1],
      [0, 1, 0, 0],
      [0, 1, 0, 1],
    ];
    const of = { seed: 3, firstEpisode: 0, count: 9000, exploration: 1, share: 0 };
    const never = { act: () => 0 };
    const { actions } = atOnce(
      collectTransitions(resolveEnv(chain(masks, 3, 4)), { teacher: never, student: never }, of),
    );
    const counts = masks.map((mask) => mask.map(() => 0));
    for (const [i, action] of actions.entries()) counts[i % 3][action]++;
    // standard deviations of 1,000 of 3,000 and of 1,500 of 3,000: 26 and 27
    expect(counts[1]).toEqual([0, 3000, 0, 0]);
    expect(counts[0][1]).toBe(0);
    for (const a of [0, 2, 3]) expect(Math.abs(counts[0][a] - 1000)).toBeLessThan(110);
    expect([counts[2][0], counts[2][2]]).toEqual([0, 0]);
    expect(Math.abs(counts[2][1] - 1500)).toBeLessThan(110);
  });
});

/** Worlds of a few states with their masks, and Q-values of two networks and of what nobody should look at. */
const worlds = fc
  .record({ states: fc.integer({ min: 1, max: 5 }), actionCount: fc.integer({ min: 2, max: 5 }) })
  .chain(({ states, actionCount }) => {
    const rows = <Value>(value: fc.Arbitrary<Value>) => {
      const row = fc.array(value, { minLength: actionCount, maxLength: actionCount });
      return fc.array(row, { minLength: states, maxLength: states });
    };
    const qValues = rows(fc.integer({ min: -50, max: 50 }));
    const mask = fc
      .array(fc.constantFrom<number>(0, 1), { minLength: actionCount, maxLength: actionCount })
      .filter((each) => each.includes(1));
    return fc.record({
      states: fc.constant(states),
      actionCount: fc.constant(actionCount),
      masks: fc.array(mask, { minLength: states, maxLength: states }),
      teacher: qValues,
      student: qValues,
      noise: rows(fc.integer({ min: -1000, max: 1000 })),
    });
  });
type World = typeof worlds extends fc.Arbitrary<infer Value> ? Value : never;
const kept = (rows: number[][], masks: number[][], others: number[][]) =>
  rows.map((row, state) => row.map((value, a) => (masks[state][a] === 1 ? value : others[state][a])));

describe("in any world", () => {
  const comparing = ({ states, actionCount, masks }: World, teacher: number[][], student: number[][]) =>
    compare(table(teacher), table(student), { env: chain(masks, states, actionCount), seed: 1, episodes: 3 });

  it("the comparison is the same whatever the Q-values of forbidden actions are", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { masks, teacher, student, noise } = world;
        const other = (rows: number[][]) => kept(rows, masks, noise);
        expect(comparing(world, other(teacher), other(student))).toEqual(comparing(world, teacher, student));
      }),
    );
  });

  it("its figures are those of the allowed pairs of state and action", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { masks, teacher, student } = world;
        const comparison = comparing(world, teacher, student);
        const pairs = masks.flatMap((mask, state) =>
          mask.flatMap((allowed, a) => (allowed ? [[teacher[state][a], student[state][a]]] : [])),
        );
        const meanOf = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
        const qMse = meanOf(pairs.map(([t, s]) => (t - s) ** 2));
        expect(comparison.qMse).toBeCloseTo(qMse, 9);
        const centre = meanOf(pairs.map(([t]) => t));
        const variance = meanOf(pairs.map(([t]) => (t - centre) ** 2));
        if (variance > 1e-9) expect(comparison.qR2).toBeCloseTo(1 - qMse / variance, 6);
        const greedy = (rows: number[][]) => rows.map((row, state) => best(row, Uint8Array.from(masks[state])));
        expect(comparison.actionAgreement).toBeCloseTo(1 - changedShare(greedy(teacher), greedy(student)), 12);
        const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
        expect([comparison.teacher.mean, comparison.student.mean]).toEqual([teacher, student].map(greedy).map(sum));
        const least = masks.map((mask) => mask.indexOf(1));
        const most = masks.map((mask) => mask.lastIndexOf(1));
        expect(comparison.random.min).toBeGreaterThanOrEqual(sum(least));
        expect(comparison.random.mean).toBeLessThanOrEqual(sum(most));
      }),
    );
  });

  it("masks that allow everything change no bit", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { states, actionCount, teacher, student } = world;
        const all = { ...world, masks: world.masks.map((mask) => mask.map(() => 1)) };
        const env = chain(undefined, states, actionCount);
        const options = { env, seed: 1, episodes: 3 };
        expect(comparing(all, teacher, student)).toEqual(compare(table(teacher), table(student), options));
      }),
    );
  });

  it("only allowed actions are taken, collected and bootstrapped from", () => {
    fc.assert(
      fc.property(worlds, fc.integer({ min: 1, max: 3 }), (world, copies) => {
        const { states, actionCount, masks, teacher, student, noise } = world;
        const envs = makeCopies(chain(masks, states, actionCount), copies);
        const final = { seed: 1, purpose: purposes.final, episodes: 2 };
        const random = randomPolicy(actionCount, 1);
        for (const policy of [table(teacher), random]) atOnce(episodeReturns(envs, policy, final)); // refused otherwise
        const of = { seed: 1, firstEpisode: 0, count: 20, exploration: 0.5, share: 0.5 };
        const policies = { teacher: table(teacher), student: table(student) };
        const steps = atOnce(collectTransitions(envs, policies, of));
        const row = (values: Uint8Array | undefined, i: number) => [
          ...(values as Uint8Array).subarray(i * actionCount, (i + 1) * actionCount),
        ];
        for (const [i, action] of steps.actions.entries()) {
          expect(row(steps.masks, i)).toEqual(masks[steps.states[i]]);
          expect(row(steps.masks, i)[action]).toBe(1);
          const ended = steps.terminated[i] === 1;
          expect(row(steps.nextMasks, i)).toEqual(ended ? Array(actionCount).fill(1) : masks[steps.nextStates[i]]);
        }
        const targets = (rows: number[][]) =>
          tdTargets(steps, (all) => Float32Array.from([...all].flatMap((state) => rows[state])), 0.9);
        expect(targets(kept(teacher, masks, noise))).toEqual(targets(teacher));
      }),
    );
  });
});
