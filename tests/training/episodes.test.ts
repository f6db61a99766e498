// The episodes of a training: one after another, and again from a checkpoint.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CustomEnv } from "../../src/env/env.js";
import { resolveEnv } from "../../src/env/registry.js";
import { episodeSeed, purposes } from "../../src/env/seeds.js";
import { CheckpointError, readCheckpoint, type Saved, writeCheckpoint } from "../../src/training/checkpoint.js";
import { Episodes } from "../../src/training/episodes.js";

/** An environment whose observation is all that has happened in the episode: its seed, then each action as a digit. */
function remembering(resets: number[] = []) {
  return resolveEnv((): CustomEnv => {
    let seed = 0;
    let digits = 0;
    return {
      id: "remembering",
      observationSize: 2,
      actionCount: 3,
      maxEpisodeSteps: 1_000_000,
      reset: (options) => {
        seed = options?.seed as number;
        resets.push(seed);
        digits = 0;
        return [seed % 4096, digits];
      },
      step: (action) => {
        digits = (4 * digits + action + 1) % 65536;
        return { observation: [seed % 4096, digits], reward: action, terminated: false };
      },
    };
  });
}

/** A replay memory that holds nothing. */
const nothing = { recent: () => undefined };

const seedOf = (episode: number) => episodeSeed(5, purposes.train, episode);

it("have the train seeds in order, from the first", () => {
  const resets: number[] = [];
  const episodes = new Episodes(remembering(resets), 5, nothing);
  expect(episodes.begun).toBe(0);
  expect([...episodes.begin()]).toEqual([seedOf(0) % 4096, 0]);
  episodes.step(2);
  episodes.begin();
  episodes.begin();
  expect(episodes.begun).toBe(3);
  expect(resets).toEqual([0, 1, 2].map(seedOf));
});

it("give what the environment gives", () => {
  const episodes = new Episodes(remembering(), 5, nothing);
  episodes.begin();
  expect(episodes.step(2)).toMatchObject({ reward: 2, terminated: false });
});

it("that are restored stand where they stood, and go on alike", () => {
  const action = fc.nat(2);
  fc.assert(
    fc.property(fc.array(fc.array(action, { maxLength: 6 }), { minLength: 1, maxLength: 4 }), action, (all, next) => {
      const straight = new Episodes(remembering(), 5, nothing);
      for (const actions of all) {
        straight.begin();
        for (const action of actions) straight.step(action);
      }
      const saved = straight.save();
      const resets: number[] = [];
      const again = new Episodes(remembering(resets), 5, nothing);
      again.restore(saved);
      expect(resets).toEqual([seedOf(all.length - 1)]);
      expect(again.save()).toEqual(straight.save());
      expect([...again.step(next).observation]).toEqual([...straight.step(next).observation]);
      expect([...again.begin()]).toEqual([...straight.begin()]);
      expect(again.save()).toEqual(straight.save());
    }),
    { numRuns: 30 },
  );
});

it("of which none had begun begin with the first", () => {
  const resets: number[] = [];
  const episodes = new Episodes(remembering(resets), 5, nothing);
  const saved = new Episodes(remembering(), 5, nothing).save();
  expect(saved.state).toEqual({ begun: 0 });
  episodes.restore(saved);
  expect(resets).toEqual([]);
  episodes.begin();
  expect(resets).toEqual([seedOf(0)]);
});

describe("are held against the replay memory", () => {
  /** The observations of an episode with these actions, the newest last. */
  function held(actions: number[]): Float32Array[] {
    const episodes = new Episodes(remembering(), 5, nothing);
    return [episodes.begin().slice(), ...actions.map((action) => episodes.step(action).observation.slice())];
  }
  function restore(actions: number[], memory: Float32Array[]): () => void {
    const episodes = new Episodes(remembering(), 5, nothing);
    episodes.begin();
    for (const action of actions) episodes.step(action);
    const again = new Episodes(remembering(), 5, { recent: (age) => memory[memory.length - 1 - age] });
    return () => again.restore(episodes.save());
  }

  it("as far as it holds them", () => {
    expect(restore([1, 2, 0], held([1, 2, 0]))).not.toThrow();
    expect(restore([1, 2, 0], held([1, 2, 0]).slice(2))).not.toThrow();
  });

  it("and an environment that does not repeat its episodes is noticed, at the step where it differs", () => {
    for (let step = 0; step < 4; step++) {
      const memory = held([1, 2, 0]);
      memory[step][1] += 1;
      expect(restore([1, 2, 0], memory)).toThrow(CheckpointError);
      expect(restore([1, 2, 0], memory)).toThrow(
        `remembering does not repeat its episodes: after the same seed and actions, step ${step} gave`,
      );
    }
  });
});

it("are refused where the file names no number of episodes, or no actions", () => {
  const restore = (saved: Saved) => () => new Episodes(remembering(), 5, nothing).restore(saved);
  for (const begun of [-1, 0.5, null, "1"]) {
    expect(restore({ state: { begun }, arrays: { actions: new Uint8Array() } })).toThrow("no number of episodes");
  }
  expect(restore({ state: { begun: 1 }, arrays: {} })).toThrow("the actions of the open episode are missing");
});

it("of any length are kept: 200,000 steps", () => {
  const straight = new Episodes(remembering(), 5, nothing);
  straight.begin();
  for (let i = 0; i < 200_000; i++) straight.step(i % 3);
  const checkpoint = { phase: "teacher", setting: {}, reached: { envSteps: 0, updates: 0, wallSeconds: 0 } };
  const bytes = writeCheckpoint({ ...checkpoint, parts: { episodes: straight.save() } });
  const again = new Episodes(remembering(), 5, nothing);
  readCheckpoint(bytes, "teacher", {}, { episodes: (saved) => again.restore(saved) });
  expect([...again.step(1).observation]).toEqual([...straight.step(1).observation]);
});
