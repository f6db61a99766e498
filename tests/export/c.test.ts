// The C export: the core's very bits from gcc on this machine and on emulated Cortex-M processors.
import { describe, expect, test } from "vitest";
import { exportC } from "../../src/export/c.js";
import { describe as describeModel } from "../../src/export/description.js";
import { parameterCount } from "../../src/model/layout.js";
import { type Activation, Model } from "../../src/model/model.js";
import { quantize } from "../../src/model/quantize.js";
import type { QuantizedModel } from "../../src/model/quantized.js";
import { c99, compile, type Device, floatMacro, host, m0, m4, m4f, m55, run, withProgram } from "../device/devices.js";
import { MissingEngineError } from "../engines/launch.js";
import { orSkip } from "../engines/skip.js";
import { greedy } from "./networks.js";

/** Numbers of ordinary size, from an integer seed. */
function ordinary(length: number, seed: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.sin(seed + 12.9898 * i) * 1.7);
}

/** Numbers of every size, the subnormal ones, too, that is no reason for an infinite product of two. */
function extreme(length: number, seed: number): Float32Array {
  return ordinary(length, seed).map((value, i) => value * 2 ** (((i * 37 + seed) % 205) - 148));
}

function model(widths: readonly number[], activation?: Activation, numbers = ordinary, environment = "x"): Model {
  return new Model({ environment, widths, activation, parameters: numbers(parameterCount(widths), widths.length) });
}

/** Calibrated on states smaller than those that it will be asked: some of its activations are cut off. */
function quantized(widths: readonly number[], environment = "x"): QuantizedModel {
  return quantize(model(widths, "relu", ordinary, environment), ordinary(30 * widths[0], 3));
}

const cartPole = model([4, 16, 2], "relu", ordinary, "CartPole-v1");
const networks: readonly (Model | QuantizedModel)[] = [
  cartPole,
  model([2, 24, 1, 3], "relu", ordinary, "MountainCar-v0"),
  model([1, 1]),
  model([3, 4]),
  model([5, 9, 4, 7, 6, 3]),
  model([3, 9, 2], "relu", extreme),
  model([120, 5, 2]), // most of its features are 0: the core takes another way
  model([4, 16, 2], "tanh", ordinary, "CartPole-v1"),
  model([6, 7, 8, 3], "tanh"),
  model([2, 9, 2], "tanh", extreme),
  quantized([4, 16, 2], "CartPole-v1"),
  quantized([2, 24, 1, 3], "MountainCar-v0"),
  quantized([1, 1]),
  quantized([5, 9, 4, 7, 6, 3]),
];

const specials = [Number.NaN, -0, 0, 1e-45, -1e-40, 3.4e38, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

/** Ordinary observations, then some with a special number in one place, in a few kilobytes. */
function observationsFor({ widths: [size] }: Model | QuantizedModel): Float32Array {
  const count = size > 100 ? 8 : 100;
  const observations = ordinary(count * size, 7).map((value, i) => (size > 100 && i % 9 > 0 ? 0 : 3 * value));
  for (const [s, special] of specials.entries())
    observations[(count - specials.length + s) * size + (s % size)] = special;
  return observations;
}

/** Every action alone, every action but one, and all. The actions that a byte other than 1 allows are allowed, too. */
function masksFor({ widths }: Model | QuantizedModel): Uint8Array[] {
  const actions = [...Array(widths[widths.length - 1]).keys()];
  const only = actions.map((each) => Uint8Array.from(actions, (action) => Number(action === each)));
  const but = actions.map((each) => Uint8Array.from(actions, (action) => Number(action !== each)));
  const all = Uint8Array.from(actions, (action) => 1 + action);
  return [...only, ...but, all];
}

const bitsOf = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);
/** The bits of a NaN are the processor's own. */
const word = (bits: number) => ((bits & 0x7fffffff) > 0x7f800000 ? "nan" : bits.toString(16).padStart(8, "0"));

/** A program that prints the bits of the Q-values and the action, an observation a line, of all networks. */
function programOf(headers: readonly string[]): Record<string, string> {
  const files: Record<string, string> = {};
  let top = `#include "platform.h"\n`;
  let main = "";
  for (const [n, header] of headers.entries()) {
    const observations = observationsFor(networks[n]);
    const masks = masksFor(networks[n]).flatMap((mask) => [...mask]);
    files[`n${n}.h`] = header;
    top += `#define N${n}_SELF_TEST
#include "n${n}.h"
static const union { uint32_t bits[${observations.length}]; float numbers[${observations.length}]; } observations${n} = { { ${bitsOf(observations).join("u,")}u } };
static const uint8_t masks${n}[] = { ${masks.join(", ")} };
`;
    main += `
  if (!n${n}_self_test()) return ${n + 1};
  for (int at = 0; at < ${observations.length}; at += N${n}_OBSERVATION_SIZE) {
    union { float numbers[N${n}_ACTION_COUNT]; uint32_t bits[N${n}_ACTION_COUNT]; } q;
    n${n}_q_values(observations${n}.numbers + at, q.numbers);
    for (int action = 0; action < N${n}_ACTION_COUNT; action++) put_word(q.bits[action]);
    put_word((uint32_t)n${n}_act(observations${n}.numbers + at));
    for (int m = 0; m < ${masks.length}; m += N${n}_ACTION_COUNT) {
      put_word((uint32_t)(1 + n${n}_act_masked(observations${n}.numbers + at, masks${n} + m)));
    }
    put("\\n");
  }`;
  }
  return { ...files, "program.c": `${top}\nint main(void)\n{${main}\n  return 0;\n}\n` };
}

const normal = (line: string) =>
  line
    .trim()
    .split(" ")
    .map((hexadecimal) => word(Number.parseInt(hexadecimal, 16)))
    .join(" ");

function expectedLines(): string[] {
  return networks.flatMap((network) => {
    const size = network.widths[0];
    const observations = observationsFor(network);
    return Array.from({ length: observations.length / size }, (_, row) => {
      const observation = observations.subarray(row * size, (row + 1) * size);
      const qValues = network.qValuesOfMany(observation); // which takes what is not a number, too
      const masked = masksFor(network).map((mask) => {
        if (!mask.some(Boolean)) return -1;
        return greedy(
          qValues,
          mask.map((each) => Math.min(each, 1)),
        );
      });
      return [...bitsOf(qValues), greedy(qValues), ...masked.map((action) => 1 + action)].map(word).join(" ");
    });
  });
}

const headers = networks.map((network, n) => exportC(network, describeModel(network), { prefix: `n${n}` }));

/** With the compiler's own choice of contraction, too: a header that is put into other people's builds guards itself. */
const builds: [string, Device, string[]][] = [
  ["C99", host, c99],
  ["optimised for this very processor", host, ["-O3", "-march=native"]],
  ["for size", m0, ["-Os"]],
  ["C99", m4, c99],
  ["optimised, GNU's C", m4f, ["-O3"]],
  ["with numbers of 16 bits and with vectors", m55, ["-O3"]],
];

/** Processors with numbers of 16 bits: GCC's C says FLT_EVAL_METHOD 16. Where there is none, it is compiled and not run. */
const withHalves: { device: Device; option: string }[] = [
  { device: host, option: "-march=sapphirerapids" },
  { device: host, option: "-mavx512fp16" },
  ...["-mcpu=cortex-a55", "-mcpu=cortex-a76", "-mcpu=neoverse-n1"].map((option) => ({
    device: { name: "an Arm core", compiler: "arm-none-eabi-gcc", flags: ["-mfloat-abi=hard"] },
    option,
  })),
];

describe.each(builds.map(([what, device, options]) => ({ what, device, options, where: device.name })))(
  "$what on $where",
  ({ device, options }) => {
    test("every network gives its very bits and passes its test of itself", async ({ skip }) => {
      const printed = await orSkip(skip, async () =>
        withProgram(device, options, programOf(headers), (program) => run(device, program)),
      );
      expect(printed.trim().split("\n").map(normal)).toEqual(expectedLines());
    });
  },
);

const description = describeModel(cartPole);

/** What a program prints of which this is `main`, after the header of CartPole's student. */
function printedBy(header: string, main: string, { device = host, options = c99, file = "program.c" } = {}): string {
  const program = `#include "platform.h"
#define CARTPOLE_V1_SELF_TEST
#include "student.h"
int main(void) { ${main} }
`;
  return withProgram(device, options, { "student.h": header, [file]: program }, (binary) => run(device, binary));
}

describe("the header", () => {
  test.for([host, m0])("is C++, too, on $name", async (device, { skip }) => {
    const main = 'put(cartpole_v1_self_test() ? "yes" : "no"); return 0;';
    const build = { device, options: ["-Os", "-fno-exceptions"], file: "program.cpp" };
    expect(await orSkip(skip, async () => printedBy(exportC(cartPole, description), main, build))).toBe("yes");
  });

  test("says what it is, and its names come through whatever they are", async ({ skip }) => {
    const names = ["push left", `"\\ */ // ??/ %s`, "größer\n7", ""];
    const of = { ...description, featureNames: names, actionNames: names.slice(0, 2) };
    const main = `
      static const char *const features[] = CARTPOLE_V1_FEATURE_NAMES;
      static const char *const actions[] = CARTPOLE_V1_ACTION_NAMES;
      for (int i = 0; i < CARTPOLE_V1_OBSERVATION_SIZE; i++) { put(features[i]); put("|"); }
      for (int i = 0; i < CARTPOLE_V1_ACTION_COUNT; i++) { put(actions[i]); put("|"); }
      put(CARTPOLE_V1_ENVIRONMENT "|" CARTPOLE_V1_HASH);
      return 0;`;
    const printed = await orSkip(skip, async () => printedBy(exportC(cartPole, of), main));
    expect(printed.split("|")).toEqual([...names, ...names.slice(0, 2), "CartPole-v1", description.hash]);
  });

  test("finds one bit of one Q-value, and another action", async ({ skip }) => {
    const { examples } = description;
    const qValues = examples.qValues.slice();
    new Uint32Array(qValues.buffer)[5] ^= 1;
    const actions = examples.actions.map((action, i) => (i === 3 ? 1 - action : action));
    for (const wrong of [{ qValues }, { actions }]) {
      const header = exportC(cartPole, { ...description, examples: { ...examples, ...wrong } });
      const printed = await orSkip(skip, async () =>
        printedBy(header, "put_word((uint32_t)cartpole_v1_self_test()); return 0;"),
      );
      expect(printed).toBe("00000000 ");
    }
  });

  test("refuses a compiler's option that changes the arithmetic, and says which", async ({ skip }) => {
    const build = { options: ["-O2", "-ffast-math"] };
    const refusal = await orSkip(skip, async () => {
      try {
        return printedBy(exportC(cartPole, description), 'put("no refusal"); return 0;', build);
      } catch (error) {
        if (error instanceof MissingEngineError) throw error;
        return (error as Error).message;
      }
    });
    expect(refusal).toContain("compile without it");
  });

  /** @throws {MissingEngineError} where the compiler is another, which has another one */
  function assumeEvaluationMethod(method: number, device: Device, option: string): void {
    const found = floatMacro(device, [option], "FLT_EVAL_METHOD");
    if (found === String(method)) return;
    throw new MissingEngineError(
      `${device.compiler} ${option}: FLT_EVAL_METHOD is ${found}, with GCC 12 it is ${method}`,
    );
  }

  test.for(withHalves)("takes numbers of 16 bits: $device.compiler $option", async ({ device, option }, { skip }) => {
    await orSkip(skip, async () => {
      assumeEvaluationMethod(16, device, option);
      for (const network of [cartPole, networks[7], networks[10]]) {
        compile(device, ["-O3", option], exportC(network, describeModel(network)));
      }
    });
  });

  // what x87 computes in, and what GCC cannot say
  test.for([
    { method: 2, option: "-mfpmath=387" },
    { method: -1, option: "-mno-sse2" },
  ])("refuses a FLT_EVAL_METHOD of $method: gcc $option", async ({ method, option }, { skip }) => {
    await orSkip(skip, async () => {
      assumeEvaluationMethod(method, host, option);
      expect(() => compile(host, [option], exportC(cartPole, description))).toThrow("must be computed as such");
    });
  });

  test.each([
    ["CartPole-v1", "cartpole_v1"],
    ["MinAtar/Breakout-v1", "minatar_breakout_v1"],
    ["2048", "qstill_2048"],
    ["größe", "gr_e"],
    ["", "qstill"],
  ])("of %j names its functions %s_…", (environment, prefix) => {
    const header = exportC(model([1, 1], "relu", ordinary, environment), description);
    expect(header).toContain(`int ${prefix}_act(const float *observation)`);
    expect(header).toContain(`#ifndef QSTILL_${prefix.toUpperCase()}_H`);
  });

  test("refuses a prefix that is no identifier, and numbers that C cannot write", () => {
    expect(() => exportC(cartPole, description, { prefix: "my-agent" })).toThrow(
      'prefix is "my-agent": a letter, then letters, digits and underscores are allowed',
    );
    const vast = model([1, 1], "relu", () => Float32Array.of(3e38, 3e38));
    const examples = { ...describeModel(vast).examples, qValues: Float32Array.of(Number.POSITIVE_INFINITY) };
    expect(() => exportC(vast, { ...describeModel(vast), examples })).toThrow(
      "Infinity is among the numbers: C source can hold finite numbers only",
    );
    expect(() => exportC({ environment: "x", widths: [4, 2], parameters: new Float32Array(9) }, description)).toThrow(
      "a model of widths 4-2 has 10 parameters, but 9 were given",
    );
  });
});
