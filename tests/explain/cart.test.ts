// CART against every split that there is, and against a tree worked by hand.
import fc from "fast-check";
import { expect, it } from "vitest";
import { growTree, isLeaf, type LabelledStates, type Node } from "../../src/explain/cart.js";

interface Sample {
  readonly state: readonly number[];
  readonly action: number;
  readonly weight: number;
}

function labelled(samples: readonly Sample[], actionCount: number): LabelledStates {
  return {
    states: Float32Array.from(samples.flatMap(({ state }) => state)),
    size: samples[0].state.length,
    actions: Uint16Array.from(samples, ({ action }) => action),
    weights: Float64Array.from(samples, ({ weight }) => weight),
    actionCount,
  };
}

/** w·(1 − Σ p²) by the definition. */
function impurity(samples: readonly Sample[], actionCount: number): number {
  const weight = samples.reduce((sum, sample) => sum + sample.weight, 0);
  if (weight === 0) return 0;
  let squares = 0;
  for (let action = 0; action < actionCount; action++) {
    const share =
      samples.filter((sample) => sample.action === action).reduce((sum, { weight: w }) => sum + w, 0) / weight;
    squares += share * share;
  }
  return weight * (1 - squares);
}

/** The two sides of every split: one for each feature and each of its values but the largest. */
function everySplit(samples: readonly Sample[]): [Sample[], Sample[]][] {
  return samples[0].state.flatMap((_, feature) =>
    samples
      .map(({ state }) => state[feature])
      .map((value): [Sample[], Sample[]] => [
        samples.filter(({ state }) => state[feature] <= value),
        samples.filter(({ state }) => state[feature] > value),
      ])
      .filter(([, above]) => above.length > 0),
  );
}

function act(node: Node, state: readonly number[]): number {
  let at = node;
  while (!isLeaf(at)) at = state[at.feature] <= at.threshold ? at.below : at.above;
  return at.action;
}

function leafCount(node: Node): number {
  return isLeaf(node) ? 1 : leafCount(node.below) + leafCount(node.above);
}

const actionCount = 3;
const samplesOf = (weights: fc.Arbitrary<number>) =>
  fc.array(
    fc.record({
      state: fc.array(
        fc.integer({ min: -3, max: 3 }).map((value) => value / 4),
        { minLength: 2, maxLength: 2 },
      ),
      action: fc.nat(actionCount - 1),
      weight: weights,
    }),
    { minLength: 2, maxLength: 14 },
  );
const samples = samplesOf(fc.integer({ min: 0, max: 8 }));

it("makes the split that lessens the weighted Gini impurity most, of all that there are", () => {
  fc.assert(
    fc.property(samples, (given) => {
      const splits = everySplit(given);
      const after = ([below, above]: [Sample[], Sample[]]) =>
        impurity(below, actionCount) + impurity(above, actionCount);
      const least = Math.min(...splits.map(after), impurity(given, actionCount));
      const tree = growTree(labelled(given, actionCount), 2);
      if (isLeaf(tree)) {
        // nothing is gained by a split, or both of its sides take the same action, as a best split's may
        const heaviest = (side: Sample[]) => act(growTree(labelled(side, actionCount), 1), []);
        const best = splits.filter((split) => after(split) <= least + 1e-9);
        expect(least >= impurity(given, actionCount) - 1e-9 || best.some(([a, b]) => heaviest(a) === heaviest(b))).toBe(
          true,
        );
        return;
      }
      const below = given.filter(({ state }) => state[tree.feature] <= tree.threshold);
      const above = given.filter(({ state }) => state[tree.feature] > tree.threshold);
      expect(below.length * above.length).toBeGreaterThan(0);
      expect(after([below, above])).toBeCloseTo(least, 9);
    }),
    { numRuns: 300 },
  );
});

it("takes a weight of k for k copies of a state", () => {
  fc.assert(
    fc.property(samplesOf(fc.integer({ min: 1, max: 5 })), fc.integer({ min: 2, max: 6 }), (given, leaves) => {
      const copies = given.flatMap((sample) => Array(sample.weight).fill({ ...sample, weight: 1 }));
      const rules = (node: Node): unknown =>
        isLeaf(node) ? node.action : [node.feature, node.threshold, rules(node.below), rules(node.above)];
      expect(rules(growTree(labelled(given, actionCount), leaves))).toEqual(
        rules(growTree(labelled(copies, actionCount), leaves)),
      );
    }),
    { numRuns: 200 },
  );
});

it("has no more leaves than are allowed, and with enough of them answers all that can be told apart by single splits", () => {
  fc.assert(
    fc.property(samples, fc.integer({ min: 1, max: 6 }), (given, leaves) => {
      expect(leafCount(growTree(labelled(given, actionCount), leaves))).toBeLessThanOrEqual(leaves);
    }),
  );
  const steps = [0, 1, 2, 0, 1].map((action, i) => ({ state: [i], action, weight: 1 }));
  const tree = growTree(labelled(steps, actionCount), 5);
  expect(steps.map(({ state }) => act(tree, state))).toEqual([0, 1, 2, 0, 1]);
});

it("splits the leaf first that gains most, at a number of few digits", () => {
  // the left part is impure by little weight, the right part by much: with three leaves the right one is split
  const rows: [number, number, number][] = [
    [0, 0, 10],
    [1, 1, 1],
    [2, 0, 10],
    [3, 2, 30],
    [4, 1, 25],
    [5, 1, 25],
  ];
  const data = labelled(
    rows.map(([x, action, weight]) => ({ state: [x], action, weight })),
    3,
  );
  expect(growTree(data, 3)).toEqual({
    feature: 0,
    threshold: 4 - 0.5,
    below: { feature: 0, threshold: 2.5, below: { action: 0, states: 3 }, above: { action: 2, states: 1 } },
    above: { action: 1, states: 2 },
  });
});
