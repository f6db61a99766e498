// Studies and searches on a queue: the same results as on this machine, whoever does what, and nothing is lost.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Queue } from "bullmq";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { shrink } from "#dist/distill/index.js";
import { codeName, noteCode } from "#dist/experiments/code.js";
import { cellsOf, FolderTeachers, runStudy, type Study, StudyFailed, StudyStopped } from "#dist/experiments/index.js";
import { trainTeacher } from "#dist/index.js";
import { type JobQueue, openQueue, type QueueState, runWorker, type WorkerEvent } from "#dist/queue/index.js";
import { tune } from "#dist/tune/index.js";
import { jobOf } from "../../src/training/job.js";
import { shortStudent, shortTeacher } from "../short-training.js";
import { folder, redis, withRedis } from "./redis.js";
import { hasRedis } from "./server.js";
import { studies as all } from "./slow.study.js";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const path = new URL("./slow.study.js", import.meta.url).pathname;
const studies = all as unknown as Study[];
const [, quick, failing] = studies;

let server: Awaited<ReturnType<typeof redis>>;
let whole: string;
beforeAll(async () => {
  const out = folder();
  await runStudy(quick, { out, cells: cellsOf(quick), seeds: 3, jobs: 2, module: new URL(`file://${path}`).href });
  whole = resultsIn(out);
  if (hasRedis) server = await redis();
});

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  if (hasRedis) server.ask("flushall");
});

const resultsIn = (out: string) => readFileSync(`${out}/results.jsonl`, "utf8").replace(/"wallSeconds":[\d.]+/g, "");

/** A worker, what it tells, and what stops it. */
function worker(options: Parameters<typeof runWorker>[1] = {}) {
  const stop = new AbortController();
  const events: WorkerEvent[] = [];
  const onEvent = (event: WorkerEvent) => events.push(event);
  const ended = runWorker(server.url, { modules: [{ path }], signal: stop.signal, onEvent, ...options });
  const end = () => {
    stop.abort();
    return ended;
  };
  ends.push(end);
  const of = <Kind extends WorkerEvent["kind"]>(kind: Kind) =>
    events.filter((event): event is Extract<WorkerEvent, { kind: Kind }> => event.kind === kind);
  return { of, events, end, ended };
}

async function queue(onState: (state: QueueState) => void = () => {}): Promise<JobQueue> {
  const opened = await openQueue(server.url, { onEvent: (event) => event.kind === "state" && onState(event) });
  ends.push(async () => opened.close());
  return opened;
}

const run = (study: Study, crew: JobQueue, options: Partial<Parameters<typeof runStudy>[1]> = {}) => {
  const out = options.out ?? folder();
  return { out, ran: runStudy(study, { cells: cellsOf(study), seeds: 3, crew, ...options, out }) };
};

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await setTimeout(20);
}

describe("a study on a queue", () => {
  withRedis("of a file that has changed is another one: no earlier answer is its own", async () => {
    const file = join(folder(), "changed.study.js");
    const write = (text: string) =>
      writeFileSync(file, `export { studies } from ${JSON.stringify(pathToFileURL(path))}; // ${text}\n`);
    const name = codeName("study", quick.name);
    write("first");
    noteCode(file, name);
    ends.push(async () => noteCode(path, name));
    const told: number[] = [];
    const crew = await openQueue(server.url, {
      onEvent: (event) => event.kind === "answered" && told.push(event.count),
    });
    ends.push(async () => crew.close());
    worker({ modules: [{ path: file }] });
    await run(quick, crew).ran;
    await run(quick, crew).ran;
    expect(told).toEqual([3 * cellsOf(quick).length]);

    write("second");
    noteCode(file, name);
    await expect(run(quick, crew).ran).rejects.toThrow(/study "quick" comes from another file, or an older one/);
    worker({ modules: [{ path: file }] });
    await run(quick, crew).ran;
    expect(told).toHaveLength(1);
  });

  withRedis("gives the results of this machine, with two workers, and trains each teacher once", async () => {
    const workers = [worker(), worker({ concurrency: 2 })];
    const { out, ran } = run(quick, await queue());
    await ran;
    expect(resultsIn(out)).toBe(whole);
    const done = workers.flatMap(({ of }) => of("done")).map(({ job }) => `${job.study} ${job.cell} ${job.seed}`);
    expect(done.filter((name) => name.startsWith("teacher")).sort()).toEqual(
      [0, 1, 2].map((seed) => `teacher CartPole-v1 ${seed}`),
    );
    expect(done).toHaveLength(3 + 9);
  });

  withRedis("that two submit is done once, and who submits it later gets the same answers", async () => {
    const { of } = worker({ concurrency: 2 });
    const both = [run(quick, await queue()), run(quick, await queue())];
    for (const { out, ran } of both) {
      await ran;
      expect(resultsIn(out)).toBe(whole);
    }
    const later = run(quick, await queue());
    await later.ran;
    expect(resultsIn(later.out)).toBe(whole);
    expect(of("done")).toHaveLength(3 + 9);
  });

  withRedis("goes on while nobody follows it, and is taken up again", async () => {
    const stop = new AbortController();
    const { out, ran } = run(quick, await queue(), { signal: stop.signal });
    ran.catch(() => {});
    const { of } = worker();
    await until(() => of("done").length > 0);
    stop.abort();
    await expect(ran).rejects.toThrow(StudyStopped);
    await until(() => of("done").length === 3 + 9);
    await run(quick, await queue(), { out, resume: true }).ran;
    expect(resultsIn(out)).toBe(whole);
  });

  withRedis("sets aside what failed three times, and goes on; a later submission tries it again", async () => {
    const { of } = worker({ concurrency: 2 });
    const opened = await queue();
    for (const tries of [3, 6]) {
      const failed = run(failing, opened, { seeds: 2 }).ran;
      await expect(failed).rejects.toThrow(StudyFailed);
      await expect(failed).rejects.toThrow(/^2 of 4 runs failed: .*no such luck/);
      expect(of("failed")).toHaveLength(2 * tries);
    }
    expect(of("done")).toHaveLength(2);
    const messages = (await opened.failures(10)).map(({ job, message }) => `${job.cell}: ${message}`);
    expect(messages).toEqual(["fails: no such luck", "fails: no such luck"]);
  });

  withRedis("is refused within seconds, by name, if no worker can do it", async () => {
    worker({ modules: [] });
    const opened = await queue();
    await until(async () => (await opened.state()).workers.length === 1);
    const { ran } = run(quick, opened);
    await expect(ran).rejects.toThrow(
      /^no worker of redis:\S+ can do this: the worker has no study "quick" \(qstill worker --module FILE gives it one\)$/,
    );
    expect(await opened.state()).toMatchObject({ waiting: 0, active: 0, done: 0 });
  });

  withRedis("waits for a worker, and for one that can do it beside others that cannot", async () => {
    const states: QueueState[] = [];
    const { out, ran } = run(quick, await queue((state) => states.push(state)));
    await until(() => states.length > 1);
    expect(states[1]).toMatchObject({ workers: [], waiting: 6 }); // teachers, and what releases those that wait for them
    const unable = worker({ modules: [] });
    await until(() => unable.of("refused").length > 0);
    worker({ concurrency: 2 });
    await ran;
    expect(resultsIn(out)).toBe(whole);
    expect(unable.of("refused").map(({ message }) => message)).toEqual([
      'the worker has no study "quick" (qstill worker --module FILE gives it one)',
    ]);
  });

  withRedis("waits while the memory of the server is full, and counts that as no failure", async () => {
    const opened = await queue();
    const { of, events } = worker();
    const { out, ran } = run(quick, opened);
    await until(() => of("begun").length > 0);
    server.ask("config", "set", "maxmemory", "1");
    await until(() => events.some((event) => event.kind === "trouble" && event.message.includes("OOM")));
    await setTimeout(3500);
    server.ask("config", "set", "maxmemory", "0");
    await ran;
    expect(resultsIn(out)).toBe(whole);
    expect(of("failed")).toEqual([]);
  });

  withRedis("stops for a pause, and goes on", async () => {
    const opened = await queue();
    await opened.pause();
    const { of } = worker();
    const { ran } = run(quick, opened, { seeds: 1 });
    await until(async () => (await opened.state()).waiting > 0);
    await setTimeout(500);
    expect([(await opened.state()).paused, of("begun").length]).toEqual([true, 0]);
    await opened.resume();
    await ran;
    expect((await opened.state()).done).toBeGreaterThan(3);
    await opened.clear();
    expect(await opened.state()).toMatchObject({ waiting: 0, done: 0, failed: 0, paused: false });
    expect(server.ask("keys", "qstill:file:*")).toBe("");
  });
});

describe("a study on a queue, in bad times,", () => {
  /** A study of cells whose runs do what `run` says, here: the worker has it from a module of text. */
  const studyOf = (run: string, names: readonly string[]) => {
    const text = `export const studies = [{ name: "bad", question: "?", score: "x", seeds: 1,
      cells: () => ${JSON.stringify(names)}.map((name) => ({ name, env: "CartPole-v1", settings: {} })),
      async run({ name }) { ${run} } }];`;
    const file = join(folder(), "bad.js");
    writeFileSync(file, text);
    return file;
  };
  const study = async (file: string) => ((await import(file)) as { studies: Study[] }).studies[0];

  withRedis("a failure that only mentions a lost connection is a failure", async () => {
    const file = studyOf('throw new Error("simulator: write EPIPE")', ["a"]);
    const { of } = worker({ modules: [{ path: file }] });
    await expect(run(await study(file), await queue(), { seeds: 1 }).ran).rejects.toThrow("write EPIPE");
    expect(of("failed")).toHaveLength(3);
  });

  withRedis("a worker that is no longer needed may leave", async () => {
    const file = studyOf(
      'await new Promise((r) => setTimeout(r, name === "first" ? 0 : 7000)); return { scores: { x: 1 } };',
      ["first", "second"],
    );
    const able = worker({ modules: [{ path: file }], concurrency: 2 });
    const opened = await queue();
    const bad = await study(file);
    const { ran } = run({ ...bad, teacher: () => null }, opened, { seeds: 1 });
    await until(() => able.of("begun").length === 2);
    worker({ modules: [] });
    await ran; // 5 s beside one that cannot, and nothing is given up
    expect((await opened.state()).failed).toBe(0);
  });

  withRedis("a cell that was finished is not run again, whichever others are asked for", async () => {
    const file = studyOf("return { scores: { x: 1 } };", ["a", "b", "c", "d"]);
    const { of } = worker({ modules: [{ path: file }] });
    const bad = await study(file);
    const opened = await queue();
    await run(bad, opened, { seeds: 1, cells: cellsOf(bad).slice(0, 2) }).ran;
    await run(bad, opened, { seeds: 1, cells: cellsOf(bad).slice(1) }).ran;
    await run(bad, opened, { seeds: 1 }).ran;
    expect(of("done").map(({ job }) => job.cell)).toEqual(["a", "b", "c", "d"]);
  });

  withRedis("what is kept of an answer and is none is done again", async () => {
    const opened = await queue();
    worker();
    await run(quick, opened, { seeds: 1 }).ran;
    const keys = server.ask("keys", "qstill:jobs:????????????????????????????????").split("\n");
    const kept = ["no JSON", '{"result":{"scores":{}},"wallSeconds":"x"}', '{"result":7,"wallSeconds":1}'];
    for (const [i, value] of kept.entries()) server.ask("hset", keys[i], "returnvalue", value);
    const out = folder();
    await runStudy(quick, { out, cells: cellsOf(quick), seeds: 3, crew: opened });
    expect(resultsIn(out)).toBe(whole);
  });

  withRedis("a worker ends within 30 s also while the server is away", async () => {
    const own = await redis();
    const words = [main, "worker", "--queue", own.url];
    const child = spawn(process.execPath, words, { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.on("data", (data) => {
      said += data;
    });
    await until(() => said.includes("at a time"));
    await own.kill();
    await setTimeout(500);
    child.kill("SIGTERM");
    const ended = await Promise.race([once(child, "exit").then(() => true), setTimeout(60_000, false)]);
    child.kill("SIGKILL");
    await own.start();
    expect(ended).toBe(true);
    expect(said).not.toContain("    at "); // no stack
  });
});

describe("a worker", () => {
  withRedis("gives its job back when it is stopped, with a checkpoint from which the next one goes on", async () => {
    const options = { envSteps: 20_000, stopReturn: null, evaluationEpisodes: 3 };
    const long: Study = { ...quick, teacher: () => options };
    const cells = cellsOf(long).slice(0, 1);
    const opened = await queue();
    const first = worker();
    const stop = new AbortController();
    const { ran } = run(long, opened, { cells, seeds: 1, signal: stop.signal });
    ran.catch(() => {});
    await until(() => first.of("begun").some(({ job }) => job.study === "teacher"));
    await setTimeout(300);
    await first.end();
    expect(first.of("done")).toEqual([]);
    expect(await opened.state()).toMatchObject({ active: 0, workers: [] });
    const name = server.ask("keys", "qstill:file:*");
    expect(name).toMatch(/^qstill:file:CartPole-v1-0-\w+\.checkpoint$/);
    const second = worker();
    await until(() => second.of("done").some(({ job }) => job.study === "teacher"));
    stop.abort();
    const kept = await opened.store.read(name.replace("qstill:file:", "").replace("checkpoint", "safetensors"));
    const out = folder();
    await new FolderTeachers(out).teacher("CartPole-v1", 0, options);
    const alone = readFileSync(`${out}/${readdirSync(out)[0]}`);
    const withoutTime = (bytes: Uint8Array) =>
      Buffer.from(bytes)
        .toString("latin1")
        .replace(/wallSeconds\\":[\d.]+/, "")
        .slice(0, -100);
    expect(withoutTime(kept as Uint8Array).slice(-50_000)).toBe(withoutTime(alone).slice(-50_000));
    expect(server.ask("keys", "*.checkpoint")).toBe("");
  });

  withRedis("refuses a job of another version by name, and leaves it to others", async () => {
    const { of } = worker();
    const jobs = new Queue("jobs", { connection: { port: server.port }, prefix: "qstill" });
    ends.push(() => jobs.close());
    const job = {
      study: "quick",
      cell: "x",
      seed: 0,
      configuration: { env: "CartPole-v1", settings: {} },
      version: "0.0.1",
    };
    await jobs.add("quick", job, { jobId: "of-another-version" });
    await until(() => of("refused").length > 0);
    expect(of("refused")[0].message).toMatch(/^it is of version 0\.0\.1, and the worker of \d/);
    expect(await jobs.getJobState("of-another-version")).toMatch(/delayed|active|waiting/);
  });

  withRedis("survives what is no job, and prints nothing of it that could do something to a terminal", async () => {
    const jobs = new Queue("jobs", { connection: { port: server.port }, prefix: "qstill" });
    ends.push(() => jobs.close());
    const hostile = jobOf("\u001b[2J", "\u001b[31m", 0, { env: "\u001b]0;x\u0007" });
    const garbage = [null, "text", [], {}, { ...hostile, seed: "0" }, { ...hostile, configuration: null }];
    await jobs.addBulk(garbage.map((data) => ({ name: "garbage", data, opts: { attempts: 1 } })));
    await jobs.add("release", { followers: [7] }, { attempts: 1 });
    await jobs.add("release", {}, { attempts: 1 });
    await jobs.add("hostile", hostile);
    const words = ["--queue", server.url, "--once"];
    const worker = spawnSync(process.execPath, [main, "worker", ...words], { encoding: "utf8" });
    expect(worker.status).toBe(0);
    const status = spawnSync(process.execPath, [main, "queue", "status", ...words.slice(0, 2)], { encoding: "utf8" });
    expect(status.stdout).toMatch(/│ 1 +│ +0 │ +0 │ +8 │/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
    for (const text of [worker.stderr, status.stdout]) expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  withRedis("ends by itself with once, when nothing is left", async () => {
    const opened = await queue();
    const { ran } = run(quick, opened, { seeds: 1 });
    await until(async () => (await opened.state()).waiting > 0);
    const { ended } = worker({ once: true });
    await ended;
    await ran;
    expect(await opened.state()).toMatchObject({ waiting: 0, active: 0, failed: 0 });
  });

  withRedis("keeps the files of its jobs in a folder, if it is given one", async () => {
    const store = folder();
    worker({ store });
    await run(quick, await queue(), { seeds: 1 }).ran;
    expect(readdirSync(store)).toEqual([expect.stringMatching(/^CartPole-v1-0-\w+\.safetensors$/)]);
    expect(server.ask("keys", "qstill:file:*")).toBe("");
  });
});

withRedis("a search for options on a queue finds what it finds here", async () => {
  const short = { envSteps: 1200, learningStarts: 100, hidden: [8], batchSize: 16, evaluationEpisodes: 5, trials: 6 };
  worker({ concurrency: 2 });
  expect(await tune("CartPole-v1", { ...short, crew: await queue() })).toEqual(
    await tune("CartPole-v1", { ...short, jobs: 2 }),
  );
});

withRedis(
  "a search for the smallest student on a queue finds what it finds here, and leaves nothing undone",
  async () => {
    const teacher = await trainTeacher("CartPole-v1", { ...shortTeacher, seed: 3 });
    const search = { ...shortStudent, attempts: 2, hidden: [3], episodes: 20, threshold: 0.5, seed: 3 };
    const here = await shrink(teacher, search);
    worker({ concurrency: 2 });
    const opened = await queue();
    const there = await shrink(teacher, { ...search, crew: opened, store: opened.store, jobs: 2 });
    expect(there.sizes).toEqual(here.sizes);
    expect(there.student?.parameters).toEqual(here.student?.parameters);
    await until(async () => (await opened.state()).active === 0);
    expect((await opened.state()).waiting).toBe(0);
  },
);

it("what is not a number of jobs is refused", async () => {
  await expect(runWorker("redis://localhost:1", { concurrency: 0 })).rejects.toThrow(
    "concurrency is 0: a whole number",
  );
});
