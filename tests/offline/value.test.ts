// What would it return: against worlds that are solved exactly, a formula worked by hand, and logs that say nothing.
import { afterEach, describe, expect, it, vi } from "vitest";
import { Model, Pcg64 } from "../../src/index.js";
import { doublyRobust, type Followed } from "../../src/offline/doubly-robust.js";
import { estimateReturn, type LoggedSteps } from "../../src/offline/index.js";
import { Neighbours } from "../../src/offline/neighbours.js";

/** A small world: the state is a number; action 1 mostly goes up, action 0 mostly down; rewards are noisy. */
const states = 5;
const goesOn = 0.9;
const gamma = 0.9;
const up = (state: number) => Math.min(states - 1, state + 1);
const down = (state: number) => Math.max(0, state - 1);
const chanceUp = (action: number) => (action === 1 ? 0.7 : 0.2);
const reward = (state: number, action: number) => 0.5 * state - 0.3 * action;
const chosen = [1, 1, 0, 1, 0];
const policy = { act: ([state]: Float32Array) => chosen[state] };

/** The exact value of each state: the linear system V = R + γ P V, by elimination. */
function solved(): number[] {
  const rows = chosen.map((action, state) => {
    const row = Array.from({ length: states + 1 }, (_, i) => Number(i === state));
    row[up(state)] -= gamma * goesOn * chanceUp(action);
    row[down(state)] -= gamma * goesOn * (1 - chanceUp(action));
    row[states] = reward(state, action);
    return row;
  });
  for (const [i, pivot] of rows.entries()) {
    for (const [j, row] of rows.entries()) {
      if (j === i) continue;
      const factor = row[i] / pivot[i];
      for (let k = 0; k <= states; k++) row[k] -= factor * pivot[k];
    }
  }
  return rows.map((row, i) => row[states] / row[i]);
}

/** What somebody did who takes action 1 with these probabilities. */
function logged(seed: number, episodes: number, chanceOfOne: (state: number) => number): LoggedSteps {
  const random = new Pcg64(seed);
  const [observations, nextObservations, actions, rewards]: number[][] = [[], [], [], []];
  const [terminated, truncated, propensities]: number[][] = [[], [], []];
  for (let episode = 0; episode < episodes; episode++) {
    let state = random.integers(0, 3);
    for (let step = 0, ended = false; !ended; step++) {
      const chance = chanceOfOne(state);
      const action = Number(random.random() < chance);
      observations.push(state);
      actions.push(action);
      propensities.push(action === 1 ? chance : 1 - chance);
      rewards.push(reward(state, action) + random.normal(0, 0.5));
      state = random.random() < chanceUp(action) ? up(state) : down(state);
      nextObservations.push(state);
      const dies = random.random() > goesOn;
      terminated.push(Number(dies));
      truncated.push(Number(!dies && step === 14));
      ended = dies || step === 14;
    }
  }
  return {
    ...{ observationSize: 1, actionCount: 2, observations, nextObservations, actions, rewards },
    ...{ terminated, truncated, propensities },
  };
}

const mixed = (state: number) => 0.3 + 0.1 * state;
const values = solved();
const truth = (values[0] + values[1] + values[2]) / 3;
const noLimit = 40; // 0.81^40 is next to nothing

describe.each(["fittedQ", "doublyRobust"] as const)("a world that is solved exactly, by %s", (method) => {
  it("lies in the interval in at least 9 of 10 logs, and the estimate has no bias", { timeout: 120_000 }, async () => {
    let held = 0;
    let error = 0;
    let width = 0;
    for (let seed = 0; seed < 10; seed++) {
      const options = { method, gamma, horizon: noLimit, seed };
      const { mean, ci95 } = await estimateReturn(policy, logged(seed, 150, mixed), options);
      held += Number(ci95[0] <= truth && truth <= ci95[1]);
      error += (mean - truth) / 10;
      width += (ci95[1] - ci95[0]) / 10;
    }
    expect(held).toBeGreaterThanOrEqual(9);
    expect(Math.abs(error)).toBeLessThan(width / 4);
    expect(width).toBeLessThan(2 * truth);
  });
});

/** Two episodes: one follows the policy to its end, the other leaves it after a step. */
const followed: Followed[] = [
  { rewards: [1, 3], propensities: [0.5, 0.5], values: [3, 2, 0], left: false },
  { rewards: [1], propensities: [0.25], values: [2, 1], left: true },
];

describe("the doubly robust correction", () => {
  it("is the formula, worked by hand", () => {
    // values: (3 + 2) / 2. Step 0: weights 2 and 4, so 1/3 and 2/3, of the errors 1 + 0.9·2 − 3 and 1 + 0.9·1 − 2.
    // Step 1: only the first is left, with the error 3 − 2
    const expected = 2.5 + (-0.2 / 3 + (2 * -0.1) / 3) + 0.9;
    expect(doublyRobust(followed, [1, 1], 0.9, 0)).toEqual({ mean: expect.closeTo(expected, 12), steps: 2 });
  });

  it("is weighted importance sampling for each decision if all values are 0", () => {
    const plain = followed.map((episode) => ({ ...episode, values: [0, 0, 0] }));
    expect(doublyRobust(plain, [1, 1], 0.9, 0).mean).toBeCloseTo(1 + 0.9 * 3, 12);
  });

  it("counts an episode that is there twice as two", () => {
    const twice = doublyRobust([followed[0], ...followed], [1, 1, 1], 0.9, 0);
    expect(doublyRobust(followed, [2, 1], 0.9, 0).mean).toBeCloseTo(twice.mean, 12);
  });

  it("ends where fewer episodes carry it than are asked for", () => {
    const { mean, steps } = doublyRobust(followed, [1, 1], 0.9, 1.5);
    expect(steps).toBe(1);
    expect(mean).toBeCloseTo(2.5 - 0.4 / 3, 12);
  });
});

describe("a log of the policy itself", () => {
  const own = logged(3, 60, (state) => 0.999999 * chosen[state] + 1e-9);

  it("gives the mean of its returns", async () => {
    const ended = { ...own, terminated: own.terminated, truncated: undefined, nextObservations: undefined };
    const { mean, logged, agreement, effectiveEpisodes } = await estimateReturn(policy, ended, {
      method: "fittedQ",
      gamma,
    });
    expect(agreement).toBe(1);
    expect(mean).toBeCloseTo(logged, 1);
    expect(effectiveEpisodes).toBeGreaterThan(20);
  });
});

describe("an estimate", () => {
  const log = logged(1, 40, mixed);

  it("depends on the seed alone", async () => {
    const [first, again, other] = [
      await estimateReturn(policy, log, { seed: 1 }),
      await estimateReturn(policy, log, { seed: 1 }),
      await estimateReturn(policy, log, { seed: 2 }),
    ];
    expect(again).toEqual(first);
    expect(other.mean).toBe(first.mean);
    expect(other.ci95).not.toEqual(first.ci95);
  });

  it("is doubly robust where the log has propensities, over the longest episode, without a discount", async () => {
    expect(await estimateReturn(policy, log)).toMatchObject({ method: "doublyRobust", gamma: 1, horizon: 15 });
    const without = { ...log, propensities: undefined };
    expect(await estimateReturn(policy, without)).toMatchObject({ method: "fittedQ", correctedSteps: 0 });
  });

  it("says that the log never takes the policy's action, and then knows nothing", async () => {
    const always = { act: () => 1 };
    const never = logged(1, 40, () => 1e-12);
    const { notices, ci95, correctedSteps } = await estimateReturn(always, never);
    expect(correctedSteps).toBe(0);
    expect(notices.map(({ code }) => code)).toEqual(
      expect.arrayContaining(["few-effective-episodes", "no-correction", "unknown-actions"]),
    );
    expect(ci95[1] - ci95[0]).toBeGreaterThan(10);
  });

  it("says that no episode but one takes the action, which then cannot be judged", async () => {
    const never = logged(1, 40, () => 1e-12);
    const once = { ...never, actions: Array.from(never.actions, (action, row) => (row === 0 ? 1 : action)) };
    const { notices } = await estimateReturn({ act: () => 1 }, once);
    expect(notices.map(({ message }) => message)).toContain(
      "the policy takes an action that no other episode of the log takes: the worst and the best are assumed there",
    );
  });

  it("says that the policy agrees with the log too seldom", async () => {
    const { agreement, notices } = await estimateReturn(policy, log, { gamma });
    expect(agreement).toBeLessThan(0.7);
    const message = `the policy would do the same in ${Math.floor(100 * agreement)} % of the log's steps only`;
    expect(notices).toContainEqual(
      expect.objectContaining({
        code: "small-agreement",
        message: expect.stringContaining(message),
        values: { agreement },
      }),
    );
    const close = logged(1, 40, (state) => 0.1 + 0.8 * chosen[state]);
    const more = await estimateReturn(policy, close, { gamma });
    expect(more.agreement).toBeGreaterThan(0.8);
    expect(more.notices.map(({ code }) => code)).not.toContain("small-agreement");
  });

  it("says that a correction needs ten episodes", async () => {
    const { notices } = await estimateReturn(policy, logged(1, 6, mixed), { gamma });
    expect(notices.find(({ code }) => code === "no-correction")).toMatchObject({
      message: "the log has 6 episodes, and a correction needs 10: the estimate is not corrected by the propensities",
      values: { episodes: 6, needed: 10 },
    });
    const other = { act: (state: Float32Array) => 1 - policy.act(state) };
    const far = logged(1, 40, (state) => 1e-9 + 0.999999 * chosen[state]);
    const of = (await estimateReturn(other, far, { gamma })).notices;
    expect(of.find(({ code }) => code === "no-correction")?.message).toMatch(
      /^the log hardly ever begins as the policy/,
    );
  });

  it("says how many last rows were left out, which do not count", async () => {
    const { notices, logged } = await estimateReturn(policy, { ...log, nextObservations: undefined });
    const cut = log.truncated!;
    const dropped = Array.from(cut).filter((each) => each === 1).length;
    expect(dropped).toBeGreaterThan(0);
    expect(notices).toContainEqual(expect.objectContaining({ code: "dropped-steps", values: { dropped } }));
    const kept = Array.from(log.rewards).filter((_, row) => cut[row] === 0);
    expect(logged).toBeCloseTo(kept.reduce((sum, each) => sum + each, 0) / 40, 5);
  });

  it("takes as many actions as the model has where the log does not say how many there are", async () => {
    const never = { ...logged(1, 20, () => 1e-12), actionCount: undefined };
    const model = new Model({ environment: "", widths: [1, 3], parameters: new Float32Array([0, 0, 0, 0, 0, 1]) });
    const { agreement, notices } = await estimateReturn(model, never);
    expect(agreement).toBe(0);
    expect(notices.map(({ code }) => code)).toContain("unknown-actions");
    await expect(estimateReturn(model, { ...never, actionCount: 2 })).rejects.toThrow(
      "the model has 1 inputs and 3 outputs, but the log has 1 features and 2 actions",
    );
  });

  it("stops when it is asked to", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(estimateReturn(policy, log, { signal })).rejects.toThrow("enough");
  });

  it.each([
    [{ gamma: 0 }, "gamma is 0: a number above 0, up to 1 is allowed"],
    [{ gamma: 1.5 }, "gamma is 1.5: a number above 0, up to 1 is allowed"],
    [{ horizon: 0 }, "horizon is 0: a whole number from 1 to 100000 is allowed"],
    [{ method: "other" as never }, 'method is "other": "fittedQ" or "doublyRobust" is allowed'],
  ])("refuses %j", async (options, message) => {
    await expect(estimateReturn(policy, log, options)).rejects.toThrow(message);
  });

  it("refuses what it cannot judge, in one line", async () => {
    const without = { ...log, propensities: undefined };
    await expect(estimateReturn(policy, without, { method: "doublyRobust" })).rejects.toThrow(
      "the log has no propensities, which doublyRobust needs: fittedQ does without them",
    );
    const impossible = { ...log, propensities: Array.from(log.actions, () => 0) };
    await expect(estimateReturn(policy, impossible)).rejects.toThrow(/propensit/);
    await expect(estimateReturn(policy, logged(1, 1, mixed))).rejects.toThrow(
      "the log has one episode only: an interval needs at least two",
    );
    const model = new Model({ environment: "", widths: [3, 2], parameters: new Float32Array(8) });
    await expect(estimateReturn(model, log)).rejects.toThrow(
      "the model has 3 inputs and 2 outputs, but the log has 1 features and 2 actions",
    );
    await expect(estimateReturn({ act: () => 2 }, log)).rejects.toThrow(
      "the policy's action is 2: a whole number from 0 to 1 is needed",
    );
  });
});

describe("a log with more steps than are used", () => {
  const lengths: number[] = Array.from({ length: 200 }, (_, episode) => (episode === 70 ? 40_000 : 10));
  const steps = lengths.reduce((a, b) => a + b, 0);
  const long = lengths.flatMap((length) => Array.from({ length }, () => Number(length > 10)));
  const ends = lengths.flatMap((length) => Array.from({ length }, (_, step) => Number(step === length - 1)));
  const log = { observationSize: 1, observations: long, actions: long.map(() => 0), rewards: long, terminated: ends };
  const same = { act: () => 0 };

  it("is represented without a bias: a long episode is drawn as often as a short one", async () => {
    let sum = 0;
    let drawn = 0;
    const seeds = 20;
    for (let seed = 0; seed < seeds; seed++) {
      const { mean, logged, episodes, notices } = await estimateReturn(same, log, { horizon: 1, seed });
      expect(logged).toBe(1 / 200);
      expect(episodes).toBe(Math.ceil((200 * 30_000) / steps));
      const values = expect.objectContaining({ returned: mean, logged }); // the policy does what the log does
      expect(notices).toContainEqual(expect.objectContaining({ code: "sampled-log", values }));
      sum += mean;
      drawn += Number(mean > 0);
    }
    // each time with the chance of 143 in 200: within three standard deviations of it
    const deviation = Math.sqrt(seeds * 0.715 * 0.285);
    expect(Math.abs(drawn - 0.715 * seeds)).toBeLessThan(3 * deviation);
    expect(Math.abs(sum / seeds - 1 / 200)).toBeLessThan((3 * deviation) / seeds / 143);
  });

  it("is used whole if two episodes are all it has", async () => {
    const two = { ...log, terminated: ends.map((_, row) => Number(row === 20_000 || row === steps - 1)) };
    const { episodes, steps: used, notices } = await estimateReturn(same, two, { horizon: 1 });
    expect({ episodes, used }).toEqual({ episodes: 2, used: steps });
    expect(notices.map(({ code }) => code)).not.toContain("sampled-log");
  });
});

describe("a signal", () => {
  afterEach(() => vi.restoreAllMocks());

  it("is heard while the log is looked up", async () => {
    let time = 0;
    vi.spyOn(performance, "now").mockImplementation(() => (time += 50)); // each step takes so long that it is time for a turn
    const log = logged(1, 40, mixed);
    const control = new AbortController();
    let asked = 0;
    const acting = {
      act: () => {
        if (++asked === 5) control.abort(new Error("enough"));
        return 0;
      },
    };
    await expect(estimateReturn(acting, log, control)).rejects.toThrow("enough");
    expect(asked).toBeLessThan(8);

    const lookUp = vi.spyOn(Neighbours.prototype, "lookUp");
    const weigh = vi.spyOn(Neighbours.prototype, "weigh");
    const later = new AbortController();
    lookUp.mockImplementationOnce(function* (this: Neighbours) {
      setImmediate(() => later.abort(new Error("later")));
      yield* this.lookUp();
    });
    await expect(estimateReturn(policy, log, later)).rejects.toThrow("later");
    expect(weigh).not.toHaveBeenCalled();
  });
});
