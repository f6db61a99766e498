// The loop of a distillation: in each round collect → transfer → offer. Then another student, while none is good
// enough.
import type { AnyEnv } from "../env/env.js";
import { inTurns } from "../env/pauses.js";
import { keepsEnough, returnRatio } from "../evaluate/compare.js";
import { randomPolicy } from "../evaluate/returns.js";
import type { Setting } from "../training/checkpoint.js";
import { Keeper, type Pace } from "../training/keeper.js";
import { plainPart, Resumable } from "../training/resumable.js";
import { Selection } from "../training/selection.js";
import type { WorkOptions } from "../training/work.js";
import { Apprentice } from "./apprentice.js";
import { Collector } from "./collector.js";
import type { StudentConfig } from "./config.js";
import type { Labeller } from "./labeller.js";

/** Which student is distilled, where and how. */
export interface Distillation extends WorkOptions {
  readonly teacher: Labeller;
  /** The copies of the environment that step together; they may answer later. */
  readonly envs: readonly AnyEnv[];
  readonly config: StudentConfig;
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
  /** The parameters of the best student, for raw observations and in the teacher's unit of Q-values. */
  readonly parameters: Float32Array;
  /** The best student's factor of each feature, if its weights are rounded. */
  readonly featureScale?: readonly number[];
  /** How many students were initialised. */
  readonly attempts: number;
  readonly envSteps: number;
  readonly updates: number;
  readonly wallSeconds: number;
}

/** After this many updates the work may stop, and it reports its progress. */
const chunk = 100;

/**
 * Policy distillation (Rusu et al. 2015) on states that the teacher or the student finds (DAgger, Ross et al. 2011).
 * @throws CheckpointError for a checkpoint of other work, Interrupted if stopped by the signal or if the environment
 * fails, and DivergedError if the loss is no longer finite
 */
export async function transfer(distillation: Distillation): Promise<Distilled> {
  const { teacher, envs, config, seed, setting, onEvent = () => {}, onNetwork } = distillation;
  const { evaluationEpisodes } = config;
  const [env] = envs;
  const largestWeight = config.quantize ? distillation.largestWeight : 0;
  const student = new Apprentice(env, config, seed, largestWeight, distillation.start);
  const selection = new Selection(envs, student.widths, seed);
  const keeper = new Keeper(selection.play, { evaluationEpisodes });
  const collector = new Collector(envs, { teacher, student: selection }, config, seed, student.add);
  const state: LoopState = {
    ...{ attempt: 1, round: 0, attemptMean: null, loss: null, teacherMean: null, randomMean: null },
  };
  const reached = () => ({ envSteps: collector.envSteps, updates: student.updates });
  try {
    const parts = { loop: plainPart(state), collector, student, keeper };
    const due = () => ({ ...reached(), due: keeper.due ? (["student"] as const) : [] });
    const work = new Resumable("student", setting, distillation, parts, due, () =>
      keeper.best({ environment: env.id, widths: student.widths }),
    );
    // whoever was evaluated last acts in the next round; going on, it is the student as it is
    if (student.attempt > 0) selection.network.setParameters(student.parameters());
    const report = (evaluated?: number) => {
      const { attempt, loss } = state;
      const share = student.update / config.updates;
      const event = { kind: "progress", network: "student", attempt, share, ...reached(), loss } as const;
      onEvent({ ...event, mean: keeper.latestMean, ...(evaluated === undefined ? {} : { evaluated }) });
    };
    const pace: Pace = (steps) => work.guarded(() => inTurns(steps, work, report));
    const collect = (round: number) => work.guarded(() => inTurns(collector.collect(round), work));
    const random = randomPolicy(env.actionCount, seed);
    // first, because a teacher that is read from a file again has no replay memory
    await collect(0);
    state.teacherMean ??= await pace(selection.meanOf(teacher, evaluationEpisodes));
    state.randomMean ??= await pace(selection.meanOf(random, evaluationEpisodes));

    for (let satisfied = false; !satisfied && state.attempt <= config.attempts; state.attempt++) {
      const who = { network: "student", attempt: state.attempt } as const;
      while (state.round < config.rounds) {
        // collect
        await collect(state.round);
        if (student.attempt < state.attempt) student.begin(state.attempt);

        const pause = work.turn();
        if (pause) await pause;

        // transfer; work that was stopped within an evaluation has done it
        const until = Math.floor((config.updates * (state.round + 1)) / config.rounds);
        const count = Math.min(chunk, until - student.update);
        if (count > 0) state.loss = student.learn(count);

        // offer
        if (student.update === until) {
          const parameters = student.parameters();
          keeper.due = true;
          const judged = await keeper.offer(parameters, pace);
          if (judged.best && config.quantize) state.featureScale = student.featureScale();
          state.attemptMean = Math.max(state.attemptMean ?? judged.mean, judged.mean);
          state.round++;
          onNetwork?.(parameters, collector.envSteps, judged.mean);
          onEvent({ kind: "evaluation", ...who, ...reached(), ...judged, loss: state.loss });
        }
        report();
      }

      // if it is not good enough, try another one
      const ratio = returnRatio(state.attemptMean as number, state.teacherMean, state.randomMean);
      satisfied = keepsEnough(ratio, config.threshold);
      onEvent({ kind: "attempt", attempt: state.attempt, returnRatio: ratio, satisfied, ...reached() });
      state.round = 0;
      state.attemptMean = null;
    }
    await work.end();
    const { featureScale, attempt } = state;
    const effort = { ...reached(), wallSeconds: work.wallSeconds };
    return { parameters: keeper.kept, featureScale, attempts: attempt - 1, ...effort };
  } finally {
    student.dispose();
    selection.dispose();
  }
}

/** Where the loop is; it is always just before an update. */
interface LoopState {
  attempt: number;
  round: number;
  /** The best mean return of the current attempt. */
  attemptMean: number | null;
  /** Mean loss of the latest updates; null before the first. */
  loss: number | null;
  /** What the student's returns are compared with; null until they are known. */
  teacherMean: number | null;
  randomMean: number | null;
  /** The best student's factor of each feature, if its weights are rounded. */
  featureScale?: number[];
}
