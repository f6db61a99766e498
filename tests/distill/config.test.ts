// A student's options against each other: what is just allowed, what is not any more, and what is checked before work.
import { describe, expect, it, vi } from "vitest";
import { ConfigError } from "../../src/core/config-error.js";
import { Handle } from "../../src/core/handle.js";
import { studentConfig, studentOptions } from "../../src/distill/config.js";
import { jointConfig } from "../../src/distill/joint-config.js";
import { checkReplay, checkStudentSize, distill, studentSetting } from "../../src/distill/student.js";
import { Model } from "../../src/model/model.js";
import { coin } from "../coin.js";

const config = (given: Parameters<typeof studentConfig>[1]) => () => studentConfig("coin", given);

describe("a student's options", () => {
  it("allow as many rounds as updates and as states, no more", () => {
    expect(config({ rounds: 20, updates: 20 })).not.toThrow();
    expect(config({ rounds: 21, updates: 20 })).toThrow("rounds is 21: at most updates, 20, is allowed");
    expect(config({ rounds: 20, envSteps: 20 })).not.toThrow();
    expect(config({ rounds: 21, envSteps: 20 })).toThrow("rounds is 21: at most envSteps, 20, is allowed");
    expect(config({ rounds: 21, envSteps: 20, states: "replay" })).not.toThrow();
  });

  it("allow a loss of transitions where there are some", () => {
    expect(config({ loss: "td", states: "replay" })).toThrow(ConfigError);
    expect(config({ loss: "td", states: "mixed" })).not.toThrow();
    expect(config({ loss: "kl", states: "replay" })).not.toThrow();
  });

  it("are the defaults where nothing is given and no preset is there", () => {
    const defaults = Object.fromEntries(Object.entries(studentOptions).map(([name, option]) => [name, option.default]));
    expect(config({})()).toEqual(defaults);
  });

  it("take a loss as it is written, and only a text", () => {
    expect(studentOptions.loss.parse("mse+td")).toBe("mse+td");
    for (const other of [7, null, {}, "l2"]) expect(studentOptions.loss.accepts(other)).toBe(false);
  });
});

it("a joint run's batch may be as large as its memory, no larger", () => {
  expect(jointConfig({ batchSize: 32, bufferSize: 32 })).toMatchObject({ batchSize: 32, bufferSize: 32 });
  expect(() => jointConfig({ batchSize: 33, bufferSize: 32 })).toThrow("batchSize is 33: at most bufferSize, 32,");
});

describe("before work", () => {
  const env = coin(() => ({ reward: 1 }));
  const teacher = new Model({ environment: "coin", widths: [1, 2], parameters: Float32Array.of(1, 0, 0, 1) });

  it("a student that needs too much memory is refused, and one that does not leaves none behind", () => {
    const disposals = vi.spyOn(Handle.prototype, "dispose");
    checkStudentSize(env, config({})());
    expect(disposals).toHaveBeenCalledTimes(2); // the widest of the series, and the first
    disposals.mockRestore();
    const large = config({ hidden: Array(8).fill(4096) })();
    expect(() => checkStudentSize(env, large)).toThrow("needs more than 1 GiB");
  });

  it("a replay memory is asked for only where its states are, and an empty one is none", () => {
    expect(() => checkReplay({ ...teacher, act: () => 0 } as never, { states: "student" })).not.toThrow();
    const holding = (observations?: Float32Array) => () =>
      checkReplay({ environment: "coin", observations } as never, { states: "replay" });
    expect(holding(new Float32Array(3))).not.toThrow();
    expect(holding(new Float32Array(0))).toThrow("the teacher of coin has no replay memory");
    expect(holding()).toThrow(ConfigError);
  });

  it("the seed is 0 where none is given, and is checked", async () => {
    const short = { hidden: [2], envSteps: 20, updates: 20, rounds: 1, batchSize: 4, evaluationEpisodes: 1, env };
    const student = await distill(teacher, { ...short, attempts: 1 });
    expect([student.seed, student.env, student.widths]).toEqual([0, env, [1, 2, 2]]);
    await expect(distill(teacher, { ...short, seed: -1 })).rejects.toThrow("seed is -1");
  });

  it("two works are the same if environment, seed, options and teacher are", () => {
    const setting = studentSetting("coin", 3, config({})(), teacher);
    expect(setting).toMatchObject({ environment: "coin", seed: 3, loss: studentOptions.loss.default });
    expect(setting.teacher).toMatch(/^[0-9a-f]{32}$/);
  });
});
