// Synchronous successive halving (Jamieson & Talwalkar 2016): all trials are trained for a short time, and the best third
// goes on to longer trainings, until the last.
import { mean } from "../evaluate/statistics.js";
import type { Plan } from "./plan.js";

/** The mean return of a training; null if it diverged. */
export type Score = number | null;

/** How a trial did in a rung. */
export interface Standing {
  readonly trial: number;
  /** One for each seed. */
  readonly scores: readonly Score[];
  /** Their mean; null if a training diverged, which is worse than any return. */
  readonly score: Score;
}

/**
 * Runs the rungs. The next one has the best of the last, and always the default configuration, trial 0, so that in the
 * end the best one stands beside it.
 * @param evaluate gives the scores of these trials in a rung, one list for each
 * @returns for each rung its standings, from the best; of equal ones the trial with the smaller number is first
 */
export async function halving(
  { rungs, trials }: Plan,
  evaluate: (rung: number, trials: readonly number[]) => Promise<readonly (readonly Score[])[]>,
  onRung: (rung: number, standings: readonly Standing[]) => void = () => {},
): Promise<Standing[][]> {
  const decided: Standing[][] = [];
  let going = Array.from({ length: trials }, (_, trial) => trial);
  for (const rung of rungs.keys()) {
    const scores = await evaluate(rung, going);
    const standings = going.map((trial, i) => standing(trial, scores[i])).sort(better);
    decided.push(standings);
    onRung(rung, standings);
    const others = standings.map(({ trial }) => trial).filter((trial) => trial !== 0);
    going = [0, ...others.slice(0, (rungs[rung + 1]?.trials ?? 1) - 1)].sort((a, b) => a - b);
  }
  return decided;
}

function standing(trial: number, scores: readonly Score[]): Standing {
  const finite = scores.filter((score) => score !== null);
  return { trial, scores, score: finite.length < scores.length ? null : mean(finite) };
}

/** Below 0 if the first is better. */
function better(a: Standing, b: Standing): number {
  if (a.score === b.score) return a.trial - b.trial;
  if (a.score === null || b.score === null) return a.score === null ? 1 : -1;
  return b.score - a.score;
}
