// Where states come from: who acts in an episode, what a step leaves behind, and td's targets from it.
import { describe, expect, it } from "vitest";
import { collectTransitions, studentShare, tdTargets } from "../../src/distill/states.js";
import { atOnce } from "../../src/env/pauses.js";
import { resolveEnv } from "../../src/env/registry.js";
import { corridor } from "./corridor.js";

/** Action 1 in the second step terminates. */
const threeSteps = () =>
  corridor((step, action) => ({ reward: 10 * step + action, terminated: step === 2 && action === 1 }));

const zero = { act: () => 0 };
const one = { act: () => 1 };
const collect = (share: number, count: number, exploration = 0, seed = 3) =>
  atOnce(
    collectTransitions(
      resolveEnv(threeSteps),
      { teacher: zero, student: one },
      { seed, firstEpisode: 0, count, exploration, share },
    ),
  );

describe("collectTransitions", () => {
  it("keeps each step whole, the last of an episode with its own next state", () => {
    const teacher = collect(0, 4);
    expect([...teacher.states]).toEqual([0, -1, 1, 0, 2, 0, 0, -1]);
    expect([...teacher.nextStates]).toEqual([1, 0, 2, 0, 3, 0, 1, 0]);
    expect([...teacher.actions]).toEqual([0, 0, 0, 0]);
    expect([...teacher.rewards]).toEqual([10, 20, 30, 10]);
    expect([...teacher.terminated]).toEqual([0, 0, 0, 0]);
    expect(teacher.nextEpisode).toBe(2);
    const student = collect(1, 4);
    expect([...student.nextStates]).toEqual([1, 1, 2, 1, 1, 1, 2, 1]);
    expect([...student.terminated]).toEqual([0, 1, 0, 1]);
  });

  it("lets a coin decide for each episode, the same for the same seed", () => {
    const episodes = (steps: { actions: Uint32Array; states: Float32Array }) =>
      [...steps.actions].filter((_, i) => steps.states[2 * i] === 0);
    const half = collect(0.5, 2000);
    const students = episodes(half).reduce((a, b) => a + b);
    // standard deviation of a share of some 800 episodes: 0.018
    expect(Math.abs(students / episodes(half).length - 0.5)).toBeLessThan(0.08);
    const rare = collect(0.1, 2000);
    expect(Math.abs(episodes(rare).reduce((a, b) => a + b) / episodes(rare).length - 0.1)).toBeLessThan(0.05);
    // within an episode nobody changes
    for (const [i, action] of half.actions.entries()) {
      if (half.states[2 * i] > 0) expect(action).toBe(half.actions[i - 1]);
    }
    expect(collect(0.5, 2000)).toEqual(half);
    expect(collect(0.5, 2000, 0, 4).actions).not.toEqual(half.actions);
  });

  it("notes the action that was taken, a random one too", () => {
    const { actions, nextStates } = collect(0, 500, 0.5);
    for (const [i, action] of actions.entries()) expect(nextStates[2 * i + 1]).toBe(action);
    expect(actions.reduce((a, b) => a + b)).toBeGreaterThan(75);
  });
});

it("the student's share rises linearly over the rounds where states are mixed", () => {
  const shares = (source: "teacher" | "student" | "mixed", rounds: number) =>
    Array.from({ length: rounds }, (_, round) => studentShare(source, round, rounds));
  expect(shares("teacher", 3)).toEqual([0, 0, 0]);
  expect(shares("student", 3)).toEqual([0, 1, 1]);
  expect(shares("mixed", 5)).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect(shares("mixed", 1)).toEqual([0]);
});

it("td's targets bootstrap through the time limit and not through termination", () => {
  // the teacher answers (step, 2·action): the larger is the step but where the action is 1 in the first
  const answer = (states: Float32Array) => states.map((value, i) => (i % 2 === 0 ? value : 2 * value));
  const teacher = tdTargets(collect(0, 4), answer, 0.5);
  expect([...teacher.actions]).toEqual([0, 0, 0, 0]);
  expect([...teacher.values]).toEqual([10 + 0.5, 20 + 0.5 * 2, 30 + 0.5 * 3, 10 + 0.5]);
  const student = tdTargets(collect(1, 2), answer, 0.5);
  expect([...student.actions]).toEqual([1, 1]);
  expect([...student.values]).toEqual([11 + 0.5 * 2, 21]);
});
