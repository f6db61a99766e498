// The WebAssembly export: the core's very bits from a module that imports nothing.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Description, describe as describeModel } from "../../src/export/description.js";
import { exportWasm } from "../../src/export/wasm.js";
import { parameterCount } from "../../src/model/layout.js";
import { Model, type ModelData } from "../../src/model/model.js";
import { bits, cases, greedy, ordinary } from "./networks.js";

interface Exported extends Record<string, WebAssembly.ExportValue> {
  memory: WebAssembly.Memory;
  observation(): number;
  q(): number;
  mask(): number;
  act(): number;
  actMasked(): number;
  forward(): void;
  selfTest(): number;
}

function instantiated(bytes: Uint8Array<ArrayBuffer>): Exported {
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Exported;
}

/** A model as it is used: what the memory says before and after. */
function answering(bytes: Uint8Array<ArrayBuffer>, inputs: number, outputs: number) {
  const { memory, observation, q, mask, act, actMasked, forward } = instantiated(bytes);
  const from = new Float32Array(memory.buffer, observation(), inputs);
  const to = new Float32Array(memory.buffer, q(), outputs);
  const allowed = new Uint8Array(memory.buffer, mask(), outputs);
  return {
    act(values: ArrayLike<number>) {
      from.set(values);
      return act();
    },
    actMasked(values: ArrayLike<number>, mask: Uint8Array) {
      from.set(values);
      allowed.set(mask);
      return actMasked();
    },
    qValues(values: ArrayLike<number>) {
      from.set(values);
      forward();
      return to.slice();
    },
  };
}

function expectSameBits(data: ModelData, observations: readonly number[][], masks: readonly Uint8Array[] = []): void {
  const model = new Model(data);
  const exported = answering(exportWasm(data, describeModel(model)), data.widths[0], data.widths.at(-1)!);
  for (const observation of observations) {
    const qValues = model.qValuesOfMany(Float32Array.from(observation)); // which takes what is not a number, too
    expect(bits(exported.qValues(observation))).toEqual(bits(qValues));
    expect(exported.act(observation)).toBe(greedy(qValues));
    for (const mask of masks) expect(exported.actMasked(observation, mask)).toBe(greedy(qValues, mask));
    expect(exported.act(observation)).toBe(greedy(qValues)); // which knows no mask
  }
  model.dispose();
}

test("computes the bits of the core", () => {
  fc.assert(
    fc.property(cases, ([model, observations, masks]) => expectSameBits(model, observations, masks)),
    { numRuns: 300 },
  );
});

test.each(["relu", "tanh"] as const)(
  "a network larger than a page of memory computes its bits with %s, too",
  (activation) => {
    const widths = [9, 130, 129, 5];
    const parameters = ordinary(parameterCount(widths), 1);
    const observations = [[...ordinary(9, 2)], [...ordinary(9, 3)]];
    expectSameBits({ environment: "x", widths, activation, parameters }, observations, [Uint8Array.of(0, 1, 0, 1, 1)]);
  },
);

describe("of a student of 114 parameters", () => {
  const data: ModelData = { environment: "CartPole-v1", widths: [4, 16, 2], parameters: ordinary(114, 0) };
  const description = describeModel(new Model(data));
  const bytes = exportWasm(data, description);

  test("takes less than 4 KB more than its weights", () => {
    expect(bytes.length).toBeLessThan(4096 + 4 * 114);
  });

  test("imports nothing", () => {
    expect(WebAssembly.Module.imports(new WebAssembly.Module(bytes))).toEqual([]);
  });

  test("says what it is", () => {
    const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(bytes), "qstill");
    const { environment, widths } = data;
    const { featureNames, actionNames, hash, examples } = description;
    const told = JSON.parse(new TextDecoder().decode(section));
    expect(told).toMatchObject({ environment, widths, activation: "relu", featureNames, actionNames, hash });
    // the examples are where it says
    const { memory } = instantiated(bytes);
    expect(told.examples.count).toBe(4);
    for (let example = 0; example < 4; example++) {
      const at = told.examples.address + 28 * example;
      expect(new Float32Array(memory.buffer, at, 4)).toEqual(
        examples.observations.subarray(4 * example, 4 * example + 4),
      );
      expect(new Float32Array(memory.buffer, at + 16, 2)).toEqual(
        examples.qValues.subarray(2 * example, 2 * example + 2),
      );
      expect(new Uint32Array(memory.buffer, at + 24, 1)[0]).toBe(examples.actions[example]);
    }
  });

  test("takes a mask only for actMasked(), and says −1 where it forbids everything", () => {
    const { memory, mask, act, actMasked } = instantiated(bytes);
    expect(actMasked()).toBe(-1); // nobody has written it
    const allowed = new Uint8Array(memory.buffer, mask(), 2);
    const first = act();
    allowed[1 - first] = 1;
    expect([actMasked(), act()]).toEqual([1 - first, first]);
    allowed.set([255, 255]);
    expect(actMasked()).toBe(first);
    allowed.fill(0);
    expect(actMasked()).toBe(-1);
  });

  test("the mask is within the memory, even where the network fills its last page", () => {
    const wide: ModelData = { environment: "x", widths: [1, 2300], parameters: new Float32Array(4600) };
    const { memory, mask } = instantiated(exportWasm(wide, describeModel(new Model(wide))));
    expect(mask()).toBeLessThan(65_536);
    expect(mask() + 2300).toBeGreaterThan(65_536);
    expect(memory.buffer.byteLength).toBe(2 * 65_536);
  });

  test("tests itself", () => {
    expect(instantiated(bytes).selfTest()).toBe(1);
    const { observations, qValues, actions } = description.examples;
    const wrongly = (examples: Partial<Description["examples"]>) =>
      exportWasm(data, { ...description, examples: { observations, qValues, actions, ...examples } });
    const wrong = qValues.slice();
    new Uint32Array(wrong.buffer)[7] ^= 1;
    expect(instantiated(wrongly({ qValues: wrong })).selfTest()).toBe(0);
    const others = actions.map((action, i) => (i === 3 ? 1 - action : action));
    expect(instantiated(wrongly({ actions: others })).selfTest()).toBe(0);
    const damaged = bytes.slice();
    const parameters = Buffer.from(new Uint8Array(data.parameters.slice().buffer));
    damaged[Buffer.from(damaged.buffer).indexOf(parameters) + 4 * 113 + 1] ^= 1; // the last bias
    expect(instantiated(damaged).selfTest()).toBe(0);
  });

  test("refuses parameters that do not fit the widths", () => {
    expect(() => exportWasm({ ...data, parameters: new Float32Array(9) }, description)).toThrow(
      "a model of widths 4-16-2 has 114 parameters, but 9 were given",
    );
  });
});
