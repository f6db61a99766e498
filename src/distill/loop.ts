// The loop of a distillation: collect → transfer → offer, for each round; then another student while none is good enough.
import { ConfigError } from "../core/config-error.js";
import { Distiller } from "../core/distiller.js";
import type { Env } from "../env/env.js";
import { generatorWords, purposes } from "../env/seeds.js";
import { keepsEnough, returnRatio } from "../evaluate/compare.js";
import { randomPolicy } from "../evaluate/returns.js";
import { foldNormalisation, foldStandardisation } from "../model/fold.js";
import type { Setting } from "../training/checkpoint.js";
import { finiteLoss } from "../training/events.js";
import { Keeper } from "../training/keeper.js";
import { blockPart, plainPart, Resumable } from "../training/resumable.js";
import { linear } from "../training/schedules.js";
import { Selection } from "../training/selection.js";
import type { WorkOptions } from "../training/work.js";
import { Collector } from "./collector.js";
import type { StudentConfig } from "./config.js";
import type { Labeller } from "./labeller.js";
import { parseLoss } from "./loss.js";

/** Which student is distilled, where and how. */
export interface Distillation extends WorkOptions {
  readonly teacher: Labeller;
  readonly env: Env;
  readonly config: StudentConfig;
  readonly seed: number;
  /** What must be the same for a checkpoint to go on. */
  readonly setting: Setting;
  /** Of an output in whole steps, where weights are rounded: 127 for the 8 bits that can be exported. */
  readonly largestWeight: number;
}

/** What came out of it. */
export interface Distilled {
  /** Of the best student, for raw observations and in the teacher's unit of Q-values. */
  readonly parameters: Float32Array;
  /** Of the best, where its weights are rounded. */
  readonly featureScale?: readonly number[];
  /** How many students were initialised. */
  readonly attempts: number;
  readonly envSteps: number;
  readonly updates: number;
  readonly wallSeconds: number;
}

/** Updates from one chance to stop, and to say how far the work is, to the next. */
const chunk = 100;

/**
 * Policy distillation (Rusu et al. 2015) on states that the teacher or the student finds (DAgger, Ross et al. 2011).
 * @throws CheckpointError for a checkpoint of other work, Interrupted when stopped by the signal, and DivergedError where
 * the loss is no longer finite
 */
export async function transfer(distillation: Distillation): Promise<Distilled> {
  const { teacher, env, config, seed, setting, onEvent = () => {}, onNetwork } = distillation;
  const widths = [env.observationSize, ...config.hidden, env.actionCount];
  const distiller = makeDistiller(env, config, config.quantize ? distillation.largestWeight : 0);
  const selection = new Selection(env, widths, seed);
  const keeper = new Keeper(selection.play, { evaluationEpisodes: config.evaluationEpisodes });
  const collector = new Collector(env, { teacher, student: selection.network }, config, seed, (...labelled) =>
    distiller.add(...labelled),
  );
  const state: LoopState = { attempt: 1, round: 0, update: 0, updates: 0, attemptMean: null };
  const reached = () => ({ envSteps: collector.envSteps, updates: state.updates });
  try {
    const parts = { loop: plainPart(state), student: blockPart(distiller), collector, keeper };
    const work = new Resumable("student", setting, distillation, parts, reached);
    const teacherMean = selection.meanOf(teacher, config.evaluationEpisodes);
    const randomMean = selection.meanOf(randomPolicy(env.actionCount, seed), config.evaluationEpisodes);

    for (let satisfied = false; !satisfied && state.attempt <= config.attempts; state.attempt++) {
      const who = { network: "student", attempt: state.attempt } as const;
      while (state.round < config.rounds) {
        collector.collect(state.round);
        if (state.update === 0)
          initialise(distiller, env, config, generatorWords(seed, purposes.distiller, state.attempt));

        const turn = work.turn();
        if (turn) await turn;

        // transfer
        const until = Math.floor((config.updates * (state.round + 1)) / config.rounds);
        const count = Math.min(chunk, until - state.update);
        const rate = linear(config.learningRate, config.learningRateFinal, state.update / config.updates);
        state.update += count;
        state.updates += count;
        const loss = finiteLoss(distiller.step(count, rate), "student", state.updates);

        // offer
        if (state.update === until) {
          const parameters = rawParameters(distiller, widths);
          const judged = keeper.offer(parameters);
          if (judged.best && config.quantize) state.featureScale = [...distiller.normalisation().scale];
          state.attemptMean = Math.max(state.attemptMean ?? judged.mean, judged.mean);
          state.round++;
          onNetwork?.(parameters, collector.envSteps, judged.mean);
          onEvent({ kind: "evaluation", ...who, ...reached(), ...judged, loss });
        }
        const share = state.update / config.updates;
        onEvent({ kind: "progress", ...who, share, ...reached(), loss, mean: keeper.latestMean });
      }

      // good enough?
      const ratio = returnRatio(state.attemptMean as number, teacherMean, randomMean);
      satisfied = keepsEnough(ratio, config.threshold);
      onEvent({ kind: "attempt", attempt: state.attempt, returnRatio: ratio, satisfied, ...reached() });
      Object.assign(state, { round: 0, update: 0, attemptMean: null });
    }
    const { featureScale, attempt } = state;
    return {
      parameters: keeper.kept,
      featureScale,
      attempts: attempt - 1,
      ...reached(),
      wallSeconds: work.wallSeconds,
    };
  } finally {
    distiller.dispose();
    selection.dispose();
  }
}

/** Where the loop stands, always before an update. */
interface LoopState {
  attempt: number;
  round: number;
  /** Updates of the attempt under way, and of all. */
  update: number;
  updates: number;
  /** The best mean return of the attempt under way. */
  attemptMean: number | null;
  /** Of the best student, where its weights are rounded. */
  featureScale?: number[];
}

/** The core's share of a student. @throws ConfigError where it needs more than 1 GiB */
export function makeDistiller(env: Env, config: StudentConfig, largestWeight: number): Distiller {
  const loss = parseLoss(config.loss);
  if (loss === undefined) throw new ConfigError(`loss is "${config.loss}"`);
  const widths = [env.observationSize, ...config.hidden, env.actionCount];
  const { byteObservations } = env;
  return new Distiller({ ...config, widths, capacity: config.envSteps, loss, byteObservations, largestWeight });
}

/**
 * A new student on the states that are there. What observations and labels are scaled by stays for the whole attempt, as
 * another scale would change the meaning of what is already learned: for the first attempt it comes from its first round's
 * states, for a later one from all.
 */
function initialise(distiller: Distiller, env: Env, config: StudentConfig, words: Uint32Array): void {
  distiller.initialise(words);
  if (!env.byteObservations) distiller.normalise();
  if (config.standardizeLabels) distiller.standardise();
}

/** The student's parameters for raw observations and the teacher's unit of Q-values. */
function rawParameters(distiller: Distiller, widths: readonly number[]): Float32Array {
  const parameters = foldNormalisation(widths, distiller.parameters(), distiller.normalisation());
  return foldStandardisation(widths, parameters, distiller.standardisation());
}
