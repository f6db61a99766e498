// Newer versions, and damage of which one line says what it is.
import { readFileSync } from "node:fs";
import { zipSync } from "fflate";
import { expect, test } from "vitest";
import { bytesField, integerField, textField } from "../../src/export/protobuf.js";
import { importModel } from "../../src/import/import-model.js";
import { Archive } from "../../src/import/zip.js";

const read = (name: string) => readFileSync(new URL(`../foreign/${name}`, import.meta.url));

/** A file in which the bytes from the end of the `nth` place of `text` on, and `offset` further, are others. */
function changed(name: string, text: string, nth: number, offset: number, bytes: number[]): Uint8Array {
  const file = read(name);
  let at = 0;
  for (let i = 0; i <= nth; i++) at = file.indexOf(text, at, "latin1") + text.length;
  file.set(bytes, at + offset);
  return file;
}

const ascii = (text: string) => [...Buffer.from(text, "latin1")];
const pickle = "archive/data.pkl";
// in the directory, an entry's name lies 46 bytes behind the entry's begin
const inDirectory = (field: number) => field - 46 - pickle.length;

test.each<[string, Uint8Array, string]>([
  [
    "PyTorch",
    changed("checkpoint.pt", "archive/version", 0, 0, ascii("99")),
    'version "99", written by a newer PyTorch; up to 10 is read',
  ],
  ["pickle", changed("checkpoint.pt", pickle, 0, 1, [9]), "protocol 9, a newer one: 2 to 5 are read"],
  [
    "ONNX",
    Uint8Array.from(read("tanh_gemm.onnx"), (byte, i) => (i === 1 ? 99 : byte)),
    "IR version 99, which is newer; 3 to 14 are read",
  ],
  ["opset", changed("tanh_gemm.onnx", "B\x04\n\0\x10", 0, 0, [77]), "opset 77, which is newer; 7 to 28 are read"],
])("a newer %s is named", (_, file, message) => {
  expect(() => importModel(file)).toThrow(message);
});

test.each<[string, Uint8Array, string]>([
  [
    "byte order",
    changed("checkpoint.pt", "archive/byteorder", 0, 0, ascii("big   ")),
    'byte order "big"; "little" is read',
  ],
  ["a larger size", changed("small_deflated.pt", pickle, 1, inDirectory(25), [9]), "bytes come out"],
  ["a smaller size", changed("small_deflated.pt", pickle, 1, inDirectory(25), [0]), "more than"],
  ["a huge size", changed("small_deflated.pt", pickle, 1, inDirectory(27), [127]), "at most 262144 are read"],
  [
    "a method",
    changed("small_deflated.pt", pickle, 1, inDirectory(10), [99]),
    "is packed by method 99; 0 and 8 are read",
  ],
  ["a password", changed("small_deflated.pt", pickle, 1, inDirectory(8), [1]), "is encrypted"],
  ["another place", changed("small_deflated.pt", pickle, 1, inDirectory(42), [9]), "is not where the directory says"],
  ["an opcode", changed("checkpoint.pt", pickle, 0, 2, [0x69]), "the opcode 0x69 at byte 2, which is not allowed"],
])("%s that is not read", (_, file, message) => {
  expect(() => importModel(file)).toThrow(message);
});

const legacy = "legacy_state_dict.pt";
const replaced = (name: string, from: string, to: string) =>
  Buffer.from(read(name).toString("latin1").replace(from, to), "latin1");

test.each<[string, Uint8Array, string]>([
  ["another magic number", changed(legacy, "\x80\x02", 0, 2, [1]), "a pickle that torch.save did not write"],
  [
    "another version",
    replaced(legacy, "M\xe9\x03", "M\xea\x03"),
    'version "1002" of the format before 1.6; 1001 is read',
  ],
  ["another byte order", replaced(legacy, "little_endianq\x02\x88", "little_endianq\x02\x89"), 'byte order "big"'],
  ["a file that is cut off", read(legacy).subarray(0, -1), "the PyTorch file ends within its elements: it is cut off"],
  ["a longer file", Buffer.concat([read(legacy), Buffer.of(0)]), "the PyTorch file has 1 bytes behind its elements"],
  ["a list of nothing", replaced(legacy, "X\x06\0\0\x000.biasq", "X\x06\0\0\x000.biasX"), "damaged"],
])("%s in a file from before 1.6 is named", (_, file, message) => {
  expect(() => importModel(file)).toThrow(message);
});

test("an infinite weight is refused with its tensor's name", () => {
  const file = changed("tanh_one_hidden.safetensors", "       ", 0, 0, [0, 0, 0x80, 0x7f]);
  expect(() => importModel(file)).toThrow(/tensor "net\.0\.bias" has a Infinity at 0, not a finite number/);
});

test("an archive unpacks to a hundred times its size and no further, whatever it holds and how often it is read", () => {
  const zeros = (length: number) => new Uint8Array(length);
  const inner = zipSync({ some: zeros(20_000), one: zeros(1) });
  const padded = (length: number) =>
    zipSync({ many: zeros(50_000), two: zeros(2), inner: [inner, { level: 0 }], rest: [zeros(length), { level: 0 }] });
  const file = padded(1200 - padded(0).length);
  expect(file.length).toBe(1200);
  const archive = new Archive(file);
  const read = (from: Archive, name: string) => from.read(name, 1e9).length;
  expect([read(archive, "many"), read(archive, "many")]).toEqual([50_000, 50_000]);
  const within = archive.open("inner");
  expect(read(within, "some")).toBe(20_000);
  const over = "of the zip archive unpacks to 1 bytes: no archive may unpack to over 100 times its own size";
  expect(() => read(within, "one")).toThrow(`entry "one" ${over}`);
  expect(() => read(archive, "two")).toThrow(`entry "two" ${over.replace("1 bytes", "2 bytes")}`);
});

test("the path of an ONNX tensor that lies in another file is only text", () => {
  const path = new URL("../foreign/tanh_gemm.onnx", import.meta.url).pathname;
  const place = [textField(1, "location"), textField(2, path)];
  const weight = [integerField(1, 4), integerField(1, 2), integerField(2, 1), textField(8, "w")];
  const elsewhere = [bytesField(13, ...place), integerField(14, 1)];
  const node = [textField(1, "x"), textField(1, "w"), textField(2, "y"), textField(4, "MatMul")];
  const graph = [
    bytesField(1, ...node),
    bytesField(5, ...weight, ...elsewhere),
    bytesField(11, textField(1, "x")),
    bytesField(12, textField(1, "y")),
  ];
  const file = [integerField(1, 8), bytesField(7, ...graph), bytesField(8, integerField(2, 17))];
  expect(() => importModel(Buffer.concat(file))).toThrow(
    'tensor "w" is kept in another file, which is not read: save the model as one file',
  );
});
