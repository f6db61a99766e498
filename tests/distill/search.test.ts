// The search for the smallest student, with students that are good or bad as a script says.
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Standing } from "../../src/distill/judge.js";
import type { Size, shrink as shrinkFunction } from "../../src/distill/shrink.js";
import type { distill as distillFunction } from "../../src/distill/student.js";
import { episodeSeed, purposes } from "../../src/env/seeds.js";
import { parameterCount } from "../../src/model/layout.js";

const distill = vi.fn<typeof distillFunction>();
let shrink: typeof shrinkFunction; // loaded anew, beside the scripted students

beforeAll(async () => {
  vi.resetModules();
  vi.doMock("../../src/distill/student.js", () => ({ distill }));
  ({ shrink } = await import("../../src/distill/shrink.js"));
});
afterAll(() => {
  vi.doUnmock("../../src/distill/student.js");
  vi.resetModules();
});

const episodes = 20;
const seed = 5;
const finalSeeds = new Set(Array.from({ length: episodes }, (_, i) => episodeSeed(seed, purposes.final, i)));

/** One step, which pays its action; the observation says whether the episode is a final one. */
const env = () => ({
  id: "paying",
  observationSize: 1,
  actionCount: 11,
  reset: ({ seed = 0 } = {}) => [finalSeeds.has(seed) ? 1 : 0],
  step: (action: number) => ({ observation: [0], reward: action, terminated: true }),
});
const teacher = {
  environment: "paying",
  widths: [1, 11],
  act: () => 10,
  qValuesOfMany: () => new Float32Array(11),
  env,
};

/** What a student of a size earns in an attempt: on selection episodes, and on final ones if that differs. */
type Script = (hidden: string, attempt: number) => number | [number, number];

beforeEach(() => void distill.mockReset());

async function search(script: Script, given: Parameters<typeof shrinkFunction>[1] = {}) {
  const attempts = new Map<string, number>();
  const disposed: string[] = [];
  distill.mockImplementation(async (_, options = {}) => {
    const hidden = options.hidden as readonly number[];
    const attempt = (attempts.get(String(hidden)) ?? 0) + 1;
    attempts.set(String(hidden), attempt);
    const [selection, final] = [script(String(hidden), attempt)].flat();
    return {
      name: `${hidden}#${attempt}`,
      parameters: new Float32Array(parameterCount([1, ...hidden, 11])),
      act: ([isFinal]: Float32Array) => (isFinal ? (final ?? selection) : selection),
      dispose: () => disposed.push(`${hidden}#${attempt}`),
    } as never;
  });
  const heard: [Size, string | undefined][] = [];
  const judged: [string, number, Standing][] = [];
  const found = await shrink(teacher, {
    ...{ hidden: [8], seed, episodes, attempts: 2, threshold: 0.9 },
    ...given,
    onSize: (size, student) => heard.push([size, (student as { name?: string } | null)?.name]),
    onAttempt: (hidden, attempt, standing) => judged.push([String(hidden), attempt, standing]),
  });
  return { found, heard, judged, disposed, name: (found.student as { name?: string } | null)?.name };
}

describe("the search", () => {
  it("bisects the width, then tries what is smaller from the smallest up until one passes", async () => {
    const good = new Set(["8", "4", "3", "1"]);
    const { found, heard, name } = await search((hidden) => (good.has(hidden) ? 10 : 0));
    const tried = heard.filter(([{ final }]) => final === null).map(([{ hidden }]) => String(hidden));
    // 4 passes, 2 fails, 3 passes; no layer has 22 parameters, [1] 24, [2] was tried
    expect(tried).toEqual(["8", "4", "2", "3", "", "1"]);
    expect(heard.filter(([{ final }]) => final !== null).map(([, student]) => student)).toEqual([
      "8#1",
      "4#1",
      "3#1",
      "1#1",
    ]);
    expect(name).toBe("1#1");
    expect(found.sizes.map(({ hidden }) => String(hidden))).toEqual(["", "1", "2", "3", "4", "8"]);
    expect(found.sizes.map(({ final }) => final !== null)).toEqual([false, true, false, true, true, true]);
  });

  it("ends its tests on final episodes with the first that fails, from the largest down", async () => {
    const { found, heard, name } = await search((hidden) => (hidden === "4" ? [10, 0] : [10, 10]));
    const tested = heard.filter(([{ final }]) => final !== null);
    expect(tested.map(([{ hidden }, student]) => [String(hidden), student])).toEqual([
      ["8", "8#1"],
      ["4", undefined],
    ]);
    expect(name).toBe("8#1");
    expect(found.sizes.find(({ hidden }) => hidden[0] === 4)?.final?.mean).toBe(0);
    expect(found.sizes.filter(({ final }) => final === null).map(({ hidden }) => hidden)).toEqual([[], [1], [2]]);
  });

  it("tries a size again with another seed, and keeps of those that fail the best", async () => {
    const mean: Script = (_, attempt) => [3, 6, 5][attempt - 1];
    const { found, judged, disposed, heard } = await search(mean, { attempts: 3 });
    expect(judged.map(([hidden, attempt, standing]) => [hidden, attempt, standing.mean])).toEqual([
      ["8", 1, 3],
      ["8", 2, 6],
      ["8", 3, 5],
    ]);
    expect(disposed).toEqual(["8#1", "8#2", "8#3"]);
    const seeds = [1, 2, 3].map((attempt) => episodeSeed(seed, purposes.attempt, attempt));
    expect(distill.mock.calls.map(([, options]) => options?.seed)).toEqual(seeds);
    expect(distill.mock.calls[0][1]).toMatchObject({ attempts: 1, hidden: [8], env });
    const [size] = found.sizes;
    expect(size).toMatchObject({ hidden: [8], parameters: 115, attempts: 3, seed: seeds[1], final: null });
    expect(size.selection).toMatchObject({ mean: 6, std: 0 });
    expect(heard).toEqual([[size, undefined]]);
    expect([found.student, found.sizes.length]).toEqual([null, 1]);
  });

  it("says with which attempt a size passed, and keeps that student", async () => {
    const { found, disposed } = await search((hidden, attempt) => (hidden === "8" && attempt === 2 ? 10 : 0));
    expect(found.sizes.find(({ hidden }) => String(hidden) === "8")).toMatchObject({
      attempts: 2,
      final: { mean: 10 },
    });
    expect(disposed).toContain("8#1");
    expect(disposed).not.toContain("8#2");
  });

  it("plays a thousand episodes of the seed 0 where nothing else is said", async () => {
    let played = 0;
    distill.mockRejectedValue(new Error("distilled"));
    const counting = () => ({ ...env(), reset: () => [0 * ++played] });
    await expect(shrink({ ...teacher, env: counting })).rejects.toThrow("distilled");
    expect(played).toBe(2000); // the teacher and random play
  });
});
