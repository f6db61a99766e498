// Models as files: bit-exact round trips, and one-line errors for everything else.
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { loadModel, saveModel } from "../../src/model/files.js";
import { parameterCount } from "../../src/model/layout.js";
import { Model } from "../../src/model/model.js";
import { readSafetensors, type Tensor, writeSafetensors } from "../../src/model/safetensors.js";

const models = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 6 }).chain((widths) => {
  const length = parameterCount(widths);
  return fc.record({
    environment: fc.string({ unit: "grapheme" }),
    widths: fc.constant(widths),
    activation: fc.constantFrom("relu" as const, "tanh" as const),
    parameters: fc.float32Array({ minLength: length, maxLength: length, noNaN: true, noDefaultInfinity: true }),
  });
});
const small = {
  environment: "CartPole-v1",
  widths: [2, 3, 1],
  parameters: Float32Array.from({ length: 13 }, (_, i) => i),
};

/** The file of `small` with some of its metadata and tensors replaced, or left out where undefined. */
function changed(changes: {
  metadata?: Record<string, string | undefined>;
  tensors?: Record<string, Tensor | undefined>;
}) {
  const { tensors, metadata } = readSafetensors(saveModel(small));
  const entries = Object.entries({ ...Object.fromEntries(tensors), ...changes.tensors });
  return writeSafetensors(
    entries.flatMap(([name, tensor]) => (tensor === undefined ? [] : [{ name, ...tensor }])),
    JSON.parse(JSON.stringify({ ...metadata, ...changes.metadata })),
  );
}

function floats(...values: number[]): Uint8Array {
  const data = new DataView(new ArrayBuffer(4 * values.length));
  for (const [index, value] of values.entries()) data.setFloat32(4 * index, value, true);
  return new Uint8Array(data.buffer);
}

test("a model comes back bit for bit", () => {
  fc.assert(
    fc.property(models, (model) => {
      const loaded = loadModel(saveModel(model));
      expect(loaded.environment).toBe(model.environment);
      expect(loaded.widths).toEqual(model.widths);
      expect(loaded.activation).toBe(model.activation);
      expect(
        Buffer.from(loaded.parameters.buffer).equals(Buffer.from(Float32Array.from(model.parameters).buffer)),
      ).toBe(true);
      loaded.dispose();
    }),
  );
});

test("negative zero, denormals and the largest numbers come back bit for bit", () => {
  const parameters = Float32Array.of(-0, 1.401298464324817e-45, -3.4028234663852886e38);
  const { parameters: loaded } = loadModel(saveModel({ environment: "x", widths: [2, 1], parameters }));
  expect([...new Uint32Array(loaded.buffer)]).toEqual([0x80000000, 1, 0xff7fffff]);
});

test("the file is what PyTorch would call layers.0.weight and so on, with its meaning as metadata", () => {
  const { tensors, metadata } = readSafetensors(saveModel(small, { seed: "7" }));
  expect(metadata).toEqual({
    format: "qstill",
    formatVersion: "1",
    environment: "CartPole-v1",
    widths: "2-3-1",
    activation: "relu",
    preprocessing: "folded into layers.0",
    seed: "7",
  });
  expect([...tensors]).toEqual([
    ["layers.0.weight", { dtype: "F32", shape: [3, 2], data: floats(0, 3, 1, 4, 2, 5) }],
    ["layers.0.bias", { dtype: "F32", shape: [3], data: floats(6, 7, 8) }],
    ["layers.1.weight", { dtype: "F32", shape: [1, 3], data: floats(9, 10, 11) }],
    ["layers.1.bias", { dtype: "F32", shape: [1], data: floats(12) }],
  ]);
});

test("how a network was trained comes back, so that it is evaluated on its own seed", () => {
  const training = {
    seed: 7,
    envSteps: 400,
    updates: 300,
    wallSeconds: 1.5,
    config: { loss: "kl", hidden: [3] },
    distillation: { teacher: "ab12", attempts: 2, fitsQValues: false },
  };
  const constant = { action: 1, mean: -3.5 };
  for (const baseline of [undefined, { random: 2, constant }, { random: null, constant: null }]) {
    const record = { ...training, baseline };
    expect(loadModel(saveModel({ ...small, training: record })).training).toEqual(record);
  }
  expect(loadModel(saveModel(small)).training).toBeUndefined();
});

test.each([
  "{",
  "null",
  "7",
  '{ "seed": 1 }',
  '{ "seed": -1, "envSteps": 1, "updates": 1, "wallSeconds": 1, "config": {} }',
  '{ "seed": 1, "envSteps": 1, "updates": 1, "wallSeconds": 1, "config": {}, "baseline": 3 }',
  '{ "seed": 1, "envSteps": 1, "updates": 1, "wallSeconds": 1, "config": {}, "baseline": { "random": "2", "constant": null } }',
  '{ "seed": 1, "envSteps": 1, "updates": 1, "wallSeconds": 1, "config": {}, "baseline": { "random": 2, "constant": 7 } }',
])("refuses the damaged training %s", (training) => {
  expect(() => loadModel(changed({ metadata: { training } }))).toThrow(
    'the model file\'s metadata "training" is damaged',
  );
});

test("more metadata cannot replace the model's own", () => {
  expect(loadModel(saveModel(small, { environment: "other" })).environment).toBe("CartPole-v1");
});

test("refuses to save what could not be loaded again", () => {
  expect(() => saveModel({ ...small, widths: [2, 2, 1] })).toThrow("has 9 parameters, but 13 were given");
  expect(() => saveModel({ ...small, widths: [65_537, 1] })).toThrow('given "65537-1"');
  const parameters = small.parameters.slice().fill(Number.NaN, 10, 11);
  expect(() => saveModel({ ...small, parameters })).toThrow("parameter 10 of the model is NaN");
});

test.each(["refuse_nan", "refuse_mismatched", "relu_odd_widths", "tanh_one_hidden"])(
  "%s is not a qstill model",
  (name) => {
    const file = readFileSync(new URL(`../foreign/${name}.safetensors`, import.meta.url));
    expect(() => loadModel(file)).toThrow(
      'not a qstill model: a safetensors file whose metadata has no format "qstill"',
    );
  },
);

test.each<[string, Record<string, string | undefined>, string]>([
  ["a newer format", { formatVersion: "2" }, 'formatVersion "2", written by a newer qstill; this qstill reads 1'],
  ["an unknown format", { formatVersion: "x\ny" }, 'has formatVersion "x\\ny"; this qstill reads 1'],
  ["no format version", { formatVersion: undefined }, "has no formatVersion; this qstill reads 1"],
  ["another activation", { activation: "elu" }, 'has activation "elu", expected "relu" or "tanh"'],
  ["other preprocessing", { preprocessing: undefined }, 'has no preprocessing, expected "folded into layers.0"'],
  ["no environment", { environment: undefined }, "no environment in its metadata"],
  ["no widths", { widths: undefined }, 'given "none"'],
  ["one width", { widths: "4" }, 'given "4"'],
  ["an empty layer", { widths: "2-0-1" }, 'given "2-0-1"'],
  ["a fractional layer", { widths: "2-1.5-1" }, 'given "2-1.5-1"'],
  ["too many layers", { widths: Array(18).fill(1).join("-") }, "at most 16 layers"],
  ["endless widths", { widths: "1-".repeat(1e6) }, "at most 16 layers"],
  ["a layer too wide", { widths: "65537-1" }, "of 1 to 65536"],
  ["widths the tensors do not have", { widths: "2-65536-65536-1" }, "shape (3, 2), expected (65536, 2)"],
])("refuses metadata with %s", (_, metadata, message) => {
  expect(() => loadModel(changed({ metadata }))).toThrow(message);
});

test.each<[string, Record<string, Tensor | undefined>, string]>([
  ["missing", { "layers.1.bias": undefined }, 'no tensor "layers.1.bias"'],
  ["unknown", { x: { dtype: "U8", shape: [0], data: floats() } }, 'unknown tensor "x"'],
  [
    "not chaining",
    { "layers.1.weight": { dtype: "F32", shape: [1, 4], data: floats(1, 2, 3, 4) } },
    'tensor "layers.1.weight" has shape (1, 4), expected (1, 3)',
  ],
  [
    "of bytes",
    { "layers.0.bias": { dtype: "U8", shape: [3], data: new Uint8Array(3) } },
    'tensor "layers.0.bias" has dtype U8, expected F32',
  ],
  [
    "with NaN",
    { "layers.0.bias": { dtype: "F32", shape: [3], data: floats(1, Number.NaN, 2) } },
    'tensor "layers.0.bias" has a NaN at 1, not a finite number',
  ],
  [
    "with infinity",
    { "layers.0.weight": { dtype: "F32", shape: [3, 2], data: floats(1, 2, 3, 4, -Infinity, 2) } },
    'tensor "layers.0.weight" has a -Infinity at 4, not a finite number',
  ],
])("refuses a tensor that is %s", (_, tensors, message) => {
  expect(() => loadModel(changed({ tensors }))).toThrow(message);
});

test("a damaged file ends in a model or in a one-line error", () => {
  const original = saveModel(small);
  const place = fc.nat(original.length - 1);
  const mutations = fc.record({
    bytes: fc.array(fc.tuple(place, fc.nat(255)), { maxLength: 4 }),
    // Text of the header swapped for other text of it, so that the JSON often stays JSON.
    swap: fc.option(fc.tuple(place, place, fc.nat(12))),
    cut: fc.option(place),
    more: fc.uint8Array({ maxLength: 8 }),
  });
  const outcomes = { model: 0, error: 0 };
  fc.assert(
    fc.property(mutations, ({ bytes, swap, cut, more }) => {
      const file = new Uint8Array([...original.subarray(0, cut ?? original.length), ...(cut === null ? [] : more)]);
      if (swap !== null) file.copyWithin(swap[0], swap[1], swap[1] + swap[2]);
      for (const [index, byte] of bytes) if (index < file.length) file[index] = byte;
      try {
        loadModel(file).dispose();
        outcomes.model++;
      } catch (error) {
        expect((error as Error).constructor).toBe(Error);
        expect((error as Error).message).toMatch(/^.{10,300}$/);
        outcomes.error++;
      }
    }),
    { numRuns: 5000 },
  );
  expect(outcomes.model).toBeGreaterThan(0);
  expect(outcomes.error).toBeGreaterThan(1000);
});

test("values of any kind where the header has its own end in a one-line error", () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), (json, place) => {
      const { tensors } = readSafetensors(saveModel(small));
      const entries = [...tensors.keys()].map((name) => [name, { dtype: "F32", shape: [1], data_offsets: [0, 4] }]);
      const header = JSON.stringify(Object.fromEntries(entries)).split(/(?<=[:,[])/);
      header[place % header.length] = `${json},`;
      const text = new TextEncoder().encode(header.join(""));
      const file = new Uint8Array(8 + text.length + 16);
      new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
      file.set(text, 8);
      expect(() => loadModel(file)).toThrow(/^.{10,300}$/);
    }),
    { numRuns: 2000 },
  );
});

test("a file's content may be an ArrayBuffer, as fetch gives it; anything else is refused by name", () => {
  const model = new Model({ environment: "x", widths: [1, 1], parameters: Float32Array.of(2, 1) });
  expect(loadModel(saveModel(model).buffer).qValues([3])).toEqual(Float32Array.of(7));
  for (const other of [null, undefined, "model.safetensors", Promise.resolve(), {}]) {
    expect(() => loadModel(other as never)).toThrow(
      /^bytes is .*: a file's content, a Uint8Array or an ArrayBuffer, is needed/,
    );
  }
});
