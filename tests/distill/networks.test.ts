// The networks along the way: each evaluated one is told, and the best of them is the one that is kept.
import { expect, it } from "vitest";
import { distill } from "../../src/distill/student.js";
import { trainTeacher } from "../../src/dqn/teacher.js";
import type { NetworkListener, TrainingEvent } from "../../src/training/events.js";
import { shortStudent, shortTeacher } from "../short-training.js";

function listen() {
  const networks: { parameters: Float32Array; envSteps: number; mean: number }[] = [];
  const evaluations: { envSteps: number; mean: number; best: boolean }[] = [];
  const onNetwork: NetworkListener = (parameters, envSteps, mean) => networks.push({ parameters, envSteps, mean });
  const onEvent = (event: TrainingEvent) => {
    if (event.kind === "evaluation") evaluations.push(event);
  };
  const expectKept = (kept: Float32Array) => {
    expect(networks.map(({ envSteps, mean }) => [envSteps, mean])).toEqual(
      evaluations.map(({ envSteps, mean }) => [envSteps, mean]),
    );
    const best = evaluations.findLastIndex((evaluation) => evaluation.best);
    expect(networks[best].parameters).toEqual(kept);
  };
  return { networks, onNetwork, onEvent, expectKept };
}

it("of a teacher and of a student", async () => {
  const ofTeacher = listen();
  const { onNetwork, onEvent } = ofTeacher;
  const teacher = await trainTeacher("CartPole-v1", { ...shortTeacher, seed: 7, onNetwork, onEvent });
  const different = ({ networks }: typeof ofTeacher) =>
    new Set(networks.map(({ parameters }) => parameters.join())).size;
  expect(different(ofTeacher)).toBe(3);
  ofTeacher.expectKept(teacher.parameters);

  const ofStudent = listen();
  const { onNetwork: onStudent, onEvent: onStudentEvent } = ofStudent;
  const options = { ...shortStudent, attempts: 1, seed: 7, onNetwork: onStudent, onEvent: onStudentEvent };
  const student = await distill(teacher, options);
  expect(ofStudent.networks).toHaveLength(4);
  expect(different(ofStudent)).toBe(4);
  ofStudent.expectKept(student.parameters);
});
