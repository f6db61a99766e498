// The part of Protocol Buffers' wire format that a model needs: whole numbers, text, and messages in messages.
import { counted, joined, utf8, varint } from "./bytes.js";

/** A field with a whole number ≥ 0. */
export function integerField(field: number, value: number): Uint8Array {
  return joined(varint(8 * field), varint(value));
}

/** A field with bytes, or with a message, which is its fields one after another. */
export function bytesField(field: number, ...content: readonly Uint8Array[]): Uint8Array {
  return joined(varint(8 * field + 2), counted(joined(...content)));
}

export function textField(field: number, text: string): Uint8Array {
  return bytesField(field, utf8(text));
}
