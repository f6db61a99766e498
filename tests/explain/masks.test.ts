// Explanations where some actions are forbidden: the tree's leaves know what to take instead.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Pcg64 } from "../../src/env/random.js";
import { growTree } from "../../src/explain/cart.js";
import { explain } from "../../src/explain/explain.js";
import { exportTree } from "../../src/explain/javascript.js";
import { sensitivities } from "../../src/explain/sensitivity.js";
import { DecisionTree, treeRules } from "../../src/explain/tree.js";
import { fromFunction } from "../../src/import/function.js";

const names = { featureNames: ["x"], actionNames: ["best", "right", "left", "never"] };
/** The best action is often forbidden; the next best depends on x; the last is never allowed, whatever its Q-value. */
const qValuesAt = (x: number) => [3, x > 0.5 ? 2 : 1, x > 0.5 ? 1 : 2, 9];

/** Ten steps, each with a new x, one of eight from 1/16 to 15/16, and a new mask. The reward is the Q-value of the action. */
function makeChoice() {
  let random = new Pcg64(0);
  let x = 0;
  let steps = 0;
  const draw = () => {
    x = (1 + 2 * random.integers(0, 8)) / 16;
    env.actionMask[0] = Number(random.random() < 0.7);
    return [x];
  };
  const env = {
    id: "choice",
    observationSize: 1,
    actionCount: 4,
    ...names,
    actionMask: Uint8Array.of(1, 1, 1, 0),
    reset({ seed = 0 } = {}) {
      random = new Pcg64(seed);
      steps = 0;
      return draw();
    },
    step(action: number) {
      const reward = qValuesAt(x)[action];
      return { observation: draw(), reward, terminated: ++steps === 10 };
    },
  };
  return env;
}

const network = fromFunction(([x]) => qValuesAt(x), { environment: makeChoice });

describe("the explanation of a network whose best action is often forbidden", () => {
  const explained = explain(network, { env: makeChoice, seed: 0, leaves: 2 });

  test("acts as the network does with every mask", () => {
    expect(explained.agreement).toBe(1);
    expect(explained.treeEvaluation.mean).toBe(explained.network.mean);
  });

  test("has leaves that differ only in what they take where the best action is forbidden", () => {
    const { tree } = explained;
    expect(tree.leaves).toBe(2);
    expect(tree.root).toMatchObject({
      feature: 0,
      below: { action: 0, order: [0, 2, 1, 3] },
      above: { action: 0, order: [0, 1, 2, 3] },
    });
    expect(explained.rules).toMatch(
      /^if x ≤ 0\.5\n {2}best, else left, else right, else never {2}\(\d+ %\)\nelse\n {2}best, else right, else left/,
    );
  });

  test("its module takes the same actions, and refuses a mask that allows none", async () => {
    const { act, example } = await import(`data:text/javascript,${encodeURIComponent(explained.module)}`);
    expect(act(example.observation)).toBe(example.action);
    const masks = fc.uint8Array({ min: 0, max: 1, minLength: 4, maxLength: 4 }).filter((mask) => mask.includes(1));
    fc.assert(
      fc.property(fc.float({ min: 0, max: 1, noNaN: true }), masks, (x, mask) => {
        expect(act([x], mask)).toBe(explained.tree.act([x], mask));
        expect(act([x])).toBe(explained.tree.act([x]));
      }),
    );
    const message = "was given: 4 numbers are needed, not all 0";
    expect(() => act([0.3], [0, 0, 0, 0])).toThrow(new RangeError(`a mask of 0,0,0,0 ${message}`));
    expect(() => act([0.3], [1, 1])).toThrow(new RangeError(`a mask of 1,1 ${message}`));
    expect(() => explained.tree.act([0.3], [0, 0, 0, 0])).toThrow("a mask of zeros was given");
    expect(() => explained.tree.act([0.3], [1])).toThrow("a mask of length 1 was given: 4 numbers are needed");
  });

  test("no figure looks at a forbidden action", () => {
    // every action is the same wherever x moves, as long as the best is allowed
    const states = Float32Array.of(0.4, 0.6, 0.45, 0.55);
    const at = { states, size: 1, actionCount: 4, seed: 0 };
    const mask = (best: number) => Uint8Array.from([best, 1, 1, 0, best, 1, 1, 0, best, 1, 1, 0, best, 1, 1, 0]);
    expect(sensitivities(network, { ...at, masks: mask(1) })[0]).toMatchObject({ flipRate: 0, gapChange: 0 });
    const [moved] = sensitivities(network, { ...at, masks: mask(0) });
    expect(moved.flipRate).toBeGreaterThan(0);
    expect(moved.gapChange).toBeGreaterThan(0);
    const one = sensitivities(network, {
      ...at,
      masks: Uint8Array.from([0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0]),
    });
    expect(one[0]).toMatchObject({ flipRate: 0, gapChange: 0, permutedFlipRate: 0 });
    expect(() => sensitivities(network, { ...at, masks: new Uint8Array(3) })).toThrow(
      /^masks is .*16 numbers, one row a/,
    );
  });
});

describe("a leaf", () => {
  const none = Number.NaN;
  const grown = (losses: number[], weights: number[], actions: number[]) =>
    growTree(
      {
        states: new Float32Array(weights.length), // all alike: one leaf
        size: 1,
        actions: Uint16Array.from(actions),
        weights: Float64Array.from(weights),
        actionCount: 4,
        losses: Float32Array.from(losses),
      },
      4,
    );

  test("orders its actions by what they lose on average where they are allowed", () => {
    // action 1: (0 + 4)/2, action 2: 1, action 0 never, action 3: (3 + 0)/2 — and the heaviest label, 3, comes first
    const losses = [none, 0, 1, 3, none, 4, none, 0];
    expect(grown(losses, [1, 4], [1, 3])).toEqual({ action: 3, states: 2, order: [3, 2, 1, 0] });
    // where no state has a choice, nothing weighs anything
    expect(grown([none, none, 0, none, none, none, 0, none], [0, 0], [2, 2])).toMatchObject({ order: [2, 0, 1, 3] });
  });

  test("without an order refuses a mask that forbids its action", () => {
    const tree = new DecisionTree({ action: 1, states: 7 });
    expect(tree.act([0], [0, 1])).toBe(1);
    expect(() => tree.act([0], [1, 0])).toThrow(
      "the tree's leaf has action 1, which the mask forbids: a tree of an environment with masks is needed",
    );
    // and is written as ever
    expect(treeRules(tree, names)).toBe("right  (100 %)");
    expect(exportTree(tree, { environment: "x", names, example: [0] })).toContain("act(x) {");
  });
});
