// The losses of the core by the host's names: each is what its name says.
import { expect, it } from "vitest";
import { Distiller } from "../../src/core/distiller.js";
import { type LossName, lossNames } from "../../src/core/losses.js";

const teacher = [2.5, 0.2, -1.9];
const taken = 1;
const target = 0.7;
const temperature = 0.5;
const huberDelta = 1.25;

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function softmax(q: readonly number[], tau: number): number[] {
  const shares = q.map((value) => Math.exp(value / tau));
  return shares.map((share) => share / shares.reduce((sum, other) => sum + other, 0));
}

function crossEntropy(p: readonly number[], q: readonly number[]): number {
  return -p.reduce((sum, share, a) => sum + share * Math.log(q[a]), 0);
}

/** Each loss of one state, as assembly/losses.ts and its sources define it, from the student's Q-values. */
const definitions: Readonly<Record<LossName, (student: readonly number[]) => number>> = {
  mse: (student) => mean(student.map((q, a) => (q - teacher[a]) ** 2)),
  huber: (student) => mean(student.map((q, a) => huber(Math.abs(q - teacher[a])))),
  "cross-entropy": (student) => crossEntropy(softmax(teacher, temperature), softmax(student, temperature)),
  nll: (student) => -Math.log(softmax(student, 1)[teacher.indexOf(Math.max(...teacher))]),
  kl: (student) => {
    const p = softmax(teacher, temperature);
    return crossEntropy(p, softmax(student, 1)) - crossEntropy(p, p);
  },
  td: (student) => (student[taken] - target) ** 2,
};

function huber(size: number): number {
  return size <= huberDelta ? size ** 2 / 2 : huberDelta * (size - huberDelta / 2);
}

it.each(lossNames)("%s is the loss of that name in the core", (name) => {
  const loss = { [name]: 1 };
  const distiller = new Distiller({ widths: [1, 3], batchSize: 1, capacity: 1, loss, temperature, huberDelta });
  distiller.initialise(Uint32Array.of(1, 2, 3, 4));
  const targets = { actions: Uint32Array.of(taken), values: Float32Array.of(target) };
  distiller.add(Float32Array.of(0), Float32Array.from(teacher), targets);
  const student = [...distiller.parameters().slice(3)]; // at an observation of 0 the biases are the Q-values
  expect(distiller.step(1, 0)).toBeCloseTo(definitions[name](student), 5);
  distiller.dispose();
});
