// MiniGrid against episodes recorded from the reference: every draw, layout, view, state and reward, exactly.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { RandomSource } from "../../src/env/env.js";
import {
  Cell,
  doorKey5x5,
  empty8x8,
  fourRooms,
  type Grid,
  type Layout,
  lavaCrossing,
  MiniGrid,
  simpleCrossing,
} from "../../src/env/minigrid/index.js";
import { makeEnv } from "../../src/env/registry.js";

interface Trace {
  readonly seed: number;
  readonly policy: string;
  readonly max_steps: number;
  readonly width: number;
  readonly reset_draws: [method: string, args: unknown[], result: number | number[]][];
  readonly grid: string;
  readonly final_grid: string;
  readonly actions: number[];
  readonly observations: string[];
  readonly rewards: number[];
  readonly terminated: boolean[];
  readonly truncated: boolean[];
  readonly agent_states: [x: number, y: number, direction: number, carried: string | null][];
}

function recordedTraces(name: string): Trace[] {
  return JSON.parse(readFileSync(new URL(`../golden/minigrid_${name}.json`, import.meta.url), "utf8")).traces;
}

const environments: [layout: Layout, file: string][] = [
  [empty8x8, "empty_8x8"],
  [fourRooms, "fourrooms"],
  [doorKey5x5, "doorkey_5x5"],
  [lavaCrossing, "lavacrossings9n1"],
  [simpleCrossing, "simplecrossings9n1"],
];

const cases = environments.flatMap(([layout, file]) =>
  recordedTraces(file).map((trace) => ({ id: layout.id, seed: trace.seed, policy: trace.policy, layout, trace })),
);

/** How the reference encodes each {@link Cell}: object, colour and state, a hexadecimal digit each. */
const encodings = ["000", "100", "250", "810", "900", "540", "440", "441", "442"];

const encoded = (cells: Iterable<number>) => [...cells].map((cell) => encodings[cell]).join("");

function cellsOf(grid: Grid): number[] {
  return Array.from({ length: grid.size ** 2 }, (_, i) => grid.get(Math.floor(i / grid.size), i % grid.size));
}

const stateOf = ({ x, y, direction, carried }: Grid) => [
  x,
  y,
  direction,
  carried === Cell.empty ? null : encodings[carried],
];

/** The observation of a recorded view: eight features a cell, one of them 1 unless the cell is unseen, then the direction. */
function oneHot(view: string, direction: number): number[] {
  const features: number[] = [];
  for (let i = 0; i < view.length; i += 3) {
    const cell = encodings.indexOf(view.slice(i, i + 3));
    for (let value = 1; value < encodings.length; value++) features.push(Number(cell === value));
  }
  for (let value = 0; value < 4; value++) features.push(Number(direction === value));
  return features;
}

/** Answers from a trace's draws, each only to the very call that was recorded. */
function playedBack(trace: Trace): { random: RandomSource; left: () => number } {
  let next = 0;
  const answer = <Result>(method: string, args: unknown[]): Result => {
    const draw = trace.reset_draws[next++];
    expect([method, args]).toEqual([draw[0], draw[1]]);
    return draw[2] as Result;
  };
  const none = () => {
    throw new Error("the reference draws no such number");
  };
  const random: RandomSource = {
    integers: (low, high) => answer("integers", [low, high]),
    permutation: (count) => answer("shuffle_permutation", [count]),
    // Recorded is the chosen element of a range that begins with 1.
    choice: (count) => answer<number>("choice", [`range(1, ${count + 1})`]) - 1,
    random: none,
    uniform: none,
    normal: none,
  };
  return { random, left: () => trace.reset_draws.length - next };
}

function expectTrace(env: MiniGrid, trace: Trace): void {
  expect(env.maxEpisodeSteps).toBe(trace.max_steps);
  expect(env.grid.size).toBe(trace.width);
  let observation = env.reset({ seed: trace.seed });
  expect(encoded(cellsOf(env.grid))).toBe(trace.grid);
  const expectState = (index: number) => {
    const state = trace.agent_states[index];
    expect(stateOf(env.grid)).toEqual(state);
    expect(encoded(env.view)).toBe(trace.observations[index]);
    expect([...observation]).toEqual(oneHot(trace.observations[index], state[2]));
  };
  expectState(0);
  trace.actions.forEach((action, i) => {
    const result = env.step(action);
    observation = result.observation;
    expectState(i + 1);
    expect([result.reward, result.terminated, result.truncated]).toEqual([
      trace.rewards[i],
      trace.terminated[i],
      trace.truncated[i],
    ]);
  });
  expect(encoded(cellsOf(env.grid))).toBe(trace.final_grid);
  expect(() => env.step(0)).toThrow("after the episode's end");
}

test.each(cases)("$id replays seed $seed, $policy, from its recorded draws", ({ layout, trace }) => {
  const { random, left } = playedBack(trace);
  expectTrace(new MiniGrid(layout, () => random), trace);
  expect(left()).toBe(0);
});

test.each(cases)("$id replays seed $seed, $policy, from the seed", ({ layout, trace }) => {
  expectTrace(new MiniGrid(layout), trace);
});

describe.each(environments.map(([layout]) => layout))("$id", (layout) => {
  test("is registered, and names every feature and action once", () => {
    const env = makeEnv(layout.id);
    expect(env.id).toBe(layout.id);
    expect(env.byteObservations).toBe(true);
    expect(new Set(env.featureNames).size).toBe(env.observationSize);
    expect(new Set(env.actionNames).size).toBe(env.actionCount);
    expect(env.reset().length).toBe(env.observationSize);
  });

  test("draws a picture within its bounds", () => {
    const env = new MiniGrid(layout);
    env.reset({ seed: 1 });
    const { bounds, shapes } = env.render();
    expect(bounds).toEqual([0, 0, layout.size, layout.size]);
    const points = shapes.flatMap((shape) => {
      if (shape.kind === "circle") return [shape.centre];
      return shape.kind === "text" ? [shape.at] : shape.points;
    });
    for (const [x, y] of points) {
      expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
      expect(Math.max(x, y)).toBeLessThanOrEqual(layout.size);
    }
  });

  test("a seed starts over, and without one the draws go on", () => {
    const [first, second] = [new MiniGrid(layout), new MiniGrid(layout)];
    const worlds = (env: MiniGrid) => {
      env.reset({ seed: 7 });
      const before = [cellsOf(env.grid), stateOf(env.grid)];
      env.reset();
      return [...before, cellsOf(env.grid), stateOf(env.grid)];
    };
    expect(worlds(first)).toEqual(worlds(second));
    expect(worlds(first)).toEqual(worlds(second));
  });
});

/** An empty room with the agent in its corner (1, 1), looking right at what is put before it. */
function before(cell: number, carried: number = Cell.empty): MiniGrid {
  const env = new MiniGrid(empty8x8);
  env.reset();
  env.grid.set(2, 1, cell);
  env.grid.carried = carried;
  return env;
}

test("a locked door opens to who carries the key, then closes and opens to anyone", () => {
  const env = before(Cell.lockedDoor);
  const toggled = () => {
    env.step(5);
    return env.grid.get(2, 1);
  };
  expect(toggled()).toBe(Cell.lockedDoor);
  env.grid.carried = Cell.key;
  expect(toggled()).toBe(Cell.openDoor);
  expect(env.grid.carried).toBe(Cell.key);
  env.grid.carried = Cell.empty;
  expect([toggled(), toggled()]).toEqual([Cell.closedDoor, Cell.openDoor]);
});

test("a second key stays where it is, and nothing is dropped on something", () => {
  const env = before(Cell.key, Cell.key);
  env.step(3);
  env.step(4);
  expect([env.grid.get(2, 1), env.grid.carried]).toEqual([Cell.key, Cell.key]);
});

test("walls, keys and closed doors are not walked into", () => {
  for (const cell of [Cell.wall, Cell.key, Cell.closedDoor, Cell.lockedDoor]) {
    const env = before(cell);
    env.step(2);
    expect(env.grid.x).toBe(1);
  }
});

test("lava ends an episode without a reward", () => {
  expect(before(Cell.lava).step(2)).toMatchObject({ reward: 0, terminated: true, truncated: false });
});

test("the goal at the last step is worth a tenth, terminates and is truncated", () => {
  const env = before(Cell.goal);
  for (let step = 1; step < 256; step++) expect(env.step(6).truncated).toBe(false);
  expect(env.step(2)).toMatchObject({ reward: 1 - 0.9, terminated: true, truncated: true });
});
