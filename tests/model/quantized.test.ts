// Networks in whole numbers: worked by hand, against exact arithmetic, near what they were made of, and as files.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parameterCount } from "../../src/model/layout.js";
import { Model } from "../../src/model/model.js";
import { quantize } from "../../src/model/quantize.js";
import { type QuantizedData, QuantizedModel } from "../../src/model/quantized.js";
import { loadQuantized, saveQuantized } from "../../src/model/quantized-files.js";
import { readSafetensors, type Tensor, writeSafetensors } from "../../src/model/safetensors.js";

/** 2-2-2: two features, two hidden units, two actions. */
const small: QuantizedData = {
  environment: "CartPole-v1",
  widths: [2, 2, 2],
  observationScale: Float32Array.of(100, 1000),
  layers: [
    {
      weights: Int8Array.of(127, -1, 3, 4),
      biases: Int32Array.of(5, -7),
      biasShift: 2,
      multipliers: Int16Array.of(32767, 3),
      shift: 3,
    },
    {
      weights: Int8Array.of(1, 2, -3, -127),
      biases: Int32Array.of(-9, 1_000_000),
      biasShift: 0,
      multipliers: new Int16Array(0),
      shift: 0,
    },
  ],
  qValueScale: Float32Array.of(0.5, 0.001),
};

const numbers = (count: number) =>
  fc.array(fc.noBias(fc.integer({ min: -2000, max: 2000 })), { minLength: count, maxLength: count });

/** A network of any small size, and 30 states for it. */
const networks = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 2, maxLength: 4 }).chain((widths) =>
  fc.record({
    widths: fc.constant(widths),
    parameters: numbers(parameterCount(widths)).map((values) => Float32Array.from(values, (value) => value / 1000)),
    observations: numbers(30 * widths[0]).map((values) => Float32Array.from(values, (value) => value / 1000)),
  }),
);

describe("a quantised model", () => {
  test("computes what its comments say, worked by hand", () => {
    // 0.123 and −0.0456 → 12 and −45
    // sums: 20 + 127·12 + 45 = 1589 and −28 + 36 − 180 = −172, activations (1589·32767 + 4) >> 3 → 32767, and 0
    // last sums: −9 + 32767 = 32758 and 1,000,000 − 98,301 = 901,699
    const model = new QuantizedModel(small);
    expect([...model.qValues([0.123, -0.0456])]).toEqual([16_379, Math.fround(901_699 * Math.fround(0.001))]);
    expect(model.act([0.123, -0.0456])).toBe(0);
    // −1 and 0.03 → −100 and 30: −12,710 and −208: nothing but the last biases
    expect([...model.qValues([-1, 0.03])]).toEqual([-4.5, Math.fround(1e6 * Math.fround(0.001))]);
    expect(model.act([-1, 0.03])).toBe(1);
    // −0.1 and 0.03 → −10 and 30: −1280 and 62, (62·3 + 4) >> 3 = 23
    expect([...model.qValues([-0.1, 0.03])]).toEqual([18.5, Math.fround(997_079 * Math.fround(0.001))]);
    expect(model.bytes).toBe(2 * 4 + 2 * 8 + 8 + 2 * 4 + 2);
  });

  test("takes any observation: what is too large counts as the largest, not a number as 0", () => {
    const model = new QuantizedModel(small);
    expect(model.qValues([1e30, Number.NaN])).toEqual(model.qValues([328, 0]));
    expect(model.qValues([-Infinity, Infinity])).toEqual(model.qValues([-328, 32.8]));
    expect(() => model.qValues([1])).toThrow("an observation of length 1 was given: 2 numbers are needed");
    expect(() => model.qValuesOfMany(new Float32Array(3))).toThrow(RangeError);
  });

  test("computes in exact whole numbers, on states near and far", () => {
    fc.assert(
      fc.property(networks, fc.integer({ min: 0, max: 6 }), ({ widths, parameters, observations }, far) => {
        const model = quantize({ environment: "x", widths, parameters }, observations);
        const scaled = observations.map((x) => x * 4 ** far);
        expect(model.qValuesOfMany(scaled)).toEqual(exactly(model, scaled));
      }),
      { numRuns: 100 },
    );
  });

  test.each<[string, Partial<QuantizedData>, string]>([
    ["no network", { widths: [2] }, 'given "2"'],
    ["layers missing", { layers: small.layers.slice(1) }, "need 2 layers, but 1 were given"],
    ["a scale missing", { qValueScale: Float32Array.of(1) }, "qValueScale has 1 numbers, 2 expected"],
    [
      "a scale of 0",
      { observationScale: Float32Array.of(1, 0) },
      "observationScale has a 0 at 1, not a finite number above 0",
    ],
    ["a scale that is infinite", { qValueScale: Float32Array.of(Infinity, 1) }, "qValueScale has a Infinity at 0"],
  ])("refuses %s", (_, data, message) => {
    expect(() => new QuantizedModel({ ...small, ...data })).toThrow(message);
  });

  test.each<[string, object, string]>([
    [
      "a weight of −128",
      { weights: Int8Array.of(1, 1, 1, -128) },
      "a weight is -128: a whole number from -127 to 127 is allowed",
    ],
    [
      "weights missing",
      { weights: new Int8Array(3) },
      "has (3, 2, 2) weights, biases and multipliers, (4, 2, 2) expected",
    ],
    ["a bias beyond 16 bits", { biases: Int32Array.of(0, 32_768) }, "a bias is 32768"],
    ["a negative multiplier", { multipliers: Int16Array.of(1, -1) }, "a multiplier is -1"],
    ["a shift of 0", { shift: 0 }, "shift is 0: a whole number from 1 to 46 is allowed"],
    ["a shift of 47", { shift: 47 }, "shift is 47"],
    ["a bias shift of 17", { biasShift: 17 }, "biasShift is 17"],
    ["half a shift", { shift: 1.5 }, "shift is 1.5"],
  ])("refuses %s", (_, change, message) => {
    const layers = [{ ...small.layers[0], ...change }, small.layers[1]];
    expect(() => new QuantizedModel({ ...small, layers })).toThrow(message);
  });

  test("refuses sums that could leave 32 bits, and no others", () => {
    const wide = (bias: number) => ({
      environment: "x",
      widths: [516, 1],
      observationScale: new Float32Array(516).fill(1),
      layers: [
        {
          weights: new Int8Array(516).fill(127),
          biases: Int32Array.of(bias),
          biasShift: 0,
          multipliers: new Int16Array(0),
          shift: 0,
        },
      ],
      qValueScale: Float32Array.of(1),
    });
    const room = 2 ** 31 - 1 - 516 * 127 * 32767;
    const model = new QuantizedModel(wide(room));
    expect(model.qValues(new Float32Array(516).fill(1e6))[0]).toBe(2 ** 31);
    expect(() => new QuantizedModel(wide(room + 1))).toThrow("sum 0 could reach 2147483648, more than 32 bits hold");
  });
});

/** The Q-values in arithmetic that cannot overflow or round: BigInt between the observation and the last sums. */
function exactly({ widths, observationScale, layers, qValueScale }: QuantizedModel, observations: Float32Array) {
  const clamp = (value: number) => Math.max(-32767, Math.min(32767, Math.trunc(value)));
  const answers: number[] = [];
  for (let at = 0; at < observations.length; at += widths[0]) {
    let a = Array.from(observationScale, (scale, i) => BigInt(clamp(Math.fround(observations[at + i] * scale))));
    for (const [l, { weights, biases, biasShift, multipliers, shift }] of layers.entries()) {
      const sums = Array.from(biases, (bias, o) =>
        a.reduce((sum, x, i) => sum + BigInt(weights[o * a.length + i]) * x, BigInt(bias) << BigInt(biasShift)),
      );
      for (const sum of sums) expect(BigInt.asIntN(32, sum)).toBe(sum);
      if (l + 1 === layers.length) a = sums;
      else {
        a = sums.map((sum, o) => {
          const scaled = sum <= 0n ? 0n : (sum * BigInt(multipliers[o]) + (1n << BigInt(shift - 1))) >> BigInt(shift);
          return scaled > 32767n ? 32767n : scaled;
        });
      }
    }
    answers.push(...a.map((sum, action) => Math.fround(Math.fround(Number(sum)) * qValueScale[action])));
  }
  return Float32Array.from(answers);
}

describe("quantize", () => {
  test("keeps Q-values near, and their means over the states nearer", () => {
    fc.assert(
      fc.property(networks, ({ widths, parameters, observations }) => {
        const model = new Model({ environment: "x", widths, parameters });
        const exact = model.qValuesOfMany(observations);
        const whole = quantize(model, observations).qValuesOfMany(observations);
        const size = largestPossible(widths, parameters, observations);
        expect(largestDifference(exact, whole)).toBeLessThanOrEqual(0.02 * size);
        const actions = widths[widths.length - 1];
        for (let a = 0; a < actions; a++) {
          const meanOf = (values: Float32Array) =>
            values.filter((_, i) => i % actions === a).reduce((x, y) => x + y, 0) / 30;
          expect(Math.abs(meanOf(exact) - meanOf(whole))).toBeLessThanOrEqual(1e-4 * size);
        }
        model.dispose();
      }),
      { numRuns: 200 },
    );
  });

  test("a CartPole-v1 student of 16 hidden units takes 194 bytes", () => {
    const parameters = Float32Array.from({ length: 114 }, (_, i) => ((i * 37) % 113) / 57 - 1);
    const model = quantize({ environment: "CartPole-v1", widths: [4, 16, 2], parameters }, spread(400));
    expect(model.bytes).toBe(194);
  });

  test.each<[string, number[], (i: number) => number]>([
    ["all parameters 0", [3, 4, 2], () => 0],
    ["a bias far beyond its weights", [3, 4, 2], (i) => (i >= 12 && i < 16 ? 1e6 : 1e-6)],
    ["hidden units that are never active", [3, 4, 2], (i) => (i >= 12 && i < 16 ? -100 : 1)],
    ["weights of very different sizes", [3, 4, 2], (i) => 10 ** ((i % 9) - 4)],
    ["500 units a layer, the largest weights", [3, 500, 2], () => 1],
  ])("takes %s", (_, widths, value) => {
    const parameters = Float32Array.from({ length: parameterCount(widths) }, (_, i) => value(i));
    const observations = spread(90);
    const model = new Model({ environment: "x", widths, parameters });
    const whole = quantize(model, observations);
    const difference = largestDifference(model.qValuesOfMany(observations), whole.qValuesOfMany(observations));
    expect(difference).toBeLessThan(0.02 * largestPossible(widths, parameters, observations) + 1e-30);
    model.dispose();
  });

  test("features that were always 0, and of very different sizes, keep their meaning", () => {
    const parameters = Float32Array.of(1, 1000, 1, 0);
    const observations = Float32Array.from({ length: 90 }, (_, i) => [Math.sin(i), Math.cos(i) / 1000, 0][i % 3]);
    const model = quantize({ environment: "x", widths: [3, 1], parameters }, observations);
    expect(model.qValues([0.5, -0.0005, 0])[0]).toBeCloseTo(0, 2);
    expect(model.qValues([0.5, 0.0005, 0])[0]).toBeCloseTo(1, 2);
    expect(model.qValues([0, 0, 0.25])[0]).toBeCloseTo(0.25, 2);
  });

  test("refuses tanh", () => {
    const model = { environment: "x", widths: [1, 1, 1], activation: "tanh" as const, parameters: new Float32Array(4) };
    expect(() => quantize(model, Float32Array.of(1))).toThrow("a model with tanh cannot be quantised: relu is needed");
  });

  test("refuses states that are none", () => {
    const model = { environment: "x", widths: [2, 1], parameters: new Float32Array(3) };
    expect(() => quantize(model, new Float32Array(0))).toThrow("needs states to calibrate on");
    expect(() => quantize(model, Float32Array.of(1, Number.NaN))).toThrow("all of finite numbers");
    expect(() => quantize(model, new Float32Array(3))).toThrow(
      "3 numbers were given: a multiple of the observation size",
    );
  });
});

/** Numbers between −1 and 1, spread over the range. */
function spread(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => ((i * 71) % 199) / 99.5 - 1);
}

/** The largest |Q| of the network with all its parameters and states taken positive: what rounding is measured by. */
function largestPossible(widths: number[], parameters: Float32Array, observations: Float32Array): number {
  const model = new Model({ environment: "x", widths, parameters: parameters.map(Math.abs) });
  const largest = model.qValuesOfMany(observations.map(Math.abs)).reduce((a, b) => Math.max(a, b), 0);
  model.dispose();
  return largest;
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

describe("a file", () => {
  const training = { seed: 7, envSteps: 1, updates: 2, wallSeconds: 3, config: {} };

  test("comes back as it was", () => {
    fc.assert(
      fc.property(networks, fc.string({ unit: "grapheme" }), ({ widths, parameters, observations }, environment) => {
        const model = quantize({ environment, widths, parameters, training }, observations, { original: "ab12" });
        expect({ ...loadQuantized(saveQuantized(model)) }).toEqual({ ...model });
      }),
      { numRuns: 100 },
    );
  });

  test("says what it is", () => {
    const { tensors, metadata } = readSafetensors(saveQuantized(new QuantizedModel({ ...small, original: "ab12" })));
    expect(metadata).toEqual({
      format: "qstill-int8",
      formatVersion: "1",
      environment: "CartPole-v1",
      widths: "2-2-2",
      activation: "relu",
      original: "ab12",
    });
    expect([...tensors].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
      ["observation_scale", "F32", [2]],
      ["layers.0.weight", "I8", [2, 2]],
      ["layers.0.bias", "I16", [2]],
      ["layers.0.multiplier", "I16", [2]],
      ["layers.0.shifts", "U8", [2]],
      ["layers.1.weight", "I8", [2, 2]],
      ["layers.1.bias", "I32", [2]],
      ["q_value_scale", "F32", [2]],
    ]);
    expect([...(tensors.get("layers.1.bias") as Tensor).data]).toEqual([0xf7, 0xff, 0xff, 0xff, 0x40, 0x42, 0x0f, 0]);
  });

  test.each<[string, Record<string, string | undefined>, string]>([
    [
      "another format",
      { format: "qstill" },
      'not a quantised model: a safetensors file whose metadata has no format "qstill-int8"',
    ],
    ["a newer version", { formatVersion: "2" }, 'formatVersion "2", written by a newer qstill; this qstill reads 1'],
    ["another activation", { activation: "tanh" }, 'has activation "tanh", expected "relu"'],
    ["no environment", { environment: undefined }, "no environment in its metadata"],
    ["endless widths", { widths: "1-".repeat(1e5) }, "at most 16 layers"],
    ["widths that the tensors do not have", { widths: "2-65536-2" }, "shape (2, 2), expected (65536, 2)"],
    ["damaged training", { training: "{" }, 'metadata "training" is damaged'],
  ])("refuses %s", (_, metadata, message) => {
    expect(() => loadQuantized(changed({ metadata }))).toThrow(message);
  });

  test.each<[string, Record<string, Tensor | undefined>, string]>([
    ["a missing tensor", { q_value_scale: undefined }, 'no tensor "q_value_scale"'],
    ["an unknown tensor", { x: { dtype: "U8", shape: [0], data: new Uint8Array(0) } }, 'unknown tensor "x"'],
    [
      "another type",
      { "layers.1.bias": { dtype: "I16", shape: [2], data: new Uint8Array(4) } },
      "has dtype I16, expected I32",
    ],
    [
      "a shift too large",
      { "layers.0.shifts": { dtype: "U8", shape: [2], data: Uint8Array.of(0, 47) } },
      "shift is 47",
    ],
    [
      "a scale that is none",
      { q_value_scale: { dtype: "F32", shape: [2], data: new Uint8Array(8).fill(255) } },
      "has a NaN at 0",
    ],
  ])("refuses %s", (_, tensors, message) => {
    expect(() => loadQuantized(changed({ tensors }))).toThrow(message);
  });

  test("when damaged, ends in a model that acts or in a one-line error", () => {
    const original = saveQuantized(new QuantizedModel({ ...small, training }));
    const place = fc.nat(original.length - 1);
    const damage = fc.record({
      bytes: fc.array(fc.tuple(place, fc.nat(255)), { maxLength: 4 }),
      swap: fc.option(fc.tuple(place, place, fc.nat(12))),
      cut: fc.option(place),
    });
    const outcomes = { model: 0, error: 0 };
    fc.assert(
      fc.property(damage, ({ bytes, swap, cut }) => {
        const file = original.slice(0, cut ?? original.length);
        if (swap !== null) file.copyWithin(swap[0], swap[1], swap[1] + swap[2]);
        for (const [index, byte] of bytes) if (index < file.length) file[index] = byte;
        let model: QuantizedModel;
        try {
          model = loadQuantized(file);
        } catch (error) {
          expect((error as Error).constructor).toBe(Error);
          expect((error as Error).message).toMatch(/^.{10,300}$/);
          outcomes.error++;
          return;
        }
        expect(model.qValues([0.3, -0.2])).toHaveLength(2);
        outcomes.model++;
      }),
      { numRuns: 5000 },
    );
    expect(outcomes.model).toBeGreaterThan(0);
    expect(outcomes.error).toBeGreaterThan(1000);
  });
});

/** The file of `small` with some of its metadata and tensors replaced, or left out where undefined. */
function changed(changes: {
  metadata?: Record<string, string | undefined>;
  tensors?: Record<string, Tensor | undefined>;
}) {
  const { tensors, metadata } = readSafetensors(saveQuantized(new QuantizedModel(small)));
  const entries = Object.entries({ ...Object.fromEntries(tensors), ...changes.tensors });
  return writeSafetensors(
    entries.flatMap(([name, tensor]) => (tensor === undefined ? [] : [{ name, ...tensor }])),
    JSON.parse(JSON.stringify({ ...metadata, ...changes.metadata })),
  );
}
