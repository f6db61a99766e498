// What references are computed with, on tasks whose best policy is known on paper.
import { describe, expect, it } from "vitest";
import { outcomes, solved, solvedOnGrid } from "./solve.js";

/** What the solver gives for its draws. */
interface Draws {
  integers(low: number, high: number): number;
  choice(count: number, p?: readonly number[]): number;
  normal(mean: number, deviation: number): number;
}

describe("outcomes", () => {
  it("are all results with their probabilities, also where later draws depend on earlier ones", () => {
    const all = [
      ...outcomes((random: Draws) => {
        const first = random.integers(1, 3);
        return first === 1 ? "one" : `two, ${random.choice(3, [0.5, 0, 0.5])}`;
      }),
    ];
    expect(all).toEqual([
      { result: "one", chance: 0.5 },
      { result: "two, 0", chance: 0.25 },
      { result: "two, 2", chance: 0.25 },
    ]);
  });

  it("replace noise by its mean", () => {
    expect([...outcomes((random: Draws) => random.normal(7, 50))]).toEqual([{ result: 7, chance: 1 }]);
  });
});

describe("solved", () => {
  it("stops in time: one die, thrown again at most twice, is kept from 5 on, then from 4 on", () => {
    const rules = {
      featureNames: ["die", "throws left"],
      actionNames: ["keep", "throw"],
      start: (random: Draws) => ({ die: random.integers(1, 7), left: 2 }),
      step(state: { die: number; left: number }, action: number, random: Draws) {
        if (action === 0 || state.left === 0) return { reward: state.die, terminated: true };
        Object.assign(state, { die: random.integers(1, 7), left: state.left - 1 });
        return { reward: 0, terminated: false };
      },
      observe: ({ die, left }: { die: number; left: number }, observation: Float32Array) =>
        observation.set([die, left]),
    };
    const policy = solved(rules, { gamma: 1 });
    expect(policy.states).toBe(18);
    const kept = (left: number) => [1, 2, 3, 4, 5, 6].filter((die) => policy.act([die, left]) === 0);
    expect(kept(2)).toEqual([5, 6]); // worth 4.25 to go on
    expect(kept(1)).toEqual([4, 5, 6]); // worth 3.5
  });

  it("keeps to the mask, and weighs later rewards by gamma", () => {
    const rules = {
      featureNames: ["place"],
      actionNames: ["near", "far", "forbidden"],
      start: () => ({ place: 0 }),
      step(state: { place: number }, action: number) {
        if (action === 2) return { reward: 1000, terminated: true };
        if (action === 0) return { reward: 5, terminated: true };
        state.place++;
        return { reward: state.place === 3 ? 10 : 0, terminated: state.place === 3 };
      },
      observe: ({ place }: { place: number }, observation: Float32Array) => observation.set([place]),
      mask: (_state: unknown, mask: Uint8Array) => mask.set([1, 1, 0]),
    };
    expect(solved(rules, { gamma: 0.8 }).act([0])).toBe(1); // 10 · 0.64 > 5
    expect(solved(rules, { gamma: 0.7 }).act([0])).toBe(0); // 10 · 0.49 < 5
    expect(() => solved(rules, { gamma: 0.7 }).act([9])).toThrow("9 was never reached");
  });
});

it("a grid with a wrapping axis is left by the shorter way round", () => {
  const policy = solvedOnGrid({
    step(x: number, y: number, action: number) {
      const next = x + (action === 0 ? -10 : 10);
      return { x: next, y, reward: -1, terminated: Math.abs(next) >= 175 && Math.abs(next) <= 185 };
    },
    actions: 2,
    axes: [
      { from: -180, to: 180, points: 36, wraps: true },
      { from: 0, to: 1, points: 2 },
    ],
    gamma: 0.99,
    read: ([x, y]: number[]) => [x, y],
  });
  expect(policy.act([100, 0.5])).toBe(1);
  expect(policy.act([-100, 0.5])).toBe(0);
});
