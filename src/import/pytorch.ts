// What torch.save writes: since 1.6 a zip archive with a pickle that names tensors, and files with their elements;
// before, pickles and elements one after another. TorchScript writes such an archive, too, with code, which is not run.
import { quoted } from "../model/safetensors.js";
import { activationOf, findTensors } from "./checkpoint.js";
import { damaged, Inert, largestPickle } from "./pickle.js";
import type { StateDict } from "./state-dict.js";
import { readTorchPickle, type Storage } from "./torch-pickle.js";
import type { Archive } from "./zip.js";

/** The versions of the archive that torch.save has written so far, and TorchScript's. */
const newestVersion = 10;

/** All code of a TorchScript archive, in bytes. A network of linear layers has a few kilobytes. */
const mostCode = 2 ** 20;

/** The first value of a file before 1.6; the second is the version of that format. */
const magic = 0x1950a86a20f9469cfc6cn;
const legacyVersion = 1001;

/** The name of the pickle in an archive that torch.save wrote; undefined for any other archive. */
export function pickleIn(archive: Archive): string | undefined {
  return archive.names.find((name) => /^[^/]+\/data\.pkl$/.test(name));
}

/**
 * The tensors of a state dict, of the dictionaries in a checkpoint or of modules; their names are joined by dots.
 * @param pickle the name that {@link pickleIn} returns
 * @throws Error in one line for a file without tensors, for one that asks for code, and for a damaged one
 */
export function readPyTorch(archive: Archive, pickle: string): StateDict {
  const folder = pickle.slice(0, -"data.pkl".length);
  checkVersion(archive, folder);
  const elements = new Map<string, Uint8Array>();
  const { value } = readTorchPickle(archive.read(pickle, largestPickle), (key, storage) => {
    const name = `${folder}data/${key}`;
    const { length, dtype, bytesEach } = storage;
    const bytes = elements.get(name) ?? archive.read(name, Number.MAX_SAFE_INTEGER);
    if (bytes.length !== bytesEach * length) {
      throw new Error(`the storage ${quoted(name)} has ${bytes.length} bytes, ${length} elements of ${dtype} expected`);
    }
    elements.set(name, bytes);
    storage.bytes = bytes;
    return storage;
  });
  const isScript = archive.names.some((name) => name.startsWith(`${folder}code/`));
  const dict = checked(value, isScript);
  if (!isScript) return dict;
  const { activation, unread } = activationOf(kindsInCode(archive));
  return { ...dict, activation, unread: dict.unread ?? unread };
}

/**
 * The same of a file from before PyTorch 1.6: three pickles that say what it is, the value, the storages' keys, and for
 * each of them the number of its elements in 8 bytes and the elements.
 * @throws Error as {@link readPyTorch} does
 */
export function readLegacyPyTorch(file: Uint8Array): StateDict {
  let at = 0;
  const storages = new Map<string, Storage>();
  const next = () => {
    const rest = file.subarray(at, at + largestPickle);
    const { value, end } = readTorchPickle(rest, (key, said) => {
      const storage = storages.get(key) ?? said;
      if (storage.length !== said.length || storage.dtype !== said.dtype) throw damaged("two storages have one key");
      storages.set(key, storage);
      return storage;
    });
    at += end;
    return value;
  };
  if (next() !== magic) {
    throw new Error(
      'the file is a pickle that torch.save did not write: torch.save(model.state_dict(), "model.pt") makes one that is read',
    );
  }
  const version = next();
  if (version !== legacyVersion) {
    throw new Error(`the PyTorch file has version ${quoted(String(version))} of the format before 1.6; 1001 is read`);
  }
  const system = next();
  if (system instanceof Map && system.get("little_endian") === false)
    throw new Error('the PyTorch file has byte order "big"; "little" is read');
  const value = next();
  const keys = next();
  if (!Array.isArray(keys) || keys.length !== storages.size) throw damaged("it does not list its storages");
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const unread = new Map(storages);
  for (const key of keys) {
    const storage = unread.get(key);
    if (storage === undefined || !unread.delete(key)) throw damaged("it does not list its storages");
    const size = storage.length * storage.bytesEach;
    if (at + 8 + size > file.length) throw new Error("the PyTorch file ends within its elements: it is cut off");
    const length = view.getBigUint64(at, true);
    if (length !== BigInt(storage.length)) {
      throw new Error(`a storage of the PyTorch file has ${length} elements, ${storage.length} expected`);
    }
    storage.bytes = file.subarray(at + 8, at + 8 + size);
    at += 8 + size;
  }
  if (at < file.length) throw new Error(`the PyTorch file has ${file.length - at} bytes behind its elements`);
  return checked(value, false);
}

/** @throws Error for a value that holds no tensor; it says what the value is */
function checked(value: unknown, isScript: boolean): StateDict {
  const dict = findTensors(value);
  if (dict.tensors.size > 0) return dict;
  if (isScript) {
    throw new Error(
      "the TorchScript archive holds no tensor by name: save the module as it is before torch.jit.freeze, or its state_dict()",
    );
  }
  const object = value instanceof Inert ? `: it is an object of the class ${quoted(value.className)}` : "";
  throw new Error(`the PyTorch file holds no tensor${object}: save model.state_dict()`);
}

/** The functions that TorchScript's code calls between linear layers, and where. The code is only searched. */
function kindsInCode(archive: Archive): Map<string, string> {
  const kinds = new Map<string, string>();
  let left = mostCode;
  for (const name of archive.names.filter((each) => /^[^/]+\/code\/.*\.py$/.test(each))) {
    const code = archive.read(name, left);
    left -= code.length;
    const calls = new TextDecoder().decode(code).matchAll(/\btorch\.([a-z_0-9]+?)_?\(/g);
    for (const [, call] of calls) {
      const kind = layerFunctions[call];
      if (kind !== undefined) kinds.set(kind, "a function in its code");
    }
  }
  return kinds;
}

const layerFunctions: Readonly<Record<string, string>> = {
  relu: "ReLU",
  tanh: "Tanh",
  batch_norm: "BatchNorm",
  celu: "CELU",
  elu: "ELU",
  gelu: "GELU",
  hardtanh: "Hardtanh",
  layer_norm: "LayerNorm",
  leaky_relu: "LeakyReLU",
  log_softmax: "LogSoftmax",
  mish: "Mish",
  selu: "SELU",
  sigmoid: "Sigmoid",
  silu: "SiLU",
  softmax: "Softmax",
  softplus: "Softplus",
};

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
