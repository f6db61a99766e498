// The studies that come with qstill: cells that can be told apart and are allowed, and runs that come to their scores.
import { describe, expect, it } from "vitest";
import { studentConfig } from "../../src/distill/config.js";
import { teacherConfig } from "../../src/dqn/configure.js";
import { trainTeacher } from "../../src/dqn/teacher.js";
import { isOutcome } from "../../src/experiments/results.js";
import { cellsOf } from "../../src/experiments/run-study.js";
import { studies } from "../../src/experiments/studies/index.js";
import type { TeacherStore } from "../../src/experiments/study.js";
import { shortStudent, shortTeacher } from "../short-training.js";

const environments = ["CartPole-v1", "MountainCar-v0", "Acrobot-v1"];
const named = (name: string) => studies.find((study) => study.name === name)!;

it.each(studies.map((study) => [study.name, study] as const))(
  "the cells of %s are plain data with names of their own",
  (_, study) => {
    expect(study.question).toMatch(/\?$/);
    const cells = cellsOf(study, environments);
    expect(JSON.parse(JSON.stringify(cells))).toEqual(cells);
    for (const env of environments) {
      const names = cells.filter((cell) => cell.env === env).map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      expect(names.length).toBeGreaterThan(0);
    }
  },
);

it.each(["losses", "sizes"])("the cells of %s are students that can be", (name) => {
  for (const { env, settings } of cellsOf(named(name), environments))
    expect(() => studentConfig(env, settings)).not.toThrow();
});

it("every row of the ablation but the first changes the preset", () => {
  const cells = cellsOf(named("ablation"), environments);
  for (const { name, env, settings } of cells) {
    const [changed, preset] = [teacherConfig(env, settings), teacherConfig(env, {})];
    if (name === "preset") expect(changed).toEqual(preset);
    else expect(changed).not.toEqual(preset);
  }
  const rows = (env: string) => cells.filter((cell) => cell.env === env).map(({ name }) => name);
  expect(rows("CartPole-v1")).not.toContain("random actions of one step");
  expect(rows("MountainCar-v0")).toContain("random actions of one step");
});

describe("a run", () => {
  const store: TeacherStore = { teacher: (env, seed) => trainTeacher(env, { ...shortTeacher, seed }) };
  const student = { ...shortStudent, attempts: undefined };
  const settings = {
    losses: student,
    sizes: student,
    ablation: shortTeacher,
    alone: { student, budgets: [50, 100], alone: shortTeacher },
  };

  it.each(Object.entries(settings))("of %s comes to its scores, the same each time", async (name, given) => {
    const study = named(name);
    const run = () => study.run({ name: "short", env: "CartPole-v1", settings: given }, 5, store);
    const outcome = await run();
    expect(isOutcome(outcome)).toBe(true);
    expect(outcome.scores).toHaveProperty(study.score);
    expect(await run()).toEqual(outcome);
  });
});
