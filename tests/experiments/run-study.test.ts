// Running a study: the same file each time, also after a stop; what is refused.
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  cellsOf,
  runStudy,
  type Study,
  StudyFailed,
  type StudyOptions,
  StudyStopped,
} from "#dist/experiments/index.js";
import { studies } from "./short.study.js";

const root = mkdtempSync(join(tmpdir(), "qstill-study-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const [short, failing, endless, broken] = studies as Study[];
const module = new URL("./short.study.js", import.meta.url).href;

function run(study: Study, name: string, options: Partial<StudyOptions> = {}) {
  return runStudy(study, { out: join(root, name), cells: cellsOf(study), seeds: 2, jobs: 2, module, ...options });
}

const path = (name: string) => join(root, name, "results.jsonl");
const text = (name: string) => readFileSync(path(name), "utf8");
const withoutTimes = (results: string) => results.replace(/"wallSeconds":[\d.]+/g, "");

let whole: string;
beforeAll(async () => {
  await run(short, "whole");
  whole = text("whole");
});

it("leaves a line for what was run, and one for each cell and seed in their order", () => {
  const [head, ...lines] = whole
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(head).toMatchObject({ study: "short", version: expect.stringMatching(/^\d/), presets: { "CartPole-v1": {} } });
  expect(lines.map(({ cell, env, seed }) => [cell, env, seed])).toEqual([
    ["width 4", "CartPole-v1", 0],
    ["width 4", "CartPole-v1", 1],
    ["width 2", "CartPole-v1", 0],
    ["width 2", "CartPole-v1", 1],
  ]);
  for (const { scores, curves, wallSeconds, settings } of lines) {
    expect(scores).toEqual({ actionAgreement: expect.any(Number), qR2: expect.any(Number), none: null });
    expect(curves.line).toHaveLength(2);
    expect(wallSeconds).toBeGreaterThan(0);
    expect(settings.teacher.hidden).toEqual([8]);
  }
});

it("trains one teacher a seed, whoever needs it", () => {
  expect(readdirSync(join(root, "whole", "teachers"))).toHaveLength(2);
});

it("gives the same file again but for times, on one core as on two", async () => {
  await run(short, "again", { jobs: 1 });
  expect(withoutTimes(text("again"))).toBe(withoutTimes(whole));
});

it("stops at once and goes on to the same file, whatever became of its last line", async () => {
  const controller = new AbortController();
  const stopped = run(short, "stopped", {
    jobs: 1,
    signal: controller.signal,
    onProgress: (done) => {
      if (done === 2) controller.abort();
    },
  });
  await expect(stopped).rejects.toThrow(StudyStopped);
  await expect(stopped).rejects.toThrow("stopped after 2 of 4 runs");
  const kept = text("stopped");
  expect(kept.trimEnd().split("\n")).toHaveLength(3);
  appendFileSync(path("stopped"), '{"cell":"width 4","env":"Cart');

  const progress: number[][] = [];
  await run(short, "stopped", { resume: true, onProgress: (done, of) => progress.push([done, of]) });
  expect(progress).toEqual([
    [2, 4],
    [3, 4],
    [4, 4],
  ]);
  expect(withoutTimes(text("stopped"))).toBe(withoutTimes(whole));
  for (const line of kept.trimEnd().split("\n")) expect(text("stopped")).toContain(line); // its times, too
});

it("stops in the middle of a run", async () => {
  const controller = new AbortController();
  const teachers = join(root, "endless", "teachers"); // its only one is there: its student is being trained
  const stopWhenTrained = () =>
    existsSync(teachers) && readdirSync(teachers).length > 0 ? controller.abort() : setTimeout(stopWhenTrained, 5);
  const stopped = run(endless, "endless", {
    signal: controller.signal,
    onProgress: (done) => {
      if (done === 2) stopWhenTrained();
    },
  });
  await expect(stopped).rejects.toThrow("stopped after 2 of 4 runs");
});

it("goes on with more seeds", async () => {
  await run(short, "grown", { seeds: 1 });
  await run(short, "grown", { resume: true });
  expect(withoutTimes(text("grown"))).toBe(withoutTimes(whole));
});

it("begins anew without resume", async () => {
  await run(short, "anew", { seeds: 1 });
  await run(short, "anew", { seeds: 1, cells: cellsOf(short).slice(1) });
  expect(text("anew").trimEnd().split("\n")).toHaveLength(2);
});

/** How a study ends in which runs fail. */
async function failed(study: Study, name: string, options: Partial<StudyOptions> = {}): Promise<StudyFailed> {
  const error = await run(study, name, options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StudyFailed);
  return error as StudyFailed;
}

const failuresOf = (name: string) => {
  const lines = readFileSync(join(root, name, "failures.jsonl"), "utf8")
    .trimEnd()
    .split("\n");
  return lines.map((line) => JSON.parse(line));
};

describe("a run that fails", () => {
  it("is reported, and the others go on", async () => {
    const told: unknown[] = [];
    const progress: number[][] = [];
    const { message, runs, failures } = await failed(failing, "failing", {
      seeds: 3,
      onFailure: (failure) => told.push(failure),
      onProgress: (done, of) => progress.push([done, of]),
    });
    expect(runs.map(({ cell, seed }) => [cell, seed])).toEqual([
      ["width 4", 0],
      ["width 2", 0],
    ]);
    const infinite = "its result has numbers that are not finite";
    expect(failures.map(({ cell, seed, message }) => [cell, seed, message])).toEqual([
      ["width 4", 1, "no such luck"],
      ["width 4", 2, infinite],
      ["width 2", 1, "no such luck"],
      ["width 2", 2, infinite],
    ]);
    expect(message).toMatch(/^4 of 6 runs failed: cell "width 4" in CartPole-v1, seed 1: no such luck; cell "width 4"/);
    expect(new Set(told)).toEqual(new Set(failures));
    expect(failuresOf("failing")).toEqual(told);
    expect(progress.at(-1)).toEqual([6, 6]);
    expect(text("failing").trimEnd().split("\n")).toHaveLength(3);
  });

  it("is tried again at most twice", async () => {
    const study = { cells: cellsOf(failing).slice(0, 1) };
    const tries = async (options: Partial<StudyOptions>) => {
      await failed(failing, "again-failing", { ...study, ...options });
      return failuresOf("again-failing").length;
    };
    expect(await tries({})).toBe(1);
    expect(await tries({ resume: true })).toBe(2);
    expect(await tries({ resume: true })).toBe(3);
    expect(await tries({ resume: true })).toBe(3);
    expect(await tries({})).toBe(1); // anew
  });

  it("that is finished later is no failure any more", async () => {
    await run(short, "mended", { seeds: 1 });
    const failure = { cell: "width 4", env: "CartPole-v1", seed: 1, message: "of then" };
    appendFileSync(join(root, "mended", "failures.jsonl"), `${JSON.stringify(failure)}\nnot JSON\n{"torn`);
    await run(short, "mended", { resume: true });
    expect(withoutTimes(text("mended"))).toBe(withoutTimes(whole));
    expect(existsSync(join(root, "mended", "failures.jsonl"))).toBe(false);
  });

  it("ends neither the study nor its other runs, however it fails", async () => {
    const { runs, failures } = await failed(broken, "broken", { seeds: 1 });
    expect(runs.map(({ cell }) => cell)).toEqual(["works"]);
    expect(Object.fromEntries(failures.map(({ cell, message }) => [cell, message]))).toEqual({
      "throws nothing": "undefined",
      "throws a text": "two lines",
      "throws what cannot be read": "something was thrown that cannot be shown as text",
      exits: "its worker ended with status 3",
      "exits with status 0": "its worker ended with status 0",
      "fails beside itself": "later",
      "gives what cannot be sent": expect.stringContaining("could not be cloned"),
      "gives nothing": expect.stringContaining("undefined"),
    });
  });

  it("fails also if no worker can start", async () => {
    const { failures } = await failed(short, "nowhere", { seeds: 1, module: "data:text/javascript,export {}" });
    expect(failures).toHaveLength(2);
  });
});

describe("results that cannot be gone on from are refused in one line", () => {
  const lines = () => whole.split("\n");
  const changed = (from: string, to: string) => whole.replace(from, to);
  it.each([
    ["nothing", () => undefined, /^nothing to resume: there is no \S+results\.jsonl$/],
    [
      "another study",
      () => changed('"study":"short"', '"study":"losses"'),
      /results\.jsonl was made with study "losses", but "short" is asked for$/,
    ],
    [
      "another version",
      () => changed(/"version":"[^"]+"/.exec(whole)?.[0] as string, '"version":"0.0.1"'),
      /made with version "0\.0\.1", but "\S+" is asked for$/,
    ],
    [
      "other presets",
      () => changed('"gamma":0.98', '"gamma":0.5'),
      /made with presets .*0\.5.* but .*0\.98.* is asked for$/,
    ],
    [
      "other settings",
      () => changed('"hidden":[4]', '"hidden":[5]'),
      /^line 2 of \S+ was made with hidden \[5\], but \[4\] is asked for$/,
    ],
    [
      "a cell that is not there",
      () => changed('"cell":"width 2"', '"cell":"width 9"'),
      /^line 4 of \S+ is cell "width 9" in CartPole-v1 with seed 0, which was not asked for/,
    ],
    [
      "a seed that is not asked for",
      () => changed('"seed":1', '"seed":7'),
      /^line 3 of \S+ is cell "width 4" in CartPole-v1 with seed 7, which was not asked for/,
    ],
    ["a run twice", () => `${whole}${lines()[2]}\n`, /^line 6 of \S+ is cell "width 4" .* or comes twice$/],
    ["text that is not JSON", () => changed('{"cell"', "{cell"), /^line 2 of \S+ is not JSON$/],
    [
      "something that is not a run",
      () => changed('"scores":{', '"scores":{"x":"y",'),
      /^line 2 of \S+ is not a run of a study$/,
    ],
    ["a list", () => changed(lines()[1], "[]"), /^line 2 of \S+ is not a run of a study$/],
    ["an empty file", () => "", /made with study none, but "short" is asked for$/],
  ])("%s", async (name, content, message) => {
    const folder = `refused ${name}`.replaceAll(" ", "-");
    mkdirSync(join(root, folder));
    const given = content();
    if (given !== undefined) writeFileSync(path(folder), given);
    await expect(run(short, folder, { resume: true })).rejects.toThrow(message);
    if (given !== undefined) expect(text(folder)).toBe(given);
  });
});
