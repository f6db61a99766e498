// What every agent does: it acts ε-greedily, records what happened, and updates its network when an update is due.
import type { Learner } from "../core/learner.js";
import { need } from "../core/needed.js";
import { generatorWords, purposes } from "../env/seeds.js";
import {
  duelingWidths,
  foldDueling,
  foldNormalisation,
  foldStandardisation,
  unfoldDueling,
  unfoldNormalisation,
} from "../model/fold.js";
import { ActingLearner, type AgentEpisode, isCount } from "../training/acting.js";
import { finiteLoss } from "../training/events.js";
import { assignState, type Part } from "../training/resumable.js";
import { schedule } from "../training/schedules.js";
import type { TeacherConfig } from "./config.js";

/** Options for which environments are needed: they belong to the loop around an agent. */
export const loopOptions = [
  "copies",
  "evaluationInterval",
  "evaluationEpisodes",
  "confirmationEpisodes",
  "evaluationShare",
  "stopReturn",
] as const;

/** The options that an agent follows. */
export interface AgentConfig extends Omit<TeacherConfig, (typeof loopOptions)[number]> {}

/** What a call of `update` did. */
export interface Updated {
  /** The number of updates. */
  readonly updates: number;
  /** Their mean loss; null if there was none. */
  readonly loss: number | null;
}

/** A value far outside what was seen before. */
export interface Outlier {
  /** The number of its feature. */
  readonly feature: number;
  readonly value: number;
  /** The steps after which it was seen. */
  readonly envSteps: number;
}

/** Scales are renewed when the steps have grown by this factor, and this soon if an observation is far outside. */
const usual = 1.25;
const soonest = 1.05;

/** An outlier is farther from its feature's mean than so many deviations. Within the range that was seen it is at most 8. */
const manyDeviations = 16;
/** In the first share of all steps a policy that gets better often goes where nobody was. */
const early = 0.25;

const none: Updated = { updates: 0, loss: null };

/** The part of an agent's state that its learner does not hold. */
interface AgentState {
  envSteps: number;
  updates: number;
  loss: number | null;
  /** The number of updates that are due. */
  due: number;
  /** The steps after which the scales of observations and returns were renewed last; 0 before the first time. */
  scaledAt: number;
  /** The first value that was far outside what was seen before: the feature and the steps; 0 steps if there was none. */
  outlierFeature: number;
  outlier: number;
  outlierAt: number;
  /** Whether it began with the weights of another network. */
  warm: boolean;
  /** The steps over which schedules run: `envSteps` of the configuration with which the work began. */
  scheduledSteps: number;
}

/**
 * Double DQN (van Hasselt et al. 2016) with everything that a teacher's configuration adds. It fits into any loop:
 * begin an episode, let the agent act, tell it the step, update.
 */
export class DqnAgent {
  /** Observation size, hidden widths, action count. */
  readonly widths: readonly number[];
  readonly #learner: Learner;
  readonly #acting: ActingLearner;
  readonly #network: "teacher" | "student";
  readonly #state: AgentState;
  #config: AgentConfig;

  /**
   * @param learner must be new and of this configuration; the agent disposes of it
   * @param network what errors call the network in training
   * @param from the parameters to begin with, for raw observations; random ones by default
   */
  constructor(
    learner: Learner,
    widths: readonly number[],
    config: AgentConfig,
    seed: number,
    network: "teacher" | "student",
    from?: Float32Array,
  ) {
    this.widths = widths;
    this.#learner = learner;
    this.#config = config;
    this.#network = network;
    this.#state = {
      ...{ envSteps: 0, updates: 0, loss: null, due: 0 },
      ...{ outlierFeature: 0, outlier: 0, outlierAt: 0 },
      ...{ scaledAt: 0, warm: from !== undefined, scheduledSteps: config.envSteps },
    };
    this.#acting = new ActingLearner(
      {
        learner,
        actionCount: widths[widths.length - 1],
        longest: config.explorationRepeat,
        epsilon: () => schedule(this.#config, this.#state.envSteps, this.#state.warm).epsilon,
        recorded: () => this.#count(),
      },
      config,
    );
    learner.initialise(generatorWords(seed, purposes.learner, 0));
    if (from !== undefined) learner.start(config.dueling ? unfoldDueling(widths, from) : from);
  }

  /** The number of steps recorded, of all episodes. */
  get envSteps(): number {
    return this.#state.envSteps;
  }

  /** The number of updates done. */
  get updates(): number {
    return this.#state.updates;
  }

  /** Mean loss of the latest updates; null before the first. */
  get loss(): number | null {
    return this.#state.loss;
  }

  /** The number of updates that are due: `gradientSteps` after each `trainFrequency` of all recorded steps. */
  get due(): number {
    return this.#state.due;
  }

  /**
   * So many of the first steps are uniformly random actions.
   * @hidden
   */
  get randomSteps(): number {
    return this.#state.warm || this.#config.explorationRepeat > 1 ? 0 : this.#config.learningStarts;
  }

  /**
   * The first value that was far outside what was seen before, after a quarter of all steps; undefined: there was none.
   * @hidden
   */
  get outlier(): Outlier | undefined {
    const { outlierFeature: feature, outlier: value, outlierAt: envSteps } = this.#state;
    return envSteps === 0 ? undefined : { feature, value, envSteps };
  }

  /** The open episodes, by their ids. */
  get episodes(): ReadonlyMap<number, AgentEpisode> {
    return this.#acting.episodes;
  }

  /**
   * An episode begins with this observation, shape (observationSize). Any number of episodes may be open.
   * @param options `mask`: which actions are allowed, shape (actionCount): 1 = allowed, 0 = forbidden. Whoever gives one
   * should give one at every step, too: without it all actions are allowed
   * @throws RangeError for an observation or a mask that is not as it must be, and if so many episodes are open that
   * their last `nStep` steps would fill the replay memory
   */
  begin(observation: ArrayLike<number>, options?: { readonly mask?: ArrayLike<number> }): AgentEpisode {
    return this.#acting.begin(observation, options);
  }

  /**
   * Does the updates that are due. It does none while the replay memory holds no complete transition, or fewer than
   * `learningStarts` observations. When the random steps are over, it normalises observations by the mean and deviation
   * of those seen so far.
   * @param options `most`: at most so many updates; the others stay due
   * @throws DivergedError if the loss is no longer finite; TypeError if `most` is not a whole number from 0 on
   */
  update(options?: { readonly most?: number }): Updated {
    const state = this.#state;
    const config = this.#config;
    const learner = this.#learner;
    // fewer are held only by an agent that was loaded without its replay memory
    const isFilled = learner.filled >= Math.min(config.learningStarts, config.bufferSize);
    if (isFilled && this.#scalesAreDue()) this.#scale();
    if (state.due > 0 && (learner.ready === 0 || !isFilled)) state.due = 0;
    const { most = state.due } = options ?? {};
    need(isCount(most), "most", most, "a whole number from 0 on");
    const updates = Math.min(state.due, most);
    if (updates === 0) return none;
    state.due -= updates;
    const { learningRate, importance } = schedule(config, state.envSteps - 1); // for the step just taken
    learner.setImportance(importance);
    const loss = learner.step(updates, learningRate);
    state.updates += updates;
    state.loss = finiteLoss(loss, this.#network, state.updates);
    return { updates, loss };
  }

  /** The network as it is now, a copy of its parameters for raw observations. */
  parameters(): Float32Array {
    return rawParameters(this.#learner, this.widths, this.#config);
  }

  /**
   * Copies of at most so many observations in the replay memory, evenly spaced.
   * @hidden
   */
  someObservations(most: number): readonly ArrayLike<number>[] {
    return this.#learner.someObservations(most);
  }

  /**
   * The features that have one value in the whole replay memory.
   * @hidden
   */
  constantFeatures(): number[] {
    const { lowest, highest } = this.#learner.ranges();
    return [...lowest.keys()].filter((i) => lowest[i] === highest[i]);
  }

  /** A copy of all observations in the replay memory, (rows, observationSize). */
  observations(): Float32Array | Uint8Array {
    return this.#learner.observations();
  }

  /** The masks of these observations, (rows, actionCount), in a new array; undefined if none was ever given. */
  masks(): Uint8Array | undefined {
    return this.#learner.masks();
  }

  /** A copy of the newest observation of an open episode, shape (observationSize). @throws Error if it is not open */
  newest(id: number): Float32Array | Uint8Array {
    return this.#acting.newest(id);
  }

  /**
   * What a checkpoint holds of it, by the names of the parts, in the order in which they are restored.
   * @param replayMemory whether the replay memory and the open episodes are among it
   * @hidden
   */
  parts(replayMemory = true): { readonly learner: Part; readonly agent: Part } {
    const acting = this.#acting;
    const state = this.#state;
    return {
      learner: {
        save: () => (replayMemory ? acting.save() : acting.saveWithoutMemory()),
        restore: (saved) => acting.restore(saved),
      },
      agent: {
        save: () => ({ state, arrays: {} }),
        restore: (saved) => {
          assignState(state, saved.state);
          for (const name of ["envSteps", "updates", "due", "scaledAt", "scheduledSteps"] as const) {
            if (!isCount(state[name])) throw new Error(`its ${name} is ${state[name]}`);
          }
          this.#config = { ...this.#config, envSteps: state.scheduledSteps };
        },
      },
    };
  }

  /** Gives the core's memory back. */
  dispose(): void {
    this.#acting.dispose();
  }

  #count(): void {
    const state = this.#state;
    const { learningStarts, trainFrequency, gradientSteps } = this.#config;
    state.envSteps++;
    if (state.envSteps > learningStarts && state.envSteps % trainFrequency === 0) state.due += gradientSteps;
  }

  /** Whether the scales are to be found or renewed. */
  #scalesAreDue(): boolean {
    const { envSteps, scaledAt } = this.#state;
    const { learningStarts, renewScales, normalizeObservations, normalizeReturns } = this.#config;
    if (!normalizeObservations && !normalizeReturns) return false;
    if (scaledAt === 0) return envSteps >= learningStarts;
    if (!renewScales || envSteps < soonest * scaledAt) return false;
    return envSteps >= usual * scaledAt || this.#learner.farOutside;
  }

  #scale(): void {
    const learner = this.#learner;
    const { normalizeObservations, normalizeReturns, renewScales } = this.#config;
    const state = this.#state;
    if (state.outlierAt === 0 && state.envSteps >= early * state.scheduledSteps && learner.farOutside)
      this.#findOutlier();
    const fresh = state.scaledAt === 0 && !state.warm;
    state.scaledAt = state.envSteps;
    if (!renewScales && normalizeObservations) this.#normalise();
    learner.renew(renewScales && normalizeObservations, normalizeReturns, fresh, state.warm);
  }

  #findOutlier(): void {
    const { lowest, highest } = this.#learner.ranges();
    const { mean, scale } = this.#learner.normalisation();
    let most = manyDeviations;
    for (let i = 0; i < mean.length; i++) {
      for (const value of [lowest[i], highest[i]]) {
        const deviations = Math.abs(value - mean[i]) * scale[i];
        if (!(deviations > most)) continue;
        most = deviations;
        Object.assign(this.#state, { outlierFeature: i, outlier: value, outlierAt: this.#state.envSteps });
      }
    }
  }

  #normalise(): void {
    const learner = this.#learner;
    const before = learner.parameters();
    learner.normalise();
    if (!this.#state.warm) return;
    // a network that can do something already must still do it
    const widths = this.#config.dueling ? duelingWidths(this.widths) : this.widths;
    learner.start(unfoldNormalisation(widths, before, learner.normalisation()));
  }
}

/** A copy of a learner's parameters, as those of a network that gives Q-values for raw observations. */
export function rawParameters(
  learner: Learner,
  widths: readonly number[],
  { dueling }: Pick<AgentConfig, "dueling">,
): Float32Array {
  const learned = learner.parameters();
  const outputs = dueling ? foldDueling(widths, learned) : learned;
  const { mean, deviation } = learner.returnScale();
  const qValues = foldStandardisation(widths, outputs, { mean, scale: 1 / deviation });
  return foldNormalisation(widths, qValues, learner.normalisation());
}
