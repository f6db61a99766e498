// Work that can be stopped and go on bit for bit: its pauses, its checkpoint, and the time that it has taken.
import { Interrupted, type Reached, readCheckpoint, type Saved, type Setting, writeCheckpoint } from "./checkpoint.js";
import { breather } from "./pauses.js";

/** How work is stopped and how it goes on. */
export interface StopOptions {
  /** Stops the work: the promise is then rejected with {@link Interrupted}, which holds a checkpoint. */
  readonly signal?: AbortSignal;
  /** A checkpoint of the same work, seed and configuration to go on from. */
  readonly resume?: Uint8Array;
}

/** A part of the work that a checkpoint holds. */
export interface Part {
  save(): Saved;
  /** Takes what `save` gave. @throws Error for anything else */
  restore(saved: Saved): void;
}

/** A part that is an object of plain data. */
export function plainPart(state: object): Part {
  return {
    save: () => ({ state, arrays: {} }),
    restore: (saved) => void Object.assign(state, saved.state),
  };
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

/** Owns stopping, the checkpoint and going on, for work that is made of parts. */
export class Resumable {
  /** Whether the work goes on from a checkpoint, which all parts have taken in. */
  readonly resumed: boolean;
  readonly #phase: string;
  readonly #setting: Setting;
  readonly #signal?: AbortSignal;
  readonly #parts: Readonly<Record<string, Part>>;
  readonly #reached: () => Reached;
  readonly #breathe = breather();
  readonly #started: number; // on the clock of performance.now()

  /**
   * @param phase what is under way: "teacher", "student", "joint" or "proximal"
   * @param setting what must be the same to go on
   * @param parts all that the work changes, by names of their own
   * @param reached says how far the work is
   * @throws CheckpointError for a checkpoint that is damaged or of other work
   */
  constructor(
    phase: string,
    setting: Setting,
    { signal, resume }: StopOptions,
    parts: Readonly<Record<string, Part>>,
    reached: () => Reached,
  ) {
    this.#phase = phase;
    this.#setting = setting;
    this.#signal = signal;
    this.#parts = parts;
    this.#reached = reached;
    this.resumed = resume !== undefined;
    let wallSeconds = 0;
    if (resume !== undefined) {
      const restore = mapped(parts, (part) => (saved: Saved) => part.restore(saved));
      wallSeconds = readCheckpoint(resume, phase, setting, restore).wallSeconds;
    }
    this.#started = performance.now() - 1000 * wallSeconds;
  }

  /** The time that the work has taken, in seconds, without what lay between a stop and going on. */
  get wallSeconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  /**
   * A place at which the work may stop: between two steps, where all parts fit together. What it returns, if anything, is to
   * be awaited: others then have their turn.
   * @throws Interrupted, or a promise that is rejected with it, where the signal asks to stop
   */
  turn(): Promise<void> | undefined {
    const pause = this.#breathe();
    if (pause) return pause.then(() => this.#stopIfAsked());
    this.#stopIfAsked();
    return undefined;
  }

  #stopIfAsked(): void {
    if (this.#signal?.aborted) throw new Interrupted(this.#checkpoint());
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
