// A zip archive from a stranger: the directory is read first, and nothing is unpacked beyond what the directory allows.
//
// The directory is read here because fflate's own reader believes what it says: a count of entries, a size, an offset.
// fflate only unpacks (deflate), a few kilobytes at a time, and is stopped if more comes out than the directory says.
import { Inflate } from "fflate";
import { quoted } from "../model/safetensors.js";

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;
const localEntry = 0x04034b50;
/** The latest place where the end of the directory begins and, with the longest comment behind it, the earliest. */
const endLength = 22;
const longestComment = 65_535;

/** A model's archive has fewer entries. */
const mostEntries = 10_000;
/** All unpacked bytes together may be this many times as large as the archive: weights hardly shrink when packed. */
const mostGrowth = 100;
/** The number of compressed bytes that are unpacked in one go: at most a thousand times as many come out. */
const pieceLength = 4096;

interface Entry {
  readonly method: number;
  readonly encrypted: boolean;
  readonly packed: number;
  readonly size: number;
  readonly local: number;
}

export class Archive {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #entries = new Map<string, Entry>();
  readonly #allowed: { bytes: number };

  /**
   * Reads only the directory.
   * @param allowed how many bytes may still be unpacked, in this archive and in those within it
   * @throws Error in one line for an archive that is damaged, or of a kind that is not read
   */
  constructor(bytes: Uint8Array, allowed = { bytes: mostGrowth * bytes.length }) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#allowed = allowed;
    const end = this.#findEnd();
    const count = this.#view.getUint16(end + 10, true);
    const start = this.#view.getUint32(end + 16, true);
    if (count === 0xffff || start === 0xffffffff) {
      throw new Error("the zip archive is a zip64, which is not read: no model's archive is that large");
    }
    if (count > mostEntries) throw new Error(`the zip archive has ${count} entries, at most ${mostEntries} are read`);
    this.#readDirectory(start, end, count);
  }

  get names(): string[] {
    return [...this.#entries.keys()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /**
   * An entry's bytes; if they are not packed, a view of the archive's bytes.
   * @param most the largest number of bytes
   * @throws Error in one line if there is no such entry, or if it is too large, packed suspiciously well or damaged
   */
  read(name: string, most: number): Uint8Array {
    const { method, encrypted, packed, size, local } = this.#entry(name);
    const what = `entry ${quoted(name)} of the zip archive`;
    if (size > most) throw new Error(`${what} has ${size} bytes, at most ${most} are read`);
    if (encrypted) throw new Error(`${what} is encrypted`);
    if (method !== 0 && method !== 8) throw new Error(`${what} is packed by method ${method}; 0 and 8 are read`);
    if (local + 30 > this.#bytes.length || this.#view.getUint32(local, true) !== localEntry) {
      throw new Error(`${what} is not where the directory says`);
    }
    const start = local + 30 + this.#view.getUint16(local + 26, true) + this.#view.getUint16(local + 28, true);
    if (start + packed > this.#bytes.length) throw new Error(`${what} ends after the file's end`);
    const data = this.#bytes.subarray(start, start + packed);
    if (method === 0) {
      if (packed === size) return data;
      throw new Error(`${what} is said to have ${size} bytes, but ${packed} are stored`);
    }
    this.#allowed.bytes -= size;
    if (this.#allowed.bytes < 0) {
      throw new Error(
        `${what} unpacks to ${size} bytes: no archive may unpack to over ${mostGrowth} times its own size`,
      );
    }
    return inflate(data, size, what);
  }

  /** An archive within this one. Together they unpack to no more than this one alone may. @throws as {@link read} */
  open(name: string): Archive {
    return new Archive(this.read(name, Number.MAX_SAFE_INTEGER), this.#allowed);
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new Error(`the zip archive has no entry ${quoted(name)}`);
    return entry;
  }

  #findEnd(): number {
    const last = this.#bytes.length - endLength;
    for (let at = last; at >= Math.max(0, last - longestComment); at--) {
      if (this.#view.getUint32(at, true) === endOfDirectory) return at;
    }
    throw new Error("the zip archive has no directory: the file is cut off or damaged");
  }

  #readDirectory(start: number, end: number, count: number): void {
    const view = this.#view;
    let at = start;
    for (let i = 0; i < count; i++) {
      if (at + 46 > end || view.getUint32(at, true) !== directoryEntry) {
        throw new Error(`the zip archive's directory is damaged at its entry ${i} of ${count}`);
      }
      const nameEnd = at + 46 + view.getUint16(at + 28, true);
      const next = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
      if (next > end) throw new Error(`the zip archive's directory is damaged at its entry ${i} of ${count}`);
      const name = new TextDecoder().decode(this.#bytes.subarray(at + 46, nameEnd));
      if (this.#entries.has(name)) throw new Error(`the zip archive has the entry ${quoted(name)} twice`);
      this.#entries.set(name, {
        encrypted: (view.getUint16(at + 8, true) & 1) === 1,
        method: view.getUint16(at + 10, true),
        packed: view.getUint32(at + 20, true),
        size: view.getUint32(at + 24, true),
        local: view.getUint32(at + 42, true),
      });
      at = next;
    }
  }
}

/** The bytes that `data` unpacks to. They must be as many as the directory says. */
function inflate(data: Uint8Array, size: number, what: string): Uint8Array {
  const unpacked = new Uint8Array(size);
  let filled = 0;
  const stream = new Inflate((piece) => {
    if (filled + piece.length > size) throw new Error(`more than ${size} bytes come out`);
    unpacked.set(piece, filled);
    filled += piece.length;
  });
  try {
    for (let at = 0; at < data.length; at += pieceLength) {
      stream.push(data.subarray(at, at + pieceLength), at + pieceLength >= data.length);
    }
    if (filled < size) throw new Error(`${filled} bytes come out, ${size} expected`);
  } catch (error) {
    throw new Error(`${what} is damaged: ${(error as Error).message}`);
  }
  return unpacked;
}
