// Building blocks of binary formats.

/** A whole number ≥ 0 as WebAssembly's LEB128 and Protocol Buffers' varint: seven bits per byte, the lowest first. */
export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return Uint8Array.of(...bytes, value);
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The parts joined, one after another. */
export function joined(...parts: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The bytes, preceded by their number. */
export function counted(bytes: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  return joined(varint(bytes.length), bytes);
}
