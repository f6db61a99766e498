// Copies of an environment that play side by side. They take turns in rounds, so that delays change no result.
import { ConfigError } from "../core/config-error.js";
import type { AnyEnv, EnvSource } from "../env/env.js";
import type { Steps } from "../env/pauses.js";
import { resolveAnyEnv } from "../env/registry.js";
import { sizesOf } from "./checks.js";

/** An environment, or several copies of it. */
export type Copies = AnyEnv | readonly AnyEnv[];

/** The copies in order; at least one. */
export function listed(copies: Copies): readonly AnyEnv[] {
  return Array.isArray(copies) ? copies : [copies as AnyEnv];
}

/**
 * New copies of an environment. They may answer later.
 * @param count a whole number ≥ 1
 * @param first the first one, if it is there already
 * @throws what resolveAnyEnv throws, and ConfigError for a copy of another size
 */
export function makeCopies(source: EnvSource, count: number, first = resolveAnyEnv(source)): readonly AnyEnv[] {
  const copies = [first, ...Array.from({ length: count - 1 }, () => resolveAnyEnv(source))];
  for (const [i, copy] of copies.entries()) {
    if (copy.observationSize === first.observationSize && copy.actionCount === first.actionCount) continue;
    throw new ConfigError(
      `copy ${i + 1} of ${first.id} has ${sizesOf(copy)}, but the first one has ${sizesOf(first)}: they must be alike`,
    );
  }
  return copies;
}

/**
 * What one copy does, step by step. It yields the share that is finished, as {@link Steps} do, and what its environment
 * answers: always if `inRounds` is true, otherwise only if that is a promise. `yield` then gives the answer itself.
 * An answer is never a number.
 */
// biome-ignore lint/suspicious/noExplicitAny: each yield of an answer gets back a value of its own type
export type Play = (copy: AnyEnv, inRounds: boolean) => Generator<unknown, void, any>;

/**
 * All copies play. In each round they go on one after another, in order, each up to its next answer. Then all answers
 * are awaited. So the order of everything depends on the answers, and not on how late they come.
 * A single copy that answers at once needs no rounds and is never waited for.
 */
export function* sideBySide(copies: Copies, play: Play): Steps<void> {
  const all = listed(copies);
  if (all.length === 1) return yield* play(all[0], false) as Steps<void>;
  let playing = all.map((copy) => play(copy, true));
  let answers: unknown[] = [];
  while (playing.length > 0) {
    const next: typeof playing = [];
    const given: unknown[] = [];
    for (const [i, steps] of playing.entries()) {
      let step = steps.next(answers[i]);
      for (; !step.done && typeof step.value === "number"; step = steps.next()) yield step.value;
      if (step.done) continue;
      next.push(steps);
      given.push(step.value);
      // if the work ends before the round does, nobody will wait for this answer
      if (step.value instanceof Promise) step.value.catch(() => {});
    }
    answers = given.some((answer) => answer instanceof Promise) ? yield Promise.all(given) : given;
    playing = next;
  }
}
