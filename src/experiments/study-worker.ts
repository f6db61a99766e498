// What a worker does with the jobs of a study: it runs the study of that name.
import "../env/all.js";
import type { Job } from "../training/job.js";
import { type EnvFile, registerEnvFile } from "./env-file.js";
import type { Outcome, Study } from "./study.js";
import { doStudyJob } from "./study-jobs.js";
import { FolderTeachers } from "./teachers.js";
import type { Prepare } from "./worker.js";

/** What it is given when it starts. */
export interface StudyContext {
  /** The URL of a module that exports `studies`. */
  readonly module: string;
  /** The folder of the teachers. */
  readonly teachers: string;
  /** Files with environments of the user's own. */
  readonly envFiles?: readonly EnvFile[];
}

/** Registers the environments and imports the studies. */
export const prepare: Prepare<Job<object>, Outcome | null> = async (
  { module, teachers: folder, envFiles = [] }: StudyContext,
  signal,
) => {
  for (const file of envFiles) await registerEnvFile(file);
  const { studies } = (await import(module)) as { studies: readonly Study[] };
  const place = { studies, teachers: new FolderTeachers(folder, signal), signal };
  return (job) => doStudyJob(job, place);
};
