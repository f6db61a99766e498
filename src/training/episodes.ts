// The episodes that a learner learns from, in one or more copies of an environment. A checkpoint can restore them.

import type { AnyEnv, StepResult } from "../env/env.js";
import type { Pauses } from "../env/pauses.js";
import { episodeSeed, purposes } from "../env/seeds.js";
import type { RecordedStep } from "./acting.js";
import { CheckpointError, type Saved } from "./checkpoint.js";
import { Experience } from "./experience.js";
import type { Part } from "./resumable.js";

/** What acts in an episode and records its steps. */
export interface Actor {
  readonly id: number;
  act(): number;
  step(step: RecordedStep): void;
  end(): void;
}

/** What begins episodes, and knows the open ones by their ids. A checkpoint must restore it first. */
export interface Actors {
  readonly episodes: ReadonlyMap<number, Actor>;
  begin(observation: ArrayLike<number>, options: { readonly mask?: ArrayLike<number> }): Actor;
  /** A copy of the newest observation of an open episode, shape (observationSize). */
  newest(id: number): Float32Array | Uint8Array;
}

/** A copy of the environment, and its open episode. */
interface Copy {
  readonly env: AnyEnv;
  actor: Actor | undefined;
  /** The number of its episode, from 0 on, over all copies. */
  number: number;
  /** The actions of its episode that were recorded. */
  actions: number[];
  /** The sum of their rewards. */
  gained: number;
  /** What the latest reset and the latest action led to, and that action. */
  first: Float32Array | Promise<Float32Array> | undefined;
  answer: StepResult | Promise<StepResult> | undefined;
  chosen: number;
}

/**
 * Environments in training. They step in rounds: all actions are chosen in the order of the copies, all answers are
 * awaited, and they are recorded in the order of the copies. So the same seed and as many copies give the same order,
 * however long an answer takes. An open episode is saved as its actions; restoring takes them again. Where that is not
 * possible, because the environment answers later or is not repeatable, open episodes end as truncated.
 */
export class Episodes implements Part {
  /** What has happened in them. */
  readonly experience: Experience;
  readonly #copies: readonly Copy[];
  readonly #seed: number;
  readonly #actors: Actors;
  #begun = 0;
  #longest = 1;
  #repeatable: boolean;

  /**
   * @param envs the copies; all are the same environment
   * @param randomSteps so many of the first steps are uniformly random actions
   */
  constructor(envs: readonly AnyEnv[], seed: number, actors: Actors, randomSteps = 0) {
    this.experience = new Experience(randomSteps);
    this.#copies = envs.map((env) => ({
      ...{ env, actor: undefined, number: 0, actions: [], gained: 0 },
      ...{ first: undefined, answer: undefined, chosen: 0 },
    }));
    this.#seed = seed;
    this.#actors = actors;
    this.#repeatable = envs[0].repeatable !== false;
  }

  /** The number of episodes that have begun. */
  get begun(): number {
    return this.#begun;
  }

  /** The length of the longest episode so far, in steps. */
  get longest(): number {
    return this.#longest;
  }

  /** The steps so far of the open episode that has most. */
  get open(): number {
    return this.#copies.reduce((most, { actor, actions }) => Math.max(most, actor ? actions.length : 0), 0);
  }

  /** Whether open episodes can be taken again after a stop. */
  get repeatable(): boolean {
    return this.#repeatable;
  }

  /** The latest step of the first copy; valid until its next one. */
  get latest(): StepResult {
    return this.#copies[0].answer as StepResult;
  }

  /**
   * A round: a step of each copy, at most `most`. Then each copy whose episode has ended begins another one.
   * @returns a promise if an environment answers later
   */
  round(pauses: Pauses, most: number): Promise<void> | undefined {
    const stepping = this.step(pauses, Math.min(most, this.#copies.length));
    return stepping === undefined ? this.begin(pauses) : stepping.then(() => this.begin(pauses));
  }

  /** Begins an episode in each copy that has none. @returns a promise if one answers later */
  begin(pauses: Pauses): Promise<void> | undefined {
    let waits = false;
    for (const copy of this.#copies) {
      if (copy.actor !== undefined) continue;
      copy.number = this.#begun++;
      copy.first = copy.env.reset({ seed: this.#seedOf(copy) });
      if (copy.first instanceof Promise) {
        copy.first.catch(ignored);
        waits = true;
      }
    }
    if (waits) return this.#beginLater(pauses);
    for (const copy of this.#copies) this.#start(copy);
    return undefined;
  }

  /** A step of each of the first `count` copies. @returns a promise if one answers later */
  step(pauses: Pauses, count = 1): Promise<void> | undefined {
    let waits = false;
    for (let i = 0; i < count; i++) {
      const copy = this.#copies[i];
      copy.chosen = (copy.actor as Actor).act();
      copy.answer = copy.env.step(copy.chosen);
      if (copy.answer instanceof Promise) {
        copy.answer.catch(ignored);
        waits = true;
      }
    }
    if (waits) return this.#stepLater(pauses, count);
    for (let i = 0; i < count; i++) this.#record(this.#copies[i]);
    return undefined;
  }

  save(): Saved {
    const copies = this.#copies.map(({ actor, number }) => ({ episode: actor?.id ?? null, number }));
    const actions = this.#copies.map((copy, i) => [`actions${i}`, wordBytes(copy.actions)]);
    return {
      state: {
        ...{ begun: this.#begun, longest: this.#longest, repeatable: this.#repeatable, copies },
        experience: this.experience.seen,
      },
      arrays: Object.fromEntries(actions),
    };
  }

  /** @throws CheckpointError if the environment does not come to the newest observation of an open episode again */
  restore({ state, arrays }: Saved): void {
    const { begun, longest, repeatable, copies, experience } = state as Record<string, unknown>;
    if (!Number.isSafeInteger(begun) || (begun as number) < 0) throw new Error("it has no number of episodes");
    if (!Number.isSafeInteger(longest) || (longest as number) < 1) throw new Error("it has no longest episode");
    if (!Array.isArray(copies) || copies.length !== this.#copies.length) throw new Error("it has other copies");
    this.experience.restore(Object(experience));
    this.#begun = begun as number;
    this.#longest = longest as number;
    this.#repeatable = repeatable === true;
    if (!this.#repeatable) {
      for (const actor of [...this.#actors.episodes.values()]) actor.end();
      return;
    }
    for (const [i, { episode, number }] of (copies as { episode: number | null; number: number }[]).entries()) {
      if (episode === null) continue;
      const actions = arrays[`actions${i}`];
      const actor = this.#actors.episodes.get(episode);
      if (!(actions instanceof Uint8Array) || actor === undefined || !(number >= 0 && number < this.#begun)) {
        throw new Error("an open episode is missing");
      }
      const copy = this.#copies[i];
      Object.assign(copy, { actor, number, actions: words(actions), gained: 0 });
      this.#takeAgain(copy, episode);
    }
  }

  #start(copy: Copy): void {
    const { first, env } = copy;
    if (first === undefined) return; // its episode goes on
    copy.first = undefined;
    copy.actor = this.#actors.begin(first as Float32Array, { mask: env.actionMask });
    copy.actions = [];
    copy.gained = 0;
  }

  #record(copy: Copy): void {
    const { env, chosen } = copy;
    const result = copy.answer as StepResult;
    const mask = env.actionMask;
    (copy.actor as Actor).step(mask === undefined ? result : { ...result, mask });
    copy.actions.push(chosen);
    copy.gained += result.reward;
    this.#longest = Math.max(this.#longest, copy.actions.length);
    if (!result.terminated && !result.truncated) {
      this.experience.went(result.reward);
      return;
    }
    this.experience.ended(result.reward, copy.gained, copy.actions.length);
    copy.actor = undefined;
  }

  async #beginLater(pauses: Pauses): Promise<void> {
    const copies = this.#copies;
    this.#repeatable = false;
    const all = copies.map(({ first }) => first);
    const firsts = await pauses.wait(Promise.all(all)).catch((error) => {
      for (const copy of copies) copy.first = undefined; // without an actor, they begin again
      throw error;
    });
    for (const [i, copy] of copies.entries()) copy.first = firsts[i];
    for (const copy of copies) this.#start(copy);
  }

  async #stepLater(pauses: Pauses, count: number): Promise<void> {
    const copies = this.#copies.slice(0, count);
    this.#repeatable = false;
    const answers = await pauses.wait(Promise.all(copies.map(({ answer }) => answer)));
    for (const [i, copy] of copies.entries()) copy.answer = answers[i];
    for (const copy of copies) this.#record(copy);
  }

  /** Takes the actions of a restored episode again: its newest observation must be the one in the memory. */
  #takeAgain(copy: Copy, episode: number): void {
    const { env, actions } = copy;
    let observation: Float32Array | Promise<Float32Array> = env.reset({ seed: this.#seedOf(copy) });
    for (const action of actions) {
      if (observation instanceof Promise) break;
      const answer = env.step(action);
      observation = answer instanceof Promise ? answer.then((result) => result.observation) : answer.observation;
      if (!(answer instanceof Promise)) copy.gained += answer.reward;
    }
    const held = this.#actors.newest(episode);
    const now = observation;
    if (!(now instanceof Promise) && held.every((value, i) => Object.is(value, Math.fround(now[i])))) return;
    if (now instanceof Promise) now.catch(ignored); // nobody will wait for it
    throw new CheckpointError(
      `${env.id} does not repeat its episodes: after the same seed and ${actions.length} actions it gave another observation than before, so work cannot go on from a checkpoint in it: say so with repeatable: false`,
    );
  }

  #seedOf({ number }: Copy): number {
    return episodeSeed(this.#seed, purposes.train, number);
  }
}

/** For a promise that nobody waits for if another copy fails in the same round. */
function ignored(): void {}

/** Whole numbers as little-endian bytes, 4 each. */
function wordBytes(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (const [i, value] of values.entries()) view.setUint32(4 * i, value, true);
  return new Uint8Array(view.buffer);
}

function words(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length >> 2 }, (_, i) => view.getUint32(4 * i, true));
}
