// The student: transfer → evaluate → re-initialise, until one is good enough or the attempts are used up.
import { ConfigError } from "../core/config-error.js";
import { Distiller } from "../core/distiller.js";
import { Network } from "../core/network.js";
import type { Env, EnvSource } from "../env/env.js";
import { resolveEnv } from "../env/registry.js";
import { SeedSequence } from "../env/seed-sequence.js";
import { generatorWords, purposes } from "../env/seeds.js";
import { checkedSeed, checkFit } from "../evaluate/checks.js";
import { keepsEnough, returnRatio } from "../evaluate/compare.js";
import { episodeReturns, type Policy, randomPolicy } from "../evaluate/returns.js";
import { mean, standardDeviation } from "../evaluate/statistics.js";
import { foldNormalisation, foldStandardisation } from "../model/fold.js";
import type { ModelData, Training } from "../model/model.js";
import { Interrupted, type Reached, readCheckpoint, type Setting, writeCheckpoint } from "../training/checkpoint.js";
import { DivergedError, type NetworkListener, type TrainingEvent } from "../training/events.js";
import { breather } from "../training/pauses.js";
import { linear } from "../training/schedules.js";
import { TrainedModel, type TrainingRecord } from "../training/trained.js";
import { type StudentConfig, studentConfig, studentOptions } from "./config.js";
import { fitsQValues, parseLoss } from "./loss.js";
import { collectTransitions, replayStates, studentShare, type Transitions, tdTargets } from "./states.js";

/** A distilled student. */
export class Student extends TrainedModel<StudentConfig> {
  /** How many students were initialised. */
  readonly attempts: number;

  /**
   * @param teacher its teacher's `fingerprint`
   * @param featureScale of one whose weights were rounded
   */
  constructor(
    data: ModelData,
    record: TrainingRecord<StudentConfig>,
    attempts: number,
    teacher: string | null,
    featureScale?: readonly number[],
  ) {
    super(data, record, { teacher, attempts, fitsQValues: fitsQValues(record.config.loss), featureScale });
    this.attempts = attempts;
  }
}

/** What a student can learn from: a model, which a {@link Teacher} is, too. */
export interface Labeller extends Policy {
  readonly environment: string;
  readonly widths: readonly number[];
  /** Tell a teacher from another when a checkpoint goes on; without them no difference is noticed. */
  readonly parameters?: Float32Array;
  /** Of a network from a training: the discount in its configuration is td's. */
  readonly training?: Pick<Training, "config">;
  /** Where it was trained; by default the environment of that id. */
  readonly env?: EnvSource;
  /** The replay memory's observations, (rows, observationSize), for `states: "replay"`. */
  readonly observations?: Float32Array | Uint8Array;
  /** (count, observationSize) → (count, actionCount) */
  qValuesOfMany(observations: Float32Array): Float32Array;
}

/** Options of {@link distill}: the student's configuration, and what surrounds the work. */
export interface DistillOptions extends Partial<StudentConfig> {
  /** Where the student is to act; by default where the teacher was trained. */
  readonly env?: EnvSource;
  /** Everything random derives from it; 0 by default. */
  readonly seed?: number;
  /** Called with plain data as the work goes on. */
  readonly onEvent?: (event: TrainingEvent) => void;
  /** Called at each evaluation with the network that was evaluated, before the event. */
  readonly onNetwork?: NetworkListener;
  /** Stops the work: the promise is then rejected with {@link Interrupted}, which holds a checkpoint. */
  readonly signal?: AbortSignal;
  /** A checkpoint of the same teacher, seed and configuration to go on from. */
  readonly resume?: Uint8Array;
}

/** What a checkpoint holds beside the distiller's block: where the loop stands, always before an update. */
interface LoopState extends Reached {
  attempt: number;
  round: number;
  /** Updates of the attempt under way. */
  update: number;
  nextEpisode: number;
  loss: number | null;
  latestMean: number | null;
  /** The best mean return of the attempt under way, and of all. */
  attemptMean: number | null;
  bestMean: number | null;
  /** Of the best, where its weights are rounded. */
  featureScale?: number[];
  wallSeconds: number;
}

/** Updates from one chance to stop, and to say how far the work is, to the next. */
const chunk = 100;

/**
 * Distils a teacher into a student: its Q-values on states that it, the student or its replay memory found are the
 * labels (Rusu et al. 2015; states from the student: DAgger, Ross et al. 2011).
 * @param largestWeight of an output in whole steps, where weights are rounded: 127 for the 8 bits that can be exported
 * @throws ConfigError for a configuration that is not allowed, a teacher that does not fit its environment and a
 * checkpoint that does not belong to both, {@link Interrupted} when stopped by the signal, {@link DivergedError} where the
 * loss is no longer finite
 */
export async function distill(teacher: Labeller, options: DistillOptions = {}, largestWeight = 127): Promise<Student> {
  const { seed: givenSeed = 0, onEvent = () => {}, onNetwork, signal, resume, env: givenEnv, ...given } = options;
  const seed = checkedSeed(givenSeed);
  const source = givenEnv ?? teacher.env ?? teacher.environment;
  const env = resolveEnv(source);
  const config = studentConfig(env.id, given);
  checkFit("teacher", teacher, env);
  if (config.states === "replay" && resume === undefined && !teacher.observations?.length) {
    throw new ConfigError('states "replay" needs the teacher\'s replay memory, which only a teacher just trained has');
  }
  const widths = [env.observationSize, ...config.hidden, env.actionCount];
  const setting = studentSetting(env.id, seed, config, teacher);
  const selection = { seed, purpose: purposes.selection, episodes: config.evaluationEpisodes };

  const distiller = makeDistiller(widths, config, env, config.quantize ? largestWeight : 0);
  const network = new Network(widths, 1);
  let best: Float32Array | undefined;
  const state: LoopState = {
    attempt: 1,
    round: 0,
    update: 0,
    envSteps: 0,
    updates: 0,
    nextEpisode: 0,
    loss: null,
    latestMean: null,
    attemptMean: null,
    bestMean: null,
    wallSeconds: 0,
  };

  try {
    if (resume !== undefined) {
      const checkpoint = readCheckpoint<LoopState>(resume, "student", setting, (block) => distiller.restore(block));
      network.setParameters(rawParameters(distiller, widths));
      Object.assign(state, checkpoint.state);
      best = checkpoint.arrays.best;
    } else if (config.states === "replay") {
      const states = replayStates(
        teacher.observations as Float32Array | Uint8Array,
        env.observationSize,
        config.envSteps,
      );
      distiller.add(states, teacher.qValuesOfMany(states));
    }
    const teacherMean = mean(episodeReturns(env, teacher, selection));
    const randomMean = mean(episodeReturns(env, randomPolicy(env.actionCount, seed), selection));
    const started = performance.now() - 1000 * state.wallSeconds;
    const wallSeconds = () => (performance.now() - started) / 1000;
    const breathe = breather();

    for (let satisfied = false; !satisfied && state.attempt <= config.attempts; state.attempt++) {
      while (state.round < config.rounds) {
        const { attempt, round } = state;
        const until = Math.floor((config.updates * (round + 1)) / config.rounds);

        // new states, each labelled once; later attempts learn from all that were collected for the first
        const wanted = Math.floor((config.envSteps * (round + 1)) / config.rounds) - distiller.filled;
        if (config.states !== "replay" && wanted > 0) {
          const steps = collectTransitions(
            env,
            { teacher, student: network },
            {
              seed,
              firstEpisode: state.nextEpisode,
              count: wanted,
              exploration: config.exploration,
              share: studentShare(config.states, round, config.rounds),
            },
          );
          distiller.add(steps.states, teacher.qValuesOfMany(steps.states), targetsOf(steps, teacher, config));
          state.nextEpisode = steps.nextEpisode;
          state.envSteps += wanted;
        }

        // Initialise a student. What observations and labels are scaled by stays for the whole attempt, as another scale
        // would change the meaning of what is already learned: for the first attempt it comes from its first round's
        // states, for a later one from all.
        if (state.update === 0) {
          distiller.initialise(generatorWords(seed, purposes.distiller, attempt));
          if (!env.byteObservations) distiller.normalise();
          if (config.standardizeLabels) distiller.standardise();
          state.attemptMean = null;
        }

        const pause = breathe();
        if (pause) await pause;
        if (signal?.aborted) {
          state.wallSeconds = wallSeconds();
          const arrays: Record<string, Float32Array> = best === undefined ? {} : { best };
          throw new Interrupted(writeCheckpoint({ phase: "student", setting, state, block: distiller.save(), arrays }));
        }

        // transfer
        const rate = linear(config.learningRate, config.learningRateFinal, state.update / config.updates);
        const count = Math.min(chunk, until - state.update);
        state.loss = distiller.step(count, rate);
        state.update += count;
        state.updates += count;
        if (!Number.isFinite(state.loss)) throw new DivergedError("student", state.updates);

        // evaluate
        const { envSteps, update, updates, loss } = state;
        if (update === until) {
          const parameters = rawParameters(distiller, widths);
          network.setParameters(parameters);
          const returns = episodeReturns(env, network, selection);
          const latest = mean(returns);
          const isBest = state.bestMean === null || latest >= state.bestMean;
          if (isBest) {
            best = parameters;
            if (config.quantize) state.featureScale = [...distiller.normalisation().scale];
            state.bestMean = latest;
          }
          state.latestMean = latest;
          onNetwork?.(parameters, envSteps, latest);
          state.attemptMean = Math.max(state.attemptMean ?? latest, latest);
          state.round++;
          onEvent({
            kind: "evaluation",
            network: "student",
            attempt,
            envSteps,
            updates,
            mean: latest,
            std: standardDeviation(returns),
            min: returns.reduce((a, b) => Math.min(a, b)),
            best: isBest,
            loss,
          });
        }
        const share = update / config.updates;
        onEvent({
          kind: "progress",
          network: "student",
          attempt,
          share,
          envSteps,
          updates,
          loss,
          mean: state.latestMean,
        });
      }

      // good enough? if not, initialise another student
      const { attempt, envSteps, updates } = state;
      const ratio = returnRatio(state.attemptMean as number, teacherMean, randomMean);
      satisfied = keepsEnough(ratio, config.threshold);
      onEvent({ kind: "attempt", attempt, returnRatio: ratio, satisfied, envSteps, updates });
      state.round = 0;
      state.update = 0;
    }

    const data = { environment: env.id, widths, parameters: best as Float32Array };
    const { envSteps, updates } = state;
    const record = { env: source, seed, config, envSteps, updates, wallSeconds: wallSeconds() };
    return new Student(data, record, state.attempt - 1, fingerprint(teacher), state.featureScale);
  } finally {
    distiller.dispose();
    network.dispose();
  }
}

/** What makes two distillations the same. */
export function studentSetting(environment: string, seed: number, config: StudentConfig, teacher: Labeller): Setting {
  return { environment, seed, ...config, teacher: fingerprint(teacher) };
}

/**
 * Tells early whether there can be memory for a student.
 * @throws ConfigError where there cannot
 */
export function checkStudentSize(source: EnvSource, config: StudentConfig): void {
  const env = resolveEnv(source);
  makeDistiller([env.observationSize, ...config.hidden, env.actionCount], config, env, 0).dispose();
}

function makeDistiller(
  widths: readonly number[],
  config: StudentConfig,
  { byteObservations }: Env,
  largestWeight: number,
): Distiller {
  const loss = parseLoss(config.loss);
  if (loss === undefined) throw new ConfigError(`loss is "${config.loss}"`);
  return new Distiller({
    ...config,
    widths,
    capacity: config.envSteps,
    loss,
    byteObservations,
    largestWeight,
  });
}

/** What the loss's part td learns from; nothing where there is no such part. */
export function targetsOf(steps: Transitions, teacher: Labeller, config: Pick<StudentConfig, "loss" | "gamma">) {
  if (!parseLoss(config.loss)?.td) return undefined;
  const own = teacher.training?.config.gamma;
  const gamma = config.gamma ?? (typeof own === "number" && studentOptions.gamma.accepts(own) ? own : 0.99);
  return tdTargets(steps, (observations) => teacher.qValuesOfMany(observations), gamma);
}

const fingerprintBlock = 4096;

/** 128 bits that tell a teacher's parameters from others; SHA-256 would need crypto.subtle, which not every page has. */
export function fingerprint({ parameters }: Labeller): string | null {
  if (parameters === undefined) return null;
  const bits = new Uint32Array(parameters.buffer, parameters.byteOffset, parameters.length);
  let words: Uint32Array = new Uint32Array(4);
  for (let at = 0; at < bits.length; at += fingerprintBlock) {
    words = new SeedSequence([...words, ...bits.subarray(at, at + fingerprintBlock)]).generateState(4);
  }
  return Array.from(words, (word) => word.toString(16).padStart(8, "0")).join("");
}

/** The student's parameters for raw observations and the teacher's unit of Q-values. */
function rawParameters(distiller: Distiller, widths: readonly number[]): Float32Array {
  const parameters = foldNormalisation(widths, distiller.parameters(), distiller.normalisation());
  return foldStandardisation(widths, parameters, distiller.standardisation());
}
