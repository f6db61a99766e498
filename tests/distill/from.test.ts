// A warm start: the student begins as the network that is given, whatever the scale of observations and labels.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Apprentice } from "../../src/distill/apprentice.js";
import { type StudentConfig, studentConfig } from "../../src/distill/config.js";
import { type DistillOptions, distill } from "../../src/distill/student.js";
import { resolveEnv } from "../../src/env/registry.js";
import { parameterCount } from "../../src/model/layout.js";
import { Model } from "../../src/model/model.js";
import type { Interrupted } from "../../src/training/checkpoint.js";
import { coin } from "../coin.js";

const inputs = 3;
const outputs = 2;
const env = resolveEnv(() => ({
  id: "scales",
  observationSize: inputs,
  actionCount: outputs,
  reset: () => [0, 0, 0],
  step: () => ({ observation: [0, 0, 0], reward: 0, terminated: true }),
}));
const begun = (hidden: readonly number[], given: Partial<StudentConfig>, start: Float32Array, largestWeight = 0) =>
  new Apprentice(
    env,
    studentConfig("scales", { hidden: [...hidden], envSteps: 20, ...given }),
    5,
    largestWeight,
    start,
  );
const model = (widths: readonly number[], parameters: Float32Array) =>
  new Model({ environment: "scales", widths, parameters });

const unit = fc.double({ min: -1, max: 1, noNaN: true });
const units = (count: number) => fc.array(unit, { minLength: count, maxLength: count });

it("right at the start the student answers as the network it is from", () => {
  const hidden = fc.constantFrom([], [4], [5, 3]);
  const powers = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: inputs + 1, maxLength: inputs + 1 });
  const loss = fc.constantFrom("mse", "cross-entropy", "mse+kl");
  fc.assert(
    fc.property(
      ...([hidden, units(60), units(60), units(4), powers, fc.boolean(), loss] as const),
      (hidden, values, draws, shifts, powers, standardizeLabels, loss) => {
        const widths = [inputs, ...hidden, outputs];
        const from = model(widths, Float32Array.from(values.slice(0, parameterCount(widths))));
        // each feature, and the labels, in a unit of their own
        const states = Float32Array.from(draws, (x, i) => (x + shifts[i % inputs]) * 10 ** powers[i % inputs]);
        const labels = Float32Array.from(draws.slice(0, 40), (x) => (x + shifts[inputs]) * 10 ** powers[inputs]);
        const student = begun(hidden, { loss, standardizeLabels }, from.parameters);
        student.add(states, labels);
        student.begin(1);
        const now = model(widths, student.parameters());
        const [expected, actual] = [from, now].map((network) => network.qValuesOfMany(states));
        // the largest numbers that are added to each other, in the student's unit as well as in the teacher's
        const labelSize = standardizeLabels ? labels.reduce((most, label) => Math.max(most, Math.abs(label)), 0) : 0;
        const stateSize = states.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
        const size = Math.max(labelSize, 3 * 5 * 3 * stateSize);
        for (const [i, q] of actual.entries()) expect(Math.abs(q - expected[i])).toBeLessThanOrEqual(1e-5 * size);
        for (const each of [student, from, now]) each.dispose();
      },
    ),
  );
});

it("of usual scales it does so to 1e-5 of each answer", () => {
  const widths = [inputs, 6, outputs];
  const draw = (n: number) => ((n * 7919) % 1009) / 500 - 1;
  const from = model(
    widths,
    Float32Array.from({ length: parameterCount(widths) }, (_, i) => draw(i + 1)),
  );
  const states = Float32Array.from({ length: 60 }, (_, i) => draw(3 * i + 2));
  const student = begun([6], {}, from.parameters);
  student.add(states, from.qValuesOfMany(states));
  student.begin(1);
  const now = model(widths, student.parameters());
  for (const [i, q] of now.qValuesOfMany(states).entries()) {
    const expected = from.qValuesOfMany(states)[i];
    expect(Math.abs(q / expected - 1)).toBeLessThanOrEqual(1e-5);
  }
  for (const each of [student, from, now]) each.dispose();
});

it("a rounded student begins at the nearest weights that it can have", () => {
  const from = Float32Array.from({ length: 8 }, (_, i) => (i - 3) / 10);
  const states = Float32Array.from({ length: 60 }, (_, i) => ((i * 7) % 13) / 6 - 1);
  const answers = (largestWeight: number) => {
    const student = begun([], { standardizeLabels: false }, from, largestWeight);
    student.add(states, new Float32Array(40));
    student.begin(1);
    const parameters = student.parameters();
    student.dispose();
    return parameters;
  };
  const exact = answers(0);
  const rounded = answers(127);
  expect(rounded).not.toEqual(exact);
  for (const [i, value] of rounded.entries()) expect(Math.abs(value - exact[i])).toBeLessThan(0.01);
});

it("only the first attempt begins so", () => {
  const start = Float32Array.from({ length: 8 }, (_, i) => i);
  const states = Float32Array.from({ length: 60 }, (_, i) => ((i * 7) % 13) / 6 - 1);
  const second = (from?: Float32Array) => {
    const student = new Apprentice(env, studentConfig("scales", { hidden: [], envSteps: 20 }), 5, 0, from);
    student.add(states, new Float32Array(40));
    student.begin(1);
    student.learn(3);
    student.begin(2);
    const parameters = student.parameters();
    student.dispose();
    return parameters;
  };
  expect(second(start)).toEqual(second());
});

const teacher = Object.assign(
  new Model({ environment: "coin", widths: [1, 2], parameters: Float32Array.of(0, 0, 1, 0) }),
  {
    env: coin((_, action) => ({ reward: 1 - action })),
  },
);
const options: DistillOptions = {
  ...{ hidden: [3], envSteps: 20, rounds: 2, updates: 20, batchSize: 4, evaluationEpisodes: 2, attempts: 1 },
  evaluationShare: 1,
};
const from = new Model({
  environment: "coin",
  widths: [1, 3, 2],
  parameters: Float32Array.of(1, -1, 0.5, 0.5, 0, 0.25, 1, -1, 0.5, 2, 0, 1, 0.5, -0.25),
});

describe("distill({ from })", () => {
  it("learns from these weights on, with the hidden layers that they have", async () => {
    const { hidden: _, ...given } = options;
    const rate = { learningRate: 1e-12, learningRateFinal: 0 };
    const student = await distill(teacher, { ...given, ...rate, from });
    expect(student.widths).toEqual([1, 3, 2]);
    for (const x of [0, 0.3, 1]) {
      expect([...student.qValues([x])]).toEqual([...from.qValues([x])].map((q) => expect.closeTo(q, 5)));
    }
    const fresh = await distill(teacher, { ...options, ...rate });
    expect([...fresh.qValues([0.3])]).not.toEqual([...from.qValues([0.3])].map((q) => expect.closeTo(q, 2)));
  });

  it("goes on from a checkpoint to the same bits, and only with the same weights", async () => {
    const whole = await distill(teacher, { ...options, from });
    const stop = new AbortController();
    const stopped = distill(teacher, {
      ...{ ...options, from, signal: stop.signal },
      onEvent: ({ kind }) => kind === "evaluation" && stop.abort(),
    });
    const { checkpoint } = await stopped.then(
      () => expect.unreachable(),
      (error: Interrupted) => error,
    );
    const again = await distill(teacher, { ...options, from, resume: checkpoint });
    expect(again.parameters).toEqual(whole.parameters);
    await expect(distill(teacher, { ...options, resume: checkpoint })).rejects.toThrow(
      /^this checkpoint was made with from "[0-9a-f]{32}", but undefined is asked for$/,
    );
    const other = new Model({ ...from, parameters: from.parameters.map((w) => w / 2) });
    await expect(distill(teacher, { ...options, from: other, resume: checkpoint })).rejects.toThrow(
      /^this checkpoint was made with from "[0-9a-f]{32}", but "[0-9a-f]{32}" is asked for$/,
    );
  });

  it.each([
    [{ hidden: [4] }, "from has the widths 1-3-2: 1-4-2 are needed"],
    [
      { from: new Model({ environment: "coin", widths: [2, 3, 2], parameters: new Float32Array(17) }) },
      "from has the widths 2-3-2: 1-3-2 are needed",
    ],
    [{ from: new Model({ ...from, activation: "tanh" }) }, "from has tanh between its layers: relu is needed"],
    [
      { from: "student.safetensors" as never },
      'from is "student.safetensors": a model, which has parameters, is needed',
    ],
  ])("refuses %o", async (given, message) => {
    const { hidden: _, ...rest } = options;
    await expect(distill(teacher, { ...rest, from, ...given })).rejects.toThrow(message);
  });
});
