// The student: transfer → evaluate → re-initialise, until one is good enough or the attempts are used up.
import { Distiller } from "../core/distiller.js";
import { Network } from "../core/network.js";
import { breather } from "../dqn/breathe.js";
import { Interrupted, readCheckpoint, writeCheckpoint } from "../dqn/checkpoint.js";
import { DivergedError, type TrainingEvent } from "../dqn/events.js";
import { checkedSeed } from "../dqn/options.js";
import { linear } from "../dqn/schedules.js";
import { TrainedModel, type TrainingRecord } from "../dqn/trained.js";
import type { Env, EnvSource } from "../env/env.js";
import { resolveEnv } from "../env/registry.js";
import { generatorWords, purposes } from "../env/seeds.js";
import { returnRatio } from "../evaluate/compare.js";
import { episodeReturns, type Policy, randomPolicy } from "../evaluate/returns.js";
import { mean, standardDeviation } from "../evaluate/statistics.js";
import { foldNormalisation, foldStandardisation } from "../model/fold.js";
import type { ModelData } from "../model/model.js";
import { type StudentConfig, studentConfig } from "./config.js";
import { parseLoss } from "./loss.js";
import { collectStates, replayStates } from "./states.js";

/** A distilled student. */
export class Student extends TrainedModel<StudentConfig> {
  /** How many students were initialised. */
  readonly attempts: number;

  constructor(data: ModelData, record: TrainingRecord<StudentConfig>, attempts: number) {
    super(data, record);
    this.attempts = attempts;
  }
}

/** What a student can learn from: a model, which a {@link Teacher} is, too. */
export interface Labeller extends Policy {
  readonly environment: string;
  readonly widths: readonly number[];
  /** Where it was trained; by default the environment of that id. */
  readonly env?: EnvSource;
  /** The replay memory's observations, (rows, observationSize), for `states: "replay"`. */
  readonly observations?: Float32Array;
  /** (count, observationSize) → (count, actionCount) */
  qValuesOfMany(observations: Float32Array): Float32Array;
}

export interface DistillOptions extends Partial<StudentConfig> {
  /** Where the student is to act; by default where the teacher was trained. */
  readonly env?: EnvSource;
  /** Everything random derives from it; 0 by default. */
  readonly seed?: number;
  /** Called with plain data as the work goes on. */
  readonly onEvent?: (event: TrainingEvent) => void;
  /** Stops the work: the promise is then rejected with {@link Interrupted}, which holds a checkpoint. */
  readonly signal?: AbortSignal;
  /** A checkpoint of the same teacher, seed and configuration to go on from. */
  readonly resume?: Uint8Array;
}

/** What a checkpoint holds beside the distiller's block: where the loop stands, always before a round. */
interface LoopState {
  attempt: number;
  round: number;
  envSteps: number;
  updates: number;
  nextEpisode: number;
  loss: number | null;
  /** The best mean return of the attempt under way, and of all. */
  attemptMean: number | null;
  bestMean: number | null;
  wallSeconds: number;
}

/** Updates between two chances for others to run. */
const chunk = 100;

/**
 * Distils a teacher into a student: its Q-values on states that it, the student or its replay memory found are the
 * labels (Rusu et al. 2015; states from the student: DAgger, Ross et al. 2011).
 * @throws RangeError for a configuration that is not allowed and a teacher that does not fit its environment,
 * {@link Interrupted} when stopped by the signal, {@link DivergedError} where the loss is no longer finite
 */
export async function distill(teacher: Labeller, options: DistillOptions = {}): Promise<Student> {
  const { seed: givenSeed = 0, onEvent = () => {}, signal, resume, env: givenEnv, ...given } = options;
  const seed = checkedSeed(givenSeed);
  const source = givenEnv ?? teacher.env ?? teacher.environment;
  const env = resolveEnv(source);
  const config = studentConfig(env.id, given);
  checkFit(teacher, env);
  if (config.states === "replay" && resume === undefined && !teacher.observations?.length) {
    throw new RangeError('states "replay" needs the teacher\'s replay memory, which only a teacher just trained has');
  }
  const widths = [env.observationSize, ...config.hidden, env.actionCount];
  const setting = { environment: env.id, seed, config };
  const selection = { seed, purpose: purposes.selection, episodes: config.evaluationEpisodes };
  const teacherMean = mean(episodeReturns(env, teacher, selection));
  const randomMean = mean(episodeReturns(env, randomPolicy(env.actionCount, seed), selection));

  const weights = parseLoss(config.loss);
  if (weights === undefined) throw new RangeError(`loss is "${config.loss}"`);
  const distiller = new Distiller({ ...config, widths, capacity: config.envSteps, loss: weights });
  const network = new Network(widths, 1);
  let best: Float32Array | undefined;
  const state: LoopState = {
    attempt: 1,
    round: 0,
    envSteps: 0,
    updates: 0,
    nextEpisode: 0,
    loss: null,
    attemptMean: null,
    bestMean: null,
    wallSeconds: 0,
  };

  try {
    if (resume !== undefined) {
      const checkpoint = readCheckpoint<LoopState>(resume, "student", setting);
      distiller.restore(checkpoint.block);
      network.setParameters(rawParameters(distiller, widths));
      Object.assign(state, checkpoint.state);
      best = checkpoint.arrays.best;
    } else if (config.states === "replay") {
      const states = replayStates(teacher.observations as Float32Array, env.observationSize, config.envSteps);
      distiller.add(states, teacher.qValuesOfMany(states));
    }
    const started = performance.now() - 1000 * state.wallSeconds;
    const wallSeconds = () => (performance.now() - started) / 1000;
    const breathe = breather();

    for (let satisfied = false; !satisfied && state.attempt <= config.attempts; state.attempt++) {
      for (; state.round < config.rounds; state.round++) {
        await breathe();
        if (signal?.aborted) {
          state.wallSeconds = wallSeconds();
          const arrays: Record<string, Float32Array> = best === undefined ? {} : { best };
          throw new Interrupted(writeCheckpoint({ phase: "student", setting, state, block: distiller.save(), arrays }));
        }
        const { attempt, round } = state;
        const done = Math.floor((config.updates * round) / config.rounds);
        const until = Math.floor((config.updates * (round + 1)) / config.rounds);

        // new states, each labelled once; later attempts learn from all that were collected for the first
        const wanted = Math.floor((config.envSteps * (round + 1)) / config.rounds) - distiller.filled;
        if (config.states !== "replay" && wanted > 0) {
          // the first round is the teacher's in any case: an untrained student finds little
          const acting = config.states === "student" && round > 0 ? network : teacher;
          const from = { seed, firstEpisode: state.nextEpisode, count: wanted, exploration: config.exploration };
          const { states, nextEpisode } = collectStates(env, acting, from);
          distiller.add(states, teacher.qValuesOfMany(states));
          state.nextEpisode = nextEpisode;
          state.envSteps += wanted;
        }

        // initialise a student
        if (round === 0) {
          distiller.initialise(generatorWords(seed, purposes.distiller, attempt));
          distiller.normalise();
          if (config.standardizeLabels) distiller.standardise();
          state.attemptMean = null;
        }

        // transfer
        for (let update = done; update < until; update += chunk) {
          const rate = linear(config.learningRate, config.learningRateFinal, update / config.updates);
          state.loss = distiller.step(Math.min(chunk, until - update), rate);
          await breathe();
        }
        state.updates += until - done;
        if (!Number.isFinite(state.loss)) throw new DivergedError("student", state.updates);

        // evaluate
        const parameters = rawParameters(distiller, widths);
        network.setParameters(parameters);
        const returns = episodeReturns(env, network, selection);
        const latest = mean(returns);
        const isBest = state.bestMean === null || latest >= state.bestMean;
        if (isBest) {
          best = parameters;
          state.bestMean = latest;
        }
        state.attemptMean = Math.max(state.attemptMean ?? latest, latest);
        const { envSteps, updates, loss } = state;
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
        const share = (round + 1) / config.rounds;
        onEvent({ kind: "progress", network: "student", attempt, share, envSteps, updates, loss, mean: latest });
      }

      // good enough? if not, initialise another student
      const { attempt, envSteps, updates } = state;
      const ratio = returnRatio(state.attemptMean as number, teacherMean, randomMean);
      satisfied = ratio !== null && ratio >= config.threshold;
      onEvent({ kind: "attempt", attempt, returnRatio: ratio, satisfied, envSteps, updates });
      state.round = 0;
    }

    const data = { environment: env.id, widths, parameters: best as Float32Array };
    const { envSteps, updates } = state;
    const record = { env: source, seed, config, envSteps, updates, wallSeconds: wallSeconds() };
    return new Student(data, record, state.attempt - 1);
  } finally {
    distiller.dispose();
    network.dispose();
  }
}

/** The student's parameters for raw observations and the teacher's unit of Q-values. */
function rawParameters(distiller: Distiller, widths: readonly number[]): Float32Array {
  const parameters = foldNormalisation(widths, distiller.parameters(), distiller.normalisation());
  return foldStandardisation(widths, parameters, distiller.standardisation());
}

function checkFit(teacher: Labeller, env: Env): void {
  const inputs = teacher.widths[0];
  const outputs = teacher.widths[teacher.widths.length - 1];
  if (inputs !== env.observationSize || outputs !== env.actionCount) {
    throw new RangeError(
      `the teacher has ${inputs} inputs and ${outputs} outputs, but ${env.id} has ${env.observationSize} features and ${env.actionCount} actions`,
    );
  }
}
