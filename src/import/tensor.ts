// A tensor in a stranger's file. Its sizes are known; its elements are read only when they are needed.
import { quoted } from "../model/safetensors.js";

export interface StoredTensor {
  /** The element type by safetensors' name. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Little-endian elements. */
  readonly bytes: Uint8Array;
  /** The index of the first element; 0 by default. */
  readonly offset?: number;
  /** Whether the elements of a column, and not those of a row, lie one after another. */
  readonly columnMajor?: boolean;
}

/** Each element type that can be read: the bytes of an element, and how its value is read. */
const elements: Readonly<Record<string, { bytes: number; at: (view: DataView, byte: number) => number }>> = {
  F64: { bytes: 8, at: (view, byte) => view.getFloat64(byte, true) },
  F32: { bytes: 4, at: (view, byte) => view.getFloat32(byte, true) },
  F16: { bytes: 2, at: (view, byte) => halfPrecision(view.getUint16(byte, true)) },
  BF16: { bytes: 2, at: (view, byte) => brainFloat(view.getUint16(byte, true)) },
};

/**
 * The elements of a tensor in row-major order, rounded to f32. Its sizes have already been checked against its bytes.
 * @throws Error that names the tensor, for elements that are not floats or not finite in f32
 */
export function readFloats(name: string, { dtype, shape, bytes, offset = 0, columnMajor }: StoredTensor): Float32Array {
  if (!Object.hasOwn(elements, dtype)) {
    throw new Error(
      `tensor ${quoted(name)} has dtype ${dtype}; weights are read from ${Object.keys(elements).join(", ")}`,
    );
  }
  const { bytes: size, at } = elements[dtype];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const columns = shape[shape.length - 1];
  const rows = shape.slice(0, -1).reduce((product, length) => product * length, 1);
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const index = row * columns + column;
      const value = at(view, size * (offset + (columnMajor ? column * rows + row : index)));
      values[index] = value;
      if (!Number.isFinite(values[index])) {
        const beyond = Number.isFinite(value) ? ": too large for f32" : ", not a finite number";
        throw new Error(`tensor ${quoted(name)} has a ${value} at ${index}${beyond}`);
      }
    }
  }
  return values;
}

/** IEEE 754's binary16: 1 bit for the sign, 5 for the exponent, 10 for the fraction. */
function halfPrecision(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  // a power of two by shifts, exact: 2^(exponent − 25) is 2^exponent / 2^25
  return (sign * (1024 + fraction) * (1 << exponent)) / 2 ** 25;
}

/** The upper half of an f32. */
function brainFloat(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

const scratch = new DataView(new ArrayBuffer(4));
