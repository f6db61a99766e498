// Work that can be stopped and goes on bit for bit: its pauses, its checkpoint, and the time that it took.
import { Interrupted, type Reached, readCheckpoint, type Saved, type Setting, writeCheckpoint } from "./checkpoint.js";
import { breather } from "./pauses.js";

/** How work is stopped and continued. */
export interface StopOptions {
  /** Stops the work. The promise is then rejected with {@link Interrupted}, which holds a checkpoint. */
  readonly signal?: AbortSignal;
  /** The checkpoint to go on from. It must come from the same work, seed and configuration. */
  readonly resume?: Uint8Array;
}

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

/** Handles stopping, checkpoints and going on, for work that is made of parts. */
export class Resumable {
  /** Whether the work goes on from a checkpoint. All parts have then been restored. */
  readonly resumed: boolean;
  readonly #phase: string;
  readonly #setting: Setting;
  readonly #signal?: AbortSignal;
  readonly #parts: Readonly<Record<string, Part>>;
  readonly #reached: () => Reached;
  readonly #breathe = breather();
  readonly #started: number; // a time of performance.now()

  /**
   * @param phase the work: "teacher", "student", "joint" or "proximal"
   * @param setting what must be the same when work goes on
   * @param parts everything that the work changes; each part has a name of its own
   * @param reached says how far the work has come
   * @throws CheckpointError for a checkpoint that is damaged or belongs to other work
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
