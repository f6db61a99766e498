// The states that a student learns from: how many in each round, from whom, with which labels and targets, and again after a stop.
import { describe, expect, it } from "vitest";
import type { Targets } from "../../src/core/distiller.js";
import { Collector } from "../../src/distill/collector.js";
import type { Labeller } from "../../src/distill/labeller.js";
import { replayStates } from "../../src/distill/states.js";
import { atOnce } from "../../src/env/pauses.js";
import { resolveEnv } from "../../src/env/registry.js";
import { corridor } from "./corridor.js";

const threeSteps = () => corridor((step) => ({ reward: step, terminated: false }));

/** It answers with Q-values (step, 10 · action that led here). */
const teacher: Labeller = {
  environment: "corridor",
  widths: [2, 2],
  act: () => 0,
  qValuesOfMany: (states) => states.map((value, i) => (i % 2 === 0 ? value : 10 * value)),
};
const student = { act: () => 1 };
const config = { states: "student", envSteps: 10, rounds: 4, exploration: 0, loss: "mse", gamma: null } as const;

type Collected = { states: number[]; labels: number[]; targets: Targets | undefined };

function collecting(given: Partial<ConstructorParameters<typeof Collector>[2]> = {}, labeller: Labeller = teacher) {
  const rounds: Collected[] = [];
  const add = (states: Float32Array, labels: Float32Array, targets?: Targets) =>
    void rounds.push({ states: [...states], labels: [...labels], targets });
  const policies = { teacher: labeller, student };
  const collector = new Collector(resolveEnv(threeSteps), policies, { ...config, ...given }, 3, add);
  return { collector, rounds };
}

describe("each round", () => {
  it("brings the number of states up to its share, the first from the teacher, then from the student", () => {
    const { collector, rounds } = collecting();
    expect(collector.envSteps).toBe(0);
    const reached = [0, 1, 2, 3].map((round) => {
      atOnce(collector.collect(round));
      return collector.envSteps;
    });
    expect(reached).toEqual([2, 5, 7, 10]); // 10 · (1, 2, 3, 4) / 4, rounded down
    const start = [0, -1];
    const steps = (action: number) => [...start, 1, action, 2, action];
    expect(rounds.map(({ states }) => states)).toEqual([[...start, 1, 0], steps(1), steps(1).slice(0, 4), steps(1)]);
    expect(rounds[1].labels).toEqual([0, -10, 1, 10, 2, 10]);
    expect(rounds.map(({ targets }) => targets)).toEqual(Array(4).fill(undefined));
  });

  it("tells how long the longest episode was, and how many states there will be", () => {
    const { collector } = collecting({ envSteps: 11 });
    const told = () => [collector.longest, collector.total];
    expect(told()).toEqual([1, 11]);
    atOnce(collector.collect(0)); // two states: the episode is cut
    expect(told()).toEqual([2, 11]);
    const again = collecting({ envSteps: 11 }).collector;
    again.restore(collector.save());
    atOnce(again.collect(1));
    expect([again.longest, again.total]).toEqual([3, 11]);
    const observations = Float32Array.from({ length: 2 * 7 }, () => 0);
    const replaying = collecting({ states: "replay" }, { ...teacher, observations }).collector;
    atOnce(replaying.collect(0));
    expect([replaying.longest, replaying.total]).toEqual([1, 7]);
  });

  it("that was collected is not collected again", () => {
    const { collector, rounds } = collecting();
    atOnce(collector.collect(0));
    atOnce(collector.collect(0));
    expect(rounds).toHaveLength(1);
    atOnce(collector.collect(3));
    expect(rounds[1].states).toHaveLength(2 * 8);
  });

  it.each([
    ["teacher", [0, 0]],
    ["mixed", [0, 1]],
  ] as const)("of %s has its actions from where it should", (states, actions) => {
    const { collector, rounds } = collecting({ states, rounds: 2, envSteps: 6 });
    atOnce(collector.collect(0));
    atOnce(collector.collect(1));
    expect(rounds.map(({ states }) => states[3])).toEqual(actions);
  });

  it("explores as it is told to", () => {
    const { collector, rounds } = collecting({ exploration: 1, rounds: 1, envSteps: 300, states: "teacher" });
    atOnce(collector.collect(0));
    const led = rounds[0].states.filter((_, i) => i % 2 === 1);
    expect(led.filter((action) => action === 1).length).toBeGreaterThan(60); // 100 of 200 expected, deviation 7
  });
});

describe("targets", () => {
  const first = (loss: string, gamma: number | null, own?: unknown) => {
    const labeller = own === undefined ? teacher : { ...teacher, training: { config: { gamma: own } } };
    const { collector, rounds } = collecting({ loss, gamma, states: "teacher" }, labeller);
    atOnce(collector.collect(0));
    return rounds[0].targets;
  };

  it("are r + γ · max Q_T(s′) where the loss needs them", () => {
    const { actions, values } = first("kl+0.5*td", 0.5) as Targets;
    expect([...actions]).toEqual([0, 0]);
    expect([...values]).toEqual([1 + 0.5 * 1, 2 + 0.5 * 2]);
    expect(first("kl", 0.5)).toBeUndefined();
  });

  it("have the discount that is given, else the teacher's own where it is one, else 0.99", () => {
    const gammaOf = (gamma: number | null, own?: unknown) => (first("td", gamma, own) as Targets).values[0] - 1;
    expect(gammaOf(0.25, 0.5)).toBe(0.25);
    expect(gammaOf(0, 0.5)).toBe(0);
    expect(gammaOf(null, 0.5)).toBe(0.5);
    expect(gammaOf(null, 0)).toBe(0);
    for (const own of [undefined, "0.5", 1.5, null]) expect(gammaOf(null, own)).toBeCloseTo(0.99, 6);
  });
});

describe("replayed states", () => {
  const observations = Float32Array.from({ length: 14 }, (_, i) => i);

  it("are all taken in the first round, without a step", () => {
    const { collector, rounds } = collecting({ states: "replay", envSteps: 3 }, { ...teacher, observations });
    for (const round of [0, 1, 2]) atOnce(collector.collect(round));
    expect(rounds.map(({ states }) => states)).toEqual([[0, 1, 4, 5, 8, 9]]);
    expect(rounds[0].labels).toEqual([0, 10, 4, 50, 8, 90]);
    expect(collector.envSteps).toBe(0);
  });

  it("are spread evenly over the memory, all of it where it holds no more", () => {
    expect([...replayStates(observations, 2, 2)]).toEqual([0, 1, 6, 7]);
    expect([...replayStates(observations, 2, 7)]).toEqual([...observations]);
    expect([...replayStates(observations, 2, 99)]).toEqual([...observations]);
    expect([...replayStates(Uint8Array.of(1, 2, 3, 4), 1, 4)]).toEqual([1, 2, 3, 4]);
  });
});

it.each(["student", "mixed", "replay"] as const)(
  "of %s it goes on from what it saved as if it had not stopped",
  (states) => {
    const observations = Float32Array.from({ length: 14 }, (_, i) => i);
    const made = () => collecting({ states, exploration: 0.5 }, { ...teacher, observations });
    const straight = made();
    atOnce(straight.collector.collect(0));
    atOnce(straight.collector.collect(1));
    const again = made();
    again.collector.restore(JSON.parse(JSON.stringify(straight.collector.save())));
    expect(again.collector.envSteps).toBe(straight.collector.envSteps);
    for (const { collector } of [straight, again]) {
      atOnce(collector.collect(2));
      atOnce(collector.collect(3));
    }
    expect(again.rounds).toEqual(straight.rounds.slice(states === "replay" ? 1 : 2));
  },
);
