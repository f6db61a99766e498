// The safetensors format: files of other libraries, round trips, and everything that must be refused.
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { quoted, readSafetensors, writeSafetensors } from "../../src/model/safetensors.js";

const foreign = (name: string) => new Uint8Array(readFileSync(new URL(`../foreign/${name}`, import.meta.url)));

/** A file with this header text and this many bytes of data. */
function fileOf(header: string | object, dataLength = 0, headerLength?: bigint): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + dataLength);
  new DataView(file.buffer).setBigUint64(0, headerLength ?? BigInt(text.length), true);
  file.set(text, 8);
  return file;
}

const entry = (begin: number, end: number, shape = [end - begin], dtype = "U8") => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

test("reads a file that PyTorch and the safetensors package wrote", () => {
  const { tensors, metadata } = readSafetensors(foreign("relu_odd_widths.safetensors"));
  expect(metadata).toEqual({ format: "pt" });
  expect([...tensors].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
    ["model.layers.0.bias", "F32", [17]],
    ["model.layers.0.weight", "F32", [17, 4]],
    ["model.layers.2.bias", "F32", [9]],
    ["model.layers.2.weight", "F32", [9, 17]],
    ["model.layers.4.bias", "F32", [5]],
    ["model.layers.4.weight", "F32", [5, 9]],
    ["model.layers.6.bias", "F32", [2]],
    ["model.layers.6.weight", "F32", [2, 5]],
  ]);
  const { tensors: others } = readSafetensors(foreign("tanh_one_hidden.safetensors"));
  expect(others.get("net.2.weight")?.data.length).toBe(3 * 32 * 4);
});

test("writes the very bytes that the safetensors package writes for the same header", () => {
  const original = foreign("relu_odd_widths.safetensors");
  const { tensors, metadata } = readSafetensors(original);
  const written = writeSafetensors(
    [...tensors].map(([name, tensor]) => ({ name, ...tensor })),
    metadata,
  );
  expect(Buffer.from(written).equals(original)).toBe(true);
});

test("writes a header that is a multiple of 8 bytes long, and little-endian numbers", () => {
  const file = writeSafetensors([{ name: "x", dtype: "U8", shape: [3], data: Uint8Array.of(1, 2, 3) }], { seed: "0" });
  const headerLength = file[0] + 256 * file[1];
  expect(headerLength % 8).toBe(0);
  expect(new TextDecoder().decode(file.subarray(8, 8 + headerLength)).trimEnd()).toBe(
    '{"__metadata__":{"seed":"0"},"x":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}',
  );
  expect([...file.subarray(8 + headerLength)]).toEqual([1, 2, 3]);
});

test("any names, shapes and metadata come back as they were", () => {
  const tensor = fc
    .record({ dtype: fc.constantFrom("F32" as const, "U8" as const), shape: fc.array(fc.nat(4), { maxLength: 3 }) })
    .chain(({ dtype, shape }) => {
      const length = shape.reduce((product, size) => product * size, dtype === "F32" ? 4 : 1);
      return fc
        .uint8Array({ minLength: length, maxLength: length })
        .map((data) => ({ dtype, shape, data: new Uint8Array(data) }));
    });
  const text = fc.string({ unit: "grapheme" });
  const named = fc.tuple(text, tensor).map(([name, rest]) => ({ name, ...rest }));
  const tensors = fc.uniqueArray(named, { selector: ({ name }) => name });
  fc.assert(
    fc.property(tensors, fc.dictionary(text, text), fc.nat(7), (written, metadata, offset) => {
      fc.pre(written.every(({ name }) => name !== "__metadata__"));
      const file = writeSafetensors(written, metadata);
      const shifted = new Uint8Array(file.length + offset).subarray(offset); // a view that is not aligned
      shifted.set(file);
      const read = readSafetensors(shifted);
      expect(new Map(Object.entries(read.metadata))).toEqual(new Map(Object.entries(metadata)));
      expect(read.tensors.size).toBe(written.length);
      for (const { name, ...rest } of written) expect(read.tensors.get(name)).toEqual(rest);
    }),
  );
});

test("refuses to write what could not be read again", () => {
  const x = { name: "x", dtype: "F32" as const, shape: [1], data: new Uint8Array(4) };
  expect(() => writeSafetensors([x, x], {})).toThrow('"x": the name is taken');
  expect(() => writeSafetensors([{ ...x, name: "__metadata__" }], {})).toThrow("the name is taken");
  expect(() => writeSafetensors([{ ...x, shape: [2] }], {})).toThrow("has 4 bytes, but F32 of shape [2] takes 8");
});

test("the tensors of a header may be in any order", () => {
  const { tensors } = readSafetensors(fileOf({ b: entry(1, 3), empty: entry(1, 1), a: entry(0, 1) }, 3));
  expect([...tensors.keys()]).toEqual(["a", "empty", "b"]);
});

test.each<[string, Uint8Array, string]>([
  ["too short", new Uint8Array(7), "7 bytes, at least 8 expected"],
  ["a header of 2^62 bytes", foreign("refuse_header_length.safetensors"), "a header of 4611686018427387904 bytes"],
  ["a header past the end", fileOf("{}", 0, 3n), "a header of 3 bytes, at most 2 expected"],
  ["no header", fileOf(""), 'does not begin with "{"'],
  ["a list", fileOf("[]"), 'does not begin with "{"'],
  ["not JSON", fileOf("{x}"), "not JSON"],
  ["an unfinished string", fileOf('{"x\\'), "not JSON"],
  ["not UTF-8", fileOf({ x: 1 }).fill(0xff, 10, 11), "not JSON in UTF-8"],
  ["deep nesting", fileOf(`{"x":${"[".repeat(1e6)}`), "lists 1000001 values, at most 100000 expected"],
  ["many values", fileOf(`{"x":[${"0,".repeat(1e6)}0]}`), "values, at most 100000 expected"],
  ["metadata of numbers", fileOf({ __metadata__: { seed: 1 } }), '"seed" that is not a string'],
  ["metadata that is a list", fileOf({ __metadata__: [] }), "not an object of strings"],
  ["a tensor that is a number", fileOf({ x: 1 }), 'tensor "x" is not described by an object'],
  [
    "an unknown dtype",
    fileOf({ x: entry(0, 2, [1], "F4") }, 2),
    'dtype "F4"; F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL can',
  ],
  ["a dtype of Object's", fileOf({ x: entry(0, 2, [1], "toString") }, 2), 'dtype "toString"'],
  ["no dtype", fileOf({ x: {} }), 'tensor "x" has dtype none'],
  ["a negative size", fileOf({ x: entry(0, 1, [-1, -1]) }, 1), "not a list of whole numbers"],
  ["a fractional size", fileOf({ x: entry(0, 1, [0.5, 2]) }, 1), "not a list of whole numbers"],
  ["a huge size", fileOf({ x: entry(0, 1, [2 ** 53]) }, 1), "not a list of whole numbers"],
  ["sizes that overflow", fileOf({ x: entry(0, 0, Array(40).fill(2 ** 52)) }), "takes Infinity"],
  ["three offsets", fileOf({ x: { dtype: "U8", shape: [0], data_offsets: [0, 0, 0] } }), "not two whole numbers"],
  ["another size", fileOf({ x: entry(0, 3, [2]) }, 3), 'has 3 bytes, but U8 of shape "2" takes 2'],
  ["offsets out of order", fileOf({ x: entry(2, 0, [2]) }, 2), "has -2 bytes"],
  ["overlap", foreign("refuse_overlap.safetensors"), '"0.bias" overlaps the tensor before it: it begins at byte 64'],
  ["a hole", fileOf({ x: entry(0, 1), y: entry(2, 3) }, 3), "begins at byte 2 of the data, 1 expected"],
  ["past the end", fileOf({ x: entry(0, 4) }, 3), "ends at byte 4, but the file has 3 bytes of data"],
  ["bytes left over", fileOf({ x: entry(0, 2) }, 3), "3 bytes of data, but its tensors end at byte 2"],
  ["the same range twice", fileOf({ x: entry(0, 1), y: entry(0, 1) }, 1), "overlaps the tensor before it"],
  ["a name twice", fileOf('{"x":{},"\\u0078":{}}'), 'the name "x" twice'],
  ["metadata twice", fileOf('{"__metadata__":{"a":"","a":""}}'), 'the name "a" twice'],
])("refuses %s", (_, file, message) => {
  expect(() => readSafetensors(file)).toThrow(message);
});

test("a name in different objects, or in a string, is not given twice", () => {
  const header = '{"__metadata__":{"x":"\\"x\\":{"},"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}';
  expect(readSafetensors(fileOf(header)).metadata.x).toBe('"x":{');
});

test("a stranger's text is quoted on one line, in part, without control characters", () => {
  expect(quoted("a\n\u001b[31m\u2028é")).toBe('"a\\n\\u001b[31m\\u2028\\u00e9"');
  expect(quoted("x".repeat(1000)).length).toBe(63);
});
