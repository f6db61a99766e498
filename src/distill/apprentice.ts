// The student while it learns: a network in the core that is pulled towards its labels. Each attempt begins it anew.
import { ConfigError } from "../core/config-error.js";
import { Distiller } from "../core/distiller.js";
import type { Env } from "../env/env.js";
import { generatorWords, purposes } from "../env/seeds.js";
import { foldNormalisation, foldStandardisation, unfoldNormalisation, unfoldStandardisation } from "../model/fold.js";
import type { Saved } from "../training/checkpoint.js";
import { finiteLoss } from "../training/events.js";
import { assignState, blockPart, type Part } from "../training/resumable.js";
import { linear } from "../training/schedules.js";
import type { AddStates } from "./collector.js";
import type { StatesConfig } from "./config.js";
import { parseLoss } from "./loss.js";

/** What states are like, and how many actions there are. */
export type Sizes = Pick<Env, "observationSize" | "actionCount" | "byteObservations">;

/** The part of a student's configuration that says how it learns, and `envSteps`, the number of labelled states. */
export interface ApprenticeConfig extends Omit<StatesConfig, "rounds" | "attempts" | "threshold"> {
  readonly envSteps: number;
}

/** The part of an apprentice's state that its distiller does not hold. */
interface ApprenticeState {
  attempt: number;
  update: number;
  updates: number;
  /** Whether its states have masks; absent if they have none. */
  masked?: true;
}

/** A student in training. */
export class Apprentice implements Part {
  /** Observation size, hidden widths, action count. */
  readonly widths: readonly number[];
  readonly #distiller: Distiller;
  readonly #config: ApprenticeConfig;
  readonly #seed: number;
  readonly #byteObservations: boolean;
  readonly #start: Float32Array | undefined;
  readonly #state: ApprenticeState = { attempt: 0, update: 0, updates: 0 };

  /**
   * @param largestWeight an output's largest weight in whole steps, if weights are rounded; 0 if they are not
   * @param start the parameters with which the first attempt begins, for raw observations and in the labels' unit; by
   * default they are random, as in every other attempt
   * @throws ConfigError if it needs more than 1 GiB
   */
  constructor(sizes: Sizes, config: ApprenticeConfig, seed: number, largestWeight: number, start?: Float32Array) {
    const loss = parseLoss(config.loss);
    if (loss === undefined) throw new ConfigError(`loss is "${config.loss}"`);
    this.widths = [sizes.observationSize, ...config.hidden, sizes.actionCount];
    this.#config = config;
    this.#seed = seed;
    this.#byteObservations = sizes.byteObservations === true;
    this.#start = start;
    this.#distiller = new Distiller({
      ...config,
      widths: this.widths,
      capacity: config.envSteps,
      loss,
      byteObservations: this.#byteObservations,
      largestWeight,
    });
  }

  /** The number of the current attempt, from 1; 0 before the first. */
  get attempt(): number {
    return this.#state.attempt;
  }

  /** The number of updates in this attempt. */
  get update(): number {
    return this.#state.update;
  }

  /** The number of updates in all attempts. */
  get updates(): number {
    return this.#state.updates;
  }

  /** Adds labelled states. */
  readonly add: AddStates = (...labelled) => {
    this.#distiller.add(...labelled);
    if (this.#distiller.masked) this.#state.masked = true;
  };

  /**
   * Begins a new attempt on the states that it has. The scale of observations and labels stays the same for the whole
   * attempt: another scale would change the meaning of what is already learned. In the first attempt it comes from the
   * states of the first round, in later attempts from all states.
   */
  begin(attempt: number): void {
    this.#state.attempt = attempt;
    this.#state.update = 0;
    this.#distiller.initialise(generatorWords(this.#seed, purposes.distiller, attempt));
    if (!this.#byteObservations) this.#distiller.normalise();
    if (this.#config.standardizeLabels) this.#distiller.standardise();
    if (this.#start !== undefined && attempt === 1) this.#distiller.start(this.#scaled(this.#start));
  }

  /** Does this many updates. @returns the mean of their losses @throws DivergedError if it is not finite */
  learn(count: number): number {
    const { learningRate, learningRateFinal, updates } = this.#config;
    const rate = linear(learningRate, learningRateFinal, this.#state.update / updates);
    this.#state.update += count;
    this.#state.updates += count;
    return finiteLoss(this.#distiller.step(count, rate), "student", this.#state.updates);
  }

  /** A copy of the network's parameters as they are now, for raw observations and in the unit of the labels. */
  parameters(): Float32Array {
    const parameters = foldNormalisation(this.widths, this.#distiller.parameters(), this.#distiller.normalisation());
    return foldStandardisation(this.widths, parameters, this.#distiller.standardisation());
  }

  /** The same network for normalised observations and standardised labels: the inverse of {@link parameters}. */
  #scaled(parameters: Float32Array): Float32Array {
    const standard = unfoldStandardisation(this.widths, parameters, this.#distiller.standardisation());
    return unfoldNormalisation(this.widths, standard, this.#distiller.normalisation());
  }

  /** The factor of each feature, shape (observationSize). */
  featureScale(): number[] {
    return [...this.#distiller.normalisation().scale];
  }

  save(): Saved {
    return { state: this.#state, arrays: blockPart(this.#distiller).save().arrays };
  }

  restore(saved: Saved): void {
    if ((saved.state as { masked?: unknown }).masked === true) this.#distiller.useMasks();
    blockPart(this.#distiller).restore(saved);
    assignState(this.#state, saved.state);
  }

  dispose(): void {
    this.#distiller.dispose();
  }
}
