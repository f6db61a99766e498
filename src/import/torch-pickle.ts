// The pickles of torch.save: tensors, and a closed list of what stands beside them in checkpoints.
import { quoted } from "../model/safetensors.js";
import { damaged, ForbiddenCall, Global, Inert, readPickle } from "./pickle.js";
import type { StoredTensor } from "./tensor.js";

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
  ["torch.ComplexFloatStorage", ["C64", 8]],
  ["torch.ComplexDoubleStorage", ["C128", 16]],
]);

const mostDimensions = 8;

/** Elements that lie elsewhere in the file. */
export class Storage {
  /** Little-endian; empty until they are found. */
  bytes: Uint8Array = new Uint8Array();

  constructor(
    readonly dtype: string,
    readonly length: number,
    readonly bytesEach: number,
  ) {}
}

export class Tensor implements StoredTensor {
  readonly dtype: string;

  /** @param unread why its elements cannot be read */
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly columnMajor: boolean,
    readonly unread?: string,
  ) {
    this.dtype = storage.dtype;
  }

  get bytes(): Uint8Array {
    if (this.unread !== undefined) throw new Error(this.unread);
    return this.storage.bytes;
  }
}

/** What a call makes an object that means nothing here: the values that checkpoints have beside their tensors. */
const inert = [
  "_codecs.encode",
  // a method by its name; to call what it returns is refused
  ...both("bytearray", "bytes", "complex", "getattr", "object", "range", "slice"),
  ...["date", "datetime", "time", "timedelta", "timezone"].map((name) => `datetime.${name}`),
  ...["PosixPath", "PurePosixPath", "PureWindowsPath", "WindowsPath"].flatMap((name) => [
    `pathlib.${name}`,
    `pathlib._local.${name}`,
  ]),
  "decimal.Decimal",
  "fractions.Fraction",
  "types.SimpleNamespace",
  "functools.partial",
  ...["core", "_core"].flatMap((core) => [
    `numpy.${core}.multiarray._reconstruct`,
    `numpy.${core}.multiarray.scalar`,
    `numpy.${core}.numeric._frombuffer`,
  ]),
  "numpy.dtype",
  "numpy.ndarray",
  ...["bit_generator", "generator", "randomstate"].map((name) => `numpy.random._pickle.__${name}_ctor`),
  "numpy.random.bit_generator.__pyx_unpickle_SeedSequence",
  "torch.device",
  "torch._utils._rebuild_tensor_v3",
  "torch._utils._rebuild_device_tensor_from_numpy",
  "torch._utils._rebuild_meta_tensor_no_storage",
  "torch._utils._rebuild_qtensor",
  "torch._utils._rebuild_sparse_tensor",
  "torch.serialization._get_layout",
  "torch.storage._load_from_bytes",
];

/** What a call makes a list of its first argument. The list itself is taken: a copy for each call could fill the memory. */
const listed = [
  ...both("dict", "frozenset", "list", "set", "tuple"),
  "collections.deque",
  "torch.Size",
  ...["boollist", "doublelist", "intlist", "tensorlist"].map((name) => `torch.jit._pickle.build_${name}`),
  "torch.jit._pickle.restore_type_tag",
];

/** The names of Python's own functions in Python 3 and, as torch.save writes them, in Python 2. */
function both(...names: string[]): string[] {
  return names.flatMap((name) => [`builtins.${name}`, `__builtin__.${name}`]);
}

/** What a pickle may call: everything becomes data that does nothing. */
export function inertGlobals(): Map<string, Global> {
  const made = new Map<unknown, Map<unknown, unknown>>();
  /** A dictionary of a list of pairs, or of another dictionary. The same list gives the same one, so memory stays small. */
  function dictionaryOf(items: unknown): Map<unknown, unknown> {
    if (items instanceof Map) return items;
    if (!Array.isArray(items)) return new Map();
    let dictionary = made.get(items);
    if (dictionary === undefined) {
      const pairs = items.map((pair) => {
        if (Array.isArray(pair) && pair.length === 2) return pair as [unknown, unknown];
        throw damaged("a dictionary is made of something other than pairs");
      });
      dictionary = new Map(pairs);
      made.set(items, dictionary);
    }
    return dictionary;
  }
  const calls: Record<string, (args: readonly unknown[]) => unknown> = {
    "collections.OrderedDict": ([items]) => dictionaryOf(items),
    "collections.Counter": ([items]) => dictionaryOf(items),
    "collections.defaultdict": ([, items]) => dictionaryOf(items),
    "torch._utils._rebuild_tensor": rebuildTensor,
    "torch._utils._rebuild_tensor_v2": rebuildTensor,
    "torch._utils._rebuild_parameter": rebuildParameter,
    "torch._utils._rebuild_parameter_with_state": rebuildParameter,
    "torch._tensor._rebuild_from_type_v2": ([call, , args]) => {
      const known = call instanceof Global ? calls[call.name] : undefined;
      if (known !== rebuildTensor || !Array.isArray(args)) throw damaged("a tensor is made of something else");
      return known(args);
    },
  };
  for (const prefix of ["copyreg", "copy_reg"]) {
    calls[`${prefix}._reconstructor`] = ([type]) => new Inert(type instanceof Global ? type.name : "");
  }
  for (const name of inert) calls[name] = (args) => new Inert(name, args);
  for (const name of listed)
    calls[name] = ([items]) => (Array.isArray(items) || items instanceof Map || items instanceof Inert ? items : []);
  return new Map(Object.entries(calls).map(([name, call]) => [name, new Global(name, call)]));
}

/**
 * The value of a pickle of torch.save; see `readPickle`.
 * @param found called for each reference to a storage, with its key and what the reference says of it; the storage that
 * it returns must be the same for the same key
 * @throws Error in one line for a damaged pickle, and for one that asks for code
 */
export function readTorchPickle(bytes: Uint8Array, found: (key: string, said: Storage) => Storage) {
  const persistent = (identity: unknown) => {
    if (!Array.isArray(identity)) throw damaged("it refers to something that is not a storage");
    const [what, type, key, , length, view] = identity;
    // a class with its source, before 1.6
    if (what === "module" && type instanceof Global) return type;
    if (what === "storage" && type instanceof Global && typeof key === "string" && isSize(length) && view == null) {
      const known = storageTypes.get(type.name);
      if (known !== undefined) return found(key, new Storage(known[0], length, known[1]));
      if (/^torch\.(\w+\.)?\w*Storage$/.test(type.name)) return new Inert(type.name);
    }
    throw damaged("it refers to something that is not a storage");
  };
  try {
    return readPickle(bytes, inertGlobals(), persistent);
  } catch (error) {
    if (!(error instanceof ForbiddenCall)) throw error;
    const { first, message } = error;
    if (!(first instanceof Inert)) {
      throw new Error(`${message}: only tensors are read (save model.state_dict(), not the model)`);
    }
    throw new Error(
      `${message}: the file is a whole ${quoted(first.className)}; if you trust it, torch.save(torch.load("model.pt", weights_only=False).state_dict(), "state.pt") makes one that is read`,
    );
  }
}

/** The call torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks). */
function rebuildTensor([storage, offset, shape, strides]: readonly unknown[]): Tensor | Inert {
  if (storage instanceof Inert) return storage;
  if (!(storage instanceof Storage) || !isSize(offset) || !isSizes(shape) || !isSizes(strides)) {
    throw damaged("a tensor is not described by a storage, an offset, sizes and strides");
  }
  const count = shape.reduce((product, size) => product * size, 1);
  const columnMajor = !liesInOrder(shape, strides);
  let unread: string | undefined;
  if (columnMajor && !(shape.length === 2 && liesInOrder([...shape].reverse(), [...strides].reverse()))) {
    const given = `shape (${shape.join(", ")}) and strides (${strides.join(", ")})`;
    unread = `a tensor of ${given} does not have its elements side by side, which is not read: save it as tensor.contiguous()`;
  } else if (offset + count > storage.length) {
    throw new Error(`a tensor of shape (${shape.join(", ")}) does not fit its storage of ${storage.length} elements`);
  }
  return new Tensor(storage, offset, shape, columnMajor, unread);
}

function rebuildParameter([tensor]: readonly unknown[]): Tensor | Inert {
  if (tensor instanceof Tensor || tensor instanceof Inert) return tensor;
  throw damaged("a parameter is not a tensor");
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
