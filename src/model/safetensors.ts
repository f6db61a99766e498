// The safetensors format: named tensors and text metadata in one file. Nothing in it can be executed.

const bytesPerElement = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 };

/** The element types that are read and written. */
export type Dtype = keyof typeof bytesPerElement;

/** One tensor of a file. */
export interface Tensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** The elements in row-major order, as little-endian bytes. */
  readonly data: Uint8Array;
}

/** The largest header, in bytes, that the format's own library accepts. */
const maximumHeader = 100_000_000;

/**
 * The largest number of opening brackets and commas in a header: far more than any model has, so no header fills the
 * memory.
 */
const maximumValues = 100_000;

/**
 * Writes a safetensors file: a 64-bit little-endian header length, a JSON header padded with spaces to a multiple of 8
 * bytes, then the tensors in the order given, one directly after the other.
 * @throws Error for a name that is given twice or is reserved, and for data whose size does not fit its shape
 */
export function writeSafetensors(
  tensors: readonly ({ readonly name: string } & Tensor)[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const entries = new Map<string, unknown>([["__metadata__", metadata]]);
  let dataLength = 0;
  for (const { name, dtype, shape, data } of tensors) {
    if (entries.has(name)) throw new Error(`a tensor cannot be called ${quoted(name)}: the name is taken`);
    if (data.length !== byteSize(dtype, shape)) {
      throw new Error(
        `tensor ${quoted(name)} has ${data.length} bytes, but ${dtype} of shape [${shape}] takes ${byteSize(dtype, shape)}`,
      );
    }
    entries.set(name, { dtype, shape, data_offsets: [dataLength, dataLength + data.length] });
    dataLength += data.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + headerLength + dataLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.set(json, 8);
  file.fill(0x20, 8 + json.length, 8 + headerLength);
  let offset = 8 + headerLength;
  for (const { data } of tensors) {
    file.set(data, offset);
    offset += data.length;
  }
  return file;
}

/**
 * Reads a safetensors file. The tensors' data are views of `bytes`, in the order of the data.
 * @throws Error that says in one line what is wrong, where, and what was expected
 */
export function readSafetensors(bytes: Uint8Array): {
  tensors: Map<string, Tensor>;
  metadata: Record<string, string>;
} {
  if (bytes.length < 8) throw new Error(`not a safetensors file: ${bytes.length} bytes, at least 8 expected`);
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  const limit = Math.min(bytes.length - 8, maximumHeader);
  if (headerLength > limit) {
    throw new Error(`not a safetensors file: a header of ${headerLength} bytes, at most ${limit} expected`);
  }
  const data = bytes.subarray(8 + Number(headerLength));
  const { __metadata__: metadata, ...entries } = parseHeader(bytes.subarray(8, 8 + Number(headerLength)));
  return { tensors: readTensors(entries, data), metadata: readMetadata(metadata) };
}

/**
 * A stranger's text, made safe for a message: in quotes, on one line, in visible ASCII, at most 60 characters of it.
 */
export function quoted(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return JSON.stringify(short).replace(
    /[^ -~…]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Whether a parsed JSON value is an object, that is neither null nor an array. */
function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function byteSize(dtype: Dtype, shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, bytesPerElement[dtype]);
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  if (bytes[0] !== 0x7b) throw new Error('the header of the safetensors file does not begin with "{"');
  const values = bytes.reduce(
    (count, byte) => (byte === 0x7b || byte === 0x5b || byte === 0x2c ? count + 1 : count),
    0,
  );
  if (values > maximumValues) {
    throw new Error(`the header of the safetensors file lists ${values} values, at most ${maximumValues} expected`);
  }
  let text: string;
  let header: Record<string, unknown>;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    header = JSON.parse(text);
  } catch {
    throw new Error("the header of the safetensors file is not JSON in UTF-8");
  }
  checkNames(text);
  return header;
}

/** Refuses a name that an object has twice, which `JSON.parse` would accept. The text is known to be JSON. */
function checkNames(text: string): void {
  const objects: Set<string>[] = [];
  let lastString = "";
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "{") objects.push(new Set());
    else if (text[at] === "}") objects.pop();
    else if (text[at] === '"') {
      const start = at++;
      while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
      lastString = text.slice(start, at + 1);
    } else if (text[at] === ":") {
      const name = JSON.parse(lastString);
      const names = objects[objects.length - 1];
      if (names.has(name)) throw new Error(`the header of the safetensors file has the name ${quoted(name)} twice`);
      names.add(name);
    }
  }
}

function readMetadata(metadata: unknown = {}): Record<string, string> {
  if (!isObject(metadata)) throw new Error("__metadata__ of the safetensors file is not an object of strings");
  for (const [name, value] of Object.entries(metadata)) {
    if (typeof value !== "string") throw new Error(`__metadata__ has a ${quoted(name)} that is not a string`);
  }
  return metadata as Record<string, string>;
}

function readTensors(entries: Record<string, unknown>, data: Uint8Array): Map<string, Tensor> {
  const places = Object.entries(entries).map(([name, entry]) => ({ name, ...readEntry(name, entry) }));
  places.sort((a, b) => a.begin - b.begin || a.end - b.end);
  const tensors = new Map<string, Tensor>();
  let expected = 0;
  for (const { name, dtype, shape, begin, end } of places) {
    if (begin !== expected) {
      const what = begin < expected ? "overlaps the tensor before it" : "leaves a hole before it";
      throw new Error(`tensor ${quoted(name)} ${what}: it begins at byte ${begin} of the data, ${expected} expected`);
    }
    if (end > data.length) {
      throw new Error(`tensor ${quoted(name)} ends at byte ${end}, but the file has ${data.length} bytes of data`);
    }
    tensors.set(name, { dtype, shape, data: data.subarray(begin, end) });
    expected = end;
  }
  if (expected !== data.length) {
    throw new Error(`the file has ${data.length} bytes of data, but its tensors end at byte ${expected}`);
  }
  return tensors;
}

function readEntry(name: string, entry: unknown) {
  const where = `tensor ${quoted(name)}`;
  if (!isObject(entry)) throw new Error(`${where} is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string" || !Object.hasOwn(bytesPerElement, dtype)) {
    const given = typeof dtype === "string" ? quoted(dtype) : "none";
    throw new Error(`${where} has dtype ${given}; ${Object.keys(bytesPerElement).join(", ")} can be read`);
  }
  if (!isSizes(shape)) throw new Error(`${where} has a shape that is not a list of whole numbers`);
  if (!isSizes(offsets) || offsets.length !== 2)
    throw new Error(`${where} has data_offsets that are not two whole numbers`);
  const [begin, end] = offsets;
  const size = byteSize(dtype as Dtype, shape);
  if (end - begin !== size) {
    throw new Error(`${where} has ${end - begin} bytes, but ${dtype} of shape ${quoted(String(shape))} takes ${size}`);
  }
  return { dtype: dtype as Dtype, shape, begin, end };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
