// What is done with the jobs of studies: a cell is run, or a teacher is trained that cells need.
import { needObject } from "../core/needed.js";
import { type Job, teacherWork } from "../training/job.js";
import { isOutcome, type StudyJob } from "./results.js";
import type { Outcome, Study, TeacherStore } from "./study.js";
import type { TeacherJob } from "./teachers.js";

/** What surrounds a job of a study. */
export interface StudyPlace {
  readonly studies: readonly Study[];
  readonly teachers: TeacherStore;
  readonly signal: AbortSignal;
}

/** Does a job of a study. What a teacher's gives is the teacher in the store. */
export async function doStudyJob(job: Job<object>, { studies, teachers, signal }: StudyPlace): Promise<Outcome | null> {
  if (job.study === teacherWork) {
    const { seed, configuration } = job as TeacherJob;
    (await teachers.teacher(configuration.env, seed, configuration.teacher)).dispose();
    return null;
  }
  const { cell, seed, configuration } = job as StudyJob;
  const { env, settings } = configuration;
  const study = studies.find(({ name }) => name === job.study) as Study;
  const outcome = await study.run({ name: cell, env, settings }, seed, teachers, signal);
  needObject("its result", outcome, "an object with scores");
  if (!isOutcome(outcome)) throw new Error("its result has numbers that are not finite");
  return outcome;
}
