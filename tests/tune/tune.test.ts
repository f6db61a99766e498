// tune() in one process: a bad default is beaten, stops change nothing, and nothing is judged on final episodes.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { teacherConfig } from "../../src/dqn/configure.js";
import { trainTeacher } from "../../src/dqn/teacher.js";
import { checkedEnv } from "../../src/env/custom.js";
import type { CustomEnv } from "../../src/env/env.js";
import { Pcg64 } from "../../src/env/random.js";
import { register, registerEnv } from "../../src/env/registry.js";
import { episodeSeed, purposes } from "../../src/env/seeds.js";
import { FolderStore } from "../../src/experiments/folder-store.js";
import { type Crew, jobOf } from "../../src/training/job.js";
import type { Store } from "../../src/training/store.js";
import { runTrial, type TrialJob } from "../../src/tune/trial.js";
import { type TrialRun, type TuneEvent, TuneFailed, type TuneOptions, TuneStopped, tune } from "../../src/tune/tune.js";

const folder = mkdtempSync(join(tmpdir(), "qstill-tune-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

let resets: number[] = [];
/** Is called at each step. */
let onStep = () => {};

/** Four signals, one of which is seen: its own action pays 1. Ten steps. */
function signals(): CustomEnv {
  let random = new Pcg64(0);
  let shown = 0;
  let step = 0;
  const observe = () => {
    shown = random.integers(0, 4);
    return [0, 1, 2, 3].map((signal) => (signal === shown ? 1 : 0));
  };
  return {
    id: "signals",
    observationSize: 4,
    actionCount: 4,
    reset({ seed = 0 } = {}) {
      resets.push(seed);
      random = new Pcg64(seed);
      step = 0;
      return observe();
    },
    step(action) {
      onStep();
      const reward = action === shown ? 1 : 0;
      return { observation: observe(), reward, terminated: ++step === 10 };
    },
  };
}

/** Trainings of a moment. */
const short = {
  envSteps: 480,
  learningStarts: 40,
  batchSize: 8,
  hidden: [8],
  evaluationInterval: 120,
  evaluationEpisodes: 5,
  confirmationEpisodes: 5,
};

const runKeys = ["id", "trial", "changes", "rung", "seed", "wallSeconds"];

/** A search, and what it reported. */
async function search(options: TuneOptions = {}, source: Parameters<typeof tune>[0] = signals) {
  const events: TuneEvent[] = [];
  const tuned = await tune(source, { trials: 6, ...short, ...options, onEvent: (event) => events.push(event) });
  return { tuned, events, runs: runsIn(events) };
}

function runsIn(events: readonly TuneEvent[]): TrialRun[] {
  return events.flatMap((event) => (event.kind === "run" ? [event.run] : []));
}

const withoutTimes = (runs: readonly TrialRun[]) => runs.map(({ wallSeconds: _, ...run }) => run);

describe("a search", () => {
  it("says beforehand what it takes, reports each run and each rung, and gives all of it as plain data", async () => {
    const { tuned, events, runs } = await search();
    const [plan, ...rest] = events;
    expect(plan).toEqual({ kind: "plan", ...tuned.plan });
    expect(tuned.plan.rungs).toEqual([
      { trials: 6, seeds: 3, envSteps: 160 },
      { trials: 2, seeds: 4, envSteps: 480 },
    ]);
    expect(rest.map(({ kind }) => kind)).toEqual([
      ...Array.from({ length: 18 }, () => "run"),
      "rung",
      ...Array.from({ length: 8 }, () => "run"),
      "rung",
    ]);
    expect(rest.flatMap((event) => (event.kind === "run" ? [[event.done, event.of]] : []))).toEqual(
      Array.from({ length: 26 }, (_, i) => [i + 1, 26]),
    );
    expect(runs.reduce((sum, { envSteps }) => sum + envSteps, 0)).toBe(tuned.plan.steps);
    expect(new Set(runs.map(({ id }) => id)).size).toBe(26);
    expect(JSON.parse(JSON.stringify(tuned))).toEqual(tuned);
    expect(tuned.options).not.toContain("hidden");
    expect(tuned.importance).toBeNull(); // of six trials nothing can be said
  });

  it("takes from a crew's results what a training gives, and nothing else", async () => {
    const result = { score: 1, episodes: 20, judgingSteps: 9, envSteps: 9, evaluationSteps: 0 };
    const more = { id: "another", trial: 99, changes: { gamma: 0 }, toJSON: "no" };
    const crew: Crew = {
      async work(jobs, { onAnswer }) {
        for (const job of jobs)
          onAnswer(job, { kind: "done", result: { ...result, ...more } as never, wallSeconds: 0 });
      },
    };
    const { runs } = await search({ crew });
    expect(new Set(runs.map(({ id }) => id)).size).toBe(26);
    for (const run of runs) {
      expect(Object.keys(run).sort()).toEqual([...runKeys, ...Object.keys(result)].sort());
      expect(run).toMatchObject(result);
      expect(run.trial).toBeLessThan(6);
    }
  });

  it("gives all trials of a rung the same training seeds, and each rung others", async () => {
    const { runs } = await search();
    const seedsIn = (rung: number, trial: number) =>
      runs.filter((run) => run.rung === rung && run.trial === trial).map(({ seed }) => seed);
    const expected = [1, 2, 3, 4, 5, 6, 7].map((index) => episodeSeed(0, purposes.attempt, index));
    for (let trial = 0; trial < 6; trial++) expect(seedsIn(0, trial)).toEqual(expected.slice(0, 3));
    expect(seedsIn(1, 0)).toEqual(expected.slice(3));
  });

  it("gives the same again, and something else with another seed", async () => {
    const first = await search({ seed: 5 });
    const again = await search({ seed: 5 });
    expect(again.tuned).toEqual(first.tuned);
    expect(withoutTimes(again.runs)).toEqual(withoutTimes(first.runs));
    expect((await search({ seed: 6 })).tuned.trials).not.toEqual(first.tuned.trials);
  });

  it("gives a configuration that trains what the best trial trained", async () => {
    const { tuned, runs } = await search({ seed: 7 });
    const { teacher } = tuned.config;
    expect(tuned.config.env).toBe("signals");
    expect(teacher).toEqual({ ...short, ...tuned.trials[tuned.best].changes });
    const of = runs.find(({ rung, trial }) => rung === 1 && trial === tuned.best)!;
    const again = await trainTeacher(signals, { ...teacher, seed: of.seed });
    expect(again.config).toEqual(tuned.trials[tuned.best].config);
    expect(again.config).toEqual(teacherConfig(checkedEnv(signals()), teacher));
  });

  it("takes as many trials as fit into a budget of steps", async () => {
    const { tuned } = await search({ trials: undefined, steps: 8 * 480 });
    expect(tuned.plan).toMatchObject({ trials: 2, steps: 8 * 480 });
  });

  it("never plays a final episode, of whichever seed", async () => {
    resets = [];
    const { runs } = await search({ seed: 8 });
    const seeds = [8, ...runs.map(({ seed }) => seed)];
    const final = new Set(
      seeds.flatMap((seed) => Array.from({ length: 300 }, (_, i) => episodeSeed(seed, purposes.final, i))),
    );
    expect(resets.filter((seed) => final.has(seed))).toEqual([]);
    expect(resets).toContain(episodeSeed(8, purposes.selection, 19)); // all are judged on the search's own episodes
  });
});

it("beats a default that was planted to be bad", async () => {
  const teacher = { ...short, envSteps: 1440, learningRate: 1e-6, learningRateFinal: 1e-7 }; // learns nothing
  register({ id: "badly", make: () => checkedEnv({ ...signals(), id: "badly" }), presets: { teacher, student: {} } });
  const { tuned } = await search({ envSteps: undefined, trials: 12, seed: 9 }, "badly");
  expect(tuned.best).toBeGreaterThan(0);
  expect(tuned.config.teacher.learningRate).toBeGreaterThanOrEqual(1e-4);
  const [first, best] = [tuned.trials[0], tuned.trials[tuned.best]].map(({ rungs }) => rungs[rungs.length - 1]);
  expect(best.score).toBeGreaterThan(9); // of 10
  expect(first.score).toBeLessThan(6);
  expect(best.place).toBe(1);
  const [most] = tuned.importance!.options;
  expect(most.option).toBe("learningRate");
});

describe("a search that is stopped", () => {
  let whole: Awaited<ReturnType<typeof search>>;

  /** Stops so many steps after so many runs are finished, and goes on with what was reported. */
  async function stoppedAt(runs: number, steps: number, options: TuneOptions = {}) {
    const controller = new AbortController();
    const events: TuneEvent[] = [];
    let left = steps;
    onStep = () => {
      if (runsIn(events).length >= runs && --left === 0) controller.abort();
    };
    const onEvent = (event: TuneEvent) => events.push(event);
    const stopped = tune(signals, { trials: 6, ...short, seed: 10, signal: controller.signal, onEvent, ...options });
    await expect(stopped).rejects.toThrow(TuneStopped);
    onStep = () => {};
    const finished = runsIn(events);
    await expect(stopped).rejects.toThrow(`stopped after ${finished.length} of 26 runs`);
    return { finished, ...(await search({ seed: 10, finished, ...options })) };
  }

  it.each([
    [0, 1],
    [1, 300],
    [17, 50],
    [18, 50],
    [25, 200],
  ])("after %d runs and %d steps goes on to the same result", async (before, steps) => {
    whole ??= await search({ seed: 10 });
    const { tuned, runs, finished } = await stoppedAt(before, steps);
    expect(tuned).toEqual(whole.tuned);
    expect(withoutTimes(runs)).toEqual(withoutTimes(whole.runs));
    expect(runs.filter(({ id }) => finished.some((run) => run.id === id))).toEqual(finished); // their times, too
  });

  it("goes on in the middle of a training, from its checkpoint", async () => {
    const checkpoints = join(folder, "stopped");
    vi.spyOn(FolderStore.prototype, "write");
    const { tuned, finished } = await stoppedAt(3, 100, { checkpoints });
    expect(tuned).toEqual(whole.tuned);
    expect(finished).toHaveLength(3);
    expect(FolderStore.prototype.write).toHaveBeenCalledTimes(1);
    expect(readdirSync(checkpoints)).toEqual([]); // what is finished needs none
  });

  it("does not begin what is finished again", async () => {
    onStep = () => {
      throw new Error("a step was taken");
    };
    const { tuned } = await search({ seed: 10, finished: whole.runs });
    onStep = () => {};
    expect(tuned).toEqual(whole.tuned);
  });

  it("uses no runs of another search", async () => {
    const { runs } = await search({ seed: 11 });
    const { tuned } = await search({ seed: 10, finished: runs });
    expect(tuned).toEqual(whole.tuned);
  });
});

describe("a training", () => {
  const job = (teacher: object = {}): TrialJob =>
    jobOf("tune", "trial 0", 3, {
      env: "signals",
      teacher: teacherConfig(checkedEnv(signals()), { ...short, ...teacher }),
      judgedBy: 0,
    });

  it("is judged on 20 episodes, and on up to 100 if they take no more than a fifth of its steps", async () => {
    const episodes = async (envSteps: number) => {
      const result = await runTrial(job({ envSteps }), { source: signals });
      expect(result).toMatchObject({ envSteps, judgingSteps: 10 * result.episodes });
      return result.episodes;
    };
    expect(await episodes(480)).toBe(20);
    expect(await episodes(1500)).toBe(30);
    expect(await episodes(6000)).toBe(100);
  });

  it("says what evaluations took, also if it diverges after some", async () => {
    const { seed, configuration } = job();
    const { evaluationSteps } = await trainTeacher(signals, { ...configuration.teacher, seed });
    expect(evaluationSteps).toBeGreaterThan(0);
    expect((await runTrial(job(), { source: signals })).evaluationSteps).toBe(evaluationSteps);
    let made = 0;
    let steps = 0;
    /** Rewards become huge in training, after an evaluation in the second copy. */
    const late = () => {
      const env = signals();
      const learns = made++ === 0;
      const huge = () => learns && ++steps > 200;
      return {
        ...env,
        step: (action: number) => ({ ...env.step(action), ...(huge() && { reward: 1e38 }) }),
      } as CustomEnv;
    };
    const diverged = await runTrial(job({ loss: "mse", evaluationShare: 1 }), { source: late });
    expect(diverged.score).toBeNull();
    expect(diverged.evaluationSteps).toBeGreaterThan(0);
  });

  it("goes on from a checkpoint to the same result; one that does not fit is left aside", async () => {
    const kept = new Map<string, Uint8Array>();
    const checkpoints: Store = {
      read: async (name) => kept.get(name),
      write: async (name, bytes) => void kept.set(name, bytes),
      remove: async (name) => void kept.delete(name),
      placeOf: (name) => name,
    };
    const plain = await runTrial(job(), { source: signals });
    const controller = new AbortController();
    let left = 300;
    onStep = () => {
      if (--left === 0) controller.abort();
    };
    const stopped = runTrial(job(), { source: signals, checkpoints, signal: controller.signal });
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
    onStep = () => {};
    const [id, bytes] = [...kept][0];
    expect(await runTrial(job(), { source: signals, checkpoints })).toEqual(plain);
    for (const damaged of [bytes.subarray(0, 100), new Uint8Array(0), bytes.map((byte, i) => byte ^ +(i === 5000))]) {
      kept.set(id, damaged);
      expect(await runTrial(job(), { source: signals, checkpoints })).toEqual(plain);
    }
  });

  it("that diverges has no score, which is worse than any", async () => {
    const huge = () => {
      const env = signals();
      return { ...env, step: (action: number) => ({ ...env.step(action), reward: 1e38 }) } as CustomEnv;
    };
    const diverged = await runTrial(job({ loss: "mse" }), { source: huge });
    expect(diverged).toEqual({
      score: null,
      episodes: 0,
      judgingSteps: 0,
      envSteps: expect.any(Number),
      evaluationSteps: 0,
    });
    expect(diverged.envSteps).toBeLessThan(480);
  });
});

describe("what is wrong", () => {
  it("with an environment fails the rung that needs it, after all of its other trainings", async () => {
    let steps = 0;
    onStep = () => {
      if (++steps === 3000) throw new Error("the simulator is gone");
    };
    const events: TuneEvent[] = [];
    const failed = tune(signals, { trials: 6, ...short, onEvent: (event) => events.push(event) });
    await expect(failed).rejects.toThrow(TuneFailed);
    onStep = () => {};
    await expect(failed).rejects.toThrow(
      /^1 of 18 trainings of a rung failed: trial \d, seed \d+: .*the simulator is gone/,
    );
    expect(runsIn(events)).toHaveLength(17);
    const { tuned } = await search({ finished: runsIn(events) });
    expect(tuned).toEqual((await search()).tuned);
  });

  it.each([
    [
      { trials: 6, steps: 100_000 },
      "trials is 6 and steps is 100000: one of the two is allowed, as each decides the other",
    ],
    [{ trials: 1 }, "trials is 1: a whole number from 2 to 1000 is needed"],
    [{ trials: undefined, steps: 3839 }, /^steps is 3839: at least 3840 are needed/],
    [{ jobs: 2 }, /^jobs is 2: only 1 is allowed for signals, because no other worker can make it/],
    [{ nStep: 0 }, "nStep is 0: a whole number from 1 to 100 is allowed"],
  ])("with the options %j is said in one line", async (options, message) => {
    await expect(search(options)).rejects.toThrow(message);
  });

  it("also for an id that was registered in this process alone", async () => {
    registerEnv("only here", signals);
    await expect(tune("only here", { jobs: 2 })).rejects.toThrow(/^jobs is 2: only 1 is allowed for only here/);
  });
});
