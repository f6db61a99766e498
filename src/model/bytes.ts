// Bytes: of f32 values, little-endian whatever the machine's own order is; of files; and as text.
import { need } from "../core/needed.js";

export function littleEndian(values: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i], true);
  return bytes;
}

export function fromLittleEndian(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(bytes.byteLength / 4);
  for (let i = 0; i < values.length; i++) values[i] = view.getFloat32(4 * i, true);
  return values;
}

/** A file's bytes, however they are given. @throws TypeError for anything else, which names the argument */
export function bytesOf(bytes: Uint8Array | ArrayBuffer, name = "bytes"): Uint8Array {
  if (bytes instanceof Uint8Array) return bytes;
  // also an ArrayBuffer of another frame or realm
  if (/^\[object (Shared)?ArrayBuffer]$/.test(Object.prototype.toString.call(bytes))) return new Uint8Array(bytes);
  need(false, name, bytes, "a file's content, a Uint8Array or an ArrayBuffer,");
  return bytes as never;
}

/** Two digits for each byte. */
export function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** So many bytes become base64 at once: a multiple of 3, and no more than every engine takes as arguments of a call. */
const base64Piece = 24_576;

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += base64Piece) {
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + base64Piece)));
  }
  return text;
}

/** The bytes of such a text. @throws Error for another text */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
