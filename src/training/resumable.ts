// Work that can be stopped and goes on bit for bit: its pauses, its checkpoint, and the time that it took.

import { ConfigError } from "../core/config-error.js";
import { breather, type Pauses, untilAborted } from "../env/pauses.js";
import { shown } from "../evaluate/checks.js";
import { bytesOf } from "../model/bytes.js";
import type { Model } from "../model/model.js";
import { Interrupted, type Reached, readCheckpoint, type Saved, type Setting, writeCheckpoint } from "./checkpoint.js";

/** How work is stopped and continued. */
export interface StopOptions {
  /** Stops the work. The promise is then rejected with {@link Interrupted}, which holds a checkpoint. */
  readonly signal?: AbortSignal;
  /**
   * The checkpoint to go on from. It must come from the same work, seed and configuration; only `envSteps`,
   * `learningRate`, `learningRateFinal` and the options of a registered environment may differ. Schedules run over the
   * `envSteps` with which the work began, and then stay at their end values.
   */
  readonly resume?: Uint8Array | ArrayBuffer;
  /**
   * Called with a checkpoint now and then while the work runs. The work waits for a promise that it returns. An error
   * ends the work.
   */
  readonly onCheckpoint?: (checkpoint: Uint8Array) => void | Promise<void>;
  /**
   * Seconds from one checkpoint to the next, 30 by default; 0: never. It is longer if a checkpoint and `onCheckpoint`
   * would otherwise take more than 1 % of the time. It changes no result.
   */
  readonly checkpointInterval?: number;
  /** Whether `onCheckpoint` also gets one at the end, from which finished work can go on longer. Default: false. */
  readonly keepCheckpoint?: boolean;
}

const defaultInterval = 30; // seconds

/** The largest share of the time that checkpoints may take. */
const largestShare = 0.01;

/** A part of the work that a checkpoint holds. */
export interface Part {
  save(): Saved;
  /** Takes back what `save` returned. @throws Error for anything else */
  restore(saved: Saved): void;
}

/** A part that is an object of plain data. */
export function plainPart(state: object): Part {
  return {
    save: () => ({ state, arrays: {} }),
    restore: (saved) => assignState(state, saved.state),
  };
}

/**
 * Takes back plain data. What is null at the start may be a number.
 * @throws Error for data of another kind
 */
export function assignState(state: object, saved: object): void {
  for (const [name, value] of Object.entries(state)) {
    const given: unknown = (saved as Record<string, unknown>)[name];
    const fits = typeof given === typeof value || (value === null && typeof given === "number");
    if (!fits || (given === null && value !== null)) throw new Error(`its ${name} is ${shown(given)}`);
  }
  Object.assign(state, saved);
}

/** A part that is a block in the core's memory: a learner or a distiller. */
export function blockPart(owner: { save(): Uint8Array; restore(bytes: Uint8Array): void }): Part {
  return {
    save: () => ({ state: {}, arrays: { block: owner.save() } }),
    restore: ({ arrays }) => {
      if (!(arrays.block instanceof Uint8Array)) throw new Error("a block of the core's memory is missing");
      owner.restore(arrays.block);
    },
  };
}

/** Handles stopping, checkpoints and going on, for work that is made of parts. */
export class Resumable implements Pauses {
  /** Whether the work goes on from a checkpoint. All parts have then been restored. */
  readonly resumed: boolean;
  readonly #phase: string;
  readonly #setting: Setting;
  readonly #options: StopOptions;
  readonly #interval: number; // milliseconds
  readonly #parts: Readonly<Record<string, Part>>;
  readonly #reached: () => Reached;
  readonly #best: () => Model | undefined;
  readonly #breathe = breather();
  readonly #started: number; // a time of performance.now()
  #nextCheckpoint: number; // another one

  /**
   * @param phase the work: "teacher", "student", "joint" or "proximal"
   * @param setting what must be the same when work goes on
   * @param parts everything that the work changes; each part has a name of its own
   * @param reached says how far the work has come
   * @param best gives the best network so far
   * @throws CheckpointError for a checkpoint that is damaged or belongs to other work, ConfigError for an interval that
   * is not allowed
   */
  constructor(
    phase: string,
    setting: Setting,
    options: StopOptions,
    parts: Readonly<Record<string, Part>>,
    reached: () => Reached,
    best: () => Model | undefined,
  ) {
    this.#phase = phase;
    this.#setting = setting;
    this.#options = options;
    this.#parts = parts;
    this.#reached = reached;
    this.#best = best;
    const { resume, checkpointInterval = defaultInterval } = options;
    if (typeof checkpointInterval !== "number" || !(checkpointInterval >= 0)) {
      throw new ConfigError(
        `checkpointInterval is ${shown(checkpointInterval)}: a number of seconds is allowed, or 0 for never`,
      );
    }
    this.#interval = checkpointInterval === 0 ? Number.POSITIVE_INFINITY : 1000 * checkpointInterval;
    this.resumed = resume !== undefined;
    let wallSeconds = 0;
    if (resume !== undefined) {
      const restore = mapped(parts, (part) => (saved: Saved) => part.restore(saved));
      wallSeconds = readCheckpoint(bytesOf(resume, "resume"), phase, setting, restore).wallSeconds;
    }
    const now = performance.now();
    this.#started = now - 1000 * wallSeconds;
    this.#nextCheckpoint = now + this.#interval;
  }

  /** The time that the work has taken, in seconds. The time between stopping and going on does not count. */
  get wallSeconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  /**
   * A place where the work may stop: between two steps, where all parts fit together. If it returns a promise, await
   * it: others then have their turn.
   * @throws Interrupted, or returns a promise that is rejected with it, if the signal asks to stop
   */
  turn(): Promise<void> | undefined {
    const pause = this.#breathe();
    if (pause) return pause.then(() => this.#rest());
    this.#stopIfAsked();
    return undefined;
  }

  /**
   * Waits for an environment that answers later. No part may change before it has answered.
   * @throws Interrupted if the signal asks to stop before; what the promise is rejected with
   */
  async wait<Value>(answer: Promise<Value>): Promise<Value> {
    try {
      return await untilAborted(answer, this.#options.signal);
    } catch (error) {
      this.#stopIfAsked();
      throw error;
    }
  }

  /**
   * Does something in an environment. If it fails, at once or later, the work ends with a checkpoint, which its error
   * holds.
   * @returns what it returns
   */
  guarded<Result>(call: () => Result): Result {
    try {
      const result = call();
      if (!(result instanceof Promise)) return result;
      return result.catch((error) => {
        throw this.#failed(error);
      }) as Result;
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** The work is finished. */
  async end(): Promise<void> {
    if (this.#options.keepCheckpoint) await this.#keep();
  }

  /** The error with which work ends whose environment failed. It holds a checkpoint. */
  #failed(error: unknown): Interrupted {
    if (error instanceof Interrupted) return error;
    const cause = error instanceof Error ? error : new Error(String(error));
    return new Interrupted(this.#checkpoint(), this.#best(), cause);
  }

  async #rest(): Promise<void> {
    this.#stopIfAsked();
    if (performance.now() >= this.#nextCheckpoint) await this.#keep();
  }

  async #keep(): Promise<void> {
    const began = performance.now();
    await this.#options.onCheckpoint?.(this.#checkpoint());
    const now = performance.now();
    this.#nextCheckpoint = now + Math.max(this.#interval, (now - began) / largestShare);
  }

  #stopIfAsked(): void {
    if (this.#options.signal?.aborted) throw new Interrupted(this.#checkpoint(), this.#best());
  }

  #checkpoint(): Uint8Array {
    return writeCheckpoint({
      phase: this.#phase,
      setting: this.#setting,
      reached: { ...this.#reached(), wallSeconds: this.wallSeconds },
      parts: mapped(this.#parts, (part) => part.save()),
    });
  }
}

function mapped<From, To>(values: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}
