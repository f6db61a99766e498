// Attempts of a crew: several are begun together, and what came of each is asked for in the order of the search.
import type { EnvSource } from "../env/env.js";
import { Interrupted } from "../training/checkpoint.js";
import { type Answered, type Crew, jobId } from "../training/job.js";
import { type Attempted, type AttemptJob, type AttemptResult, attempted, isAttemptResult } from "./attempt.js";

/** An attempt of a crew failed, so that its size cannot be judged. What was found before is sound. */
export class AttemptFailed extends Error {
  override readonly name = "AttemptFailed";
}

/** Gives what came of an attempt. */
export type Outcome = (job: AttemptJob) => Promise<Attempted>;

/**
 * Lets a crew make attempts while a decision is taken. They begin with the first question. When the decision is taken, no
 * further one begins, and those under way are waited for.
 * @param decide asks for the outcomes that it needs, whether or not others have failed
 * @throws AttemptFailed if it asked for one that failed, Interrupted if the signal has stopped the work
 */
export async function together<Decision>(
  jobs: readonly AttemptJob[],
  { crew, source, signal }: { readonly crew: Crew; readonly source: EnvSource; readonly signal?: AbortSignal },
  decide: (outcome: Outcome) => Promise<Decision>,
): Promise<Decision> {
  type Answer = Answered<AttemptResult>;
  const settle = new Map<string, (answer: Answer) => void>();
  const answers = new Map<string, Promise<Answer>>();
  for (const id of jobs.map(jobId)) answers.set(id, new Promise((resolve) => settle.set(id, resolve)));

  const enough = new AbortController();
  const stop = () => enough.abort();
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  const onAnswer = (job: AttemptJob, answer: Answer) => settle.get(jobId(job))?.(answer);
  let work: Promise<void> | undefined;
  try {
    return await decide(async (job) => {
      work ??= crew.work<AttemptJob, AttemptResult>(jobs, {
        ...{ signal: enough.signal, onAnswer, isResult: isAttemptResult },
        unwanted: () => signal?.aborted !== true, // the decision is taken
      });
      const answer = await Promise.race([answers.get(jobId(job)), work]);
      if (answer === undefined) throw new Interrupted(new Uint8Array(0));
      const failed = (message: string) => new AttemptFailed(`hidden ${job.cell}, seed ${job.seed}: ${message}`);
      if (answer.kind === "failed") throw failed(answer.message);
      try {
        return attempted(job, answer.result, source);
      } catch (error) {
        throw failed((error as Error).message);
      }
    });
  } finally {
    stop();
    await work?.catch(() => {}); // whoever asked has heard it
    signal?.removeEventListener("abort", stop);
  }
}
