// Jobs: what their id stands for, and how hands do them.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Answer, answerTo, doJobs, type Hand, type Job, jobId, jobOf } from "../../src/training/job.js";

const job = (cell: string, configuration: object = {}): Job<object> => jobOf("a study", cell, 7, configuration);

describe("an id", () => {
  const whole = job("a cell", { env: "CartPole-v1", teacher: { hidden: [8], gamma: 0.5 } });

  it("is 32 hexadecimal digits, the same for equal jobs, also where one has been JSON and has other keys first", () => {
    expect(jobId(whole)).toMatch(/^[0-9a-f]{32}$/);
    const { study, cell, seed, configuration, version } = JSON.parse(JSON.stringify(whole));
    const { env, teacher } = configuration;
    const turned = { teacher: { gamma: teacher.gamma, hidden: teacher.hidden }, env };
    expect(jobId({ version, configuration: turned, seed, cell, study })).toBe(jobId(whole));
  });

  it.each([
    ["study", { study: "another" }],
    ["cell", { cell: "another" }],
    ["seed", { seed: 8 }],
    ["configuration", { configuration: { env: "CartPole-v1", teacher: { hidden: [8], gamma: 0.25 } } }],
    ["the order in a list", { configuration: { env: "CartPole-v1", teacher: { hidden: [8, 4], gamma: 0.5 } } }],
    ["version", { version: "0.0.1" }],
  ])("is another one with another %s", (_, change) => {
    expect(jobId({ ...whole, ...change })).not.toBe(jobId(whole));
  });

  it("does not move a text from one field to the next", () => {
    expect(jobId({ ...whole, study: "a", cell: "bc" })).not.toBe(jobId({ ...whole, study: "ab", cell: "c" }));
  });
});

describe("an answer", () => {
  it("holds the result, and the seconds that it took", async () => {
    const answer = await answerTo(job("x"), async ({ cell }) => ({ cell }));
    expect(answer).toEqual({ kind: "done", result: { cell: "x" }, wallSeconds: expect.any(Number) });
  });

  it("says on one line why it failed, and tells a stop from that", async () => {
    const throws = async () => {
      throw new Error("two\nlines");
    };
    expect(await answerTo(job("x"), throws)).toEqual({ kind: "failed", message: "two lines" });
    expect(await answerTo(job("x"), throws, AbortSignal.abort())).toEqual({ kind: "stopped" });
  });
});

/** Hands that answer when `finish` is called with a job's cell. */
function slowHands(count: number) {
  const under = new Map<string, (answer: Answer<string>) => void>();
  const begun: string[] = [];
  const hand: Hand = {
    answer: ({ cell }) =>
      new Promise((resolve) => {
        begun.push(cell);
        under.set(cell, resolve);
      }),
  };
  const finish = async (cell: string, answer: Answer<string> = { kind: "done", result: cell, wallSeconds: 0 }) => {
    under.get(cell)?.(answer);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  return { hands: Array.from({ length: count }, () => hand), begun, finish };
}

const isResult = (value: unknown) => typeof value === "string";

describe("hands", () => {
  it("do every job once, in the order in which they are free", async () => {
    const count = fc.integer({ min: 1, max: 4 });
    const property = fc.asyncProperty(fc.nat(9), count, fc.scheduler(), async (jobs, hands, scheduler) => {
      const begun: string[] = [];
      const hand: Hand = {
        answer: ({ cell }) => {
          begun.push(cell);
          return scheduler.schedule(Promise.resolve({ kind: "done", result: cell, wallSeconds: 0 } as const), cell);
        },
      };
      const cells = Array.from({ length: jobs }, (_, i) => String(i));
      const answered: string[] = [];
      const all = doJobs(
        cells.map((cell) => job(cell)),
        Array.from({ length: hands }, () => hand),
        { isResult, onAnswer: ({ cell }, answer) => answered.push(`${cell} ${answer.kind}`) },
      );
      await scheduler.waitFor(all);
      expect(begun).toEqual(cells);
      expect(answered.sort()).toEqual(cells.map((cell) => `${cell} done`));
    });
    await fc.assert(property, { seed: 1, numRuns: 200 });
  });

  it("wait for the job that makes what theirs needs, and do others meanwhile", async () => {
    const { hands, begun, finish } = slowHands(3);
    const jobs = ["a1", "a2", "a3", "b1"].map((cell) => job(cell));
    const first: Record<string, Job<object>> = { a: jobs[0], b: jobs[3] };
    const all = doJobs(jobs, hands, { isResult, onAnswer: () => {}, needOf: ({ cell }) => first[cell[0]] });
    expect(begun).toEqual(["a1", "b1"]);
    await finish("a1", { kind: "failed", message: "no" }); // then each makes its own
    expect(begun).toEqual(["a1", "b1", "a2", "a3"]);
    for (const cell of ["b1", "a2", "a3"]) await finish(cell);
    await all;
  });

  it("do what is needed, too, before, and tell nothing of it", async () => {
    const { hands, begun, finish } = slowHands(3);
    const told: string[] = [];
    const all = doJobs(
      ["a1", "b1", "a2", "c"].map((cell) => job(cell)),
      hands,
      {
        isResult,
        onAnswer: ({ cell }) => told.push(cell),
        needOf: ({ cell }) => (cell === "c" ? undefined : job(cell[0])),
      },
    );
    expect(begun).toEqual(["a", "b", "c"]);
    await finish("c");
    await finish("a");
    expect(begun).toEqual(["a", "b", "c", "a1", "a2"]);
    for (const cell of ["a2", "b", "a1", "b1"]) await finish(cell);
    await all;
    expect(told).toEqual(["c", "a2", "a1", "b1"]);
  });

  it("have failed with what is no result of such jobs", async () => {
    const told: unknown[] = [];
    const hand: Hand = { answer: async () => ({ kind: "done", result: 7, wallSeconds: 0 }) };
    await doJobs([job("a")], [hand], { isResult, onAnswer: (_, answer) => told.push(answer) });
    expect(told).toEqual([{ kind: "failed", message: "its result is not what such a job gives" }]);
  });

  it("begin nothing more after a stop, and tell no failure that came of it", async () => {
    const { hands, begun, finish } = slowHands(2);
    const controller = new AbortController();
    const told: string[] = [];
    const all = doJobs(
      ["a", "b", "c"].map((cell) => job(cell)),
      hands,
      { isResult, onAnswer: ({ cell }) => told.push(cell), signal: controller.signal },
    );
    controller.abort();
    await finish("a", { kind: "failed", message: "its worker ended" });
    await finish("b"); // it was finished before it heard
    await all;
    expect([begun, told]).toEqual([["a", "b"], ["b"]]);
  });

  it("begin nothing more when an answer could not be kept", async () => {
    const { hands, begun, finish } = slowHands(2);
    const all = doJobs(
      ["a", "b", "c", "d"].map((cell) => job(cell)),
      hands,
      {
        isResult,
        onAnswer: () => {
          throw new Error("the disk is full");
        },
      },
    );
    const rejected = expect(all).rejects.toThrow("the disk is full");
    await finish("a");
    await finish("b");
    await rejected;
    expect(begun).toEqual(["a", "b"]);
  });
});
