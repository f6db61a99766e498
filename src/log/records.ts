// TensorBoard's event files: TFRecord frames, each around one Event of TensorFlow's event.proto.
//
// A frame is the length of its data as u64, the masked CRC-32C of these 8 bytes as u32, the data, and its masked CRC.
// All numbers are little-endian.
// https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details

/** A number with a name, at a step. */
export interface Scalar {
  readonly tag: string;
  readonly value: number;
}

/** The first record of a file says in which version of the format it is. */
export function versionRecord(wallTime: number): Uint8Array {
  return framed([...double(1, wallTime), ...bytes(3, new TextEncoder().encode("brain.Event:2"))]);
}

/**
 * The record of what was measured at a step.
 * @param wallTime seconds since 1970
 * @param step a whole number ≥ 0
 */
export function scalarsRecord(wallTime: number, step: number, scalars: readonly Scalar[]): Uint8Array {
  const values = scalars.flatMap(({ tag, value }) => {
    const name = bytes(1, new TextEncoder().encode(tag));
    return bytes(1, [...name, ...float(2, value)]);
  });
  return framed([...double(1, wallTime), ...whole(2, step), ...bytes(5, values)]);
}

function framed(data: readonly number[]): Uint8Array {
  const frame = new Uint8Array(data.length + 16);
  const view = new DataView(frame.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedChecksum(frame.subarray(0, 8)), true);
  frame.set(data, 12);
  view.setUint32(12 + data.length, maskedChecksum(frame.subarray(12, 12 + data.length)), true);
  return frame;
}

// The fields of a message, in the wire format of protocol buffers: https://protobuf.dev/programming-guides/encoding/

function bytes(field: number, content: ArrayLike<number>): number[] {
  return [(field << 3) | 2, ...varint(content.length), ...Array.from(content)];
}

function double(field: number, value: number): number[] {
  return [(field << 3) | 1, ...new Uint8Array(littleEndian(8, (view) => view.setFloat64(0, value, true)))];
}

function float(field: number, value: number): number[] {
  return [(field << 3) | 5, ...new Uint8Array(littleEndian(4, (view) => view.setFloat32(0, value, true)))];
}

/** A whole number ≥ 0; nothing is written for 0, the default. */
function whole(field: number, value: number): number[] {
  return value === 0 ? [] : [field << 3, ...varint(value)];
}

function varint(value: number): number[] {
  const low: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) low.push((rest % 128) | 128);
  return [...low, rest];
}

function littleEndian(size: number, set: (view: DataView) => void): ArrayBuffer {
  const buffer = new ArrayBuffer(size);
  set(new DataView(buffer));
  return buffer;
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** CRC-32C (Castagnoli), as RFC 3720 uses it: the polynomial 0x1edc6f41, reflected. */
export function checksum(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = table[(crc ^ byte) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Masked, because a checksum over data that holds checksums itself would be weak. */
function maskedChecksum(data: Uint8Array): number {
  const crc = checksum(data);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
