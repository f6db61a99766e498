/**
 * A queue on Redis or Valkey: studies and searches are submitted from anywhere, and workers anywhere do their jobs.
 * @module qstill/queue
 */
export type { Codes } from "../experiments/code.js";
export type { Answer, Answered, Crew, DoOptions, Job } from "../training/job.js";
export type { Store } from "../training/store.js";
export type { Abilities, Present } from "./abilities.js";
export type { JobEvent } from "./hands.js";
export { type FollowEvent, type JobQueue, openQueue, type QueueOptions, type QueueState } from "./job-queue.js";
export { runWorker, type WorkerEvent, type WorkerOptions } from "./worker.js";
