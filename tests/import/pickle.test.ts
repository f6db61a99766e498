// Pickles that no library writes: their size bounds the work and the memory, and what is not known runs nothing.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { importModel } from "../../src/import/import-model.js";

const real = readFileSync(new URL("../foreign/legacy_state_dict.pt", import.meta.url)).toString("latin1");
/** The magic number, the version and the system, which come before the value. */
const begin = real.slice(0, real.indexOf("\x80\x02c"));

const uint32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer).toString("latin1");
const text = (value: string) => `X${uint32(value.length)}${value}`;
const global = (name: string) => `c${name.replace(/\.(?=\w+$)/, "\n")}\n`;
const put = (index: number) => `r${uint32(index)}`;
const get = (index: number) => `j${uint32(index)}`;
const tuple = (...values: string[]) => `(${values.join("")}t`;
const dictionary = (...pairs: [string, string][]) => `}(${pairs.flat().join("")}u`;
const call = (name: string, ...args: string[]) => `${global(name)}${tuple(...args)}R`;
const storage = `${tuple(text("storage"), global("torch.FloatStorage"), text("k"), text("cpu"), "K\x02")}Q`;
/** Of one output and two inputs; the weights are 1 and 2. */
const tensor = call(
  "torch._utils._rebuild_tensor_v2",
  storage,
  "K\0",
  tuple("K\x01", "K\x02"),
  tuple("K\x02", "K\x01"),
);
const layer: [string, string] = [text("a.weight"), tensor];

/** Reads a file from before PyTorch 1.6 that holds a value. */
function read(value: string, bytesMore = "") {
  const elements = Buffer.from(Float32Array.of(1, 2).buffer).toString("latin1");
  const keys = `\x80\x02]${text("k")}a.`;
  const file = `${begin}\x80\x02${value}.${keys}\x02\0\0\0\0\0\0\0${elements}${bytesMore}`;
  return importModel(Buffer.from(file, "latin1"));
}

test("a layer among values of many kinds", () => {
  const model = read(
    dictionary(
      layer,
      [text("a.bias"), "N"],
      [text("big"), `\x8a\x0a${"\x01".repeat(10)}`],
      ["N", "\x88"],
      [tuple("K\x01", "K\x02"), "C\x03abc"],
      [text("bytes"), `\x96${uint32(3)}${uint32(0)}abc`],
      [text("set"), "\x8f(K\x01K\x02\x90"],
      [text("frozen"), "(K\x01\x91"],
      [text("object"), `${global("some.Class")})\x81${dictionary([text("x"), "K\x01"])}b`],
      [text("with arguments"), `${global("some.Class")}(K\x01t}\x92`],
      [text("a list of its own"), `${global("some.List")})\x81(K\x01K\x02e`],
      [text("a function"), global("posix.system")],
      [text("pairs"), call("collections.OrderedDict", `](${tuple(text("x"), "K\x01")}e`)],
    ),
  );
  expect([...model.parameters]).toEqual([1, 2, 0]);
});

test.each<[string, string, string]>([
  [
    "a call",
    dictionary(layer, [text("x"), call("posix.system", text("ls"))]),
    'asks for "posix.system", which is not allowed',
  ],
  [
    "a call of Python's own",
    dictionary(layer, [text("x"), call("builtins.eval", text("1"))]),
    'asks for "builtins.eval"',
  ],
  [
    "a call of an object",
    dictionary(layer, [text("x"), `${global("a.B")})\x81)R`]),
    "it calls something that cannot be called",
  ],
  ["an object of no class", dictionary(layer, [text("x"), "K\x01)\x81"]), "it makes an object of no class"],
  [
    "attributes of a number",
    dictionary(layer, [text("x"), "K\x01}b"]),
    "it gives attributes to something that has none",
  ],
  [
    "a part of a storage",
    dictionary([text("a.weight"), tensor.replace("K\x02tQ", `K\x02${tuple("K\0")}tQ`)]),
    "something that is not a storage",
  ],
  ["no tensor", `]${storage}a`, "the PyTorch file holds no tensor: save model.state_dict()"],
  [
    "an object without tensors",
    `${global("some.Class")})\x81${dictionary([text("x"), storage])}b`,
    'it is an object of the class "some.Class"',
  ],
  ["bytes without end", dictionary(layer, [text("x"), `\x8e${"\xff".repeat(8)}`]), "it ends too soon"],
  ["a large pickle", dictionary([text("x".repeat(262_144)), "N"], layer), "the pickle has more than 262144 bytes"],
  ["a long name", dictionary([`${text("x".repeat(1001))}`, tensor]), "a tensor whose name has over 1000 characters"],
])("%s is refused in one line", (_, value, message) => {
  expect(() => read(value)).toThrow(message);
  expect(() => read(value)).toThrow(/^.{10,300}$/);
});

test("a dictionary that holds itself is read once", () => {
  expect(read(`}${put(0)}(${layer.join("")}${text("itself")}${get(0)}u`).widths).toEqual([2, 1]);
});

test("what is shared many times over ends after a while, and what lies deep at once", () => {
  const nested = (levels: number, width: number) => {
    let value = `]${tensor}a${put(0)}0`;
    for (let level = 1; level <= levels; level++) value += `](${get(level - 1).repeat(width)}e${put(level)}0`;
    return value + get(levels);
  };
  const started = performance.now();
  const message = "holds more than 10000 tensors, or tensors more than 16 deep";
  expect(() => read(nested(10, 10))).toThrow(message);
  expect(() => read(nested(5000, 1))).toThrow(message);
  // without a tensor they are passed over, however deep and wide
  const numbers = (value: string) => dictionary([text("x"), value.replace(tensor, "K\x01")], layer);
  expect(read(numbers(nested(500, 20))).widths).toEqual([2, 1]);
  expect(read(numbers(nested(5000, 1))).widths).toEqual([2, 1]);
  expect(performance.now() - started).toBeLessThan(2000);
});

test("a list that is made a dictionary many times is copied once", () => {
  const pairs = `](${tuple(text("x"), "K\x01").repeat(5000)}e${put(0)}0`;
  const copies = `${global("collections.OrderedDict")}${put(1)}0](${`${get(1)}${get(0)}\x85R`.repeat(15_000)}e`;
  const before = process.memoryUsage().heapUsed;
  expect(read(`${pairs}${dictionary([text("x"), copies], layer)}`).widths).toEqual([2, 1]);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(2 ** 27);
});
