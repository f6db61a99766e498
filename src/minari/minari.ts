// Minari's data sets as logs: main_data.hdf5 with a group for each episode, and metadata.json with the spaces.
// https://minari.farama.org/content/dataset_standards/
import { ConfigError } from "../core/config-error.js";
import { described, need, needListeners, needObject, needSignal } from "../core/needed.js";
import { stoppable } from "../env/pauses.js";
import type { LoggedSteps } from "../offline/steps.js";
import type { Opened } from "./folder.node.js";
import { Hdf5 } from "./hdf5.js";
import { type Actions, actionsOf, type Part, parsedSpace, partsOf } from "./space.js";

/** The two files of a data set. */
export interface MinariFiles {
  /** The bytes of main_data.hdf5. */
  readonly data: Uint8Array;
  /** The text of metadata.json. */
  readonly metadata: string;
}

/** How a data set is read. */
export interface MinariOptions {
  /** Asks to stop: the promise is then rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Is called after each episode. */
  readonly onProgress?: (progress: { readonly episodes: number; readonly of: number }) => void;
}

/**
 * Reads a data set of Minari. Actions must be Discrete. Observations may be Box, Discrete, MultiBinary, MultiDiscrete,
 * and Tuples and Dicts of them; they become lists of numbers as with `gymnasium.spaces.flatten`. Masks are read from
 * `infos/action_mask`.
 * @param source in Node the data set's folder or its main_data.hdf5; elsewhere its two files
 * @throws ConfigError in one line for files that are damaged, or hold something else; MissingPackageError without the
 * package h5wasm
 */
export async function readMinari(source: string | MinariFiles, options: MinariOptions = {}): Promise<LoggedSteps> {
  needObject("options", options, "an object of options");
  needSignal(options.signal);
  needListeners({ onProgress: options.onProgress });
  options.signal?.throwIfAborted();
  const { bytes, metadata, close } = typeof source === "string" ? await inFolder(source) : inMemory(source);
  try {
    const { parts, actions } = spacesOf(metadata);
    const file = await Hdf5.open(bytes);
    try {
      return await stepsOf(file, parts, actions, options);
    } finally {
      file.close();
    }
  } finally {
    close();
  }
}

async function inFolder(path: string): Promise<Opened> {
  const { openFolder } = await import("./folder.node.js");
  need(typeof openFolder === "function", "source", path, "the two files, because a path works in Node alone,");
  return openFolder(path);
}

function inMemory(source: MinariFiles): Opened {
  needObject("source", source, "a path or the two files");
  const { data, metadata } = source;
  need(data instanceof Uint8Array, "data", data, "a Uint8Array");
  need(typeof metadata === "string", "metadata", metadata, "a text");
  const read = (into: Uint8Array, position: number) => into.set(data.subarray(position, position + into.length));
  return { bytes: { size: data.length, read }, metadata, close: () => {} };
}

interface Spaces {
  readonly parts: readonly Part[];
  readonly actions: Actions;
}

function spacesOf(text: string): Spaces {
  let metadata: Readonly<Record<string, unknown>>;
  try {
    metadata = JSON.parse(text);
  } catch {
    throw new ConfigError("metadata.json is not JSON");
  }
  if (typeof metadata !== "object" || metadata === null) {
    throw new ConfigError(`metadata.json is ${described(metadata)}: an object is needed`);
  }
  const { data_format: format = "hdf5", jpeg_encoding: isPacked = true } = metadata;
  if (format !== "hdf5") {
    throw new ConfigError(`the data set is stored as ${described(format)}: record it with data_format="hdf5"`);
  }
  const parts = partsOf(parsedSpace(metadata.observation_space, "observation"), isPacked !== false);
  return { parts, actions: actionsOf(parsedSpace(metadata.action_space, "action")) };
}

async function stepsOf(
  file: Hdf5,
  parts: readonly Part[],
  { count, start }: Actions,
  { signal, onProgress }: MinariOptions,
): Promise<LoggedSteps> {
  const pauses = stoppable(signal);
  const episodes = await episodesIn(file, pauses.turn);
  const steps = episodes.reduce((sum, episode) => sum + episode.steps, 0);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const hasMasks = episodes[0].masks !== undefined;
  const other = episodes.find(({ masks }) => (masks !== undefined) !== hasMasks);
  if (other) throw new ConfigError(`${other.name}: ${hasMasks ? "has no" : "alone has an"} infos/action_mask`);
  const columns = allocated(steps, size, hasMasks ? count : 0);
  const { observations, nextObservations, actions, rewards, terminated, truncated, numbers, masks, nextMasks } =
    columns;

  let row = 0;
  for (const [index, { name, steps: length }] of episodes.entries()) {
    const wrong = (problem: string) => new ConfigError(`${name}: ${problem}`);
    const rows = (path: string, width: number, expected: number) => rowsOf(file, `${name}/${path}`, width, expected);
    let at = 0;
    for (const { path, width, size: taken, write } of parts) {
      const full = ["observations", ...path].join("/");
      const values = rows(full, width, length + 1);
      for (let step = 0; step <= length; step++) {
        const isLast = step === length;
        const into = isLast ? nextObservations : observations;
        const to = (row + step - (isLast ? 1 : 0)) * size + at;
        if (isLast) into.fill(0, to, to + taken);
        if (!write(values, step * width, into, to)) {
          throw wrong(`${full} has a value in row ${step} that its space does not have, or float32 cannot hold`);
        }
      }
      at += taken;
    }
    const taken = rows("actions", 1, length);
    const gained = rows("rewards", 1, length);
    const ended = rows("terminations", 1, length);
    const cut = rows("truncations", 1, length);
    for (let step = 0; step < length; step++) {
      const action = Number(taken[step]) - start;
      if (!Number.isInteger(action) || action < 0 || action >= count) {
        throw wrong(`action ${taken[step]} in row ${step}: ${start} to ${start + count - 1} are allowed`);
      }
      const isLast = step === length - 1;
      const ends = Number(ended[step]) !== 0 || Number(cut[step]) !== 0;
      if (ends && !isLast) throw wrong(`ends in row ${step}, but has ${length} rows`);
      actions[row + step] = action;
      rewards[row + step] = Number(gained[step]);
      if (!Number.isFinite(rewards[row + step])) {
        throw wrong(`reward ${gained[step]} in row ${step}: a number that float32 can hold is needed`);
      }
      terminated[row + step] = Number(ended[step]) === 0 ? 0 : 1;
      truncated[row + step] = isLast && Number(ended[step]) === 0 ? 1 : 0;
      numbers[row + step] = index;
    }
    if (masks && nextMasks) {
      const given = rows("infos/action_mask", count, length + 1);
      for (let step = 0; step <= length; step++) {
        const isLast = step === length;
        const into = isLast ? nextMasks : masks;
        const to = (row + step - (isLast ? 1 : 0)) * count;
        let allowed = 0;
        for (let i = 0; i < count; i++) {
          const bit = Number(given[step * count + i]);
          if (bit !== 0 && bit !== 1) {
            throw wrong(`infos/action_mask has ${bit} in row ${step}: 1 (allowed) or 0 (forbidden) is needed`);
          }
          into[to + i] = bit;
          allowed += bit;
        }
        const matters = !isLast || terminated[row + length - 1] === 0;
        if (allowed === 0 && matters) throw wrong(`infos/action_mask forbids every action in row ${step}`);
        const action = actions[row + step];
        if (!isLast && masks[to + action] === 0)
          throw wrong(`its mask in row ${step} forbids action ${action + start}`);
      }
    }
    row += length;
    onProgress?.({ episodes: index + 1, of: episodes.length });
    const pause = pauses.turn();
    if (pause) await pause;
  }
  return {
    ...{ observationSize: size, actionCount: count, observations, nextObservations, actions, rewards },
    ...{ terminated, truncated, episodes: numbers, ...(masks && { masks, nextMasks }) },
  };
}

interface Episode {
  readonly name: string;
  readonly steps: number;
  readonly masks: readonly number[] | undefined;
}

/** The episodes of a file that have steps, in the order of their numbers. */
async function episodesIn(file: Hdf5, turn: () => Promise<void> | undefined): Promise<readonly Episode[]> {
  const names = file.names().filter((name) => /^episode_\d{1,15}$/.test(name));
  names.sort((a, b) => Number(a.slice(8)) - Number(b.slice(8)));
  const episodes: Episode[] = [];
  for (const name of names) {
    const shape = file.shape(`${name}/rewards`);
    if (shape?.length !== 1) throw new ConfigError(`${name}: rewards is missing, or not one number a step`);
    if (shape[0] > 0) episodes.push({ name, steps: shape[0], masks: file.shape(`${name}/infos/action_mask`) });
    const pause = turn();
    if (pause) await pause;
  }
  if (episodes.length === 0) throw new ConfigError("the data set has no episode with a step");
  return episodes;
}

/** A column of an episode. @throws ConfigError unless it has so many rows of this width */
function rowsOf(file: Hdf5, path: string, width: number, rows: number): ArrayLike<number | bigint> {
  const shape = file.shape(path);
  if (shape === undefined) throw new ConfigError(`${path} is missing`);
  const [length, ...others] = shape;
  const given = others.reduce((product, each) => product * each, 1);
  if (length !== rows || given !== width) {
    throw new ConfigError(`${path} has ${length} rows of ${given}: ${rows} rows of ${width} are needed`);
  }
  return file.values(path);
}

function allocated(steps: number, size: number, actionCount: number) {
  try {
    return {
      observations: new Float32Array(steps * size),
      nextObservations: new Float32Array(steps * size).fill(Number.NaN),
      actions: new Uint32Array(steps),
      rewards: new Float32Array(steps),
      terminated: new Uint8Array(steps),
      truncated: new Uint8Array(steps),
      numbers: new Uint32Array(steps),
      ...(actionCount > 0 && {
        masks: new Uint8Array(steps * actionCount),
        nextMasks: new Uint8Array(steps * actionCount).fill(1),
      }),
    };
  } catch {
    throw new ConfigError(`the data set does not fit in memory: ${steps} steps of ${size} numbers`);
  }
}
