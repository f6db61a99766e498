// MinAtar's games against recorded episodes of the reference, with its draws, and what all games share.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { RandomSource } from "../../src/env/env.js";
import type { RandomFrom } from "../../src/env/episode.js";
import { Asterix, Breakout, Freeway, MinAtar, Seaquest, SpaceInvaders } from "../../src/env/minatar/index.js";
import { Pcg64 } from "../../src/env/random.js";
import { environmentIds, makeEnv } from "../../src/env/registry.js";

/** One call of the reference's generator: numpy.random.RandomState. */
type Draw = [
  method: "rand" | "randint",
  args: number[],
  result: number | number[],
  keywords?: { low: number; high: number },
];

interface Trace {
  readonly seed: number;
  readonly policy: string;
  readonly reset_draws: Draw[];
  readonly actions: number[];
  /** Indices of the bits that are set. */
  readonly observations: number[][];
  readonly observations_every?: number;
  readonly rewards: number[];
  readonly terminated: boolean[];
  readonly truncated: boolean[];
  readonly draws: Draw[][];
}

const golden = (name: string) => JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), "utf8"));

/** Returns of 100 episodes of random actions, for each game. */
const recordedReturns = golden("returns").returns;

const games = [
  { name: "Asterix", make: () => new Asterix(), trace: "minatar_asterix", channels: 4 },
  { name: "Breakout", make: () => new Breakout(), trace: "minatar_breakout", channels: 4 },
  { name: "Freeway", make: () => new Freeway(), trace: "minatar_freeway", channels: 7 },
  { name: "Seaquest", make: () => new Seaquest(), trace: "minatar_seaquest", channels: 10 },
  { name: "SpaceInvaders", make: () => new SpaceInvaders(), trace: "minatar_space_invaders", channels: 6 },
];

const allActions = [0, 1, 2, 3, 4, 5];

/** Answers from recorded draws, and refuses a draw of another kind or range than was recorded. */
class Playback implements RandomSource {
  readonly #draws: { range: readonly number[]; value: number }[] = [];

  add(draws: readonly Draw[]): void {
    for (const [method, positional, result, keywords] of draws) {
      const args = keywords === undefined ? positional : [keywords.low, keywords.high];
      const range = method === "rand" ? [0, 1] : args.length === 1 ? [0, args[0]] : args.slice(0, 2);
      for (const value of [result].flat()) this.#draws.push({ range: [method === "rand" ? 0 : 1, ...range], value });
    }
  }

  get left(): number {
    return this.#draws.length;
  }

  random = () => this.#next(0, 0, 1);
  integers = (low: number, high: number) => this.#next(1, low, high);
  uniform = () => expect.fail("no game draws so");
  choice = this.uniform;
  normal = this.uniform;
  permutation = this.uniform;

  #next(...range: number[]): number {
    const draw = this.#draws.shift();
    expect(draw?.range).toEqual(range);
    return draw!.value;
  }
}

const bits = (observation: Float32Array) => [...observation.keys()].filter((i) => observation[i] !== 0);

describe.each(games)("$name", ({ name, make, trace: file, channels }) => {
  const traces: Trace[] = golden(file).traces;
  const withAll = (randomFrom?: RandomFrom) => new MinAtar(`MinAtar/${name}-v0`, make(), allActions, randomFrom);

  test.each(traces)("replays seed $seed, $policy", (trace) => {
    const playback = new Playback();
    const env = withAll(() => playback);
    playback.add(trace.reset_draws);
    const every = trace.observations_every ?? 1;
    expect(bits(env.reset({ seed: trace.seed }))).toEqual(trace.observations[0]);
    const last = trace.actions.length - 1;
    let seen = 1;
    trace.actions.forEach((action, i) => {
      playback.add(trace.draws[i]);
      const { observation, reward, terminated, truncated } = env.step(action);
      expect(playback.left).toBe(0);
      expect({ step: i, reward, terminated, truncated }).toEqual({
        step: i,
        reward: trace.rewards[i],
        terminated: trace.terminated[i],
        truncated: trace.truncated[i],
      });
      if ((i + 1) % every === 0 || terminated) expect([i, bits(observation)]).toEqual([i, trace.observations[seen++]]);
    });
    expect(seen).toBe(trace.observations.length);
    if (trace.terminated[last]) expect(() => env.step(0)).toThrow("after the episode's end");
  });

  test("has two ids: the actions that matter, and all six", () => {
    const [minimal, all] = [makeEnv(`MinAtar/${name}-v1`), makeEnv(`MinAtar/${name}-v0`)];
    expect(environmentIds()).toEqual(expect.arrayContaining([minimal.id, all.id]));
    expect(all.actionNames).toEqual(["no-op", "left", "up", "right", "down", "fire"]);
    expect(minimal.actionNames).toEqual(make().minimalActions.map((action) => all.actionNames[action]));
    expect(minimal.actionCount).toBe(minimal.actionNames.length);
    for (const env of [minimal, all]) {
      expect(env.observationSize).toBe(100 * channels);
      expect(env.featureNames.length).toBe(env.observationSize);
      expect(new Set(env.featureNames).size).toBe(env.observationSize);
      expect(env.byteObservations).toBe(true);
    }
  });

  // Three combined standard errors of the means, the reference's generator being another one.
  test("scores under random actions as the reference does", () => {
    const env = withAll();
    const actions = new Pcg64(1);
    const episodes = name === "Freeway" ? 100 : 2000;
    const returns: number[] = [];
    let steps = 0;
    for (let seed = 0; seed < episodes; seed++) {
      env.reset({ seed });
      for (let sum = 0; ; ) {
        const { reward, terminated } = env.step(actions.integers(0, 6));
        sum += reward;
        steps++;
        if (terminated) {
          returns.push(sum);
          break;
        }
      }
    }
    const mean = returns.reduce((a, b) => a + b) / episodes;
    const variance = returns.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (episodes - 1);
    const { mean: recorded, sem, episode_length_mean: length } = recordedReturns[file].random;
    expect(Math.abs(mean - recorded)).toBeLessThan(3 * Math.hypot(Math.sqrt(variance / episodes), sem));
    expect(Math.abs(steps / episodes / length - 1)).toBeLessThan(0.15);
  });
});

/** Draws that are always the same: the number given, and the lower bound of whole numbers. */
function constant(number: number): RandomSource {
  const unused = () => expect.fail("no game draws so");
  return {
    random: () => number,
    integers: (low) => low,
    uniform: unused,
    choice: unused,
    normal: unused,
    permutation: unused,
  };
}

/** Column of Breakout's paddle. */
const paddle = (observation: Float32Array) => bits(observation).find((bit) => bit >= 360 && bit % 4 === 0)! / 4 - 90;

test("a sticky action is the last one executed, which only a reset with a seed clears", () => {
  let number = 0.1;
  const source = { ...constant(0), random: () => number };
  const env = new MinAtar("MinAtar/Breakout-v1", new Breakout(), undefined, () => source);
  const [left, right] = [1, 2];
  expect(paddle(env.reset({ seed: 1 }))).toBe(4);
  expect(paddle(env.step(right).observation)).toBe(5);
  number = 0.0999;
  expect(paddle(env.step(left).observation)).toBe(6);
  env.reset();
  expect(paddle(env.step(left).observation)).toBe(5);
  env.reset({ seed: 1 });
  expect(paddle(env.step(left).observation)).toBe(4);
});

test("is truncated after 10,000 steps where the game goes on", () => {
  const endless = { channels: [], minimalActions: [0], terminated: false, reset() {}, act: () => 1, draw() {} };
  const env = new MinAtar("MinAtar/Endless-v1", endless);
  env.reset();
  for (let step = 1; step < 10_000; step++) expect(env.step(0).truncated).toBe(false);
  expect(env.step(0)).toMatchObject({ truncated: true, terminated: false });
});

test("draws a square for each cell, in the colour of the first thing in it", () => {
  const env = new MinAtar("MinAtar/Breakout-v1", new Breakout());
  env.reset({ seed: 0 });
  const { bounds, shapes } = env.render();
  expect(bounds).toEqual([0, 0, 10, 10]);
  const fills = shapes.map((shape) => (shape.kind === "polygon" ? shape.fill : expect.fail(shape.kind)));
  expect(fills.length).toBe(100);
  expect(new Set(fills.slice(11, 30)).size).toBe(1);
  // empty, brick, ball, paddle
  expect(new Set(fills).size).toBe(4);
  // the ball begins in the lowest row of bricks, at the left or at the right
  const ball = fills[30] === fills[29] ? 39 : 30;
  expect([30, 39].filter((cell) => fills[cell] !== fills[29])).toEqual([ball]);
});

test("Seaquest: six divers are worth the oxygen that is left, and leave the count one short", () => {
  // Every 30 steps a diver comes from the right in row 1, and every enemy is a fish in row 8.
  let draws = 0;
  const source = {
    ...constant(0),
    random: () => {
      draws++;
      return 0.9;
    },
    integers: (low: number, high: number) => {
      const enemy = draws === 2;
      draws = 0;
      return enemy ? high - 1 : low;
    },
  };
  const game = new Seaquest();
  const act = (action: number, times = 1) => {
    let reward = 0;
    for (let i = 0; i < times; i++) reward += game.act(action, source);
    return reward;
  };
  const gauge = (channel: number) => {
    const observation = new Float32Array(1000);
    game.draw(observation);
    return bits(observation).filter((bit) => bit >= 900 && bit % 10 === channel).length;
  };
  const [noop, up, right, down] = [0, 2, 3, 4];
  game.reset();
  act(right, 29);
  // From the 30th step on below the surface, in the divers' row.
  act(down);
  for (let divers = 1; divers <= 6; divers++) {
    if (divers > 1) act(noop, 29);
    act(noop);
    expect(gauge(8)).toBe(divers);
  }
  // 152 steps' oxygen of 200 is used.
  expect(gauge(7)).toBe(2);
  expect(act(up)).toBe(2);
  expect([gauge(7), gauge(8), game.terminated]).toEqual([10, 0, false]);
  act(down);
  act(noop, 29);
  expect([gauge(8), game.terminated]).toEqual([0, false]);
  act(up);
  expect(game.terminated).toBe(true);
});
