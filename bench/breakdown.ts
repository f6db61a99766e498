// Where the time of an update goes, part by part.
import { Instance } from "#dist/core/instance.js";
import { type UpdateCase, updateCases } from "./cases.js";
import { filledLearner } from "./learner.js";
import { bench } from "./peak.js";

/** The parts in the order of the core's `Part`. */
const parts = [
  ["sampling", "rows drawn and their observations gathered"],
  ["transposition", "the weights the other way round"],
  ["forward", "Q(s', ·) by either network, Q(s, ·)"],
  ["targets", "argmax and bootstrapped value"],
  ["loss", "Huber and its slope"],
  ["backward", "the hidden layers' deltas"],
  ["packing", "activations and deltas laid out for the gradients"],
  ["gradients", "the weights' and biases'"],
  ["adam", "the moments and the parameters"],
] as const;

interface Share {
  readonly part: string;
  readonly what: string;
  readonly us: number;
  /** The part's share of the whole. */
  readonly share: number;
}

export interface Breakdown {
  readonly case: string;
  readonly wholeUs: number;
  /**
   * They add up to the whole. The last part is the rest that no other explains; it is negative if the others take
   * longer.
   */
  readonly parts: readonly Share[];
}

export function breakdowns(isWanted: (name: string) => boolean): Breakdown[] {
  return updateCases.filter(({ name }) => isWanted(name)).map(breakdown);
}

const warmUpUpdates = 2000;
const mostRounds = 4000;
const mostMilliseconds = 2000;

/** Each round does one update part by part and one as a whole, so that both meet the same caches and the same load. */
function breakdown(update: UpdateCase): Breakdown {
  const learner = filledLearner(update, new Instance(bench));
  const part = (index: number) => bench.learner_part(learner.handle, index, 1);
  const whole = () => learner.step(1, 1e-3);
  for (let start = performance.now(), i = 0; i < warmUpUpdates && performance.now() - start < mostMilliseconds; i++) {
    whole();
    for (let index = 0; index < parts.length; index++) part(index);
  }

  const samples: number[][] = Array.from({ length: parts.length + 2 }, () => []);
  const [wholes, clock] = samples.slice(-2);
  for (let start = performance.now(); wholes.length < mostRounds && performance.now() - start < mostMilliseconds; ) {
    for (let index = 0; index < parts.length; index++) samples[index].push(timed(() => part(index)));
    wholes.push(timed(whole));
    clock.push(timed(() => 0));
  }
  learner.dispose();

  const us = samples.map((times) => 1e3 * (median(times) - median(clock)));
  const wholeUs = us[parts.length];
  const measured = parts.map(([name, what], index) => share(name, what, us[index], wholeUs));
  const rest = wholeUs - measured.reduce((sum, part) => sum + part.us, 0);
  return {
    case: update.name,
    wholeUs,
    parts: [...measured, share("rest", "what the parts do not explain", rest, wholeUs)],
  };
}

export function share(part: string, what: string, us: number, wholeUs: number): Share {
  return { part, what, us, share: us / wholeUs };
}

/** In milliseconds. */
export function timed(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

export function median(values: readonly number[]): number {
  return [...values].sort((x, y) => x - y)[Math.floor(values.length / 2)];
}
