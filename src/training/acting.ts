// A learner that acts: in any number of open episodes it chooses actions and records what they led to.
import type { Learner } from "../core/learner.js";
import { described } from "../core/needed.js";
import { shown } from "../evaluate/checks.js";
import { checkMask } from "../model/observations.js";
import type { Saved } from "./checkpoint.js";
import { blockPart, type Part } from "./resumable.js";

/** What a step led to. */
export interface RecordedStep {
  /** The new observation, shape (observationSize). */
  readonly observation: ArrayLike<number>;
  readonly reward: number;
  /** The task ended. No reward follows, so a target does not bootstrap. */
  readonly terminated: boolean;
  /** Something else ended the episode, such as a time limit. A target still bootstraps. If both are true, terminated decides. */
  readonly truncated?: boolean;
  /** Which actions are allowed now, shape (actionCount): 1 = allowed, 0 = forbidden; all are if it is undefined. */
  readonly mask?: ArrayLike<number>;
  /** The action that was really taken, if it is not the one that `act` gave. */
  readonly action?: number;
}

/** Where an open episode stands: plain data, which a checkpoint holds. */
interface Place {
  readonly id: number;
  /** The row of its newest observation in the replay memory; −1 after its end. */
  row: number;
  /** The number of steps recorded. */
  steps: number;
  /** The action that `act` gave; null if none was asked for since the last step. */
  action: number | null;
}

/** How a learner acts. */
export interface Acting {
  readonly learner: Learner;
  readonly actionCount: number;
  /** The largest number of steps for which a random action is repeated. */
  readonly longest: number;
  /** The share of random steps now, ε. */
  epsilon(): number;
  /** Called after each step that was recorded. */
  recorded?(): void;
}

/** How a learner acts in an episode, which says when it has ended. */
interface ActingIn extends Acting {
  /** The mean number of steps for which a random action is repeated. */
  readonly meanRepeat: number;
  ended(id: number): void;
}

/** An open episode, in which an agent acts. */
export class AgentEpisode {
  readonly #acting: ActingIn;
  readonly #place: Place;

  /** Not to be called: `agent.begin` makes episodes. */
  constructor(acting: ActingIn, place: Place) {
    this.#acting = acting;
    this.#place = place;
  }

  /** Its number: an agent's episodes are counted from 0 on. */
  get id(): number {
    return this.#place.id;
  }

  /**
   * The ε-greedy action at the newest observation, of those that are allowed.
   * @param options `explore`: false for the greedy action; true by default
   * @throws Error after the episode's end
   */
  act(options?: { readonly explore?: boolean }): number {
    const acting = this.#acting;
    const { learner, longest, meanRepeat } = acting;
    const row = this.#row();
    const explores = options?.explore !== false;
    const action = explores ? learner.act(row, chance(acting.epsilon(), meanRepeat), longest) : learner.greedy(row);
    this.#place.action = action;
    return action;
  }

  /**
   * Records what that action, or `action` if another one was really taken, led to.
   * @throws RangeError or TypeError in one line for a step that is not as it must be, and for a forbidden action; Error
   * without an action, and after the episode's end. Then nothing is recorded
   */
  step(step: RecordedStep): void {
    if (typeof step !== "object" || step === null) {
      throw new TypeError(`${this.#said()}: step is ${described(step)}: an object is needed`);
    }
    const { observation, reward, terminated, truncated = false, mask, action } = step;
    const place = this.#place;
    const row = this.#row();
    const acting = this.#acting;
    const taken = action ?? place.action;
    if (taken === null) throw new Error(`${this.#said()}: no action was taken: call act(), or give { action }`);
    if (action !== undefined) this.#checkAction(action, row);
    if (typeof reward !== "number" || !Number.isFinite(Math.fround(reward))) {
      throw new RangeError(`${this.#said()}: reward is ${described(reward)}: a number that float32 can hold is needed`);
    }
    if (typeof terminated !== "boolean") this.#refuse("terminated", terminated);
    if (typeof truncated !== "boolean") this.#refuse("truncated", truncated);
    try {
      if (taken !== (place.action ?? taken)) acting.learner.depart(row);
      const allowed = terminated ? undefined : mask; // after the end a mask means nothing
      if (allowed !== undefined) checkMask(allowed, acting.actionCount);
      place.row = acting.learner.record(row, taken, reward, observation, terminated, truncated, allowed);
    } catch (error) {
      throw located(error, this.#said());
    }
    place.steps++;
    place.action = null;
    if (terminated || truncated) this.#close();
    acting.recorded?.();
  }

  /**
   * Closes an episode that nobody goes on with: it counts as truncated at its newest observation.
   * @throws Error after the episode's end
   */
  end(): void {
    this.#acting.learner.end(this.#row());
    this.#close();
  }

  #row(): number {
    const { row, id } = this.#place;
    if (row < 0) throw new Error(`episode ${id} has ended: begin another one`);
    return row;
  }

  #close(): void {
    this.#place.row = -1;
    this.#acting.ended(this.#place.id);
  }

  #checkAction(action: number, row: number): void {
    const { actionCount, learner } = this.#acting;
    if (action >>> 0 !== action || action >= actionCount) {
      const allowed = `a whole number from 0 to ${actionCount - 1} is allowed`;
      throw new RangeError(`${this.#said()}: action is ${shown(action)}: ${allowed}`);
    }
    if (!learner.allows(row, action))
      throw new RangeError(`${this.#said()}: action ${action} is forbidden by the mask`);
  }

  #refuse(name: string, given: unknown): never {
    throw new TypeError(`${this.#said()}: ${name} is ${described(given)}: true or false is needed`);
  }

  #said(): string {
    return `episode ${this.#place.id}, step ${this.#place.steps + 1}`;
  }
}

/** A learner that acts, and its open episodes. */
export class ActingLearner implements Part {
  readonly #acting: ActingIn;
  readonly #open = new Map<number, { readonly place: Place; readonly episode: AgentEpisode }>();
  readonly #mostEpisodes: number;
  #begun = 0;

  /** @param acting its learner must be new */
  constructor(acting: Acting, { bufferSize, nStep }: { readonly bufferSize: number; readonly nStep: number }) {
    const ended = (id: number) => this.#open.delete(id);
    this.#acting = { ...acting, meanRepeat: meanDuration(acting.longest), ended };
    this.#mostEpisodes = mostEpisodes(bufferSize, nStep);
  }

  /** The open episodes, by their ids. */
  get episodes(): ReadonlyMap<number, AgentEpisode> {
    return new Map(Array.from(this.#open, ([id, { episode }]) => [id, episode]));
  }

  /**
   * An episode begins with this observation, shape (observationSize).
   * @param options `mask`: which actions are allowed, shape (actionCount): 1 = allowed, 0 = forbidden
   * @throws RangeError for an observation or a mask that is not as it must be, and if too many episodes are open
   */
  begin(observation: ArrayLike<number>, { mask }: { readonly mask?: ArrayLike<number> } = {}): AgentEpisode {
    const open = this.#open.size;
    if (open >= this.#mostEpisodes) {
      throw new RangeError(
        `${open} episodes are open: with this bufferSize and nStep at most ${this.#mostEpisodes} are allowed: end some, or choose a larger bufferSize`,
      );
    }
    const id = this.#begun;
    const { learner, actionCount } = this.#acting;
    try {
      if (mask !== undefined) checkMask(mask, actionCount);
      const row = learner.begin(observation, mask);
      this.#begun++;
      return this.#episode({ id, row, steps: 0, action: null });
    } catch (error) {
      throw located(error, `episode ${id}`);
    }
  }

  /** A copy of the newest observation of an open episode, shape (observationSize). */
  newest(id: number): Float32Array | Uint8Array {
    const open = this.#open.get(id);
    if (open === undefined) throw new Error(`episode ${id} is not open`);
    return this.#acting.learner.newest(open.place.row);
  }

  save(): Saved {
    const { learner } = this.#acting;
    const episodes = Array.from(this.#open.values(), ({ place }) => place);
    return {
      state: { begun: this.#begun, masked: learner.masked, episodes },
      arrays: blockPart(learner).save().arrays,
    };
  }

  /** What {@link save} gives, without the replay memory and the open episodes, whose steps are in it. */
  saveWithoutMemory(): Saved {
    const state = { begun: this.#begun, masked: false, episodes: [] };
    return { state, arrays: { block: this.#acting.learner.saveWithoutMemory() } };
  }

  restore(saved: Saved): void {
    const { learner, actionCount } = this.#acting;
    const { begun, masked, episodes } = saved.state as { begun: number; masked: boolean; episodes: Place[] };
    if (masked === true) learner.useMasks();
    blockPart(learner).restore(saved);
    if (!isCount(begun) || !Array.isArray(episodes)) throw new Error("it does not say which episodes are open");
    this.#begun = begun;
    this.#open.clear();
    for (const { id, row, steps, action } of episodes) {
      const isOpen =
        isCount(id) && id < begun && !this.#open.has(id) && isCount(row) && row < learner.filled && isCount(steps);
      const acts = action === null || (isCount(action) && action < actionCount);
      if (!isOpen || !acts) throw new Error(`its open episode ${shown(id)} cannot be`);
      this.#episode({ id, row, steps, action });
    }
    if (!learner.holdsEpisodes(episodes.map(({ row }) => row)))
      throw new Error("its open episodes are not in the memory");
  }

  dispose(): void {
    this.#acting.learner.dispose();
  }

  #episode(place: Place): AgentEpisode {
    const episode = new AgentEpisode(this.#acting, place);
    this.#open.set(place.id, { place, episode });
    return episode;
  }
}

/** The mean number of steps for which a random action is repeated: P(n ≥ k) = 1/k up to the longest, as in the core. */
function meanDuration(longest: number): number {
  let mean = 0;
  for (let k = 1; k <= longest; k++) mean += 1 / k;
  return mean;
}

/** How likely a random action is chosen where none is repeated, so that a share ε of all steps is random. */
function chance(epsilon: number, meanRepeat: number): number {
  return epsilon / (1 + (1 - epsilon) * (meanRepeat - 1));
}

/** The same error; if it is a refusal, it says where. */
function located(error: unknown, where: string): unknown {
  return error instanceof RangeError ? new RangeError(`${where}: ${error.message}`) : error;
}

/** The largest number of episodes that may be open: each keeps nStep rows for itself, and as many must be left. */
export function mostEpisodes(bufferSize: number, nStep: number): number {
  return Math.floor((bufferSize - 2) / nStep);
}

/** Whether it is a whole number from 0 on. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
