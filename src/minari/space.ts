// Gymnasium's spaces, as a Minari data set describes them, and their values as one list of numbers.
import { ConfigError } from "../core/config-error.js";
import { described } from "../core/needed.js";
import { largestObservation, mostActions } from "../env/custom.js";

/** A column of a file, and what its rows become in an observation. */
export interface Part {
  /** The groups that lead to the column, and its name. */
  readonly path: readonly string[];
  /** How many numbers a row has in the file. */
  readonly width: number;
  /** How many numbers it becomes. */
  readonly size: number;
  /** Writes what a row becomes. @returns false for a value that the space does not have */
  write(row: ArrayLike<number | bigint>, from: number, into: Float32Array, at: number): boolean;
}

/** Discrete actions. */
export interface Actions {
  readonly count: number;
  /** The number of the first action in the file. */
  readonly start: number;
}

type Fields = Readonly<Record<string, unknown>>;

const deepest = 32; // spaces within spaces
const largest = 2 ** 32; // of a shape

/**
 * The columns of an observation, in the order in which `gymnasium.spaces.flatten` puts them one after the other: the
 * parts of a Dict by their sorted names, what is discrete as one-hot.
 * @param isPacked whether images are stored as JPEG
 * @throws ConfigError in one line for a space that has no such list of numbers
 */
export function partsOf(space: unknown, isPacked: boolean): readonly Part[] {
  const parts = leavesOf(space, [], isPacked);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  if (size >= 1 && size <= largestObservation) return parts;
  throw new ConfigError(`observations have ${size} numbers: 1 to ${largestObservation} are allowed`);
}

/** @throws ConfigError in one line for any other space than Discrete */
export function actionsOf(space: unknown): Actions {
  const { type, n, start = 0 } = fieldsOf(space, "the action space");
  if (type !== "Discrete") throw new ConfigError(`the action space is ${described(type)}: only Discrete works`);
  if (!isCount(n, mostActions) || !Number.isSafeInteger(start)) {
    throw new ConfigError(`the action space has ${described(n)} actions: 1 to ${mostActions} are allowed`);
  }
  return { count: n, start: start as number };
}

/** The space in a text of metadata.json, which is JSON except for infinite bounds. */
export function parsedSpace(text: unknown, what: string): unknown {
  if (typeof text !== "string") throw new ConfigError(`metadata.json does not say the ${what} space`);
  const json = text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (part) => (part.startsWith('"') ? part : "null"));
  try {
    return JSON.parse(json);
  } catch {
    throw new ConfigError(`metadata.json: the ${what} space is not JSON`);
  }
}

function leavesOf(space: unknown, path: readonly string[], isPacked: boolean): Part[] {
  const where = path.length === 0 ? "the observation space" : `the observation space's part ${path.join("/")}`;
  const fields = fieldsOf(space, where);
  if (path.length > deepest) throw new ConfigError(`the observation space is more than ${deepest} spaces deep`);
  const within = (name: string, part: unknown) => leavesOf(part, [...path, name], isPacked);
  switch (fields.type) {
    case "Box": {
      if (isPacked && isImage(fields)) {
        throw new ConfigError(`${where} is an image as JPEG: record the data set with jpeg_encoding=False`);
      }
      return [plain(path, product(fields.shape, where))];
    }
    case "MultiBinary":
      return [plain(path, product(typeof fields.n === "number" ? [fields.n] : fields.n, where))];
    case "Discrete":
      return [oneHot(path, [fields.n], [fields.start ?? 0], where)];
    case "MultiDiscrete": {
      const counts = flat(fields.nvec);
      return [oneHot(path, counts, fields.start === undefined ? counts.map(() => 0) : flat(fields.start), where)];
    }
    case "Tuple":
      if (!Array.isArray(fields.subspaces)) break;
      return fields.subspaces.flatMap((part, index) => within(`_index_${index}`, part));
    case "Dict": {
      const { subspaces } = fields;
      if (typeof subspaces !== "object" || subspaces === null) break;
      return Object.keys(subspaces)
        .sort(byCodePoint)
        .flatMap((name) => within(name, (subspaces as Fields)[name]));
    }
  }
  const known = "Box, Discrete, MultiBinary, MultiDiscrete, Tuple and Dict";
  throw new ConfigError(`${where} is ${described(fields.type)}: ${known} work`);
}

function plain(path: readonly string[], width: number): Part {
  return {
    path,
    width,
    size: width,
    write: (row, from, into, at) => {
      for (let i = 0; i < width; i++) into[at + i] = Number(row[from + i]);
      return into.subarray(at, at + width).every(Number.isFinite);
    },
  };
}

function oneHot(path: readonly string[], counts: readonly unknown[], starts: readonly unknown[], where: string): Part {
  const areCounts = counts.length > 0 && counts.every((count) => isCount(count, largestObservation));
  if (!areCounts || starts.length !== counts.length || !starts.every(Number.isSafeInteger)) {
    throw new ConfigError(`${where} has counts or starts that are not whole numbers`);
  }
  const sizes = counts as readonly number[];
  return {
    path,
    width: sizes.length,
    size: sizes.reduce((sum, count) => sum + count, 0),
    write: (row, from, into, at) => {
      let to = at;
      for (let i = 0; i < sizes.length; i++) {
        const value = Number(row[from + i]) - (starts[i] as number);
        if (!Number.isInteger(value) || value < 0 || value >= sizes[i]) return false;
        into[to + value] = 1;
        to += sizes[i];
      }
      return true;
    },
  };
}

/** As Minari decides it: at least 32 pixels each way, and every byte is allowed. */
function isImage({ shape, dtype, low, high }: Fields): boolean {
  if (!Array.isArray(shape) || (shape.length !== 2 && shape.length !== 3)) return false;
  const isWhole = (bounds: unknown, bound: number) => flat(bounds).every((value) => value === bound);
  return dtype === "uint8" && shape[0] >= 32 && shape[1] >= 32 && isWhole(low, 0) && isWhole(high, 255);
}

function product(shape: unknown, where: string): number {
  const sizes = Array.isArray(shape) ? shape : [];
  if (Array.isArray(shape) && sizes.every((size) => isCount(size, largest))) {
    return sizes.reduce<number>((result, size) => result * size, 1);
  }
  throw new ConfigError(`${where} has a shape that is not a list of whole numbers above 0`);
}

function fieldsOf(space: unknown, where: string): Fields {
  if (typeof space === "object" && space !== null && !Array.isArray(space)) return space as Fields;
  throw new ConfigError(`${where} is ${described(space)}: a description of a space is needed`);
}

function flat(values: unknown): unknown[] {
  return Array.isArray(values) ? values.flat(deepest) : [values];
}

function isCount(value: unknown, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most;
}

/** The order in which Python sorts texts. */
function byCodePoint(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => Array.from(text, (character) => character.codePointAt(0)!));
  const differs = left.findIndex((code, i) => code !== right[i]);
  return differs < 0 ? left.length - right.length : left[differs] - (right[differs] ?? -1);
}
