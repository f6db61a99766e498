// The search for the smallest student with a crew: the same result, events and errors as in one process, whoever does the
// attempts and in whichever order they are answered.
import { beforeAll, describe, expect, it } from "vitest";
import { type AttemptJob, type AttemptPlace, runAttempt } from "../../src/distill/attempt.js";
import { AttemptFailed } from "../../src/distill/crewed.js";
import { type ShrinkOptions, type Size, shrink } from "../../src/distill/shrink.js";
import type { Student } from "../../src/distill/student.js";
import { registerEnv } from "../../src/env/registry.js";
import { fromFunction } from "../../src/import/function.js";
import { Model } from "../../src/model/model.js";
import { Interrupted } from "../../src/training/checkpoint.js";
import { type Answer, answerTo, type Crew, doJobs, type Hand, type Job, jobId } from "../../src/training/job.js";
import { MemoryStore } from "../memory-store.js";
import { either, teacher } from "./either.js";

const env = "either";
registerEnv(env, either());
const budget: ShrinkOptions = {
  ...{ hidden: [8], envSteps: 200, updates: 50, rounds: 2, evaluationEpisodes: 5, episodes: 20, attempts: 2 },
  ...{ learningRate: 0.02, threshold: 0.9, seed: 102 },
};

/** A crew of so many hands, and the jobs that it began. */
function crewOf(count: number, store: MemoryStore, { source = env, ...place }: Partial<AttemptPlace> = {}) {
  const begun: AttemptJob[] = [];
  const answer = (job: Job<object>) => {
    begun.push(job as AttemptJob);
    return answerTo(job as AttemptJob, (given) => runAttempt(given, { ...place, source, store }), place.signal);
  };
  const hands: Hand[] = Array.from({ length: count }, () => ({ answer }));
  const crew: Crew = { work: (jobs, options) => doJobs(jobs, hands, options) };
  return { crew, begun };
}

/** A crew whose answers come when all are there, from the last to the first. */
function backwards(store: MemoryStore, change: (job: AttemptJob, answer: Answer<unknown>) => Answer<unknown>): Crew {
  return {
    async work(jobs, { onAnswer }) {
      const run = (job: AttemptJob) => runAttempt(job, { source: env, store });
      const answers = [];
      for (const job of jobs as unknown as AttemptJob[]) answers.push(change(job, await answerTo(job, run)));
      for (const [i, answer] of [...answers.entries()].reverse()) onAnswer(jobs[i], answer as never);
    },
  };
}
const unchanged = (_: AttemptJob, answer: Answer<unknown>) => answer;

const timeless = (student: Student | null) => {
  if (student === null) return null;
  const { wallSeconds: _, training: { wallSeconds: __, ...training } = {}, ...rest } = { ...student };
  return { ...rest, training };
};

/** A search, and what it reported. */
async function search(options: ShrinkOptions = {}) {
  const events: unknown[] = [];
  const { student, sizes } = await shrink(teacher, {
    ...budget,
    ...options,
    onAttempt: (hidden, attempt, standing) => events.push([hidden, attempt, standing]),
    onSize: (size, student) => {
      events.push([size, timeless(student)]);
      options.onSize?.(size, student);
    },
  });
  return { student: timeless(student), sizes, events };
}

let alone: Awaited<ReturnType<typeof search>>;
beforeAll(async () => {
  alone = await search();
});

const isAttempt = (event: unknown) => (event as unknown[]).length === 3;

it("in one process tries what the search needs, from the smallest up, and tests what passed, from the largest down", () => {
  const sizes = alone.events.filter((event) => !isAttempt(event)).map((event) => (event as [Size])[0]);
  const named = (final: boolean) =>
    sizes
      .filter((size) => (size.final !== null) === final)
      .map(({ hidden, attempts }) => `${hidden.join("-")}:${attempts}`);
  expect(named(false)).toEqual(["8:1", "4:1", "2:2", "3:2", "1:2", ":2", "2-1:2", "2-2:2", "3-1:2", "3-2:2", "4-1:1"]);
  expect(named(true)).toEqual(["8:1", "4:1", "4-1:1"]);
});

describe("a crew", () => {
  it.each([
    [1, 1],
    [1, 4],
    [3, 1],
    [3, 3],
    [8, 8],
  ])("of %d hands that may try %d sizes at the same time finds the same, and tells the same", async (count, jobs) => {
    const store = new MemoryStore();
    const { crew, begun } = crewOf(count, store);
    expect(await search({ crew, store, jobs })).toEqual(alone);
    expect(new Set(begun.map(jobId)).size).toBe(begun.length); // none is made twice
    expect(store.names()).toEqual([expect.stringMatching(/^labeller-[0-9a-f]{32}\.safetensors$/)]);
  });

  it("that answers from the last attempt to the first is no different", async () => {
    const store = new MemoryStore();
    expect(await search({ crew: backwards(store, unchanged), store, jobs: 4 })).toEqual(alone);
  });

  it("that failed where the search did not look changes nothing", async () => {
    const store = new MemoryStore();
    const needed = new Set<string>();
    const { crew, begun } = crewOf(1, store);
    await search({ crew, store });
    for (const job of begun) needed.add(jobId(job));
    const failing = backwards(store, (job, answer) =>
      needed.has(jobId(job)) ? answer : { kind: "failed", message: "not needed" },
    );
    expect(await search({ crew: failing, store, jobs: 5 })).toEqual(alone);
  });

  it("that failed ends the search in one line, and what was reported before stays", async () => {
    const store = new MemoryStore();
    const heard: Size[] = [];
    const failing = backwards(store, (job, answer) =>
      job.cell === "none" ? { kind: "failed", message: "the worker is gone" } : answer,
    );
    const found = search({ crew: failing, store, onSize: (size) => heard.push(size) });
    await expect(found).rejects.toThrow(AttemptFailed);
    await expect(found).rejects.toThrow(/^hidden none, seed \d+: the worker is gone$/);
    expect(heard.length).toBeGreaterThan(0);
    expect(await search({ tried: heard })).toMatchObject({ sizes: alone.sizes, student: alone.student });
  });

  it("with something else than results ends the search, too", async () => {
    const store = new MemoryStore();
    const strange = backwards(store, () => ({ kind: "done", result: { standing: 1 }, wallSeconds: 0 }));
    await expect(search({ crew: strange, store })).rejects.toThrow(
      /^hidden 8, seed \d+: it is not the result of an attempt$/,
    );
    const lost: Crew = { work: () => Promise.reject(new Error("no server")) };
    await expect(search({ crew: lost, store })).rejects.toThrow(/^no server$/);
  });

  it("needs a store and a model, and states of a replay memory that there is", async () => {
    const store = new MemoryStore();
    const { crew } = crewOf(1, store);
    await expect(search({ crew })).rejects.toThrow("store is undefined: a store, which has read and write, is needed");
    const rule = fromFunction(() => [0, 1], { environment: env });
    await expect(shrink(rule, { ...budget, crew, store })).rejects.toThrow(/^teacher is an object: a model, /);
    await expect(search({ crew, store, states: "replay" })).rejects.toThrow(/has no replay memory/);
  });
});

describe("a search with a crew that is stopped", () => {
  it.each([0, 1, 2, 4, 8])(
    "after %d sizes goes on to the same result, and makes no finished attempt again",
    async (after) => {
      const store = new MemoryStore();
      const checkpoints = new MemoryStore();
      const controller = new AbortController();
      const { signal } = controller;
      const heard: Size[] = [];
      let steps = 0;
      // in the middle of the attempts that are under way then
      const source = either(() => {
        if (heard.length >= after && ++steps === 1500) controller.abort();
      });
      const first = crewOf(3, store, { signal, checkpoints, source });
      const stopped = search({
        ...{ crew: first.crew, store, jobs: 3, signal },
        onSize: (size) => {
          if (size.final === null) heard.push(size);
        },
      });
      await expect(stopped).rejects.toThrow(Interrupted);
      await expect(stopped).rejects.toThrow(/^stopped before the end/);
      expect(checkpoints.names()).not.toEqual([]);
      const finished = new Map([...checkpoints.files].filter(([name]) => name.endsWith(".json")));
      const again = crewOf(2, store, { checkpoints });
      const later: Size[] = [];
      const resumed = await search({
        ...{ crew: again.crew, store, jobs: 2, tried: heard },
        onSize: (size) => {
          if (size.final === null) later.push(size);
        },
      });
      expect(resumed.sizes).toEqual(alone.sizes);
      expect(resumed.student).toEqual(alone.student);
      const tried = new Set(heard.map(({ hidden }) => String(hidden)));
      expect(later.filter(({ hidden }) => tried.has(String(hidden)))).toEqual([]);
      for (const [name, bytes] of finished) expect(checkpoints.files.get(name)).toEqual(bytes); // its time, too
    },
  );

  it("is not begun where it was stopped before", async () => {
    const store = new MemoryStore();
    const signal = AbortSignal.abort();
    const { crew, begun } = crewOf(2, store, { signal });
    await expect(search({ crew, store, signal })).rejects.toThrow(Interrupted);
    expect(begun).toEqual([]);
  });
});

describe("a job", () => {
  /** The jobs of a search whose attempts are not good enough. */
  async function jobsOf(options: ShrinkOptions = {}, of = teacher): Promise<AttemptJob[]> {
    const store = new MemoryStore();
    const { crew, begun } = crewOf(1, store);
    const short = { envSteps: 50, updates: 10, rounds: 1, episodes: 2, attempts: 2 };
    await shrink(of, { ...budget, ...short, threshold: 1000, ...options, crew, store });
    return begun;
  }

  it("is of an attempt: its study, its size, its seed, and what decides the result", async () => {
    const jobs = await jobsOf();
    expect(jobs).toMatchObject([
      { study: "shrink", cell: "8", configuration: { env, judged: { seed: 102, episodes: 2 } } },
      { study: "shrink", cell: "8", configuration: { student: { hidden: [8], attempts: 1, updates: 10 } } },
    ]);
    expect(jobs[0].seed).not.toBe(jobs[1].seed);
  });

  it("has another id with another size, seed, teacher or judgement, and the same for the same", async () => {
    const other = new Model({ ...teacher, parameters: teacher.parameters.map((value) => 2 * value) });
    const ids = async (...given: Parameters<typeof jobsOf>) => (await jobsOf(...given)).map(jobId);
    const first = await ids();
    expect(await ids()).toEqual(first);
    const others = [
      ...(await ids({ hidden: [5] })),
      ...(await ids({ seed: 101 })),
      ...(await ids({ episodes: 3 })),
      ...(await ids({ updates: 11 })),
      ...(await ids({}, other)),
    ];
    expect(new Set([...first, ...others]).size).toBe(12);
  });

  it("is called by its size's widths, and that of a linear student none", async () => {
    const store = new MemoryStore();
    const { crew, begun } = crewOf(1, store);
    await search({ crew, store });
    expect(new Set(begun.map(({ cell }) => cell))).toEqual(
      new Set(["8", "4", "2", "3", "1", "none", "2-1", "2-2", "3-1", "3-2", "4-1"]),
    );
  });
});
