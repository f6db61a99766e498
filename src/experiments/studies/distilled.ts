// What several studies do with a cell: distil the preset's teacher as the cell says, and compare the student with it.
import { distill } from "../../distill/student.js";
import { compareAsync } from "../../evaluate/compare.js";
import type { Cell, Outcome, TeacherStore } from "../study.js";

/** One attempt, so that no cell gains from re-initialised students; 100 unseen episodes for each. */
export async function distilled(
  { env, settings }: Cell,
  seed: number,
  teachers: TeacherStore,
  signal?: AbortSignal,
): Promise<Outcome> {
  const teacher = await teachers.teacher(env, seed);
  const student = await distill(teacher, { ...settings, attempts: 1, seed, signal });
  const { returnRatio, qMse, qR2, actionAgreement, actionFlipRate, ...evaluations } = await compareAsync(
    teacher,
    student,
    {
      env,
      seed,
      signal,
    },
  );
  return {
    scores: {
      returnRatio,
      studentMean: evaluations.student.mean,
      studentMin: evaluations.student.min,
      teacherMean: evaluations.teacher.mean,
      qMse,
      qR2,
      actionAgreement,
      actionFlipRate,
      parameters: student.parameters.length,
      envSteps: student.envSteps,
    },
  };
}
