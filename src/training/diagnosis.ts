// Tells what goes wrong in a training: it looks for signs now and then, and sends each notice once.
import type { Notice } from "../core/notice.js";
import type { Saved } from "./checkpoint.js";
import type { Part } from "./resumable.js";
import { type Evaluated, type Facts, type Sign, signs } from "./signs.js";

/** Looks for signs in the facts. */
export class Diagnosis implements Part {
  readonly #facts: () => Omit<Facts, "evaluations">;
  readonly #notify: (notice: Notice) => void;
  #evaluations: Evaluated[] = [];
  /** The signs that are not looked for any more. */
  #done: string[] = [];

  /** @param facts all but the evaluations, as they are now */
  constructor(facts: () => Omit<Facts, "evaluations">, notify: (notice: Notice) => void) {
    this.#facts = facts;
    this.#notify = notify;
  }

  /** A network was evaluated. */
  evaluated(evaluation: Evaluated): void {
    this.#evaluations.push(evaluation);
  }

  /** Sends what is to be said now. */
  look(): void {
    const facts: Facts = { ...this.#facts(), evaluations: this.#evaluations };
    const share = facts.envSteps / facts.plannedSteps;
    for (const [name, { from, once, seen }] of Object.entries<Sign>(signs)) {
      if (share < from || this.#done.includes(name)) continue;
      const notice = seen(facts);
      if (notice === undefined && once === undefined) continue;
      this.#done.push(name);
      if (notice !== undefined) this.#notify(notice);
    }
  }

  save(): Saved {
    return { state: { evaluations: this.#evaluations, done: this.#done }, arrays: {} };
  }

  restore({ state }: Saved): void {
    const { evaluations, done } = state as { evaluations?: unknown; done?: unknown };
    if (!Array.isArray(evaluations) || !Array.isArray(done)) throw new Error("it does not say what was told");
    this.#evaluations = [...evaluations];
    this.#done = [...done];
  }
}
