// The jobs that are followed: which are not answered yet, where each lies in the queue, and what is missing there.
import { reason } from "../core/reason.js";
import { type Answered, type Job, jobId, release, type Step } from "../training/job.js";
import { type Flow, flowOf } from "./jobs.js";

/** What the queue says of an id. */
export type Seen = { readonly kind: "missing" | "open" } | Answered<unknown>;

/** @param fields of a job in the queue, as they are asked for: when it was added and finished, its result, its failure */
export function seenIn([timestamp, finishedOn, returnvalue, failedReason]: readonly (string | null)[]): Seen {
  if (timestamp === null) return { kind: "missing" };
  if (finishedOn === null) return { kind: "open" };
  if (returnvalue === null) return { kind: "failed", message: reason(failedReason ?? "it was lost") };
  try {
    const { result = null, wallSeconds } = Object(JSON.parse(returnvalue));
    if (Number.isFinite(wallSeconds) && wallSeconds >= 0) return { kind: "done", result, wallSeconds };
  } catch {
    // said below
  }
  return { kind: "failed", message: "what the queue keeps of it is no answer" };
}

/** The jobs that are not answered, and where each lies in the queue. */
export class Tracked {
  /** Jobs that nothing is waited for any more, by their ids. */
  readonly #single = new Map<string, Job<object>>();
  /** Jobs that others wait for. */
  readonly #groups = new Map<string, { readonly step: Step<Job<object>>; readonly flow: Flow }>();

  constructor(steps: readonly Step<Job<object>>[]) {
    for (const step of steps) {
      if (step.followers.length === 0) this.#single.set(step.id, step.job);
      else {
        const flow = flowOf(step);
        this.#groups.set(flow.firstId, { step, flow });
      }
    }
  }

  /** The number of answers that are still to come. */
  get open(): number {
    return this.#single.size + this.#groups.size;
  }

  ids(): string[] {
    const ids = [...this.#single.keys()];
    for (const { flow } of this.#groups.values()) ids.push(flow.firstId, flow.releaseId);
    return ids;
  }

  /** Also those of jobs that wait for another one. */
  everyId(): string[] {
    return [...this.ids(), ...[...this.#groups.values()].flatMap(({ step }) => step.followers.map(jobId))];
  }

  /** Whether an id is that of a job whose result was not asked for: others need it, or it adds them. */
  isBeside(id: string): boolean {
    return this.#groups.get(id)?.step.asked === false || id.startsWith(release);
  }

  /** Takes the answers to jobs that were asked for. Who waited for an answered job is a job like others from then on. */
  settle(seen: ReadonlyMap<string, Seen>): { readonly job: Job<object>; readonly answer: Answered<unknown> }[] {
    const answered: { job: Job<object>; answer: Answered<unknown> }[] = [];
    const answerTo = (id: string) => {
      const answer = seen.get(id) as Seen;
      return answer.kind === "done" || answer.kind === "failed" ? answer : undefined;
    };
    for (const [id, job] of [...this.#single]) {
      const answer = answerTo(id);
      if (answer === undefined) continue;
      this.#single.delete(id);
      answered.push({ job, answer });
    }
    for (const [id, { step, flow }] of [...this.#groups]) {
      const answer = answerTo(id);
      // the release adds those that waited; if it is gone, they are missing, and are added like others
      if (answer === undefined || seen.get(flow.releaseId)?.kind === "open") continue;
      this.#groups.delete(id);
      for (const job of step.followers) this.#single.set(jobId(job), job);
      if (step.asked) answered.push({ job: step.job, answer });
    }
    return answered;
  }

  /** What the queue does not have. What was looked at by another id just now is not among it. */
  missing(seen: ReadonlyMap<string, Seen>): { jobs: Job<object>[]; flows: Flow[] } {
    const isMissing = (id: string) => seen.get(id)?.kind === "missing";
    return {
      jobs: [...this.#single].filter(([id]) => isMissing(id)).map(([, job]) => job),
      flows: [...this.#groups].filter(([id]) => isMissing(id)).map(([, { flow }]) => flow),
    };
  }
}
