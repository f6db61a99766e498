// A training of every-seed.js in a worker thread.
import "../dist/env/all.js";
import { evaluate, trainTeacher } from "../dist/index.js";

/** What is known of a training: the mean and the lowest return of 100 unseen episodes, steps, and seconds. */
export const columns = ["environment", "seed", "mean", "min", "envSteps", "evaluationSteps", "seconds"];

/** @returns what trains the teacher of a job's cell, which is an environment, with its preset */
export async function prepare(_context, signal) {
  return async ({ cell, seed }) => {
    const teacher = await trainTeacher(cell, { seed, signal });
    const { mean, min } = evaluate(teacher, { env: cell, seed, episodes: 100 });
    const { envSteps, evaluationSteps, wallSeconds } = teacher;
    return { mean, min, envSteps, evaluationSteps, seconds: Number(wallSeconds.toFixed(2)) };
  };
}
