// The teacher's loop: that each step uses what its schedule says, updates when it should, and keeps the confirmed network.
import { afterEach, describe, expect, it, vi } from "vitest";
import { Learner } from "../../src/core/learner.js";
import { type TrainOptions, trainTeacher } from "../../src/dqn/teacher.js";
import type { CustomEnv } from "../../src/env/env.js";
import { episodeSeed, purposes } from "../../src/env/seeds.js";
import { Interrupted } from "../../src/training/checkpoint.js";
import type { TrainingEvent } from "../../src/training/events.js";
import { coin } from "../coin.js";
import { shortTeacher } from "../short-training.js";

afterEach(() => void vi.restoreAllMocks());

const env = coin((_, action) => ({ reward: action }));
const options: TrainOptions = {
  ...shortTeacher,
  envSteps: 1000,
  learningStarts: 100,
  learningRate: 0.01,
  learningRateFinal: 0.002,
  explorationInitial: 0.8,
  explorationFinal: 0.1,
  explorationFraction: 0.4,
  explorationRepeat: 3,
  prioritized: true,
  importanceExponent: 0.4,
  nStep: 1,
};

/** A training, and what its learner was asked for. */
async function watched(given: TrainOptions = {}) {
  const acts = vi.spyOn(Learner.prototype, "act");
  const steps = vi.spyOn(Learner.prototype, "step");
  const importance = vi.spyOn(Learner.prototype, "setImportance");
  const normalisations = vi.spyOn(Learner.prototype, "normalise");
  const teacher = await trainTeacher(env, { ...options, ...given });
  return {
    teacher,
    chances: acts.mock.calls.map(([, chance]) => chance),
    repeats: acts.mock.calls.map(([, , longest]) => longest),
    updates: steps.mock.calls.map(([n]) => n),
    rates: steps.mock.calls.map(([, rate]) => rate),
    importances: importance.mock.calls.map(([exponent]) => exponent),
    normalisations: normalisations.mock.calls.length,
  };
}

describe("what a step uses", () => {
  /** The share of random steps where a run of them, of 1 + 1/2 + 1/3 steps in the mean, begins with this chance. */
  const shareOf = (chance: number) => (chance * 11) / (6 - 6 * chance + 11 * chance);

  it("ε is 1 while learning has not begun, then falls and ends at explorationFraction of the steps", async () => {
    const { chances, repeats } = await watched();
    const epsilons = chances.map(shareOf);
    expect(epsilons).toHaveLength(1000);
    expect(epsilons.slice(0, 100)).toEqual(Array(100).fill(1));
    expect(epsilons[200]).toBeCloseTo(0.45, 12);
    expect(epsilons[399]).toBeGreaterThan(0.1);
    for (const epsilon of epsilons.slice(400)) expect(epsilon).toBeCloseTo(0.1, 12);
    expect(new Set(repeats)).toEqual(new Set([3]));
  });

  it("the learning rate falls from the first update to the last", async () => {
    const { rates } = await watched();
    expect(rates).toHaveLength(900);
    expect(rates[0]).toBeCloseTo(0.01 - 0.008 * 0.1, 12);
    expect(rates[400]).toBeCloseTo(0.006, 12);
    expect(rates.at(-1)).toBeCloseTo(0.002 + 0.008 / 1000, 12);
  });

  it("β rises with the steps, towards 1", async () => {
    const { importances } = await watched();
    expect(importances).toHaveLength(900);
    expect(importances[0]).toBeCloseTo(0.4 + 0.6 * 0.1, 12);
    expect(importances[400]).toBeCloseTo(0.7, 12);
    expect(importances.at(-1)).toBeCloseTo(1 - 0.6 / 1000, 12);
  });
});

describe("when it learns", () => {
  it("every trainFrequency steps after the first learningStarts, gradientSteps updates each", async () => {
    const { updates, teacher } = await watched({ trainFrequency: 7, gradientSteps: 3 });
    // steps 105, 112, …, 994
    expect(updates).toEqual(Array(128).fill(3));
    expect(teacher.updates).toBe(384);
  });

  it("not before a whole transition is there", async () => {
    const { updates } = await watched({ learningStarts: 1, nStep: 10, cutAtRandomActions: false });
    expect(updates).toHaveLength(1000 - 9); // the first transition is whole at step 10
  });

  it("normalises observations once, by the random steps, and only where that is asked for", async () => {
    const frozen = { renewScales: false };
    expect((await watched(frozen)).normalisations).toBe(1);
    vi.restoreAllMocks();
    expect((await watched({ ...frozen, normalizeObservations: false })).normalisations).toBe(0);
  });
});

describe("which network is kept", () => {
  const { seed = 0 } = options;
  const selected = new Set(Array.from({ length: 20 }, (_, i) => episodeSeed(seed, purposes.selection, i)));

  /**
   * An environment whose second instance, in which networks are evaluated, gives selection episodes these returns, one after
   * another.
   */
  function evaluating(returns: readonly number[]): () => CustomEnv {
    let made = 0;
    let episode = -1;
    return () => {
      const evaluates = ++made % 2 === 0;
      return {
        id: "scripted",
        observationSize: 1,
        actionCount: 2,
        reset: ({ seed } = {}) => {
          if (evaluates && seed !== undefined && selected.has(seed)) episode++;
          return [0];
        },
        step: () => ({ observation: [1], reward: evaluates ? (returns[episode] ?? 0) : 0, terminated: true }),
      };
    };
  }

  /** Trains, and says of each evaluation whether its network was kept, and which network that is at the end. */
  async function kept(returns: readonly number[], stopReturn: number | null = null) {
    const networks: Float32Array[] = [];
    const bests: boolean[] = [];
    const means: number[] = [];
    const onEvent = (event: TrainingEvent) => {
      if (event.kind !== "evaluation") return;
      bests.push(event.best);
      means.push(event.mean);
    };
    const teacher = await trainTeacher(evaluating(returns), {
      ...options,
      evaluationInterval: 250,
      evaluationEpisodes: 2,
      confirmationEpisodes: 3,
      evaluationShare: 1,
      averageFraction: 0,
      stopReturn,
      onEvent,
      onNetwork: (parameters) => networks.push(parameters.slice()),
    });
    const index = networks.findIndex((parameters) => parameters.every((value, i) => value === teacher.parameters[i]));
    return { bests, means, index, envSteps: teacher.envSteps };
  }

  const evaluations = [...[5, 5], ...[9, 9], ...[2, 2], ...[1, 1]];

  it("the last choice overturns an evaluation that was luck", async () => {
    // in the first round an episode of the second, the first and the third; in the second round two of the second and one
    // of the first
    expect(await kept([...evaluations, ...[0, 5, 2], ...[0, 0], 5])).toEqual({
      bests: [true, true, false, false, true],
      means: [5, 9, 2, 1, 5],
      index: 0,
      envSteps: 1000,
    });
  });

  it("the last choice upholds an evaluation that was not", async () => {
    expect(await kept([...evaluations, ...[8, 5, 2], ...[8, 8], 5])).toEqual({
      bests: [true, true, false, false, true],
      means: [5, 9, 2, 1, 8.4],
      index: 1,
      envSteps: 1000,
    });
  });

  it("is the last one without another word, if the last choice falls on it", async () => {
    const returns = [...[1, 1], ...[2, 2], ...[3, 3], ...[4, 4], ...[4, 3, 2], ...[4, 4], 3];
    expect(await kept(returns)).toMatchObject({ bests: [true, true, true, true], means: [1, 2, 3, 4], envSteps: 1000 });
  });

  it("is the mean of the last quarter's networks, if no other is better", async () => {
    const networks: Float32Array[] = [];
    const all = { evaluationInterval: 10, evaluationEpisodes: 1, confirmationEpisodes: 3, evaluationShare: 1 };
    const teacher = await trainTeacher(env, {
      ...{ ...options, ...all, averageFraction: 0.25 },
      onNetwork: (parameters) => networks.push(parameters.slice()),
    });
    const last = networks.slice(-26, -1); // of the steps 760, 770 … 1,000; then the one that is kept
    const means = last[0].map((_, i) => last.reduce((sum, parameters) => sum + parameters[i], 0) / 25);
    for (const [i, mean] of means.entries()) expect(teacher.parameters[i]).toBeCloseTo(mean, 4);
    expect(networks.at(-1)).toEqual(teacher.parameters);
    expect(teacher.parameters).not.toEqual(networks.at(-2));
  });

  it("the confirmation, not the evaluation, ends training at stopReturn", async () => {
    const returns = [...[9, 9], ...[1, 1], ...[9, 9], ...[6, 6], 6];
    expect(await kept(returns, 6)).toMatchObject({ bests: [true, true], means: [5, 7.2], index: 1, envSteps: 500 });
  });

  it("a stopReturn below 0 is not reached before there is a network", async () => {
    const returns = [...[-9, -9], ...[-4, -4], ...[-4, -4], -4];
    expect(await kept(returns, -5)).toMatchObject({ bests: [true, true], index: 1, envSteps: 500 });
  });
});

it("others have their turn while it trains: one of them may stop it", async () => {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => (now += 40)); // it is always time for a pause
  const controller = new AbortController();
  setImmediate(() => controller.abort());
  await expect(trainTeacher(env, { ...options, signal: controller.signal })).rejects.toThrow(Interrupted);
});
