// The episodes of a training, in one copy of an environment or more: in rounds, and again from a checkpoint.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AnyEnv, CustomEnv } from "../../src/env/env.js";
import { stoppable } from "../../src/env/pauses.js";
import { resolveAnyEnv } from "../../src/env/registry.js";
import { episodeSeed, purposes } from "../../src/env/seeds.js";
import type { RecordedStep } from "../../src/training/acting.js";
import { CheckpointError, readCheckpoint, type Saved, writeCheckpoint } from "../../src/training/checkpoint.js";
import { type Actor, type Actors, Episodes } from "../../src/training/episodes.js";

/**
 * An environment whose observation is all that has happened in the episode: its seed, then each action as a digit.
 * Action 3 ends it.
 */
function remembering(resets: number[] = [], given: Partial<CustomEnv> = {}): AnyEnv {
  return resolveAnyEnv((): CustomEnv => {
    let seed = 0;
    let digits = 0;
    return {
      id: "remembering",
      observationSize: 2,
      actionCount: 4,
      maxEpisodeSteps: 1_000_000,
      reset: (options) => {
        seed = options?.seed as number;
        resets.push(seed);
        digits = 0;
        return [seed % 4096, digits];
      },
      step: (action) => {
        digits = (4 * digits + action + 1) % 65536;
        return { observation: [seed % 4096, digits], reward: action, terminated: action === 3 };
      },
      ...given,
    };
  });
}

/** Actors that take these actions, one after another, whichever of them acts. They write down what they are told. */
class Scripted implements Actors {
  readonly episodes = new Map<number, Actor>();
  readonly log: string[] = [];
  readonly #newest = new Map<number, Float32Array>();
  readonly #actions: readonly number[];
  #acted = 0;
  #begun = 0;

  constructor(actions: readonly number[] = [0]) {
    this.#actions = actions;
  }

  begin(observation: ArrayLike<number>, { mask }: { readonly mask?: ArrayLike<number> }): Actor {
    this.#say(`begin ${this.#begun}`, observation, mask);
    return this.#episode(this.#begun++, observation);
  }

  newest(id: number): Float32Array {
    return this.#newest.get(id) as Float32Array;
  }

  /** The same actors after a checkpoint: the same open episodes, the same place in the script. */
  again(): Scripted {
    const again = new Scripted(this.#actions);
    again.#acted = this.#acted;
    again.#begun = this.#begun;
    for (const id of this.episodes.keys()) again.#episode(id, this.newest(id));
    return again;
  }

  #episode(id: number, observation: ArrayLike<number>): Actor {
    const actor = {
      id,
      act: () => this.#actions[this.#acted++ % this.#actions.length],
      step: ({ observation, reward, terminated, mask }: RecordedStep) => {
        this.#say(`step ${id}: ${reward}`, observation, mask);
        this.#newest.set(id, Float32Array.from(observation));
        if (terminated) this.episodes.delete(id);
      },
      end: () => {
        this.log.push(`end ${id}`);
        this.episodes.delete(id);
      },
    };
    this.episodes.set(id, actor);
    this.#newest.set(id, Float32Array.from(observation));
    return actor;
  }

  #say(what: string, observation: ArrayLike<number>, mask: ArrayLike<number> | undefined): void {
    this.log.push(`${what} → ${Array.from(observation)}${mask === undefined ? "" : ` of ${Array.from(mask)}`}`);
  }
}

const pauses = stoppable(undefined);
const seedOf = (episode: number) => episodeSeed(5, purposes.train, episode);
const first = (episode: number) => seedOf(episode) % 4096;
const copies = (count: number, resets?: number[]) => Array.from({ length: count }, () => remembering(resets));
const all = Number.POSITIVE_INFINITY;

/** Episodes in so many copies, after so many rounds. */
function played(count: number, actors: Scripted, rounds: number): Episodes {
  const episodes = new Episodes(copies(count), 5, actors);
  episodes.begin(pauses);
  for (let i = 0; i < rounds; i++) episodes.round(pauses, all);
  return episodes;
}

describe("begin", () => {
  it("with the train seeds in order, in the order of the copies, each where the one before has ended", () => {
    const resets: number[] = [];
    const episodes = new Episodes(copies(3, resets), 5, new Scripted([0, 3, 1, 3, 2, 3]));
    expect(episodes.begun).toBe(0);
    episodes.begin(pauses);
    expect(episodes.begun).toBe(3);
    episodes.begin(pauses); // all are open
    episodes.round(pauses, all); // the second one ends
    episodes.round(pauses, all); // the first and the third one end
    expect(episodes.begun).toBe(6);
    expect(resets).toEqual([0, 1, 2, 3, 4, 5].map(seedOf));
  });

  it("with the mask of the environment, which each step has, too", () => {
    const actors = new Scripted([2]);
    const episodes = new Episodes([remembering([], { actionMask: [0, 1, 1, 1] })], 5, actors);
    episodes.begin(pauses);
    episodes.round(pauses, all);
    expect(actors.log).toEqual([`begin 0 → ${first(0)},0 of 0,1,1,1`, `step 0: 2 → ${first(0)},3 of 0,1,1,1`]);
  });
});

describe("step in rounds", () => {
  it("in the order of the copies, recorded as the environment answers", () => {
    const actors = new Scripted([2, 0, 3]);
    const episodes = played(2, actors, 2);
    expect(actors.log).toEqual([
      ...[`begin 0 → ${first(0)},0`, `begin 1 → ${first(1)},0`],
      ...[`step 0: 2 → ${first(0)},3`, `step 1: 0 → ${first(1)},1`],
      ...[`step 0: 3 → ${first(0)},16`, `step 1: 2 → ${first(1)},7`],
      `begin 2 → ${first(2)},0`,
    ]);
    expect(episodes.latest).toMatchObject({ reward: 3, terminated: true });
  });

  it("but no more than are asked for", () => {
    const actors = new Scripted([1]);
    const episodes = played(3, actors, 0);
    episodes.round(pauses, 2);
    expect(actors.log.slice(3)).toEqual([`step 0: 1 → ${first(0)},2`, `step 1: 1 → ${first(1)},2`]);
  });
});

describe("of environments that answer later", () => {
  /** Answers each call when it is released. */
  function waiting(released: (() => void)[]): AnyEnv {
    const env = remembering();
    const later = <Answer>(answer: Answer): Promise<Answer> =>
      new Promise((resolve) => released.push(() => resolve(answer)));
    return {
      ...env,
      ...{ id: env.id, observationSize: 2, actionCount: 4 },
      reset: (options) => later(env.reset(options)),
      step: (action) => later(env.step(action)),
    } as AnyEnv;
  }

  it("are recorded in the order of the copies, whichever answers first", async () => {
    const script = [2, 0, 3, 1, 3];
    const straight = new Scripted(script);
    played(3, straight, 3);
    const released: (() => void)[] = [];
    const later = new Scripted(script);
    const episodes = new Episodes(
      [0, 1, 2].map(() => waiting(released)),
      5,
      later,
    );
    const release = async (work: Promise<void> | undefined) => {
      const done = Promise.resolve(work).then(() => true);
      while (!(await Promise.race([done, new Promise((resolve) => setImmediate(resolve))]))) {
        for (const each of released.splice(0).reverse()) each();
      }
    };
    await release(episodes.begin(pauses));
    for (let i = 0; i < 3; i++) await release(episodes.round(pauses, all));
    expect(later.log).toEqual(straight.log);
  });

  it("cannot be taken again: they end when work goes on", async () => {
    const actors = new Scripted([1]);
    const episodes = new Episodes([remembering([], { repeatable: false }), remembering()], 5, actors);
    expect(episodes.repeatable).toBe(false);
    episodes.begin(pauses);
    episodes.round(pauses, all);
    const resets: number[] = [];
    const after = actors.again();
    const again = new Episodes(copies(2, resets), 5, after);
    again.restore(episodes.save());
    expect(again.repeatable).toBe(false);
    expect([after.log, resets]).toEqual([["end 0", "end 1"], []]);
    again.begin(pauses);
    expect(resets).toEqual([2, 3].map(seedOf));
  });

  it("are known as such by their first answer", async () => {
    const answer = async () => [0, 0];
    const env = remembering([], { reset: answer });
    const episodes = new Episodes([env], 5, new Scripted());
    expect(episodes.repeatable).toBe(true);
    await episodes.begin(pauses);
    expect(episodes.repeatable).toBe(false);
  });
});

it("that are restored stand where they stood, and go on alike", () => {
  const script = fc.array(fc.nat(3), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(script, fc.integer({ min: 1, max: 3 }), fc.nat(8), (actions, count, rounds) => {
      const actors = new Scripted(actions);
      const straight = played(count, actors, rounds);
      const saved = straight.save();
      const after = actors.again();
      const again = new Episodes(copies(count), 5, after);
      again.restore(saved);
      expect(again.save()).toEqual(straight.save());
      const said = actors.log.length;
      for (const each of [straight, again]) for (let i = 0; i < 4; i++) each.round(pauses, all);
      expect(after.log).toEqual(actors.log.slice(said));
      expect(again.save()).toEqual(straight.save());
    }),
    { numRuns: 50 },
  );
});

it("of which none had begun begin with the first", () => {
  const resets: number[] = [];
  const episodes = new Episodes(copies(1, resets), 5, new Scripted());
  episodes.restore(new Episodes(copies(1), 5, new Scripted()).save());
  expect(resets).toEqual([]);
  episodes.begin(pauses);
  expect(resets).toEqual([seedOf(0)]);
});

it("of an environment that does not repeat them are noticed by their newest observation", () => {
  const actors = new Scripted([1, 2, 0]);
  const episodes = played(1, actors, 3);
  const restore = (env: AnyEnv) => () => new Episodes([env], 5, actors.again()).restore(episodes.save());
  expect(restore(remembering())).not.toThrow();
  const another = remembering([], { step: () => ({ observation: [0, 1], reward: 0, terminated: false }) });
  expect(restore(another)).toThrow(CheckpointError);
  expect(restore(another)).toThrow(
    "remembering does not repeat its episodes: after the same seed and 3 actions it gave another observation than before, so work cannot go on from a checkpoint in it: say so with repeatable: false",
  );
  const later = remembering([], { reset: () => Promise.reject(new Error("nobody waits for it")) });
  expect(restore(later)).toThrow("remembering does not repeat its episodes");
});

it("are refused where the file names no number of episodes, other copies, or no actions", () => {
  const actors = new Scripted([1]);
  const saved = played(2, actors, 3).save();
  const restore = (state: object, arrays = saved.arrays) => {
    const given: Saved = { state: { ...saved.state, ...state }, arrays };
    return () => new Episodes(copies(2), 5, actors.again()).restore(given);
  };
  expect(restore({})).not.toThrow();
  for (const begun of [-1, 0.5, null, "1"]) expect(restore({ begun })).toThrow("it has no number of episodes");
  for (const given of [undefined, null, 2, [{ episode: 0, number: 0 }]]) {
    expect(restore({ copies: given })).toThrow("it has other copies");
  }
  const missing = "an open episode is missing";
  expect(restore({}, {})).toThrow(missing);
  expect(restore({}, { ...saved.arrays, actions1: new Float32Array(3) })).toThrow(missing);
  const second = (given: object) => ({
    copies: [
      { episode: 0, number: 0 },
      { episode: 1, number: 1, ...given },
    ],
  });
  expect(restore(second({}))).not.toThrow();
  for (const given of [{ episode: 2 }, { episode: "1" }, { number: 2 }, { number: -1 }]) {
    expect(restore(second(given))).toThrow(missing);
  }
});

it("of any length are kept: 200,000 steps", () => {
  const actors = new Scripted([1, 2, 0, 0, 2]);
  const straight = played(1, actors, 200_000);
  const checkpoint = { phase: "teacher", setting: {}, reached: { envSteps: 0, updates: 0, wallSeconds: 0 } };
  const bytes = writeCheckpoint({ ...checkpoint, parts: { episodes: straight.save() } });
  const again = new Episodes(copies(1), 5, actors.again());
  readCheckpoint(bytes, "teacher", {}, { episodes: (saved) => again.restore(saved) });
  for (const each of [straight, again]) each.round(pauses, all);
  expect([...again.latest.observation]).toEqual([...straight.latest.observation]);
});
