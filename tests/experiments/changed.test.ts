// The studies physics, teachers and churn: their cells, what they compute, and short runs with a teacher known to work.
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/core/config-error.js";
import { studentConfig } from "../../src/distill/config.js";
import { teacherConfig } from "../../src/dqn/configure.js";
import { Teacher } from "../../src/dqn/teacher.js";
import { MountainCar } from "../../src/env/mountain-car.js";
import { atOnce } from "../../src/env/pauses.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import { probeStates } from "../../src/evaluate/probe.js";
import { churnStudy } from "../../src/experiments/studies/churn.js";
import { physicsStudy } from "../../src/experiments/studies/physics.js";
import { failedTeacher, inheritedShare, stoppedAt, teachersStudy } from "../../src/experiments/studies/teachers.js";
import type { Study, TeacherStore } from "../../src/experiments/study.js";
import { Model } from "../../src/model/model.js";

/** Accelerates the way the car moves: the textbook's policy, about −120. */
const rule = new Model({
  environment: "MountainCar-v0",
  widths: [2, 3],
  parameters: Float32Array.of(0, 0, 0, -1, 0, 1, 0, 0, 0),
});
const { states } = atOnce(probeStates(new MountainCar(), [rule], 7));
const observations = Float32Array.from(states.flatMap((state) => [...state]));
const store: TeacherStore = {
  async teacher(env, seed) {
    const config = teacherConfig(env, {});
    return new Teacher(rule, { env, seed, config, envSteps: 0, updates: 0, wallSeconds: 0 }, observations);
  },
};

function run(study: Study, name: string) {
  const cell = study.cells(["MountainCar-v0"]).find((each) => each.name === name);
  if (cell === undefined) throw new Error(`no cell ${name}`);
  return study.run(cell, 7, store);
}

it.each([physicsStudy, teachersStudy, churnStudy])("$name has one cell of each name, of plain data", (study) => {
  for (const env of study.environments as string[]) {
    const cells = study.cells([env]);
    expect(new Set(cells.map(({ name }) => name)).size).toBe(cells.length);
    expect(JSON.parse(JSON.stringify(cells))).toEqual(cells);
  }
});

describe("physics", () => {
  it("refuses an environment whose constants are fixed", () => {
    expect(() => physicsStudy.cells(["CartPole-v1", "Pendulum-v1"])).toThrow(ConfigError);
    expect(() => physicsStudy.cells(["Pendulum-v1"])).toThrow(
      "no changed worlds of Pendulum-v1: CartPole-v1, MountainCar-v0",
    );
  });

  it("holds the teacher against itself: all is kept, and the worlds differ", async () => {
    const { scores } = await run(physicsStudy, "teacher");
    expect(scores).toMatchObject({ kept: 1, keptPhysics: 1, keptStarts: 1, keptNoise: 1, keptUsual: 1 });
    expect(scores.return).toBe(evaluate(rule, { seed: 7 }).mean);
    const heavy = evaluate(rule, { seed: 7, env: () => new MountainCar({ gravity: 0.003 }) }).mean;
    expect(scores["gravity 0.003: return"]).toBe(heavy);
    const returns = Object.entries(scores).flatMap(([name, value]) => (name.endsWith("return") ? [value] : []));
    expect(returns).toHaveLength(1 + 4 + 4 + 2 + 3);
    expect(new Set(returns).size).toBeGreaterThan(10);
    expect(scores["force 0.0008: return"]).toBeLessThan(scores["force 0.0012: return"] as number);
    expect(scores["noise 1 %: return"]).not.toBe(scores.return);
  });

  it("holds a student against it", async () => {
    const { scores } = await run(physicsStudy, "mse+cross-entropy");
    expect(scores.keptUsual).toBeGreaterThan(0.95);
    expect(scores.kept).toBeGreaterThan(0.8);
    expect(scores.kept).not.toBe(1);
  });
});

describe("teachers", () => {
  const snapshots = [-200, -180, -195, -120, -150, -100, -100].map((mean, i) => ({
    parameters: new Float32Array(0),
    envSteps: 100 * i,
    mean,
  }));

  it("stops a training where it first was a share of the way from random play to its best", () => {
    const stops = [0, 0.2, 0.25, 0.75, 0.8, 1].map((share) => stoppedAt(snapshots, -200, share).envSteps);
    expect(stops).toEqual([0, 100, 300, 300, 300, 500]);
  });

  it("finds the best even where shares of it round", () => {
    const best = stoppedAt([{ parameters: new Float32Array(0), envSteps: 0, mean: 499.99 }], 22.13, 1);
    expect(best.envSteps).toBe(0);
  });

  it("says what a student inherits of its teacher's shortcoming", () => {
    expect(inheritedShare(0.5, 0.5)).toBe(1);
    expect(inheritedShare(1, 0.5)).toBe(0);
    expect(inheritedShare(0.75, 0.5)).toBe(0.5);
    expect(inheritedShare(0, 0.5)).toBe(2);
    expect(inheritedShare(0.5, 0.95)).toBeNull();
  });

  it("has a failed teacher, with the Q-values that its own library computed", () => {
    const teacher = failedTeacher();
    expect(teacher.widths).toEqual([4, 256, 256, 2]);
    const recorded = [
      [
        -1.7828630208969116, -0.0028885502833873034, 0.04059934243559837, -1.8852440118789673, 90.869873046875,
        52.32872009277344,
      ],
      [
        -1.6899547576904297, 1.7128441333770752, -0.17183177173137665, -1.480904221534729, 14.311148643493652,
        5.076840400695801,
      ],
      [
        2.1519765853881836, 0.48753437399864197, -0.05240274965763092, 0.0455600880086422, 101.22250366210938,
        100.02571868896484,
      ],
      [
        0.781646192073822, -0.8987647294998169, -0.14481277763843536, 1.1521583795547485, 96.98313903808594,
        96.0128402709961,
      ],
    ];
    for (const [position, velocity, angle, angularVelocity, ...expected] of recorded) {
      const given = teacher.qValues([position, velocity, angle, angularVelocity]);
      for (const a of [0, 1]) expect(Math.abs(given[a] / expected[a] - 1)).toBeLessThan(1e-5);
    }
    expect(evaluate(teacher, { episodes: 30 }).mean).toBeLessThan(25);
  });
});

it("churn follows a student round by round, and knows where its teacher has been", async () => {
  const { scores, curves = {} } = await run(churnStudy, "mse+cross-entropy");
  const { rounds } = studentConfig("MountainCar-v0", {});
  expect(curves.churn).toHaveLength(rounds - 1);
  expect(curves.agreement).toHaveLength(rounds);
  expect(scores.steadiness).toBeGreaterThan(0.7);
  expect(scores.steadiness).toBeLessThan(1);
  expect(scores.flipRate).toBeGreaterThan(0);
  expect(scores.flipRate).toBeLessThan(0.1);
  const byVisits = ["rarest", "rarer", "more frequent", "most frequent"].map(
    (quarter) => scores[`agreement in the ${quarter} quarter`] as number,
  );
  for (const agreement of byVisits) expect(agreement).toBeGreaterThan(0.5);
  expect(Math.max(...byVisits)).toBeGreaterThanOrEqual(scores.agreement as number);
  expect(Math.min(...byVisits)).toBeLessThanOrEqual(scores.agreement as number);
});
