// The JavaScript export: the core's very bits from a module that needs nothing.
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Pcg64 } from "../../src/env/random.js";
import { type Description, describe as describeModel } from "../../src/export/description.js";
import { exportModule, moduleTypes } from "../../src/export/javascript.js";
import { layerPlaces, parameterCount } from "../../src/model/layout.js";
import { Model, type ModelData } from "../../src/model/model.js";
import { bits, cases, greedy, ordinary } from "./networks.js";

interface Exported {
  readonly environment: string;
  readonly widths: readonly number[];
  act(observation: ArrayLike<number>, mask?: ArrayLike<number>): number;
  qValues(observation: ArrayLike<number>): Float32Array;
}

/** What it exports with a description. */
interface Described extends Exported {
  readonly featureNames: readonly string[];
  readonly actionNames: readonly string[];
  readonly hash: string;
  selfTest(): boolean;
}

function imported<Module = Exported>(source: string): Promise<Module> {
  return import(/* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(source).toString("base64")}`);
}

/** tanh x = u/(u + 2) with u = e^2x − 1, from the series of e^(x/128) − 1, in f64 (rounded to f32 where it is stored). */
function tanh(x: number): number {
  const r = Math.max(-10, Math.min(10, x)) / 128;
  let u = r * (1 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24))));
  for (let doubling = 0; doubling < 8; doubling++) u = u * (u + 2);
  return u / (u + 2);
}

/** The definition: an output is its bias, then k ascending, each product and each sum rounded to f32. */
function referenceQValues({ widths, activation, parameters }: ModelData, observation: ArrayLike<number>): Float32Array {
  let x = Float32Array.from(observation);
  for (const [layer, { inputs, outputs, weight, bias }] of layerPlaces(widths).entries()) {
    const y = new Float32Array(outputs);
    for (let o = 0; o < outputs; o++) {
      let sum = parameters[bias + o];
      for (let k = 0; k < inputs; k++)
        sum = Math.fround(sum + Math.fround(x[k] * parameters[weight + k * outputs + o]));
      // NaN stays: a broken observation is not answered by numbers
      if (layer === widths.length - 2) y[o] = sum;
      else y[o] = activation === "tanh" ? tanh(sum) : Math.max(sum, 0);
    }
    x = y;
  }
  return x;
}

async function expectSameBits(
  data: ModelData,
  observations: readonly number[][],
  masks: readonly Uint8Array[] = [],
): Promise<void> {
  const exported = await imported(exportModule(data));
  const model = new Model(data);
  for (const observation of observations) {
    const expected = referenceQValues(data, observation);
    expect(bits(exported.qValues(observation))).toEqual(bits(expected));
    expect(bits(model.qValuesOfMany(Float32Array.from(observation)))).toEqual(bits(expected));
    expect(exported.act(observation)).toBe(greedy(expected));
    const isTaken = !observation.some(Number.isNaN);
    if (isTaken) expect(model.act(observation)).toBe(greedy(expected));
    for (const mask of masks) {
      expect(exported.act(observation, mask)).toBe(greedy(expected, mask));
      expect(exported.act(observation, [...mask])).toBe(greedy(expected, mask));
      if (isTaken) expect(model.act(observation, mask)).toBe(greedy(expected, mask));
    }
  }
  model.dispose();
}

test("computes the bits of the definition and of the core", async () => {
  await fc.assert(
    fc.asyncProperty(cases, ([model, observations, masks]) => expectSameBits(model, observations, masks)),
    { numRuns: 200 },
  );
});

test("tanh has the core's bits, and is tanh", async () => {
  const parameters = Float32Array.of(1, 0, 1, 0); // q = tanh(x)
  const data: ModelData = { environment: "x", widths: [1, 1, 1], activation: "tanh", parameters };
  const random = new Pcg64(0);
  const words = Uint32Array.from({ length: 10_000 }, () => random.integers(0, 2 ** 32));
  const ordinaryOnes = Float32Array.from({ length: 10_000 }, () => random.uniform(-10, 10));
  const inputs = Float32Array.of(
    ...new Float32Array(words.buffer),
    ...ordinaryOnes,
    -0,
    Infinity,
    -Infinity,
    Number.NaN,
  );
  const { qValues } = await imported(exportModule(data));
  const answers = Float32Array.from(inputs, (x) => qValues([x])[0]);
  expect(bits(answers)).toEqual(bits(new Model(data).qValuesOfMany(inputs)));
  for (const [i, x] of inputs.entries()) {
    const error = Math.abs(answers[i] - Math.tanh(x));
    if (error > 2 ** -23 * Math.abs(Math.tanh(x)) + 2 ** -149) expect({ x, error }).toBe("within 1 ulp");
  }
});

test.each([[[4, 2]], [[1, 1]], [[4, 1, 2]], [[3, 5, 7, 3]], [[6, 4, 8, 12, 1]], [[8, 65, 63, 4]]])(
  "computes the bits of the definition for widths %j",
  async (widths) => {
    const parameters = ordinary(parameterCount(widths), 1);
    const observations = [1, 2, 3].map((seed) => [...ordinary(widths[0], seed)]);
    await expectSameBits({ environment: "x", widths, parameters }, observations);
    await expectSameBits({ environment: "x", widths, activation: "tanh", parameters }, observations);
  },
);

test("says what it is", async () => {
  const environment = '"\n*/ </script> `\\\u2028';
  const source = exportModule({ environment, widths: [2, 1], parameters: new Float32Array(3) });
  expect(source).not.toContain("</script>");
  const exported = await imported(source);
  expect(exported.environment).toBe(environment);
  expect(exported.widths).toEqual([2, 1]);
});

test("rounds observations to f32 and takes the first of equal Q-values", async () => {
  const parameters = Float32Array.of(1, 0, 0, 0, 1, 1, 0, 0, 0); // W (2, 3), b (3)
  const { act, qValues } = await imported(exportModule({ environment: "x", widths: [2, 3], parameters }));
  expect([...qValues([0.1, 16_777_217])]).toEqual([Math.fround(0.1), 16_777_216, 16_777_216]);
  expect(act([0, 0])).toBe(0);
  expect(act([1, 2])).toBe(1);
  expect(act(Float32Array.of(-1, -2))).toBe(0);
});

test("gives a new array each time", async () => {
  const { qValues } = await imported(
    exportModule({ environment: "x", widths: [1, 1], parameters: Float32Array.of(2, 0) }),
  );
  const first = qValues([1]);
  qValues([5]);
  expect([...first]).toEqual([2]);
});

test("refuses an observation of another length", async () => {
  const { act, qValues } = await imported(
    exportModule({ environment: "x", widths: [4, 2], parameters: new Float32Array(10) }),
  );
  const error = new RangeError("an observation of length 3 was given: 4 numbers are needed");
  expect(() => act([1, 2, 3])).toThrow(error);
  expect(() => qValues(new Float32Array(3))).toThrow(error);
});

test.each<[unknown, string]>([
  [[1], "a mask of 1 was given: 2 numbers are needed, not all 0"],
  [[1, 0, 1], "a mask of 1,0,1 was given: 2 numbers are needed, not all 0"],
  [Uint8Array.of(0, 0), "a mask of 0,0 was given: 2 numbers are needed, not all 0"],
  [1, "a mask of 1 was given: 2 numbers are needed, not all 0"], // what map() gives as the second argument
])("refuses the mask %j", async (mask, message) => {
  const { act } = await imported(exportModule({ environment: "x", widths: [4, 2], parameters: new Float32Array(10) }));
  expect(() => act([1, 2, 3, 4], mask as number[])).toThrow(new RangeError(message));
});

test("refuses parameters that do not fit the widths", () => {
  expect(() => exportModule({ environment: "x", widths: [4, 2], parameters: new Float32Array(9) })).toThrow(
    "a model of widths 4-2 has 10 parameters, but 9 were given",
  );
});

describe("with a description", () => {
  const cartPole: ModelData = { environment: "CartPole-v1", widths: [4, 16, 2], parameters: ordinary(114, 0) };
  const description = describeModel(new Model(cartPole));
  const { observations, qValues, actions } = description.examples;

  test("says its names and its hash, and answers as without", async () => {
    const { act, selfTest, ...exported } = await imported<Described>(exportModule(cartPole, description));
    const { featureNames, actionNames, hash } = description;
    expect(exported).toMatchObject({ featureNames, actionNames, hash, environment: "CartPole-v1", widths: [4, 16, 2] });
    expect(actions.map((_, example) => act(observations.subarray(4 * example, 4 * example + 4)))).toEqual(actions);
    expect(selfTest()).toBe(true);
    await expectSameBits(cartPole, [[1, 2, 3, 4]]);
  });

  test("finds one bit of one Q-value, another action, and a smaller parameter", async () => {
    const wrong = qValues.slice();
    const bitsOf = new Uint32Array(wrong.buffer);
    bitsOf[5] ^= 1;
    const of = (examples: Partial<Description["examples"]>) => ({
      ...description,
      examples: { ...description.examples, ...examples },
    });
    const smaller = { ...cartPole, parameters: cartPole.parameters.map((value, i) => (i === 113 ? value / 2 : value)) };
    for (const source of [
      exportModule(cartPole, of({ qValues: wrong })),
      exportModule(cartPole, of({ actions: actions.map((action, i) => (i === 3 ? 1 - action : action)) })),
      exportModule(smaller, description),
    ]) {
      expect((await imported<Described>(source)).selfTest()).toBe(false);
    }
  });

  test("a student of 114 parameters takes at most 2 KB after gzip", () => {
    expect(gzipSync(exportModule(cartPole, description)).length).toBeLessThanOrEqual(2048);
  });

  test("its declarations name everything that it exports, and nothing else", async () => {
    const declared = [...moduleTypes.matchAll(/export declare (?:const|function) (\w+)/g)].map(([, name]) => name);
    expect(declared.sort()).toEqual(Object.keys(await imported(exportModule(cartPole, description))).sort());
  });

  test("needs nothing: no import, no eval, no Function", () => {
    expect(exportModule(cartPole, description)).not.toMatch(
      /\b(import|require|eval|Function|process|window|document)\b/,
    );
  });

  test("no name ends a script element", async () => {
    const source = exportModule(cartPole, { ...description, featureNames: ["</script>", "`", "\u2028", "\\"] });
    expect(source).not.toContain("</script>");
    expect((await imported<Described>(source)).featureNames).toEqual(["</script>", "`", "\u2028", "\\"]);
  });
});

test("writes numbers where they are shorter than base64, and as short as they can be", () => {
  const sourceOf = (...parameters: number[]) =>
    exportModule({ environment: "x", widths: [1, parameters.length / 2], parameters: Float32Array.from(parameters) });
  expect(sourceOf(0.1, -0, -0.5, 1e-7, 16_777_216, 1.401298464324817e-45)).toContain(
    "[.1,-0,-.5,1e-7,16777216,1e-45,]",
  );
  expect(sourceOf(...ordinary(100, 0))).toContain("atob");
});
