// What a worker's thread does: the jobs of studies, and of searches for options and for the smallest student.
import "../env/all.js";
import { type AttemptJob, runAttempt } from "../distill/attempt.js";
import { doStudyJob } from "../experiments/study-jobs.js";
import { KeptTeachers } from "../experiments/teachers.js";
import type { Prepare } from "../experiments/worker.js";
import { attemptWork, type Job, tuneWork } from "../training/job.js";
import { runTrial, type TrialJob } from "../tune/trial.js";
import { chosenStore, importModules, lateStore, type PlaceOptions } from "./place.js";

/** What a thread is given when it starts: plain data. */
export interface ThreadContext extends PlaceOptions {
  readonly url: string;
}

export const prepare: Prepare<Job<object>, unknown> = async ({ url, ...options }: ThreadContext, signal) => {
  const studies = await importModules(options.modules);
  const store = (await chosenStore(options)) ?? lateStore(url);
  const teachers = new KeptTeachers(store, { signal, checkpoints: store });
  return (job) => {
    if (job.study === tuneWork) {
      const trial = job as TrialJob;
      return runTrial(trial, { source: trial.configuration.env, signal, checkpoints: store });
    }
    if (job.study === attemptWork) {
      const attempt = job as AttemptJob;
      return runAttempt(attempt, { source: attempt.configuration.env, store, signal, checkpoints: store });
    }
    return doStudyJob(job, { studies, teachers, signal });
  };
};
