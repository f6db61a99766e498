// Columns of an HDF5 file, read by h5wasm: the HDF5 Group's own library, compiled to WebAssembly.
//
// The library sees one file, which only gives its bytes: whatever links a file may hold, they lead nowhere else.
import { ConfigError } from "../core/config-error.js";
import { isMissing, MissingPackageError } from "../core/missing-package.js";

/** Bytes that can be read at any place. */
export interface Bytes {
  readonly size: number;
  /** Reads as many bytes as `into` holds, from `position` on. */
  read(into: Uint8Array, position: number): void;
}

type Library = typeof import("h5wasm");

const mostPacked = 1100; // deflate makes at most 1,032 bytes of one
const widestColumn = 2 ** 30; // bytes

/** The types of numbers that are read, as HDF5 counts its classes. */
const integer = 0;
const float = 1;
const enumeration = 8; // NumPy's bool

let opened = 0;

/** How many copies of the library a damaged file has stopped: their memory cannot be trusted any more. */
let stopped = 0;

/** A file that is open. */
export class Hdf5 {
  readonly #library: Library;
  readonly #name: string;
  readonly #file: InstanceType<Library["File"]>;
  readonly #size: number;

  private constructor(library: Library, name: string, size: number) {
    this.#library = library;
    this.#name = name;
    this.#size = size;
    this.#file = new library.File(name, "r");
  }

  /** @throws MissingPackageError without h5wasm, ConfigError for bytes that are not HDF5 */
  static async open(bytes: Bytes): Promise<Hdf5> {
    const library = await loaded();
    const name = `${++opened}.hdf5`;
    provide(library, name, bytes);
    try {
      return checked(() => new Hdf5(library, name, bytes.size));
    } catch (error) {
      removed(library, name);
      throw error;
    }
  }

  /** The names at the top of the file. */
  names(): readonly string[] {
    return checked(() => this.#file.keys());
  }

  /** The shape of a column of numbers; undefined if there is none. @throws ConfigError for a column of another kind */
  shape(path: string): readonly number[] | undefined {
    return checked(() => this.#column(path)?.shape ?? undefined);
  }

  /** The numbers of a column, row by row. @throws ConfigError for a column that is missing or of another kind */
  values(path: string): ArrayLike<number | bigint> {
    return checked(() => {
      const column = this.#column(path);
      if (column === undefined) throw new ConfigError(`${path} is missing`);
      return column.value as ArrayLike<number | bigint>;
    });
  }

  close(): void {
    try {
      this.#file.close();
    } catch {} // of a damaged file
    removed(this.#library, this.#name);
  }

  #column(path: string): InstanceType<Library["Dataset"]> | undefined {
    let found: ReturnType<InstanceType<Library["Group"]>["get"]> = this.#file;
    for (const name of path.split("/")) {
      if (!(found instanceof this.#library.Group)) return undefined;
      found = found.get(name);
    }
    if (found === null) return undefined;
    if (!(found instanceof this.#library.Dataset)) throw new ConfigError(`${path} is not a column of numbers`);
    const { type, size, vlen, littleEndian, total_size: count, shape, enum_type: named } = found.metadata;
    const kind = type === enumeration ? named?.type : type;
    const widths = kind === float ? [4, 8] : [1, 2, 4, 8];
    if ((kind !== integer && kind !== float) || vlen || !littleEndian || !widths.includes(size) || shape === null) {
      throw new ConfigError(`${path} is not a column of whole numbers, float32 or float64`);
    }
    const bytes = count * size;
    if (bytes > widestColumn || bytes > mostPacked * this.#size) {
      throw new ConfigError(`${path} says that it has ${count} numbers, which the file cannot hold`);
    }
    return found;
  }
}

async function loaded(): Promise<Library> {
  const library = stopped === 0 ? await import("h5wasm").catch(explained) : await again();
  const module = await library.ready;
  module.activate_throwing_error_handler(); // errors are thrown, and not printed
  return library;
}

function explained(error: unknown): never {
  throw isMissing(error, "h5wasm") ? new MissingPackageError("a Minari data set", "h5wasm") : error;
}

async function again(): Promise<Library> {
  const { loadedAgain } = await import("./again.node.js");
  if (typeof loadedAgain === "function") return loadedAgain(stopped);
  throw new ConfigError("a damaged file has stopped the HDF5 library before: load the page again to read another");
}

function removed(library: Library, name: string): void {
  try {
    library.FS!.unlink(name);
  } catch {} // of a library that has stopped
}

/** A file in the library's memory whose bytes are read only when they are needed. */
function provide({ FS }: Library, name: string, { size, read }: Bytes): void {
  const fs = FS as unknown as FileSystem;
  fs.writeFile(name, new Uint8Array(0));
  const { node } = fs.lookupPath(name);
  Object.defineProperty(node, "usedBytes", { get: () => size });
  node.stream_ops = {
    ...node.stream_ops,
    read: (_stream, buffer, offset, length, position) => {
      const count = Math.max(0, Math.min(length, size - position));
      if (count > 0) read(new Uint8Array(buffer.buffer, buffer.byteOffset + offset, count), position);
      return count;
    },
  };
}

/** What is used of Emscripten's file system. */
interface FileSystem {
  writeFile(name: string, content: Uint8Array): void;
  lookupPath(name: string): { readonly node: { stream_ops: StreamOperations } };
}

interface StreamOperations {
  read(stream: unknown, buffer: Int8Array, offset: number, length: number, position: number): number;
}

/** @throws ConfigError in place of the library's errors */
function checked<Value>(work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) stopped++;
    const text = String((error as Error)?.message ?? error);
    // of the library's stack of errors the last one says what was found
    const reason = [...text.matchAll(/in \w+\(\): (.+)/g)].at(-1)?.[1] ?? text.split("\n")[0];
    throw new ConfigError(`main_data.hdf5 is no sound HDF5 file: ${reason.slice(0, 120)}`);
  }
}
