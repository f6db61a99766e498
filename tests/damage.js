// Damage to files: changes at random, mostly where a file's structure is and not its numbers.
import fc from "fast-check";

/** Lengths, counts and offsets as a file may have them: near 0, near the powers of two, as large as can be. */
const number = fc.oneof(
  fc.integer({ min: -2, max: 300 }).map(BigInt),
  fc.tuple(fc.nat(64), fc.integer({ min: -2, max: 2 })).map(([power, more]) => 2n ** BigInt(power) + BigInt(more)),
);

/** Where in a file, as a share of it, uniformly. */
const place = fc.noBias(fc.nat(2 ** 30 - 1)).map((n) => n / 2 ** 30);

/** One change at a place. */
const change = fc.oneof(
  fc.record({ kind: fc.constant("bytes"), values: fc.uint8Array({ minLength: 1, maxLength: 4 }) }),
  fc.record({ kind: fc.constant("bit"), bit: fc.nat(7) }),
  fc.record({ kind: fc.constant("number"), width: fc.constantFrom(1, 2, 4, 8), value: number }),
  fc.record({ kind: fc.constant("varint"), value: number }),
  fc.record({ kind: fc.constant("insert"), values: fc.uint8Array({ minLength: 1, maxLength: 12 }) }),
  fc.record({ kind: fc.constant("remove"), length: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant("copy"), from: place, length: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant("cut") }),
);

/** Some changes to a file, for {@link damaged}. */
export const changes = fc.array(
  fc.tuple(
    change,
    place,
    fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
  ),
  {
    minLength: 1,
    maxLength: 4,
  },
);

/**
 * The places of a file that are not within a long run of numbers: names, sizes, opcodes, directories.
 * @param marks what stands where such places are
 */
export function structureOf(file, marks) {
  if (file.length < 5000) return Array.from(file, (_, at) => at);
  const text = new TextDecoder("latin1").decode(file);
  const places = new Set(Array.from({ length: 600 }, (_, at) => at));
  for (const { index } of text.matchAll(marks)) for (let at = index - 40; at < index + 100; at++) places.add(at);
  for (let at = file.length - 600; at < file.length; at++) places.add(at);
  return [...places].filter((at) => at >= 0 && at < file.length);
}

function encoded(value, width) {
  return Uint8Array.from({ length: width }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
}

function varint(value) {
  const bytes = [];
  for (let left = BigInt.asUintN(64, value); ; left >>= 7n) {
    bytes.push(Number(left & 127n) | (left > 127n ? 128 : 0));
    if (left <= 127n) return Uint8Array.from(bytes);
  }
}

function spliced(file, at, removed, inserted) {
  const whole = new Uint8Array(Math.max(at, file.length - removed) + inserted.length);
  const kept = Math.min(file.length, at + removed);
  const result = whole.subarray(0, at + inserted.length + file.length - kept);
  result.set(file.subarray(0, at));
  result.set(inserted, at);
  result.set(file.subarray(kept), at + inserted.length);
  return result;
}

function changed(file, structure, { kind, ...how }, share, inStructure) {
  const somewhere = inStructure
    ? structure[Math.floor(share * (structure.length - 1))]
    : Math.floor(share * file.length);
  const at = Math.min(somewhere, file.length);
  const over = (bytes) => spliced(file, at, bytes.length, bytes);
  if (kind === "bytes") return over(how.values);
  if (kind === "bit") return over(Uint8Array.of(file[at] ^ (1 << how.bit)));
  if (kind === "number") return over(encoded(how.value, how.width));
  if (kind === "varint") return over(varint(how.value));
  if (kind === "insert") return spliced(file, at, 0, how.values);
  if (kind === "remove") return spliced(file, at, how.length, new Uint8Array(0));
  if (kind === "cut") return file.subarray(0, at);
  const from = Math.floor(how.from * file.length);
  return over(file.slice(from, from + how.length));
}

/** A file with changes. @param structure the places of its structure */
export function damaged(file, structure, all) {
  return all.reduce((result, [what, share, inStructure]) => changed(result, structure, what, share, inStructure), file);
}

/** Counts messages by their kind. @throws Error unless the error has the name and a message of one line */
export function countMessage(messages, error, name) {
  if (error.constructor.name !== name || !/^.{10,400}$/.test(error.message)) {
    throw new Error(`not a ${name} of one line: ${error.constructor.name}: ${error.message}`, { cause: error });
  }
  const kind = error.message.replace(/"[^"]*"|[\d.]+/g, "…").slice(0, 60);
  messages.set(kind, (messages.get(kind) ?? 0) + 1);
}
