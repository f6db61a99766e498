// Protocol buffers as they are written in a file: a message is a list of numbered fields. Each holds a number or bytes.
// https://protobuf.dev/programming-guides/encoding/

export interface Field {
  readonly number: number;
  /** A varint as an unsigned 64-bit number; a field of a fixed width or length as its bytes. */
  readonly value: bigint | Uint8Array;
}

/** A message in a network's file has fewer fields. Millions of small fields would take minutes to read. */
const mostFields = 10_000;

/** The fields of a message, in order. @throws Error in one line for bytes that are not a message */
export function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  const reader = { bytes, at: 0 };
  for (let count = 0; reader.at < bytes.length; count++) {
    if (count === mostFields) throw new Error(`the ONNX file has a message of more than ${mostFields} fields`);
    const tag = Number(varint(reader));
    const number = Math.floor(tag / 8);
    const wireType = tag % 8;
    if (wireType === 0) yield { number, value: varint(reader) };
    else if (wireType === 1) yield { number, value: take(reader, 8) };
    else if (wireType === 2) yield { number, value: take(reader, Number(varint(reader))) };
    else if (wireType === 5) yield { number, value: take(reader, 4) };
    else throw new Error(`the ONNX file is damaged: field ${number} has the wire type ${wireType}`);
  }
}

/** The numbers of a repeated varint field, as signed numbers. They may be written one by one or packed. */
export function varintsOf(value: bigint | Uint8Array, most: number): number[] {
  if (typeof value === "bigint") return [signed(value)];
  const reader = { bytes: value, at: 0 };
  const numbers: number[] = [];
  while (reader.at < value.length) {
    if (numbers.length === most) throw new Error(`the ONNX file has a list of more than ${most} numbers`);
    numbers.push(signed(varint(reader)));
  }
  return numbers;
}

/** A varint's value as a signed 64-bit number. */
export function signed(value: bigint): number {
  return Number(BigInt.asIntN(64, value));
}

interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

function take(reader: Reader, length: number): Uint8Array {
  const { bytes, at } = reader;
  if (length > bytes.length - at) throw endsTooSoon();
  reader.at += length;
  return bytes.subarray(at, at + length);
}

/** Seven bits in each byte, the lowest first. The highest bit of a byte says whether another byte follows. */
function varint(reader: Reader): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    if (reader.at === reader.bytes.length) throw endsTooSoon();
    const byte = reader.bytes[reader.at++];
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
  throw new Error("the ONNX file is damaged: a number has more than 64 bits");
}

function endsTooSoon(): Error {
  return new Error("the ONNX file is damaged: something ends after the file's end");
}
