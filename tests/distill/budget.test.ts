// The budget of a student's evaluations: what they really play, and that students are compared fairly within it.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { studentConfig } from "../../src/distill/config.js";
import { Played } from "../../src/distill/lessons.js";
import { type DistillOptions, distill } from "../../src/distill/student.js";
import type { CustomEnv } from "../../src/env/env.js";
import { atOnce } from "../../src/env/pauses.js";
import { resolveEnv } from "../../src/env/registry.js";
import { episodeSeed, purposes } from "../../src/env/seeds.js";
import { loadModel, saveModel } from "../../src/model/files.js";
import { Model } from "../../src/model/model.js";
import { Interrupted } from "../../src/training/checkpoint.js";
import type { TrainingEvent } from "../../src/training/events.js";
import type { Pace } from "../../src/training/trial.js";

const teacher = new Model({ environment: "lasting", widths: [1, 2], parameters: Float32Array.of(1, -1, 0, 0.5) });
const options: DistillOptions = {
  ...{ hidden: [3], envSteps: 2000, rounds: 4, updates: 40, batchSize: 8, attempts: 3, seed: 7 },
  threshold: 5, // never reached: every attempt is made
};

/** Episodes whose length depends on their seed and on what is done. A step pays its action, and a third of the seed's parity. */
const lasting = (length: (seed: number, action: number) => number) => (): CustomEnv => {
  let step = 0;
  let seed = 0;
  return {
    id: "lasting", // no preset has this id
    observationSize: 1,
    actionCount: 2,
    reset: ({ seed: given = 0 } = {}) => {
      step = 0;
      seed = given;
      return [(seed % 9) / 9];
    },
    step: (action) => {
      const terminated = ++step >= length(seed, action);
      return { observation: [(step + seed) % 2], reward: action + (seed % 2) / 3, terminated };
    },
  };
};

/** Distils, and counts every step and every episode. */
async function counted(make: () => CustomEnv, given: DistillOptions = {}) {
  let steps = 0;
  let longest = 0;
  let length = 0;
  const source = (): CustomEnv => {
    const env = make();
    return {
      ...env,
      reset: (how) => {
        length = 0;
        return env.reset(how);
      },
      step: (action) => {
        steps++;
        longest = Math.max(longest, ++length);
        return env.step(action);
      },
    };
  };
  const events: TrainingEvent[] = [];
  const networks: Float32Array[] = [];
  const student = await distill(teacher, {
    ...{ ...options, ...given, env: source },
    onEvent: (event) => events.push(event),
    onNetwork: (parameters) => networks.push(parameters.slice()),
  });
  const evaluations = events.filter((event) => event.kind === "evaluation");
  expect(student.evaluationSteps).toBe(steps - student.envSteps);
  expect(evaluations.at(-1)?.evaluationSteps).toBe(student.evaluationSteps);
  const evaluationSteps = student.evaluationSteps as number;
  const share = evaluationSteps / (evaluationSteps + student.envSteps);
  return { student, evaluationSteps, share, longest, events, evaluations, networks };
}

describe("a student's evaluations take at most their share", () => {
  it.each([
    [0.1, 1],
    [0.2, 1],
    [0.2, 4],
    [0.5, 10],
  ])("%f, of all attempts together, where episodes have %d steps", async (evaluationShare, length) => {
    const { share, evaluations } = await counted(
      lasting(() => length),
      { evaluationShare },
    );
    expect(share).toBeLessThanOrEqual(evaluationShare);
    expect(share).toBeGreaterThan(0.6 * evaluationShare);
    for (const { episodes } of evaluations) expect(episodes).toBeGreaterThanOrEqual(20);
    expect(new Set(evaluations.map(({ attempt }) => attempt))).toEqual(new Set([1, 2, 3]));
  });

  it("by default a fifth, and rounds are evaluated as far as there is room beside the last", async () => {
    const numbers = async (given: DistillOptions) =>
      (
        await counted(
          lasting(() => 2),
          given,
        )
      ).evaluations.length;
    expect(studentConfig("lasting", {}).evaluationShare).toBe(0.2);
    expect(await numbers({ envSteps: 2000 })).toBe(3);
    expect(await numbers({ envSteps: 8000 })).toBeGreaterThan(3);
    expect(await numbers({ envSteps: 8000 })).toBeLessThan(12);
    expect(await numbers({ envSteps: 20_000 })).toBe(12);
  });

  it("or 20 episodes of each that is judged, where episodes are too long", async () => {
    const { evaluationSteps, evaluations, share } = await counted(lasting(() => 3000));
    expect(evaluationSteps).toBe((2 + 3) * 20 * 3000); // the teacher, random play and the last of each attempt
    expect(evaluations.map(({ episodes }) => episodes)).toEqual([20, 20, 20]);
    expect(share).toBeGreaterThan(0.9);
  });

  it("whatever episodes are like, but for these 20 and for one that is longer than all before", async () => {
    const given = fc.record({
      evaluationShare: fc.double({ min: 0.02, max: 0.8, noNaN: true }),
      evaluationEpisodes: fc.integer({ min: 1, max: 60 }),
      attempts: fc.integer({ min: 1, max: 4 }),
      lengths: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(given, async ({ lengths, ...config }) => {
        const make = lasting((seed, action) => lengths[(seed + 3 * action) % lengths.length]);
        const { evaluationShare: share, attempts } = config;
        const { evaluationSteps, longest, evaluations } = await counted(make, { ...config, envSteps: 400 });
        const budget = (400 * share) / (1 - share);
        expect(evaluationSteps).toBeLessThanOrEqual(Math.max(budget, (2 + attempts) * 20 * longest) + longest);
        for (const { episodes } of evaluations) {
          expect(episodes).toBeGreaterThanOrEqual(Math.min(20, config.evaluationEpisodes));
          expect(episodes).toBeLessThanOrEqual(config.evaluationEpisodes);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("where states come from a replay memory, too: each counts as a step", async () => {
    const observations = Float32Array.from({ length: 500 }, (_, i) => i % 2);
    const replaying = Object.assign(new Model(teacher), { observations });
    const env = lasting(() => 1);
    const student = await distill(replaying, { ...options, states: "replay", env });
    expect(student.envSteps).toBe(0);
    expect(student.evaluationSteps).toBe(500 / 4);
  });
});

it("without a limit every evaluation of every round is whole", async () => {
  const { evaluations, evaluationSteps } = await counted(
    lasting(() => 30),
    { evaluationShare: 1 },
  );
  expect(evaluations.map(({ episodes }) => episodes)).toEqual(Array(12).fill(100));
  expect(evaluationSteps).toBe((2 + 12) * 100 * 30);
});

it("a budget changes no student, only which of them are judged: the newest acts, judged or not", async () => {
  const make = lasting((seed) => 1 + (seed % 9));
  const [all, few] = [await counted(make, { evaluationShare: 1 }), await counted(make, { evaluationShare: 0.1 })];
  expect(few.networks).toHaveLength(3);
  expect(few.networks).toEqual([3, 7, 11].map((last) => all.networks[last]));
});

it("a student's file and its file's copy say how many steps evaluations took", async () => {
  const { student, evaluationSteps } = await counted(lasting(() => 3));
  expect(loadModel(saveModel(student)).training?.evaluationSteps).toBe(evaluationSteps);
});

it("evaluations are the same after a stop, wherever it was", async () => {
  const env = lasting((seed, action) => 1 + ((seed + action) % 4));
  const told = (events: readonly TrainingEvent[]) => events.filter(({ kind }) => kind !== "progress");
  const whole: TrainingEvent[] = [];
  const given = { ...options, env, envSteps: 9000, evaluationEpisodes: 50 };
  const student = await distill(teacher, { ...given, onEvent: (event) => whole.push(event) });
  expect(told(whole).length).toBeGreaterThan(3 + 3 + 2);
  for (let stop = 1; stop < whole.length; stop++) {
    const controller = new AbortController();
    const events: TrainingEvent[] = [];
    const onEvent = (event: TrainingEvent) => {
      if (events.push(event) === stop) controller.abort();
    };
    const error = await distill(teacher, { ...given, onEvent, signal: controller.signal }).catch((thrown) => thrown);
    if (!(error instanceof Interrupted)) continue; // it was nearly finished
    const again = await distill(teacher, {
      ...given,
      resume: error.checkpoint,
      onEvent: (event) => events.push(event),
    });
    expect(again.parameters).toEqual(student.parameters);
    expect(again.evaluationSteps).toBe(student.evaluationSteps);
    expect(told(events)).toEqual(told(whole));
  }
});

describe("a student that has played fewer episodes than its teacher", () => {
  const seed = 3;
  /** The first 20 selection episodes are easy. Action 2 spoils an episode, and action 1 makes it long. */
  const easyFirst = (): CustomEnv => {
    const easy = new Set(Array.from({ length: 20 }, (_, i) => episodeSeed(seed, purposes.selection, i)));
    let step = 0;
    let worth = 0;
    return {
      id: "easy first",
      observationSize: 1,
      actionCount: 3,
      reset: ({ seed: given = 0 } = {}) => {
        step = 0;
        worth = easy.has(given) ? 10 : 2;
        return [0];
      },
      step: (action) => {
        const reward = step++ === 0 && action !== 2 ? worth : 0;
        return { observation: [0], reward, terminated: action !== 1 || step === 10 };
      },
    };
  };
  const always = (action: number) => Float32Array.from({ length: 6 }, (_, i) => Number(i === 3 + action));
  const pace: Pace = async (steps) => atOnce(steps);

  async function judging() {
    const given = { evaluationEpisodes: 40, evaluationShare: 0.5, envSteps: 120, rounds: 1, attempts: 1 };
    const good = new Model({ environment: "easy first", widths: [1, 3], parameters: always(0) });
    const config = studentConfig("easy first", given);
    const lessons = new Played([resolveEnv(easyFirst)], good, config, seed, [1, 3], () => {});
    await lessons.measure(pace);
    const offer = (action: number) => lessons.keeper.offer(always(action), pace, lessons.moment(1, 0));
    return { lessons, offer };
  }

  it("is compared with it on the same episodes", async () => {
    const { lessons, offer } = await judging();
    expect(lessons.marks.teacher).toHaveLength(40);
    expect(await offer(1)).toMatchObject({ episodes: 20, mean: 10 });
    expect(lessons.keeper.latestRating).toBe(6);
    expect(lessons.outcome(lessons.keeper.latestRating as number)).toEqual({ returnRatio: 1, satisfied: true });
    lessons.dispose();
  });

  it("is not kept for its easy episodes", async () => {
    const { lessons, offer } = await judging();
    await offer(1);
    const { best, mean } = await offer(2);
    expect([best, mean]).toEqual([false, 0]);
    expect(lessons.keeper.kept).toEqual(always(1));
    lessons.dispose();
  });
});
