// The loop of a distillation: in each round collect → transfer → offer. Then another student, while none is good
// enough.
import type { Notice } from "../core/notice.js";
import { inTurns, type Pauses } from "../env/pauses.js";
import type { HeldOut } from "../model/model.js";
import type { Setting } from "../training/checkpoint.js";
import { plainPart, Resumable } from "../training/resumable.js";
import type { Pace } from "../training/trial.js";
import type { WorkOptions } from "../training/work.js";
import { Apprentice, type ApprenticeConfig, type Sizes } from "./apprentice.js";
import type { AddStates } from "./collector.js";
import type { StatesConfig } from "./config.js";
import type { Lessons } from "./lessons.js";

/** Which student is distilled, where and how. */
export interface Distillation extends WorkOptions {
  readonly sizes: Sizes;
  readonly config: StatesConfig & ApprenticeConfig;
  /** Makes the lessons. @param add takes labelled states @param widths the student's */
  readonly lessons: (add: AddStates, widths: readonly number[]) => Lessons;
  readonly seed: number;
  /** What must be the same when work goes on from a checkpoint. */
  readonly setting: Setting;
  /** An output's largest weight in whole steps, if weights are rounded: 127 for the 8 bits that can be exported. */
  readonly largestWeight: number;
  /** The parameters with which the first student begins, for raw observations; by default they are random. */
  readonly start?: Float32Array;
}

/** The result of a distillation. */
export interface Distilled {
  /** The best student's: observation size, hidden widths, action count. */
  readonly widths: readonly number[];
  /** The parameters of the best student, for raw observations and in the teacher's unit of Q-values. */
  readonly parameters: Float32Array;
  /** The best student's factor of each feature, if its weights are rounded. */
  readonly featureScale?: readonly number[];
  /** How many students were initialised. */
  readonly attempts: number;
  readonly envSteps: number;
  readonly updates: number;
  /** The environment steps that evaluations took, of the teacher and of random play, too. */
  readonly evaluationSteps: number;
  readonly wallSeconds: number;
  /** The steps after which it is not bit-exact: work went on from a checkpoint, and its episodes could not be repeated. */
  readonly inexactFrom?: number;
  /** How the best student answers held-out states, if it learned from states alone. */
  readonly heldOut?: HeldOut;
}

/** After this many updates the work may stop, and it reports its progress. */
const chunk = 100;

/**
 * Policy distillation (Rusu et al. 2015) on states that the teacher or the student finds (DAgger, Ross et al. 2011).
 * @throws CheckpointError for a checkpoint of other work, Interrupted if stopped by the signal or if the environment
 * fails, and DivergedError if the loss is no longer finite
 */
export async function transfer(distillation: Distillation): Promise<Distilled> {
  const { config, seed, setting, onEvent = () => {}, onNetwork } = distillation;
  const largestWeight = config.quantize ? distillation.largestWeight : 0;
  const student = new Apprentice(distillation.sizes, config, seed, largestWeight, distillation.start);
  const lessons = distillation.lessons(student.add, student.widths);
  const { environment, collector, keeper } = lessons;
  const state: LoopState = {
    ...{ attempt: 1, round: 0, bestAttempt: 1, attemptRating: null, loss: null },
  };
  const bestWidths = () => student.widthsOf(state.bestAttempt);
  const reached = () => ({ envSteps: collector.envSteps, updates: student.updates });
  try {
    const parts = { loop: plainPart(state), marks: plainPart(lessons.marks), collector, student, keeper };
    const due = () => ({ ...reached(), due: keeper.due ? (["student"] as const) : [] });
    const work = new Resumable("student", setting, distillation, parts, due, () =>
      keeper.best({ environment, widths: bestWidths() }),
    );
    if (work.resumed && (!lessons.repeatable || state.answersLater)) {
      state.inexactFrom ??= collector.envSteps;
      onEvent({ kind: "notice", network: "student", ...reached(), ...notRepeated(environment, collector.envSteps) });
    }
    // whoever was evaluated last acts in the next round; going on, it is the student as it is
    if (student.attempt > 0) lessons.take(student.widths, student.parameters());
    const report = (evaluated?: number) => {
      const { attempt, loss } = state;
      const share = student.update / config.updates;
      const event = { kind: "progress", network: "student", attempt, share, ...reached(), loss } as const;
      onEvent({ ...event, ...lessons.latest(), ...(evaluated === undefined ? {} : { evaluated }) });
    };
    const pauses: Pauses = {
      turn: () => work.turn(),
      wait: (answer) => {
        state.answersLater = true;
        return work.wait(answer);
      },
    };
    const guarded = <Result>(act: () => Promise<Result>) => (lessons.plays ? work.guarded(act) : act());
    const pace: Pace = (steps) => guarded(() => inTurns(steps, pauses, report));
    const collect = (round: number) => guarded(() => inTurns(collector.collect(round), pauses));
    // first, because a teacher that is read from a file again has no replay memory
    await collect(0);
    await lessons.measure(pace);

    for (let satisfied = false; !satisfied && state.attempt <= config.attempts; state.attempt++) {
      const who = { network: "student", attempt: state.attempt } as const;
      while (state.round < config.rounds) {
        // collect
        await collect(state.round);
        if (student.attempt < state.attempt) {
          student.begin(state.attempt);
          lessons.take(student.widths, student.parameters());
        }

        const pause = work.turn();
        if (pause) await pause;

        // transfer; work that was stopped within an evaluation has done it
        const until = Math.floor((config.updates * (state.round + 1)) / config.rounds);
        const count = Math.min(chunk, until - student.update);
        if (count > 0) state.loss = student.learn(count);

        // offer
        if (student.update === until) {
          const parameters = student.parameters();
          const { attempt, round } = state;
          keeper.due = round + 1 === config.rounds || lessons.affords(attempt, round);
          if (keeper.due) {
            const judged = await keeper.offer(parameters, pace, lessons.moment(attempt, round));
            const rating = keeper.latestRating as number;
            if (judged.best) state.bestAttempt = attempt;
            if (judged.best && config.quantize) state.featureScale = student.featureScale();
            state.attemptRating = Math.max(state.attemptRating ?? rating, rating);
            onNetwork?.(parameters, collector.envSteps, judged.mean);
            onEvent(lessons.evaluated({ ...who, ...reached() }, judged, state.loss));
          } else lessons.take(student.widths, parameters);
          state.round++;
        }
        report();
      }

      // if it is not good enough, try another one
      const outcome = lessons.outcome(state.attemptRating as number);
      satisfied = outcome.satisfied;
      const hidden = student.widths.slice(1, -1);
      onEvent({ kind: "attempt", attempt: state.attempt, hidden, ...outcome, ...reached() });
      state.round = 0;
      state.attemptRating = null;
    }
    await work.end();
    const { featureScale, attempt, inexactFrom } = state;
    const { evaluationSteps } = keeper;
    const { wallSeconds } = work;
    const effort = { ...reached(), evaluationSteps, wallSeconds, ...(inexactFrom !== undefined && { inexactFrom }) };
    const best = { widths: bestWidths(), parameters: keeper.kept, featureScale };
    lessons.take(best.widths, best.parameters);
    return { ...best, attempts: attempt - 1, ...effort, ...lessons.conclude() };
  } finally {
    student.dispose();
    lessons.dispose();
  }
}

/** Where the loop is; it is always just before an update. */
interface LoopState {
  attempt: number;
  round: number;
  /** The attempt that the best student is of. */
  bestAttempt: number;
  /** The best rating of the current attempt's evaluations. */
  attemptRating: number | null;
  /** Mean loss of the latest updates; null before the first. */
  loss: number | null;
  /** Whether the environment has answered with a promise; absent if it has not. */
  answersLater?: true;
  /** The steps at which work went on whose episodes could not be repeated; absent if that never happened. */
  inexactFrom?: number;
  /** The best student's factor of each feature, if its weights are rounded. */
  featureScale?: number[];
}

function notRepeated(id: string, envSteps: number): Notice {
  return {
    code: "not-repeated",
    message: `${id} does not repeat its episodes: from step ${envSteps} on the student is not bit-exact`,
    remedy: "to go on bit for bit, an environment must answer at once and repeat its episodes",
    values: { id, envSteps },
  };
}
