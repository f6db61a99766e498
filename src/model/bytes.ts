// Converts f32 values to little-endian bytes and back, whatever the machine's own byte order is.
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
