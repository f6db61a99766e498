// The summary of a study's runs: a row for each cell, for each environment and for all environments together.
import type { Run } from "./results.js";
import {
  bootstrapInterval,
  type Interval,
  interquartileMean,
  probabilityOfImprovement,
  type Strata,
} from "./statistics.js";
import type { Cell, Study } from "./study.js";

/** A value with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly interval: Interval;
}

export interface Row {
  readonly cell: string;
  /** The number of runs that have the study's score. */
  readonly runs: number;
  /** The interquartile mean of the study's score; null if no run has one. */
  readonly score: Estimate | null;
  /** P(this cell > the section's first cell); null for the first cell itself, and if there is nothing to compare. */
  readonly improvement: Estimate | null;
  /**
   * The interquartile mean of every other score that all of the section's environments have, over the runs that have
   * it. Null if no run has it.
   */
  readonly others: Readonly<Record<string, number | null>>;
  /** The study's scores, one list for each environment. */
  readonly strata: Strata;
}

export interface Section {
  /** One environment, or all that were run. */
  readonly environments: readonly string[];
  readonly rows: readonly Row[];
}

/**
 * A section for each environment. If there are several, and the score means the same in each, one more section covers
 * all.
 */
export function summariseStudy(study: Study, cells: readonly Cell[], runs: readonly Run[]): Section[] {
  const environments = [...new Set(cells.map(({ env }) => env))];
  const groups = environments.map((env) => [env]);
  if (environments.length > 1 && study.pooled !== false) groups.push(environments);
  return groups.map((group) => section(study, group, cells, runs));
}

function section(study: Study, environments: readonly string[], cells: readonly Cell[], runs: readonly Run[]): Section {
  const within = cells.filter(({ env }) => environments.includes(env));
  const names = [...new Set(within.map(({ name }) => name))];
  const scoresOf = (cell: string, score: string) =>
    environments.map((env) =>
      runs.flatMap((run) => {
        const value = run.cell === cell && run.env === env ? run.scores[score] : null;
        return value === null || value === undefined ? [] : [value];
      }),
    );
  const has = (env: string, name: string) => runs.some((run) => run.env === env && Object.hasOwn(run.scores, name));
  const others = [...new Set(runs.flatMap(({ scores }) => Object.keys(scores)))].filter(
    (name) => name !== study.score && environments.every((env) => has(env, name)),
  );
  const first = scoresOf(names[0], study.score);
  const rows = names.map((cell) => {
    const scores = scoresOf(cell, study.score);
    const strata = scores.filter((values) => values.length > 0);
    // only environments in which both have runs can tell which is better
    const both = scores.flatMap((values, i) => (values.length > 0 && first[i].length > 0 ? [i] : []));
    return {
      cell,
      runs: scores.flat().length,
      score: estimate([strata], (drawn) => interquartileMean(drawn.flat())),
      improvement:
        cell === names[0]
          ? null
          : estimate([both.map((i) => scores[i]), both.map((i) => first[i])], probabilityOfImprovement),
      others: Object.fromEntries(others.map((name) => [name, middleOf(scoresOf(cell, name).flat())])),
      strata,
    };
  });
  return { environments, rows };
}

function estimate(cells: readonly Strata[], statistic: (...cells: readonly Strata[]) => number): Estimate | null {
  if (cells[0].length === 0) return null;
  return { value: statistic(...cells), interval: bootstrapInterval(cells, statistic) };
}

function middleOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : interquartileMean(values);
}
