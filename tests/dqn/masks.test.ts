// Masks in training: a forbidden action is never taken, and counts in no target.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Agent, type AgentOptions } from "../../src/dqn/agent.js";
import { type TrainOptions, trainTeacher } from "../../src/dqn/teacher.js";
import type { CustomEnv } from "../../src/env/env.js";
import { coin } from "../coin.js";
import { shortTeacher } from "../short-training.js";

const kinds: TrainOptions[] = [
  {},
  { double: false },
  { dueling: true, nStep: 3 },
  { prioritized: true, explorationRepeat: 20, copies: 3 },
  { double: false, dueling: true, prioritized: true },
];

/** A walk on a ring of 7 cells, where the mask of each cell allows one, two or three of three actions. It throws at others. */
function strict(counts: number[][] = []): CustomEnv {
  let cell = 0;
  const masks = [1, 2, 3, 4, 5, 6, 7].map((bits) => [bits & 1, (bits >> 1) & 1, bits >> 2]);
  const seen = () => [cell / 6, (cell * 3) % 7];
  return {
    id: "strict",
    observationSize: 2,
    actionCount: 3,
    maxEpisodeSteps: 25,
    get actionMask() {
      return masks[cell];
    },
    reset: ({ seed = 0 } = {}) => {
      cell = seed % 7;
      return seen();
    },
    step: (action) => {
      if (masks[cell][action] !== 1) throw new Error(`action ${action} is forbidden in cell ${cell}`);
      counts[cell] ??= [0, 0, 0];
      counts[cell][action]++;
      cell = (cell + 1 + action) % 7;
      return { observation: seen(), reward: action === 2 ? 1 : 0, terminated: false };
    },
  };
}

it.each(kinds)("no forbidden action is taken, and every allowed one: %o", async (given) => {
  const counts: number[][] = [];
  const teacher = await trainTeacher(() => strict(counts), { ...shortTeacher, ...given, seed: 4 });
  for (let cell = 0; cell < 7; cell++) {
    for (let action = 0; action < 3; action++)
      expect(counts[cell][action] > 0).toBe((((cell + 1) >> action) & 1) === 1);
  }
  const { masks, observations } = teacher;
  expect(masks).toHaveLength((observations.length / 2) * 3);
  for (let row = 0; row < observations.length / 2; row++) {
    const bits = Math.round(observations[2 * row] * 6) + 1;
    expect([...(masks as Uint8Array).subarray(3 * row, 3 * row + 3)]).toEqual([bits & 1, (bits >> 1) & 1, bits >> 2]);
  }
});

it.each(kinds)("a mask of ones gives the very weights of no mask: %o", async (given) => {
  const make = coin((n, action) => ({ reward: n % 3 === action ? 1 : 0 }));
  const options = { ...shortTeacher, ...given, seed: 4 };
  const without = await trainTeacher(make, options);
  const ones = await trainTeacher(() => ({ ...make(), actionMask: [1, 1] }), options);
  expect(ones.parameters).toEqual(without.parameters);
  expect(without.masks).toBeUndefined();
  expect(new Set(ones.masks)).toEqual(new Set([1]));
});

describe("targets", () => {
  /**
   * From A one step leads to B, without reward. In B action 0 pays 1 and action 1 pays 10, and both end the episode.
   * Half of the episodes forbid action 1 in B; A shows which they are, and B does not.
   */
  function forked(): CustomEnv {
    let forbids = 0;
    let inB = false;
    return {
      id: "forked",
      observationSize: 3,
      actionCount: 2,
      get actionMask() {
        return inB && forbids === 1 ? [1, 0] : [1, 1];
      },
      reset: ({ seed = 0 } = {}) => {
        forbids = seed % 2;
        inB = false;
        return [1 - forbids, forbids, 0];
      },
      step: (action) => {
        const terminated = inB;
        inB = true;
        return { observation: [0, 0, 1], reward: terminated ? [1, 10][action] : 0, terminated };
      },
    };
  }

  it.each([
    {},
    { double: false },
    { dueling: true },
    { prioritized: true },
    { loss: "mse" },
    { copies: 4 },
  ] as TrainOptions[])("are the best of the allowed actions, worked by hand: %o", async (given) => {
    const teacher = await trainTeacher(forked, {
      ...{ hidden: [16], envSteps: 3000, learningStarts: 200, batchSize: 32, gamma: 0.5, nStep: 1, tau: 0.1, seed: 6 },
      ...{ normalizeObservations: false, explorationFinal: 1, learningRate: 0.01, learningRateFinal: 0.0001 },
      ...{ evaluationInterval: 0, huberDelta: 10, ...given },
    });
    const [free, forbidden, b] = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ].map((state) => teacher.qValues(state));
    const near = (q: ArrayLike<number>, expected: number[]) => {
      for (const [action, value] of expected.entries()) expect(Math.abs(q[action] - value)).toBeLessThan(0.3);
    };
    near(b, [1, 10]);
    near(free, [5, 5]);
    near(forbidden, [0.5, 0.5]); // with the forbidden action it would be 5
  });
});

describe("exploration", () => {
  const options: AgentOptions = { observationSize: 1, actionCount: 5, learningStarts: 10_000, seed: 3 };
  const endless = { ...options, envSteps: 100_000, hidden: [2], batchSize: 1 };

  it("repeats an action no longer than it is allowed", () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.integer({ min: 1, max: 31 })), fc.nat(1000), (stream, seed) => {
        const agent = new Agent({ ...endless, seed, explorationRepeat: 50 });
        const masks = [...stream.take(60)].map((bits) => [0, 1, 2, 3, 4].map((action) => (bits >> action) & 1));
        const episode = agent.begin([0], { mask: masks[0] });
        for (let n = 1; n < masks.length; n++) {
          const action = episode.act();
          expect(masks[n - 1][action]).toBe(1);
          episode.step({ observation: [n], reward: 0, terminated: false, mask: masks[n] });
        }
        agent.dispose();
      }),
      { numRuns: 50 },
    );
  });

  it("does not come back to an action that was forbidden meanwhile", () => {
    /** The action at the fourth step, and the greedy one there. Only the first two steps are random. */
    const fourth = (seed: number, forbids: boolean) => {
      const agent = new Agent({ ...endless, seed, explorationRepeat: 1000, learningStarts: 2, explorationInitial: 0 });
      const episode = agent.begin([0.5], { mask: [1, 1, 1, 1, 1] });
      for (let n = 1; n <= 3; n++) {
        const latest = episode.act();
        const mask = [0, 1, 2, 3, 4].map((action) => Number(!(forbids && n === 2 && action === latest)));
        episode.step({ observation: [0.5], reward: 0, terminated: false, mask });
      }
      const action = episode.act();
      const greedy = agent.toModel().act([0.5]);
      agent.dispose();
      return [action, greedy];
    };
    let repeated = 0;
    for (let seed = 0; seed < 100; seed++) {
      const [action, greedy] = fourth(seed, true);
      expect(action).toBe(greedy);
      const [other, same] = fourth(seed, false);
      if (other !== same) repeated++;
    }
    expect(repeated).toBeGreaterThan(10);
  });
});
