// The plan of a search: how many trials in each rung, with how many seeds and for how many steps. Known beforehand.
import { ConfigError } from "../core/config-error.js";

/** A rung: every trial in it is trained anew with each seed. */
export interface Rung {
  readonly trials: number;
  /** Training seeds of each trial. */
  readonly seeds: number;
  /** The environment steps of a training; a training that reaches its `stopReturn` takes fewer. */
  readonly envSteps: number;
}

/** A plan of successive halving. */
export interface Plan {
  /** Trials in all, the default configuration among them. */
  readonly trials: number;
  /** From the shortest trainings to the longest. */
  readonly rungs: readonly Rung[];
  /** Trainings in all. */
  readonly runs: number;
  /** The environment steps of all trainings together, at most. Evaluations come on top. */
  readonly steps: number;
}

/** A third of the trials goes on to the next rung, with three times the steps. */
const factor = 3;
/** Training seeds in the last rung. Each rung before has one fewer, but no fewer than {@link leastSeeds}. */
const mostSeeds = 4;
const leastSeeds = 2;
/** The default configuration, and one to compare it with. */
export const leastTrials = 2;
export const mostTrials = 1000;
/** A training of a rung is at least so many times as long as its steps of random actions. */
const leastLearning = 4;

/** What the lengths of trainings depend on. */
interface Lengths {
  readonly envSteps: number;
  readonly learningStarts: number;
}

const usualTrials = 27;

/** A plan for so many trials, or for so many steps. @throws ConfigError if both are given, or if the steps are too few */
export function planFor(
  { trials, steps }: { readonly trials?: number; readonly steps?: number },
  lengths: Lengths,
): Plan {
  if (steps === undefined) return planOf(trials ?? usualTrials, lengths);
  if (trials === undefined) return planWithin(steps, lengths);
  throw new ConfigError(
    `trials is ${trials} and steps is ${steps}: one of the two is allowed, as each decides the other`,
  );
}

/** The plan for a number of trials. */
export function planOf(trials: number, { envSteps, learningStarts }: Lengths): Plan {
  const lengths = [envSteps];
  const counts = [trials];
  while (
    Math.floor(counts[counts.length - 1] / factor) >= leastTrials &&
    Math.floor(lengths[0] / factor) >= leastLearning * learningStarts
  ) {
    counts.push(Math.floor(counts[counts.length - 1] / factor));
    lengths.unshift(Math.floor(lengths[0] / factor));
  }
  const last = counts.length - 1;
  const rungs = counts.map((count, rung) => ({
    trials: count,
    seeds: Math.max(leastSeeds, mostSeeds - (last - rung)),
    envSteps: lengths[rung],
  }));
  const runs = rungs.reduce((sum, { trials, seeds }) => sum + trials * seeds, 0);
  const steps = rungs.reduce((sum, { trials, seeds, envSteps }) => sum + trials * seeds * envSteps, 0);
  return { trials, rungs, runs, steps };
}

/**
 * The plan with the most trials that takes at most so many steps.
 * @throws ConfigError if not even two trials fit
 */
export function planWithin(steps: number, lengths: Lengths): Plan {
  for (let trials = mostTrials; trials >= leastTrials; trials--) {
    const plan = planOf(trials, lengths);
    if (plan.steps <= steps) return plan;
  }
  const { steps: least } = planOf(leastTrials, lengths);
  throw new ConfigError(
    `steps is ${steps}: at least ${least} are needed to compare the default with one other trial, or a smaller envSteps`,
  );
}
