// What a worker does with the jobs of a study: it runs the study of that name.
import "../env/all.js";
import { type EnvFile, registerEnvFile } from "./env-file.js";
import { isOutcome, type StudyJob } from "./results.js";
import type { Outcome, Study } from "./study.js";
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
export const prepare: Prepare<StudyJob, Outcome> = async (
  { module, teachers: folder, envFiles = [] }: StudyContext,
  signal,
) => {
  for (const file of envFiles) await registerEnvFile(file);
  const { studies } = (await import(module)) as { studies: readonly Study[] };
  const teachers = new FolderTeachers(folder, signal);
  return async ({ study: name, cell, seed, configuration: { env, settings } }) => {
    const study = studies.find((each) => each.name === name) as Study;
    const outcome = await study.run({ name: cell, env, settings }, seed, teachers, signal);
    if (!isOutcome(outcome)) throw new Error("its result has numbers that are not finite");
    return outcome;
  };
};
