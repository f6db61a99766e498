// Gzip, unpacked piece by piece (RFC 1952): any number of members, each held to its checksum and its length.
//
// The engine's DecompressionStream would do, but browsers refuse a second member, which joined and appended logs have.
import { Gunzip } from "fflate";

/** The most bytes that are worked on at once: between two pieces others may run. */
export const piece = 2 ** 16;

const trailer = 8; // bytes after each member: its checksum and its length

/** Whether a file begins as gzip does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Unpacks bytes as they come. */
export class Unpacker {
  readonly #gunzip: Gunzip;
  #unpacked: Uint8Array[] = [];
  /** The newest bytes that were read, because a trailer is known as such only when something follows it. */
  #recent = new Uint8Array(0);
  #read = 0;
  #checksum = -1;
  #length = 0;

  constructor() {
    this.#gunzip = new Gunzip((bytes) => {
      this.#checksum = summed(this.#checksum, bytes);
      this.#length += bytes.length;
      if (bytes.length > 0) this.#unpacked.push(bytes);
    });
    this.#gunzip.onmember = (start) => {
      const from = this.#recent.length - (this.#read - start) - trailer;
      this.#check(this.#recent.subarray(Math.max(0, from), from + trailer));
    };
  }

  /**
   * @param bytes at most one piece; they are copied
   * @throws Error for bytes that are not gzip, or are damaged
   */
  unpack(bytes: Uint8Array): readonly Uint8Array[] {
    this.#push(bytes.slice(), false);
    return this.#taken();
  }

  /** What is left after the last bytes. @throws Error if they are not the end */
  end(): readonly Uint8Array[] {
    this.#push(new Uint8Array(0), true);
    this.#check(this.#recent.subarray(-trailer));
    return this.#taken();
  }

  #push(bytes: Uint8Array<ArrayBuffer>, isLast: boolean): void {
    const before = this.#recent.subarray(Math.max(0, this.#recent.length - piece - trailer));
    this.#recent = new Uint8Array(before.length + bytes.length);
    this.#recent.set(before);
    this.#recent.set(bytes, before.length);
    this.#read += bytes.length;
    this.#gunzip.push(bytes, isLast);
  }

  #check(end: Uint8Array): void {
    const view = new DataView(end.buffer, end.byteOffset, end.byteLength);
    const isSound =
      end.length === trailer &&
      view.getUint32(0, true) === ~this.#checksum >>> 0 &&
      view.getUint32(4, true) === this.#length >>> 0;
    if (!isSound) throw new Error("a checksum is wrong");
    this.#checksum = -1;
    this.#length = 0;
  }

  #taken(): readonly Uint8Array[] {
    const taken = this.#unpacked;
    this.#unpacked = [];
    return taken;
  }
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  return sum;
});

/** CRC-32, before its last step of turning all bits over. */
function summed(before: number, bytes: Uint8Array): number {
  let sum = before;
  for (let i = 0; i < bytes.length; i++) sum = table[(sum ^ bytes[i]) & 255] ^ (sum >>> 8);
  return sum;
}
