// The episodes of a training: one after another, and again from a checkpoint.
import fc from "fast-check";
import { expect, it } from "vitest";
import type { CustomEnv } from "../../src/env/env.js";
import { resolveEnv } from "../../src/env/registry.js";
import { episodeSeed, purposes } from "../../src/env/seeds.js";
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

const seedOf = (episode: number) => episodeSeed(5, purposes.train, episode);

it("have the train seeds in order, from the first", () => {
  const resets: number[] = [];
  const episodes = new Episodes(remembering(resets), 5);
  expect(episodes.begun).toBe(0);
  expect([...episodes.begin()]).toEqual([seedOf(0) % 4096, 0]);
  episodes.step(2);
  episodes.begin();
  episodes.begin();
  expect(episodes.begun).toBe(3);
  expect(resets).toEqual([0, 1, 2].map(seedOf));
});

it("give what the environment gives", () => {
  const episodes = new Episodes(remembering(), 5);
  episodes.begin();
  expect(episodes.step(2)).toMatchObject({ reward: 2, terminated: false });
});

it("that are restored stand where they stood, and go on alike", () => {
  const action = fc.nat(2);
  fc.assert(
    fc.property(fc.array(fc.array(action, { maxLength: 6 }), { minLength: 1, maxLength: 4 }), action, (all, next) => {
      const straight = new Episodes(remembering(), 5);
      for (const actions of all) {
        straight.begin();
        for (const action of actions) straight.step(action);
      }
      const saved = JSON.parse(JSON.stringify(straight.save()));
      const resets: number[] = [];
      const again = new Episodes(remembering(resets), 5);
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
  const episodes = new Episodes(remembering(resets), 5);
  const saved = new Episodes(remembering(), 5).save();
  expect(saved.state).toEqual({ begun: 0, actions: [] });
  episodes.restore(saved);
  expect(resets).toEqual([]);
  episodes.begin();
  expect(resets).toEqual([seedOf(0)]);
});
