// States that are given to a student: their checks, and the parts that are held out.
import { ConfigError } from "../core/config-error.js";
import { digestOf } from "../core/digest.js";
import { described, need } from "../core/needed.js";
import { Pcg64 } from "../env/random.js";
import { purposes } from "../env/seeds.js";
import { shown } from "../evaluate/checks.js";
import { hexadecimal, littleEndian } from "../model/bytes.js";

/** States, one after the other, and their masks. */
export interface GivenStates {
  /**
   * The states, shape (rows, observationSize), one after the other. A Uint8Array is for observations that are mostly 0,
   * such as MinAtar's: they are kept as bytes and never normalised.
   */
  readonly observations: ArrayLike<number>;
  /** Which actions are allowed there, shape (rows, actionCount): 1 = allowed, 0 = forbidden; all if it is undefined. */
  readonly masks?: ArrayLike<number>;
  /** The number of features, which must be the teacher's; it need not be given. */
  readonly observationSize?: number;
}

/** Given states that were checked. */
export interface States {
  readonly count: number;
  readonly observationSize: number;
  readonly actionCount: number;
  /** (count, observationSize) */
  readonly observations: Float32Array | Uint8Array;
  /** (count, actionCount) */
  readonly masks?: Uint8Array;
}

/** So many rows at least: fewer would leave a part without any. */
const fewest = 10;

/**
 * @param widths the teacher's
 * @throws ConfigError or TypeError in one line for states and masks that are not as they must be
 */
export function checkStates(
  { observations, masks, observationSize: given }: GivenStates,
  widths: readonly number[],
): States {
  const observationSize = widths[0];
  const actionCount = widths[widths.length - 1];
  if (given !== undefined && given !== observationSize) {
    throw new ConfigError(`observationSize is ${shown(given)}: the teacher's, ${observationSize}, is needed`);
  }
  needNumberList("observations", observations);
  const count = observations.length / observationSize;
  if (!Number.isInteger(count)) {
    throw new ConfigError(
      `observations has length ${observations.length}: a multiple of the teacher's observation size, ${observationSize}, is needed`,
    );
  }
  if (count < fewest) {
    throw new ConfigError(`observations has ${count} states: at least ${fewest} are needed, because some are held out`);
  }
  for (let i = 0; i < observations.length; i++) {
    const value = observations[i];
    if (typeof value === "number" && Number.isFinite(Math.fround(value))) continue;
    const where = `observations: feature ${i % observationSize} of state ${Math.floor(i / observationSize)}`;
    throw new ConfigError(`${where} is ${described(value)}: a number that float32 can hold is needed`);
  }
  const kept = observations instanceof Uint8Array ? observations : Float32Array.from(observations);
  const states = { count, observationSize, actionCount, observations: kept };
  if (masks === undefined) return states;
  needNumberList("masks", masks);
  checkMasks("masks", masks, count, actionCount);
  return { ...states, masks: Uint8Array.from(masks) };
}

/**
 * @param what what an error calls the masks
 * @param masks (rows, actions)
 * @throws ConfigError for another length, for anything but 0 and 1, and for a row of zeros
 */
export function checkMasks(what: string, masks: ArrayLike<number>, rows: number, actions: number): void {
  if (masks.length !== rows * actions) {
    throw new ConfigError(
      `${what} have length ${masks.length}: ${rows} rows of ${actions} actions, ${rows * actions}, are needed`,
    );
  }
  for (let row = 0; row < rows; row++) {
    let allowed = 0;
    let sound = true;
    for (let at = row * actions; at < (row + 1) * actions; at++) {
      if (masks[at] === 1) allowed++;
      else if (masks[at] !== 0) sound = false;
    }
    if (sound && allowed > 0) continue;
    const mask = Array.from({ length: actions }, (_, action) => masks[row * actions + action]);
    throw new ConfigError(
      `row ${row} of ${what} is [${mask.join(", ")}]: 1 for each allowed action, at least one, and 0 for others are needed`,
    );
  }
}

/** What distinguishes given states from others. */
export function statesDigests({ observations, masks }: States): { observations: string; masks?: string } {
  const bytes = observations instanceof Uint8Array ? observations : littleEndian(observations);
  return { observations: hexadecimal(digestOf(bytes)), ...(masks && { masks: hexadecimal(digestOf(masks)) }) };
}

/** The rows of each part, each in ascending order. */
export interface Parts {
  /** The student learns from these. */
  readonly training: Uint32Array;
  /** By these the best student is chosen. */
  readonly selection: Uint32Array;
  /** The final figures are about these: neither a weight nor a choice depends on them. */
  readonly final: Uint32Array;
}

/** Draws a tenth of the rows to choose by, and another tenth for the final figures. They depend only on count and seed. */
export function partsOf(count: number, seed: number): Parts {
  const held = Math.floor(count / 10);
  const order = Uint32Array.from(new Pcg64([seed, purposes.heldOut, 0]).permutation(count));
  const [selection, final, training] = [order.slice(0, held), order.slice(held, 2 * held), order.slice(2 * held)];
  return { training: training.sort(), selection: selection.sort(), final: final.sort() };
}

/** Some rows of given states. */
export function taken({ observations, observationSize, masks, actionCount }: States, rows: Uint32Array) {
  const some = new Float32Array(rows.length * observationSize);
  const theirs = masks && new Uint8Array(rows.length * actionCount);
  rows.forEach((row, i) => {
    some.set(observations.subarray(row * observationSize, (row + 1) * observationSize), i * observationSize);
    if (masks) theirs?.set(masks.subarray(row * actionCount, (row + 1) * actionCount), i * actionCount);
  });
  return { observations: some, masks: theirs };
}

/** @throws TypeError unless it is a flat list */
function needNumberList(name: string, given: unknown): void {
  const needed = "a list of numbers, one row after the other,";
  const isList = Array.isArray(given) || (ArrayBuffer.isView(given) && !(given instanceof DataView));
  need(isList, name, given, needed);
  if (typeof (given as ArrayLike<unknown>)[0] !== "object") return;
  throw new TypeError(`${name} is a list of lists: ${needed} is needed`);
}
