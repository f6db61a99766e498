// Masks where a network teaches another from a replay memory: a guide and a learner that is followed. What they answer
// for forbidden actions changes nothing.
import { describe, expect, it } from "vitest";
import { Follower } from "../../src/core/follower.js";
import { Guide } from "../../src/core/guide.js";
import { Learner } from "../../src/core/learner.js";
import { Network } from "../../src/core/network.js";

const widths = [2, 5, 3];
const parameterCount = 3 * 5 + 6 * 3;
const lastBias = parameterCount - 3;
const numbers = (count: number, step: number) =>
  Float32Array.from({ length: count }, (_, i) => (((i + 1) * step) % 41) / 20 - 1);

/** Action 1 is never allowed, action 2 in every second row. */
const someForbidden = (row: number) => Uint8Array.of(1, 0, row % 2);
const allAllowed = () => Uint8Array.of(1, 1, 1);

/** A learner whose replay memory holds 40 steps, in which only action 0 is taken. */
function learner(mask?: (row: number) => Uint8Array): Learner {
  const made = new Learner({
    ...{ widths, batchSize: 19, bufferSize: 60, nStep: 1, gamma: 0.9, huberDelta: 0, tau: 1, targetUpdateInterval: 1 },
  });
  made.initialise(Uint32Array.of(1, 2, 3, 4));
  const observations = numbers(2 * 41, 17);
  const seen = (row: number) => observations.subarray(2 * row, 2 * row + 2);
  let at = made.begin(seen(0), mask?.(0));
  for (let row = 1; row <= 40; row++) at = made.record(at, 0, row % 3, seen(row), false, row === 40, mask?.(row));
  return made;
}

describe.each([{ mse: 0.5 }, { "cross-entropy": 2 }])("a guide with loss %o", (loss) => {
  const learned = (shift: number, mask?: (row: number) => Uint8Array) => {
    const parameters = numbers(parameterCount, 13);
    parameters[lastBias + 1] += shift; // the teacher's Q-value of action 1
    const network = new Network(widths, 1);
    network.setParameters(parameters);
    const [[name, weight]] = Object.entries(loss) as ["mse" | "cross-entropy", number][];
    const guide = new Guide(network, { batchSize: 19, loss: name, weight, temperature: 0.5 });
    const student = learner(mask);
    student.guideBy(guide);
    const losses = [student.step(1, 1e-2), student.step(4, 1e-2)];
    const result = [...losses, ...student.parameters()];
    for (const each of [student, guide, network]) each.dispose();
    return result;
  };

  it("counts allowed actions only", () => {
    const expected = learned(0, someForbidden);
    for (const shift of [1, -50, 1e6, -3e30]) expect(learned(shift, someForbidden)).toEqual(expected);
    expect(learned(1)).not.toEqual(learned(0));
  });

  it("gives the very bits of no mask where all actions are allowed", () => {
    expect(learned(0, allAllowed)).toEqual(learned(0));
  });

  it("leaves the outputs of a forbidden action as they are", () => {
    const student = learner(someForbidden);
    const before = student.parameters();
    student.dispose();
    const [, , ...after] = learned(0, someForbidden);
    const last = (parameters: ArrayLike<number>) =>
      Array.from({ length: 6 }, (_, row) => parameters[3 * 5 + 3 * row + 1]);
    expect(last(after)).toEqual(last(before));
  });
});

describe("a follower", () => {
  const followed = (shift: number, mask?: (row: number) => Uint8Array) => {
    const teacher = learner(mask);
    const parameters = teacher.parameters();
    parameters[lastBias + 1] += shift;
    teacher.start(parameters);
    const student = new Follower([2, 4, 3], 19);
    student.initialise(Uint32Array.of(5, 6, 7, 8));
    const losses = [student.follow(teacher, 1, 1e-2), student.follow(teacher, 4, 1e-2)];
    const result = [...losses, ...student.parameters()];
    for (const each of [student, teacher]) each.dispose();
    return result;
  };

  it("bootstraps by the best allowed action", () => {
    const expected = followed(0, someForbidden);
    for (const shift of [1, 50, 1e6]) expect(followed(shift, someForbidden)).toEqual(expected);
    expect(followed(50)).not.toEqual(followed(0));
  });

  it("gives the very bits of no mask where all actions are allowed", () => {
    expect(followed(0, allAllowed)).toEqual(followed(0));
  });
});
