// A teacher that begins with the weights of a model: at first it can do exactly what that model can.
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/core/config-error.js";
import { Agent } from "../../src/dqn/agent.js";
import { type TrainOptions, trainTeacher } from "../../src/dqn/teacher.js";
import { parameterCount } from "../../src/model/layout.js";
import { Model } from "../../src/model/model.js";
import { CheckpointError, type Interrupted } from "../../src/training/checkpoint.js";

/** A model with weights that no training gave. */
function model(widths: number[], shift = 0, activation: "relu" | "tanh" = "relu"): Model {
  const parameters = Float32Array.from(
    { length: parameterCount(widths) },
    (_, i) => (((i + shift) * 7919) % 101) / 40 - 1.2,
  );
  return new Model({ environment: "elsewhere", widths, parameters, activation });
}

const from = model([4, 12, 6, 2]);
const options: TrainOptions = {
  ...{ envSteps: 1000, learningStarts: 500, batchSize: 16, bufferSize: 800, seed: 5, evaluationInterval: 0, from },
};
const train = (given: TrainOptions = {}) => trainTeacher("CartPole-v1", { ...options, ...given });

/** Whether two networks give the same Q-values, but for rounding. */
function expectSame(parameters: Float32Array, given: Model, range = 2): void {
  const network = new Model({ environment: "", widths: given.widths, parameters });
  for (let n = 0; n < 20; n++) {
    const observation = Array.from({ length: given.widths[0] }, (_, i) => (((5 * n + 3 * i) % 9) * range) / 9);
    const expected = given.qValues(observation);
    const largest = Math.max(...expected.map(Math.abs));
    for (const [action, q] of network.qValues(observation).entries()) {
      expect(Math.abs(q - expected[action])).toBeLessThanOrEqual(1e-4 * largest);
    }
  }
  network.dispose();
}

describe("has the model's Q-values until it learns", () => {
  const kinds: TrainOptions[] = [true, false].flatMap((normalizes) =>
    [true, false].map((dueling) => ({ normalizeObservations: normalizes, normalizeReturns: normalizes, dueling })),
  );

  it.each(kinds)("%o", async (given) => {
    const seen: Float32Array[] = [];
    const teacher = await train({ ...given, onCurrent: (parameters) => seen.push(parameters()) });
    expect(teacher.hidden).toEqual([12, 6]); // as the model's
    expect(seen).toHaveLength(3); // at the beginning, at step 500, at the end
    expectSame(seen[0], from);
    expectSame(seen[1], from);
    if (given.normalizeObservations) expect(seen[1]).not.toEqual(seen[0]);
    else if (!given.dueling) expect(seen[1]).toEqual(from.parameters);
    expect(() => expectSame(teacher.parameters, from)).toThrow(); // it has learned
  });

  it("and its target network gives them, too", () => {
    const agent = new Agent({
      observationSize: 1,
      actionCount: 2,
      learningStarts: 1,
      nStep: 1,
      batchSize: 1,
      normalizeReturns: false,
      from: line,
    });
    const episode = agent.begin([3]);
    for (let n = 0; n < 2; n++) episode.step({ observation: [3], reward: 0.5, action: 1, terminated: false });
    // Q(3) = (3, 7), so the error is 7 − (0.5 + 0.99 · 7) and the Huber loss half its square
    expect(agent.update().loss).toBeCloseTo((7 - 0.5 - 0.99 * 7) ** 2 / 2, 4);
    agent.dispose();
  });

  it("also where observations are bytes", () => {
    const bytes = model([40, 7, 3]);
    const shape = { observationSize: 40, actionCount: 3, byteObservations: true };
    for (const dueling of [true, false]) {
      const agent = new Agent({ ...shape, dueling, from: bytes });
      expectSame(agent.parameters(), bytes, 9);
      const observation = Array.from({ length: 40 }, (_, i) => i % 3);
      expect(agent.begin(observation).act({ explore: false })).toBe(bytes.act(observation));
      agent.dispose();
    }
  });
});

/** Q(x) = (x, 2x + 1). */
const line = new Model({ environment: "line", widths: [1, 2], parameters: Float32Array.of(1, 2, 0, 1) });

it("an agent that was saved before it normalises still has the model's Q-values when it does", () => {
  const agent = new Agent({ observationSize: 4, actionCount: 2, learningStarts: 40, batchSize: 8, from });
  const step = (agent: Agent, n: number) => {
    const [episode = agent.begin([9, 8, 7, 6])] = agent.episodes.values();
    episode.step({ observation: [n, -n, n % 7, 30], reward: 1, terminated: false, action: n % 2 });
    agent.update();
  };
  for (let n = 0; n < 20; n++) step(agent, n);
  const again = Agent.load(agent.save());
  for (let n = 20; n < 40; n++) for (const each of [agent, again]) step(each, n);
  expectSame(again.parameters(), from);
  for (let n = 40; n < 60; n++) for (const each of [agent, again]) step(each, n);
  expect(again.save()).toEqual(agent.save());
});

describe("refused in one line are", () => {
  it.each<[string, TrainOptions]>([
    ["from has the widths 4-12-6-2: 4-12-2 are needed", { hidden: [12] }],
    ["from has the widths 4-12-3: 4-12-2 are needed", { from: model([4, 12, 3]) }],
    ["from has the widths 3-2: 4-2 are needed", { from: model([3, 2]) }],
    ["from has tanh between its layers: relu is needed", { from: model([4, 12, 2], 0, "tanh") }],
  ])("a model that does not fit: %s", async (message, given) => {
    const error = await train(given).catch((reason) => reason);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toBe(message);
  });

  it.each([null, {}, "model.safetensors", new Float32Array(3), { parameters: 1 }])(
    "what is no model: %o",
    async (given) => {
      for (const more of [{}, { hidden: [12, 6] }]) {
        const error = await train({ from: given as never, ...more }).catch((reason) => reason);
        expect(error).toBeInstanceOf(TypeError);
        expect(error.message).toMatch(/^(from|model) is .* is needed/);
        expect(error.message).not.toContain("\n");
      }
    },
  );

  it("another model, or none, for work that goes on", async () => {
    const stopped: Interrupted = await train({ signal: AbortSignal.abort() }).catch((reason) => reason);
    const { checkpoint: resume } = stopped;
    for (const other of [model([4, 12, 6, 2], 1), undefined]) {
      const error = await train({ resume, from: other, hidden: [12, 6] }).catch((reason) => reason);
      expect(error).toBeInstanceOf(CheckpointError);
      expect(error.message).toMatch(/^this checkpoint was made with from "[0-9a-f]{32}", but .* is asked for$/);
    }
    const same = new Model({ environment: "another name", widths: from.widths, parameters: from.parameters.slice() });
    expect((await train({ resume, from: same })).parameters).toEqual((await train()).parameters);
  });
});
