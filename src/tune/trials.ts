// A trial: a configuration that was tried, and how it did in each rung that it reached.
import type { TeacherConfig } from "../dqn/config.js";
import type { Score, Standing } from "./halving.js";
import type { Plan } from "./plan.js";
import type { Draw } from "./space.js";

/** How a trial did in a rung. */
export interface TrialRung {
  /** The length of its trainings. */
  readonly envSteps: number;
  /** Their mean returns on selection episodes, one for each seed. */
  readonly scores: readonly Score[];
  /** The mean of these; null if a training diverged. */
  readonly score: Score;
  /** Its place in the rung, from 1 for the best. */
  readonly place: number;
}

/** A configuration that was tried. */
export interface Trial extends Draw {
  /** The whole configuration, for a training of full length. */
  readonly config: TeacherConfig;
  /** The rungs that it reached, from the first one on. */
  readonly rungs: readonly TrialRung[];
}

/** The trials in the order of their numbers. @param decided the standings of each rung */
export function trialsOf(
  draws: readonly Draw[],
  configOf: (draw: Draw) => TeacherConfig,
  { rungs }: Plan,
  decided: readonly (readonly Standing[])[],
): Trial[] {
  return draws.map((draw) => ({
    ...draw,
    config: configOf(draw),
    rungs: decided.flatMap((standings, rung) => {
      const at = standings.findIndex(({ trial }) => trial === draw.trial);
      if (at === -1) return [];
      const { scores, score } = standings[at];
      return [{ envSteps: rungs[rung].envSteps, scores, score, place: at + 1 }];
    }),
  }));
}
