// What a student can learn from: who is refused as a teacher, and which answers are.
import { describe, expect, it } from "vitest";
import { checkLabeller, checkStatesLabeller, type Labeller, labelled } from "../../src/distill/labeller.js";

const act = () => 0;
const answering = (answer: unknown) => ({ widths: [2, 3], qValuesOfMany: () => answer as Float32Array });
const whole = (teacher: unknown) => checkLabeller(teacher as Labeller);
const forStates = (teacher: unknown) => checkStatesLabeller(teacher as Labeller);

describe("a teacher", () => {
  it.each([undefined, null, "model", {}, { act }, answering([]), Promise.resolve()])("cannot be %o", (teacher) => {
    expect(() => whole(teacher)).toThrow(/^teacher is .*: a model, which has act and qValuesOfMany, is needed/);
  });

  it("acts and gives Q-values", () => {
    whole({ act, ...answering([]) });
  });
});

describe("a teacher in given states", () => {
  it.each([undefined, null, "model", {}, { act, widths: [2, 3] }])("cannot be %o", (teacher) => {
    expect(() => forStates(teacher)).toThrow(/^teacher is .*: a model, which has widths and qValuesOfMany, is needed/);
  });

  it.each([undefined, null, "2,3", [], [2], [2, 0], [0, 2], [2, -1, 3], ["a", 3]])("has no widths %o", (widths) => {
    expect(() => forStates({ ...answering([]), widths })).toThrow(
      /^the teacher's widths is .*: a list of its observation size, hidden widths and action count is needed/,
    );
  });

  it.each([[[2, 3]], [[1, 1]], [[2, 5, 3]]])("has the widths %j and gives Q-values", (widths) => {
    forStates({ ...answering([]), widths });
  });
});

describe("its Q-values", () => {
  const ask = (answer: unknown) => labelled(answering(answer), new Float32Array(4), Uint32Array.of(7, 9), 3);

  it("are one finite number for each action", () => {
    const answer = Float32Array.of(1, 2, 3, 4, 5, 6);
    expect(ask(answer)).toBe(answer);
  });

  it.each([
    [undefined, "no"],
    [null, "no"],
    [[], "0"],
    [new Float32Array(3), "3"],
    [new Float32Array(7), "7"],
  ])("are not %o", (answer, count) => {
    expect(() => ask(answer)).toThrow(`gave ${count} numbers for 2 states: 3 for each state are needed`);
  });

  it.each([
    [0, Number.NaN, "action 0 in state 7"],
    [2, Number.POSITIVE_INFINITY, "action 2 in state 7"],
    [4, Number.NEGATIVE_INFINITY, "action 1 in state 9"],
  ])("are refused where number %i is %d", (at, value, where) => {
    const answer = Float32Array.of(1, 2, 3, 4, 5, 6);
    answer[at] = value;
    expect(() => ask(answer)).toThrow(`the teacher's Q-value of ${where} is ${value}: a finite number is needed`);
  });
});
