// An abort is heard: in every evaluation and collection others have their turn, an abort is answered within a few steps, and
// what goes on from its checkpoint gives the same network and the same events as work that was not stopped.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keptByResumed } from "../../src/cli/metrics.js";
import { trainJoint } from "../../src/distill/joint.js";
import { distillMany } from "../../src/distill/multi-task.js";
import { distillProximal } from "../../src/distill/proximal.js";
import { shrink } from "../../src/distill/shrink.js";
import { distill } from "../../src/distill/student.js";
import { trainTeacher } from "../../src/dqn/teacher.js";
import type { CustomEnv } from "../../src/env/env.js";
import { compareAsync } from "../../src/evaluate/compare.js";
import { evaluate, evaluateAsync } from "../../src/evaluate/evaluate.js";
import { Model } from "../../src/model/model.js";
import { Interrupted, reachedBy } from "../../src/training/checkpoint.js";
import type { TrainingEvent } from "../../src/training/events.js";
import type { WorkOptions } from "../../src/training/work.js";

const stepTime = 5; // milliseconds that a step of the environment takes, by a clock that only steps move
/** Steps until the event loop has its turn: 40 ms from one to the next, and the two whole stretches around them. */
const mostSteps = (40 + 10 + 10) / stepTime;

const copies = 3;

let now = 0;
let steps = 0;
/** Is called at each step, with its number. */
let onStep: (step: number) => void = () => {};
beforeEach(() => {
  now = 0;
  steps = 0;
  onStep = () => {};
  vi.spyOn(performance, "now").mockImplementation(() => now);
});
afterEach(() => vi.restoreAllMocks());

/** A walk of up to 30 steps in which each step takes its time. */
function slow(): CustomEnv {
  let at = 0;
  return {
    id: "slow",
    observationSize: 1,
    actionCount: 2,
    maxEpisodeSteps: 30,
    reset: ({ seed = 0 } = {}) => {
      at = seed % 7;
      return [at / 10];
    },
    step: (action) => {
      now += stepTime;
      onStep(++steps);
      at += action === 1 ? 1 : -1;
      return { observation: [at / 10], reward: action === 1 ? 1 : 0.25, terminated: at < -9 };
    },
  };
}

/** The same, which answers later: before others have their turn. */
function soon(): CustomEnv {
  const env = slow();
  return { ...env, reset: async (options) => env.reset(options), step: async (action) => env.step(action) };
}

const teacher = new Model({ environment: "slow", widths: [1, 2], parameters: Float32Array.of(0.5, 1, 0.1, 0.2) });
const source = { env: slow };
const teacherOptions = {
  hidden: [4],
  envSteps: 120,
  learningStarts: 20,
  batchSize: 8,
  evaluationInterval: 40,
  evaluationEpisodes: 4,
  evaluationShare: 1,
};
const studentOptions = {
  hidden: [3],
  envSteps: 90,
  updates: 60,
  rounds: 3,
  batchSize: 8,
  evaluationEpisodes: 3,
  attempts: 2,
  threshold: 5,
};

const wider = "distill, each student wider";

type Work = (options: WorkOptions) => Promise<{ parameters: Float32Array }>;
const resumable: Record<string, Work> = {
  trainTeacher: (options) =>
    trainTeacher(slow, { ...teacherOptions, confirmationEpisodes: 5, stopReturn: null, ...options }),
  "trainTeacher within a budget": (options) =>
    trainTeacher(slow, {
      ...teacherOptions,
      ...{ envSteps: 240, confirmationEpisodes: 5, evaluationShare: 0.7 },
      ...options,
    }),
  distill: (options) => distill(teacher, { ...studentOptions, ...source, evaluationShare: 1, ...options }),
  "distill within a budget": (options) => distill(teacher, { ...studentOptions, ...source, ...options }),
  [wider]: (options) =>
    distill(teacher, {
      ...studentOptions,
      ...source,
      ...{ hidden: [2], widerAttempts: true, attempts: 3, evaluationShare: 1 },
      ...options,
    }),
  distillProximal: (options) =>
    distillProximal(teacher, { ...teacherOptions, ...source, stopReturn: null, ...options }),
  trainJoint: async (options) => {
    const { teacher, student } = await trainJoint(slow, {
      ...{ episodes: 6, hidden: [4], studentHidden: [3], batchSize: 8, evaluationInterval: 2, evaluationEpisodes: 3 },
      ...options,
    });
    return { parameters: Float32Array.of(...teacher.parameters, ...student.parameters) };
  },
};
const others: Record<string, (signal: AbortSignal) => Promise<unknown>> = {
  distillMany: (signal) =>
    distillMany([Object.assign(new Model(teacher), source), Object.assign(new Model(teacher), source)], {
      ...{ hidden: [3], envSteps: 40, updates: 20, rounds: 2, batchSize: 8, evaluationEpisodes: 3, signal },
    }),
  shrink: (signal) =>
    shrink(teacher, { ...studentOptions, ...source, hidden: [3], attempts: 1, episodes: 5, threshold: 0.1, signal }),
  evaluateAsync: (signal) => evaluateAsync(teacher, { env: slow, episodes: 5, signal }),
  compareAsync: (signal) => compareAsync(teacher, teacher, { env: slow, episodes: 5, seed: 0, signal }),
  "evaluateAsync, answered later": (signal) => evaluateAsync(teacher, { env: soon, episodes: 5, signal }),
  "compareAsync in copies": (signal) =>
    compareAsync(teacher, teacher, { env: slow, episodes: 5, copies, seed: 0, signal }),
  "compareAsync in copies, answered later": (signal) =>
    compareAsync(teacher, teacher, { env: soon, episodes: 5, copies, seed: 0, signal }),
};

/** How many steps the work takes in all. */
async function length(work: () => Promise<unknown>): Promise<number> {
  steps = 0;
  await work();
  return steps;
}

/** Asks others to stop the work when it takes this step. @returns what became of it, and the steps after that one */
async function stoppedAt(step: number, work: (signal: AbortSignal) => Promise<unknown>) {
  const controller = new AbortController();
  steps = 0;
  onStep = (taken) => {
    if (taken === step) setImmediate(() => controller.abort()); // it is heard only if the event loop has its turn
  };
  const error = await work(controller.signal).catch((reason: unknown) => reason);
  onStep = () => {};
  return { error, after: steps - step };
}

/** Steps from the first to nearly the last, at all distances from a turn of the event loop. */
function places(all: number): number[] {
  const apart = 2 * Math.ceil((all - mostSteps) / 40) + 1;
  return Array.from({ length: Math.floor((all - mostSteps) / apart) }, (_, i) => 1 + i * apart);
}

/** The phase of the command line whose metrics this work writes. */
const phases: Record<string, "teacher" | "student" | "joint"> = {
  ...{ trainJoint: "joint", distill: "student", [wider]: "student" },
};

const withoutProgress = (events: TrainingEvent[]) => events.filter((event) => !("evaluated" in event));

describe.each(Object.entries(resumable))("%s", (_, work) => {
  it("hears an abort within a few steps, wherever it is, and goes on as if it had not been stopped", async () => {
    const whole: TrainingEvent[] = [];
    let expected = new Float32Array(0);
    const all = await length(async () => {
      expected = Float32Array.from((await work({ onEvent: (event) => whole.push(event) })).parameters);
    });
    expect(all).toBeGreaterThan(300);
    for (const step of places(all)) {
      const events: TrainingEvent[] = [];
      const onEvent = (event: TrainingEvent) => events.push(event);
      const { error, after } = await stoppedAt(step, (signal) => work({ signal, onEvent }));
      expect(error).toBeInstanceOf(Interrupted);
      expect(after).toBeLessThanOrEqual(mostSteps);
      const { parameters } = await work({ resume: (error as Interrupted).checkpoint, onEvent });
      expect(parameters).toEqual(expected);
      expect(withoutProgress(events)).toEqual(withoutProgress(whole));
    }
  });

  it("says once a second how far an evaluation is", async () => {
    const shares: number[] = [];
    vi.spyOn(performance, "now").mockImplementation(() => 100 * now); // half a second a step
    await work({
      onEvent: (event) => event.kind === "progress" && event.evaluated !== undefined && shares.push(event.evaluated),
    });
    expect(shares.length).toBeGreaterThan(10);
    expect(shares.every((share) => share >= 0 && share < 1)).toBe(true);
  });
});

it.each(["trainTeacher", "distill", wider, "trainJoint"])(
  "%s: after a kill no event is doubled and none lost, whichever checkpoint was the last",
  async (name) => {
    const whole: TrainingEvent[] = [];
    const checkpoints: Uint8Array[] = [];
    const kept = (events: TrainingEvent[]) => events.filter(({ kind }) => kind !== "progress");
    await resumable[name]({
      onEvent: (event) => whole.push(event),
      checkpointInterval: 0.001, // at every pause
      onCheckpoint: (bytes) => void checkpoints.push(bytes),
    });
    expect(checkpoints.length).toBeGreaterThan(20);
    expect(checkpoints.some((bytes) => reachedBy(bytes).due?.length)).toBe(true);
    for (const resume of checkpoints) {
      const before = kept(whole).filter(keptByResumed(phases[name] ?? "teacher", reachedBy(resume)));
      const after: TrainingEvent[] = [];
      await resumable[name]({ resume, onEvent: (event) => after.push(event) });
      expect([...before, ...kept(after)]).toEqual(kept(whole));
    }
  },
);

describe.each(Object.entries(others))("%s", (_, work) => {
  it("hears an abort within a few steps, wherever it is", async () => {
    const all = await length(() => work(new AbortController().signal));
    for (const step of places(all)) {
      const { error, after } = await stoppedAt(step, work);
      expect((error as Error).name).toBe("AbortError");
      expect(after).toBeLessThanOrEqual(mostSteps);
    }
  });
});

it("gives what the synchronous evaluation gives", async () => {
  const options = { env: slow, episodes: 7, seed: 3 };
  expect(await evaluateAsync(teacher, options)).toEqual(evaluate(teacher, options));
});

it("refuses at once what was stopped before it began", async () => {
  await expect(evaluateAsync(teacher, { env: slow, signal: AbortSignal.abort() })).rejects.toThrow();
  expect(steps).toBe(0);
});
