// An attempt as a job: the same student and the same standing as where its teacher is at hand, whatever stops it.
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type AttemptJob, type AttemptPlace, attempted, distilled, runAttempt } from "../../src/distill/attempt.js";
import { labellerFile, readLabeller } from "../../src/distill/labeller-file.js";
import { shrinkConfig } from "../../src/distill/shrink.js";
import type { Student } from "../../src/distill/student.js";
import { type Teacher, trainTeacher } from "../../src/dqn/teacher.js";
import { makeEnv, registerEnv } from "../../src/env/registry.js";
import { fromFunction } from "../../src/import/function.js";
import { Model } from "../../src/model/model.js";
import { Interrupted } from "../../src/training/checkpoint.js";
import { answerTo, attemptWork, jobId, jobOf } from "../../src/training/job.js";
import type { Store } from "../../src/training/store.js";
import { MemoryStore } from "../memory-store.js";
import { shortStudent, shortTeacher } from "../short-training.js";

/** Puts a teacher's file into a store, and gives its id. */
const putLabeller = async (place: Store, ...given: Parameters<typeof labellerFile>): Promise<string> => {
  const file = labellerFile(...given);
  await file.put(place);
  return file.id;
};

const env = "CartPole-v1";
const store = new MemoryStore();
let teacher: Teacher;
let teacherIs: string;
beforeAll(async () => {
  teacher = await trainTeacher(env, { ...shortTeacher, seed: 7 });
  teacherIs = await putLabeller(store, teacher, { states: "replay" });
});

const judged = { seed: 3, episodes: 5 };
const studentOptions = { ...shrinkConfig(env, { ...shortStudent, rounds: 2 }), attempts: 1 };
const jobWith = (changes: Partial<AttemptJob["configuration"]> = {}, seed = 11): AttemptJob =>
  jobOf(attemptWork, "6", seed, { env, student: studentOptions, teacher: teacherIs, judged, ...changes });
const run = (job: AttemptJob, place: Partial<AttemptPlace> = {}) => runAttempt(job, { source: env, store, ...place });

/** Without the time it took. */
const timeless = (student: Student) => {
  const { wallSeconds: _, training: { wallSeconds: __, ...training } = {}, ...rest } = { ...student };
  return { ...rest, training };
};

describe("an attempt", () => {
  it.each([
    ["states of the student", {}],
    ["states of the replay memory", { states: "replay" }],
    ["targets with the teacher's own discount", { loss: "td" }],
    ["rounded weights and copies", { quantize: true, copies: 2 }],
    ["no hidden layer", { hidden: [] }],
  ] as const)("gives plain data, of which the very same student is made again: %s", async (_, changes) => {
    const job = jobWith({ student: { ...studentOptions, ...changes } });
    const result = await run(JSON.parse(JSON.stringify(job)));
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    const made = attempted(job, JSON.parse(JSON.stringify(result)));
    const here = await distilled(job, { teacher, source: env });
    expect(timeless(made.student)).toEqual(timeless(here));
    expect(made.student).toBeInstanceOf(here.constructor);
    expect(made.student.wallSeconds).toBeGreaterThan(0);
    expect(made.standing).toEqual(result.standing);
    expect(made.student.act([0, 0, 0.1, 0])).toBe(here.act([0, 0, 0.1, 0]));
  });

  it("is judged again where the next one has other episodes, or another teacher", async () => {
    const standing = async (job: AttemptJob, of = store) => (await run(job, { store: of })).standing;
    const fresh = () => {
      const copy = new MemoryStore();
      for (const [name, bytes] of store.files) copy.files.set(name, bytes);
      return copy;
    };
    const other = jobWith({ judged: { seed: 4, episodes: 5 } });
    const rule = new Model({
      environment: env,
      widths: [4, 2],
      parameters: Float32Array.of(0, 0, 0, 0, -1, 1, -1, 1, 0, 0),
    });
    const another = jobWith({ teacher: await putLabeller(store, rule, { states: "student" }) });
    for (const job of [jobWith(), other, jobWith(), another])
      expect(await standing(job)).toEqual(await standing(job, fresh()));
    expect(await standing(other)).not.toEqual(await standing(jobWith()));
    expect(await standing(another)).not.toEqual(await standing(jobWith()));
  });

  it("plays the teacher's episodes once for all attempts of a search", async () => {
    let resets = 0;
    const source = () => {
      const inner = makeEnv(env);
      const reset: typeof inner.reset = (options) => {
        resets++;
        return inner.reset(options);
      };
      return {
        ...{ id: env, observationSize: 4, actionCount: 2 },
        reset,
        step: (action: number) => inner.step(action),
      };
    };
    const counted = async (seed: number) => {
      resets = 0;
      await run(jobWith({}, seed), { source });
      return resets;
    };
    const [first, second] = [await counted(11), await counted(11)];
    expect(first - second).toBe(2 * judged.episodes);
  });

  it("that is stopped goes on from its checkpoint, and one that is finished is not made again", async () => {
    const job = jobWith({ student: { ...studentOptions, updates: 4000, rounds: 4 } });
    const whole = attempted(job, await run(job)).student;
    const checkpoints = new MemoryStore();
    const controller = new AbortController();
    let steps = 0;
    const plain = makeEnv(env);
    const source = () => ({
      ...{ id: env, observationSize: 4, actionCount: 2, reset: plain.reset.bind(plain) },
      step(action: number) {
        if (++steps === 400) controller.abort();
        return plain.step(action);
      },
    });
    const stopped = run(job, { checkpoints, signal: controller.signal, source });
    await expect(stopped).rejects.toThrow(Interrupted);
    expect(checkpoints.names()).toEqual([`${jobId(job)}.checkpoint`]);
    const result = await run(job, { checkpoints });
    expect(timeless(attempted(job, result).student)).toEqual(timeless(whole));
    expect(checkpoints.names()).toEqual([`${jobId(job)}.json`]);
    expect(await run(job, { checkpoints })).toEqual(result); // its time, too
    checkpoints.files.set(`${jobId(job)}.json`, new TextEncoder().encode('{"standing":{}}'));
    const again = await run(job, { checkpoints });
    expect(timeless(attempted(job, again).student)).toEqual(timeless(whole));
  });

  it("answers in one line where its environment fails", async () => {
    registerEnv("gone", () => ({
      ...{ observationSize: 4, actionCount: 2, reset: () => [0, 0, 0, 0] },
      step() {
        throw new Error("the server\nis gone");
      },
    }));
    const job = jobWith({ env: "gone" });
    const answer = await answerTo(job, (given) => run(given, { source: "gone" }));
    expect(answer).toEqual({ kind: "failed", message: expect.stringMatching(/the server is gone$/) });
  });

  it.each([
    [{ judged: { seed: -1, episodes: 5 } }, /^seed is -1: /],
    [{ judged: { seed: 1, episodes: 0 } }, /^episodes is 0: /],
    [{ student: { ...studentOptions, copies: 1e9 } }, /copies is 1000000000: /],
    [{ teacher: "../../etc/passwd" }, /^teacher is "\.\.\/\.\.\/etc\/passwd": 32 hexadecimal digits are needed$/],
    [{ teacher: null }, /^teacher is "null": 32 hexadecimal digits are needed$/],
    [{ teacher: "0".repeat(32) }, /^memory\/labeller-0{32}\.safetensors is missing: it holds the teacher$/],
  ])("refuses a job with %j", async (changes, message) => {
    await expect(run(jobWith(changes as object))).rejects.toThrow(message);
  });
});

describe("a result", () => {
  it("of anything else is refused in one line", async () => {
    const job = jobWith();
    const result = await run(job);
    const { standing } = result;
    for (const [wrong, message] of [
      [undefined, /^it is not the result of an attempt$/],
      [{ ...result, standing: { ...standing, mean: null } }, /^it is not the result of an attempt$/],
      [{ ...result, standing: { ...standing, lowerBound: "1" } }, /^it is not the result of an attempt$/],
      [{ standing }, /^it is not the result of an attempt$/],
      [{ standing, student: "AAAA" }, /^not a safetensors file: [^\n]+$/],
      [{ standing, student: "ä" }, /^[^\n]+$/],
    ] as const) {
      expect(() => attempted(job, wrong)).toThrow(message);
    }
    const other = /^its student is of another attempt$/;
    expect(() => attempted(jobWith({}, 12), result)).toThrow(other);
    expect(() => attempted(jobWith({ student: { ...studentOptions, hidden: [5] } }), result)).toThrow(other);
  });
});

describe("a teacher's file", () => {
  it("is the same for the same teacher, and has another name for another one", async () => {
    const names = async (given: Model, states: "replay" | "student") =>
      putLabeller(new MemoryStore(), given, { states });
    expect(await names(teacher, "replay")).toBe(teacherIs);
    const { environment, widths, parameters, training } = teacher;
    const variants = [
      new Model({ environment, widths, parameters }),
      new Model({ environment, widths, parameters, training }),
      new Model({ environment, widths, parameters, activation: "tanh" }),
      new Model({ environment, widths, parameters: parameters.map((value) => -value) }),
      new Model({ environment: "", widths, parameters }),
    ];
    const all = await Promise.all(variants.map((variant) => names(variant, "student")));
    expect(new Set([teacherIs, ...all]).size).toBe(6);
    expect(await names(teacher, "student")).toBe(all[1]); // no student learns from its replay memory
  });

  it("holds masks and byte observations, too, and a network that answers as the teacher does", async () => {
    const masks = Uint8Array.from({ length: 6 }, (_, i) => (i === 2 ? 0 : 1));
    const observations = Uint8Array.from({ length: 12 }, (_, i) => 20 * i);
    const { environment, widths, parameters } = teacher;
    const given = Object.assign(new Model({ environment, widths, parameters, activation: "tanh" }), {
      masks,
      observations,
    });
    const read = await readLabeller(store, await putLabeller(store, given, { states: "replay" }));
    expect(read).toMatchObject({ environment, widths, parameters, masks, observations });
    const states = Float32Array.from({ length: 40 }, (_, i) => Math.fround(i / 40));
    expect(read.qValuesOfMany(states)).toEqual(given.qValuesOfMany(states));
    expect(read.act(states.subarray(0, 4), Uint8Array.of(0, 1))).toBe(1);
  });

  it("is refused in one line where it is damaged, whichever bit it is, or another one", async () => {
    const damaged = new MemoryStore();
    const name = `labeller-${teacherIs}.safetensors`;
    const bytes = store.files.get(name) as Uint8Array;
    const bit = fc.integer({ min: 0, max: 8 * bytes.length - 1 });
    await fc.assert(
      fc.asyncProperty(bit, async (at) => {
        const flipped = bytes.slice();
        flipped[at >> 3] ^= 1 << (at & 7);
        damaged.files.set(name, flipped);
        await expect(run(jobWith(), { store: damaged })).rejects.toThrow(
          /^memory\/labeller-\w+\.safetensors cannot be used: [^\n]+$/,
        );
      }),
      { numRuns: 100 },
    );
    const others = await putLabeller(damaged, new Model(teacher), { states: "student" });
    damaged.files.set(name, damaged.files.get(`labeller-${others}.safetensors`) as Uint8Array);
    await expect(run(jobWith(), { store: damaged })).rejects.toThrow(/cannot be used: it holds another teacher$/);
    damaged.files.set(name, bytes.subarray(0, 100));
    await expect(run(jobWith(), { store: damaged })).rejects.toThrow(/cannot be used: [^\n]+$/);
  });

  it("cannot hold what is no network", async () => {
    const rule = fromFunction(() => [0, 1], { environment: env });
    const message = "teacher is an object: a model, because a crew gets it as a file, is needed";
    await expect(putLabeller(store, rule, { states: "student" })).rejects.toThrow(message);
  });
});
