// What torch.save writes: a zip archive with a pickle that names tensors, and files with their elements.
import { quoted } from "../model/safetensors.js";
import { damaged, Global, largestPickle, readPickle } from "./pickle.js";
import type { StoredTensor } from "./tensor.js";
import type { Archive } from "./zip.js";

/** PyTorch's storage classes: the element type by safetensors' name, and the bytes of an element. */
const storageTypes = new Map<string, readonly [dtype: string, bytes: number]>([
  ["torch.DoubleStorage", ["F64", 8]],
  ["torch.FloatStorage", ["F32", 4]],
  ["torch.HalfStorage", ["F16", 2]],
  ["torch.BFloat16Storage", ["BF16", 2]],
  ["torch.LongStorage", ["I64", 8]],
  ["torch.IntStorage", ["I32", 4]],
  ["torch.ShortStorage", ["I16", 2]],
  ["torch.CharStorage", ["I8", 1]],
  ["torch.ByteStorage", ["U8", 1]],
  ["torch.BoolStorage", ["BOOL", 1]],
]);

/** The versions of the archive that torch.save has written so far, and TorchScript's. */
const newestVersion = 10;

/** A state dict, or a checkpoint with one in it, has fewer values and is less deep. */
const mostValues = 10_000;
const deepest = 16;
const mostDimensions = 8;

class Storage {
  constructor(
    readonly dtype: string,
    readonly length: number,
    readonly bytes: Uint8Array,
  ) {}
}

class Tensor implements StoredTensor {
  readonly dtype: string;
  readonly bytes: Uint8Array;

  constructor(
    storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly columnMajor: boolean,
  ) {
    this.dtype = storage.dtype;
    this.bytes = storage.bytes;
  }
}

/** The name of the pickle in an archive that torch.save wrote; undefined for any other archive. */
export function pickleIn(archive: Archive): string | undefined {
  return archive.names.find((name) => /^[^/]+\/data\.pkl$/.test(name));
}

/**
 * The tensors of a state dict, or of the dictionaries in a checkpoint; then the names are joined by dots.
 * @param pickle the name that {@link pickleIn} returns
 * @throws Error in one line for anything that is not a dictionary of tensors, for a file that asks for code, and for a
 * damaged one
 */
export function readPyTorch(archive: Archive, pickle: string): Map<string, StoredTensor> {
  const folder = pickle.slice(0, -"data.pkl".length);
  checkVersion(archive, folder);
  const storages = new Map<string, Storage>();
  const globals = [
    new Global("collections.OrderedDict", (args) => {
      if (args.length > 0) throw damaged("an OrderedDict is not empty");
      return new Map();
    }),
    new Global("torch._utils._rebuild_tensor_v2", rebuildTensor),
    new Global("torch._utils._rebuild_parameter", ([tensor]) => {
      if (tensor instanceof Tensor) return tensor;
      throw damaged("a parameter is not a tensor");
    }),
    ...[...storageTypes.keys()].map((name) => new Global(name)),
  ];
  const value = readPickle(archive.read(pickle, largestPickle), globals, (identity) => {
    if (!Array.isArray(identity) || identity[0] !== "storage")
      throw damaged("it refers to something that is not a storage");
    const [, type, key, , length] = identity;
    const known = type instanceof Global ? storageTypes.get(type.name) : undefined;
    if (known === undefined || typeof key !== "string" || !isSize(length))
      throw damaged("it refers to something that is not a storage");
    const [dtype, bytesEach] = known;
    const name = `${folder}data/${key}`;
    const bytes = storages.get(name)?.bytes ?? archive.read(name, Number.MAX_SAFE_INTEGER);
    if (bytes.length !== bytesEach * length) {
      throw new Error(`the storage ${quoted(name)} has ${bytes.length} bytes, ${length} elements of ${dtype} expected`);
    }
    const storage = new Storage(dtype, length, bytes);
    storages.set(name, storage);
    return storage;
  });
  if (!(value instanceof Map))
    throw new Error("the PyTorch file does not hold a dictionary of tensors: save model.state_dict()");
  const tensors = new Map<string, StoredTensor>();
  collect(value, [], tensors, { left: mostValues });
  if (tensors.size === 0) throw new Error("the PyTorch file holds no tensor: save model.state_dict()");
  return tensors;
}

function checkVersion(archive: Archive, folder: string): void {
  const said = (name: string) =>
    archive.has(folder + name) ? new TextDecoder().decode(archive.read(folder + name, 64)).trim() : undefined;
  const byteOrder = said("byteorder") ?? "little";
  if (byteOrder !== "little") throw new Error(`the PyTorch file has byte order ${quoted(byteOrder)}; "little" is read`);
  const limits = { version: newestVersion, ".format_version": 1 };
  for (const [name, newest] of Object.entries(limits)) {
    const version = said(name) ?? String(newest);
    if (/^\d{1,9}$/.test(version) && Number(version) <= newest) continue;
    const newer = Number(version) > newest ? ", written by a newer PyTorch" : "";
    throw new Error(`the PyTorch file has ${name} ${quoted(version)}${newer}; up to ${newest} is read`);
  }
}

/** The call torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks). */
function rebuildTensor([storage, offset, shape, strides]: readonly unknown[]): Tensor {
  if (!(storage instanceof Storage) || !isSize(offset) || !isSizes(shape) || !isSizes(strides)) {
    throw damaged("a tensor is not described by a storage, an offset, sizes and strides");
  }
  const count = shape.reduce((product, size) => product * size, 1);
  if (offset + count > storage.length) {
    throw new Error(`a tensor of shape (${shape.join(", ")}) does not fit its storage of ${storage.length} elements`);
  }
  const columnMajor = !liesInOrder(shape, strides);
  if (columnMajor && !(shape.length === 2 && liesInOrder([...shape].reverse(), [...strides].reverse()))) {
    const given = `shape (${shape.join(", ")}) and strides (${strides.join(", ")})`;
    throw new Error(
      `a tensor of ${given} does not have its elements side by side, which is not read: save it as tensor.contiguous()`,
    );
  }
  return new Tensor(storage, offset, shape, columnMajor);
}

/** Whether the elements of the last dimension lie side by side, then those of the dimension before, and so on. */
function liesInOrder(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] > 1 && strides[i] !== expected) return false;
    expected *= shape[i];
  }
  return strides.length === shape.length;
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= mostDimensions && value.every(isSize);
}

/**
 * Puts every tensor within `value` into `tensors`. For a dictionary that contains itself, the limits end the search.
 */
function collect(value: unknown, path: string[], tensors: Map<string, StoredTensor>, count: { left: number }): void {
  if (count.left-- === 0 || path.length > deepest) {
    throw new Error(`the PyTorch file holds more than ${mostValues} values, or values more than ${deepest} deep`);
  }
  if (value instanceof Tensor) {
    const name = path.join(".");
    if (tensors.has(name)) throw new Error(`the PyTorch file has the tensor ${quoted(name)} twice`);
    tensors.set(name, value);
  } else if (value instanceof Map || Array.isArray(value)) {
    for (const [key, inner] of value.entries()) collect(inner, [...path, String(key)], tensors, count);
  }
}
