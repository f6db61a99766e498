// How jobs lie in the queue: their ids there, how often they are tried, and the jobs that wait for another one.
import type { FlowJob, JobsOptions } from "bullmq";
import { digestOf } from "../core/digest.js";
import { hexadecimal } from "../model/bytes.js";
import { type Job, jobId, release, type Step } from "../training/job.js";

/** The one queue of all jobs. */
export const queueName = "jobs";
export const prefix = "qstill";

/** Results and failures are kept for so long, in seconds: a week. */
const kept = 7 * 24 * 60 * 60;

/** A job is tried three times. Then it is set aside, and what waits for it goes on. */
function optionsOf(id: string): JobsOptions {
  return {
    jobId: id,
    attempts: 3,
    backoff: { type: "exponential", delay: 1000 },
    stackTraceLimit: 0,
    removeOnComplete: { age: kept },
    removeOnFail: { age: kept },
    ignoreDependencyOnFailure: true,
  };
}

/** A job as the queue takes it. */
export function entryOf(job: Job<object>, id = jobId(job)): { name: string; data: Job<object>; opts: JobsOptions } {
  return { name: job.study, data: job, opts: optionsOf(id) };
}

/** A job that others wait for, as it lies in the queue. */
export interface Flow {
  /**
   * The id of the job that is waited for: its own if it was asked for. What is only needed has another one, because a job
   * in the queue can be waited for only once, and other work may need the same.
   */
  readonly firstId: string;
  readonly releaseId: string;
  readonly flow: FlowJob;
}

export function flowOf({ id, job, asked, followers }: Step<Job<object>>): Flow {
  const all = JSON.stringify([id, ...followers.map(jobId)]);
  const group = hexadecimal(digestOf(new TextEncoder().encode(all)));
  const firstId = asked ? id : `${id}-${group}`;
  const releaseId = `${release}-${group}`;
  const children = [{ queueName, ...entryOf(job, firstId) }];
  const opts = { ...optionsOf(releaseId), attempts: 1000, backoff: { type: "fixed", delay: 5000 } };
  return { firstId, releaseId, flow: { name: release, queueName, data: { followers }, opts, children } };
}
