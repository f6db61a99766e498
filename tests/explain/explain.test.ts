// A network as a tree: what it plays, its module, its rules, and the features that count.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Pcg64 } from "../../src/env/random.js";
import { makeEnv } from "../../src/env/registry.js";
import { growTree } from "../../src/explain/cart.js";
import { explain } from "../../src/explain/explain.js";
import { exportTree } from "../../src/explain/javascript.js";
import { sensitivities } from "../../src/explain/sensitivity.js";
import { DecisionTree, treeRules } from "../../src/explain/tree.js";
import { Model } from "../../src/model/model.js";

// pushes towards angle + angular velocity: 487 of 500
const signRule = new Model({
  environment: "CartPole-v1",
  widths: [4, 2],
  parameters: Float32Array.of(0, 0, 0, 0, -1, 1, -1, 1, 0, 0),
});

interface TreeModule {
  act(observation: ArrayLike<number>): number;
  readonly environment: string;
  readonly example: { observation: number[]; action: number };
}

function imported(source: string): Promise<TreeModule> {
  return import(/* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(source).toString("base64")}`);
}

function randomTree(seed: number, leaves: number): DecisionTree {
  const random = new Pcg64(seed);
  const count = 300;
  const states = Float32Array.from({ length: 2 * count }, () => random.normal(0, 1));
  const actions = Uint16Array.from({ length: count }, () => random.integers(0, 3));
  const weights = Float64Array.from({ length: count }, () => random.random());
  return new DecisionTree(growTree({ states, size: 2, actions, weights, actionCount: 3 }, leaves));
}

const names = { featureNames: ["a", "b */\n\u2028x"], actionNames: ["left", "stay\r\n", "right"] };

describe("the module of a tree", () => {
  it("acts as the tree does", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1e6), fc.integer({ min: 1, max: 40 }), async (seed, leaves) => {
        const tree = randomTree(seed, leaves);
        const module = await imported(exportTree(tree, { environment: "</x>\n", names, example: [0.5, -1] }));
        const random = new Pcg64(seed + 1);
        for (let i = 0; i < 200; i++) {
          const state = [random.normal(0, 1.5), random.normal(0, 1.5)];
          expect(module.act(state)).toBe(tree.act(state));
        }
        for (const state of [
          [Number.NaN, 0],
          [Infinity, -Infinity],
        ])
          expect(module.act(state)).toBe(tree.act(state));
        expect(module.environment).toBe("</x>\n");
        expect(module.act(module.example.observation)).toBe(module.example.action);
      }),
      { numRuns: 20 },
    );
  });

  it("refuses an observation of another length", async () => {
    const { act } = await imported(exportTree(randomTree(0, 5), { environment: "x", names, example: [0, 0] }));
    expect(() => act([1])).toThrow(new RangeError("an observation of length 1 was given: 2 numbers are needed"));
  });
});

it("writes rules in the environment's names", () => {
  const tree = new DecisionTree({
    feature: 2,
    threshold: -0.05,
    below: { action: 0, states: 30 },
    above: { feature: 3, threshold: 1.5, below: { action: 1, states: 60 }, above: { action: 0, states: 10 } },
  });
  expect([tree.depth, tree.leaves]).toEqual([2, 3]);
  expect(treeRules(tree, makeEnv("CartPole-v1"))).toBe(`if pole angle ≤ -0.05
  push left  (30 %)
else
  if pole angular velocity ≤ 1.5
    push right  (60 %)
  else
    push left  (10 %)`);
});

it("explains a rule for CartPole by a tree that plays as well, the same for the same seed", async () => {
  const explained = explain(signRule, { env: "CartPole-v1", seed: 100 });
  expect(explained.tree.leaves).toBeLessThanOrEqual(15);
  expect(explained.network.mean).toBeGreaterThan(480);
  expect(explained.treeEvaluation.mean).toBeGreaterThan(480);
  expect(explained.agreement).toBeGreaterThan(0.8);
  const module = await imported(explained.module);
  const random = new Pcg64(0);
  for (let i = 0; i < 1000; i++) {
    const state = [1, 1, 0.2, 1].map((deviation) => random.normal(0, deviation));
    expect(module.act(state)).toBe(explained.tree.act(state));
  }
  // what the rule does not read has no part
  const [position, velocity, angle, angularVelocity] = explained.sensitivity;
  for (const { flipRate, gapChange, permutedFlipRate } of [position, velocity]) {
    expect([flipRate, gapChange, permutedFlipRate]).toEqual([0, 0, 0]);
  }
  expect(angle.flipRate).toBeGreaterThan(0);
  expect(angularVelocity.permutedFlipRate).toBeGreaterThan(0.1);

  const again = explain(signRule, { env: "CartPole-v1", seed: 100 });
  expect(again.tree.root).toEqual(explained.tree.root);
  expect(again.sensitivity).toEqual(explained.sensitivity);
});

it("counts flips and changes of the Q-gap as worked by hand", () => {
  // Q = (x, 0) in the states −1, 1, 3: deviation √(8/3) = 1.633, gaps 1, 1, 3 towards actions 1, 0, 0
  const network = new Model({ environment: "x", widths: [1, 2], parameters: Float32Array.of(1, 0, 0, 0) });
  const states = Float32Array.of(-1, 1, 3);
  const [{ deviation, flipRate, gapChange }] = sensitivities(network, { states, size: 1, actionCount: 2, seed: 0 });
  expect(deviation).toBeCloseTo(Math.sqrt(8 / 3), 6);
  // up: −1 becomes 0.633, which flips; down: 1 becomes −0.633, which flips
  expect(flipRate).toBeCloseTo(1 / 3, 12);
  // the gap of a state's own action changes by the move itself
  expect(gapChange).toBeCloseTo(Math.sqrt(8 / 3), 6);
});

it("refuses what is not allowed", () => {
  const refused = (options: object) => () => explain(signRule, { env: "CartPole-v1", seed: 0, ...options });
  expect(refused({ leaves: 0 })).toThrow("leaves is 0: a whole number from 1 to 10000 is allowed");
  expect(refused({ seed: -1 })).toThrow(/^seed is -1/);
  expect(refused({ env: "Acrobot-v1" })).toThrow(/has 4 inputs and 2 outputs, but Acrobot-v1 has 6 features/);
});
