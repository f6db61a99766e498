// Environments of Gymnasium, in Python, as environments of this library.
import { ConfigError } from "../core/config-error.js";
import { need, needObject, described as shown } from "../core/needed.js";
import { mostCopies } from "../env/custom.js";
import type { CustomEnv, CustomStep, ResetOptions } from "../env/env.js";
import { type Answer, commands, type Described, describePlayed, type Played, Player } from "./player.node.js";

/** Options of {@link gymnasium}. */
export interface GymnasiumOptions {
  /** The Python that has gymnasium; by default QSTILL_PYTHON of the process's environment, or else `python3`. */
  readonly python?: string;
  /** What the environment is made with: the keyword arguments of `gymnasium.make`, as plain data. */
  readonly kwargs?: Readonly<Record<string, unknown>>;
  /**
   * How many copies `trainTeacher`, `distill`, `evaluateAsync` and `compareAsync` play side by side, unless their own
   * option `copies` says it; 1 by default.
   */
  readonly copies?: number;
}

/** A function that makes copies of an environment of Gymnasium. One Python process plays all of them. */
export interface GymnasiumSource {
  /** Makes a new copy. The first call starts Python for a moment, to learn its sizes. @throws ConfigError if it cannot be played */
  (): CustomEnv;
  /** Ends the process. A `reset` would start it again. Without this call it ends with this process, which it does not keep alive. */
  close(): void;
}

/**
 * An environment of Gymnasium, for everything that takes an environment. It answers later: `evaluateAsync` and
 * `compareAsync` wait for it. The process starts with the first `reset`. The time limit is that of `gymnasium.make`.
 * Observations are flattened in the order of `gymnasium.spaces.flatten`. The mask of actions is `info["action_mask"]`.
 * @param id what `gymnasium.make` takes: `"CartPole-v1"`, or `"my_module:MyEnv-v0"`, whose module Python imports from
 * the working directory. `"./my_env.py:MyEnv"` is a class or a function in a file that makes the environment
 */
export function gymnasium(id: string, options: GymnasiumOptions = {}): GymnasiumSource {
  need(typeof id === "string" && id !== "", "id", id, 'an environment of Gymnasium, such as "CartPole-v1",');
  needObject("options", options);
  const { python = defaultPython(), kwargs = {}, copies } = options;
  need(typeof python === "string" && python !== "", "python", python, "the path of a Python");
  needObject("kwargs", kwargs);
  needPlain("kwargs", kwargs);
  if (copies !== undefined && !(Number.isInteger(copies) && copies >= 1 && copies <= mostCopies)) {
    throw new ConfigError(`copies is ${shown(copies)}: a whole number from 1 to ${mostCopies} is allowed`);
  }
  const troupe = new Troupe({ name: `${prefix}${id}`, id, kwargs, python }, copies);
  return Object.assign(() => troupe.copy(), { close: () => troupe.close() });
}

/** What stands before the id of an environment of Gymnasium where other environments have ids, too. */
export const prefix = "gymnasium:";

/** @throws TypeError for what JSON does not hold as it is. @param around the objects that it is in */
function needPlain(name: string, value: unknown, around: readonly unknown[] = []): void {
  if (value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value)) return;
  const isObject = typeof value === "object" && [Object.prototype, null].includes(Object.getPrototypeOf(value));
  need((Array.isArray(value) || isObject) && !around.includes(value), name, value, "plain JSON data");
  for (const [key, each] of Object.entries(value as object)) {
    const isLeftOut = each === undefined && isObject; // as JSON does
    if (!isLeftOut) needPlain(Array.isArray(value) ? `${name}[${key}]` : `${name}.${key}`, each, [...around, value]);
  }
}

function defaultPython(): string {
  return process.env.QSTILL_PYTHON || (process.platform === "win32" ? "python" : "python3");
}

/** The copies of an environment, and the process that plays them. */
class Troupe {
  readonly #played: Played;
  readonly #copies: number | undefined;
  #described: Described | undefined;
  #player: Player | undefined;
  #made = 0;
  /** A copy that nobody has any longer is closed in Python, too. */
  readonly #lost = new FinalizationRegistry<number>((copy) => {
    if (this.#player?.alive) this.#player.ask(copy, commands.close, 0).catch(() => {});
  });

  constructor(played: Played, copies: number | undefined) {
    this.#played = played;
    this.#copies = copies;
  }

  copy(): CustomEnv {
    this.#described ??= describePlayed(this.#played);
    const number = this.#made++;
    const copy = new Copy(this.#played.name, this.#described, this.#copies, number, this);
    this.#lost.register(copy, number);
    return copy;
  }

  /** The process; a new one if the last one has ended. */
  player(): Player {
    if (!this.#player?.alive) this.#player = new Player(this.#played, this.#described as Described);
    return this.#player;
  }

  close(): void {
    this.#player?.close();
  }
}

/** A copy. Whoever made it checks what it answers. */
class Copy implements CustomEnv {
  readonly id: string;
  readonly observationSize: number;
  readonly actionCount: number;
  readonly maxEpisodeSteps: number | undefined;
  readonly featureNames: readonly string[];
  readonly actionNames: readonly string[];
  readonly byteObservations: boolean;
  readonly copies: number | undefined;
  actionMask: Uint8Array | undefined;
  readonly #number: number;
  readonly #troupe: Troupe;
  /** Where its episode is played. */
  #player: Player | undefined;

  constructor(id: string, described: Described, copies: number | undefined, number: number, troupe: Troupe) {
    this.id = id;
    this.observationSize = described.observationSize;
    this.actionCount = described.actionCount;
    this.maxEpisodeSteps = described.maxEpisodeSteps ?? undefined;
    this.featureNames = described.featureNames;
    this.actionNames = described.actionNames;
    this.byteObservations = described.binary;
    this.copies = copies;
    this.#number = number;
    this.#troupe = troupe;
  }

  async reset({ seed }: ResetOptions = {}): Promise<ArrayLike<number>> {
    this.#player = this.#troupe.player();
    const command = seed === undefined ? commands.reset : commands.reseed;
    const answer = await this.#player.ask(this.#number, command, seed ?? 0);
    this.actionMask = answer.mask;
    return answer.observation;
  }

  async step(action: number): Promise<CustomStep> {
    if (this.#player === undefined) throw new Error("step() before the first reset(): call reset() first");
    const answer: Answer = await this.#player.ask(this.#number, commands.step, action);
    this.actionMask = answer.mask;
    return answer;
  }
}
