// The suite itself: every task is a sound environment, both sides have every kind, and what scores are measured with holds.
import { readFileSync } from "node:fs";
import { evaluate } from "qstill";
import { checkEnv } from "qstill/env";
import { describe, expect, it } from "vitest";
import { filled, pageFile } from "./page.js";
import { constantPlay, randomPlay } from "./reference.js";
import { kinds, sides } from "./task.js";
import { chosenTasks, tasks } from "./tasks.js";

interface Measured {
  readonly mean: number;
  /** The standard error of the mean. */
  readonly error: number;
  readonly episodes: number;
}
type References = Record<
  string,
  Record<"random" | "reference", Measured> & { constant: Measured & { action: number } }
>;
const references: References = JSON.parse(readFileSync(new URL("references.json", import.meta.url), "utf8"));

const apart = (a: Measured, b: Measured) => (a.mean - b.mean) / (Math.hypot(a.error, b.error) || 1e-9);

it("each id is used once, and each has its references", () => {
  const ids = tasks.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(Object.keys(references)).toEqual(ids);
});

it("every kind has tasks on both sides, and at least half are for reporting", () => {
  for (const kind of kinds) {
    const found = new Set(tasks.filter((task) => task.kind === kind).map(({ side }) => side));
    expect({ kind, found: [...found].sort() }).toEqual({ kind, found: [...sides].sort() });
  }
  const count = (which: string) => chosenTasks(which).length;
  expect(count("tuning")).toBeGreaterThanOrEqual(10);
  expect(count("reporting")).toBeGreaterThanOrEqual(14);
  expect(count("reporting")).toBeGreaterThanOrEqual(tasks.length / 2);
  expect(count("all")).toBe(count("tuning") + count("reporting"));
});

it("tasks are chosen by name, and a name that no task has is refused", () => {
  expect(chosenTasks("pig,cliff").map(({ id }) => id)).toEqual(["pig", "cliff"]);
  expect(() => chosenTasks("pig,chess")).toThrow(/^there is no task "chess": "tuning", "reporting", "all" or names/);
});

it("docs/strangers.md has the table of tasks (node tests/strangers/page.js writes it)", () => {
  const page = readFileSync(pageFile, "utf8");
  expect(filled(page)).toBe(page);
});

describe.each(tasks)("$id", ({ id, kind, side, envSteps, episodes, make, judge, reference: { how } }) => {
  const { random, constant, reference } = references[id];

  it("is sound", () => {
    expect(checkEnv(make, { steps: 300 })).toEqual([]);
    expect(make().id).toBe(id);
  });

  it("has a kind, a side, a budget, and a sentence about its reference", () => {
    expect(kinds).toContain(kind);
    expect(sides).toContain(side);
    expect(envSteps).toBeGreaterThanOrEqual(10_000);
    expect(envSteps).toBeLessThanOrEqual(200_000);
    expect(episodes).toBeGreaterThanOrEqual(20);
    expect(how).toMatch(/\.$/);
  });

  it("has a reference that random play and every constant action stay below", () => {
    expect(apart(reference, random)).toBeGreaterThan(5);
    expect(apart(reference, constant)).toBeGreaterThan(5);
    // not so good that doing the same always would count as learned
    expect((constant.mean - random.mean) / (reference.mean - random.mean)).toBeLessThan(0.85);
  });

  it("gives random play and the constant action what is noted", () => {
    const { actionCount, maxEpisodeSteps } = judge();
    const few = maxEpisodeSteps >= 5000 ? 2 : 30;
    const again = (policy: ReturnType<typeof randomPlay>) => evaluate(policy, { env: judge, episodes: few, seed: 5 });
    for (const [noted, policy] of [
      [random, randomPlay(actionCount, 1)],
      [constant, constantPlay(constant.action)],
    ] as const) {
      const deviation = noted.error * Math.sqrt(noted.episodes);
      expect(Math.abs(again(policy).mean - noted.mean)).toBeLessThanOrEqual(
        (5 * deviation) / Math.sqrt(few) + 1e-6 * Math.abs(noted.mean),
      );
    }
  });
});
