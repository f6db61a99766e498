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
import { hiddenOf } from "./widths.js";

/** What states are like, and how many actions there are. */
export type Sizes = Pick<Env, "observationSize" | "actionCount" | "byteObservations">;

/** The part of a student's configuration that says how it learns, and `envSteps`, the number of labelled states. */
export interface ApprenticeConfig extends Omit<StatesConfig, "rounds" | "threshold"> {
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
  readonly #config: ApprenticeConfig;
  readonly #sizes: Sizes;
  readonly #seed: number;
  readonly #largestWeight: number;
  #distiller: Distiller;
  readonly #start: Float32Array | undefined;
  readonly #state: ApprenticeState = { attempt: 0, update: 0, updates: 0 };

  /**
   * @param largestWeight an output's largest weight in whole steps, if weights are rounded; 0 if they are not
   * @param start the parameters with which the first attempt begins, for raw observations and in the labels' unit; by
   * default they are random, as in every other attempt
   * @throws ConfigError if the widest student needs more than 1 GiB
   */
  constructor(sizes: Sizes, config: ApprenticeConfig, seed: number, largestWeight: number, start?: Float32Array) {
    this.#config = config;
    this.#sizes = sizes;
    this.#seed = seed;
    this.#largestWeight = largestWeight;
    this.#start = start;
    const widest = this.widthsOf(config.attempts);
    if (!alike(widest, this.widths)) this.#distillerOf(widest).dispose(); // there is memory for it
    this.#distiller = this.#distillerOf(this.widths);
  }

  /** Observation size, hidden widths, action count. Another attempt may have others. */
  get widths(): readonly number[] {
    return this.widthsOf(this.#state.attempt);
  }

  /** The same of any attempt. */
  widthsOf(attempt: number): readonly number[] {
    return [this.#sizes.observationSize, ...hiddenOf(this.#config, attempt), this.#sizes.actionCount];
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
    const { widths } = this;
    this.#state.attempt = attempt;
    this.#state.update = 0;
    this.#fit(widths);
    this.#distiller.initialise(generatorWords(this.#seed, purposes.distiller, attempt));
    if (!this.#sizes.byteObservations) this.#distiller.normalise();
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
    const { widths } = this;
    assignState(this.#state, saved.state);
    this.#fit(widths);
    if (this.#state.masked === true) this.#distiller.useMasks();
    blockPart(this.#distiller).restore(saved);
  }

  dispose(): void {
    this.#distiller.dispose();
  }

  /**
   * Makes a distiller for the widths as they are now, unless they were these before. Its states stay. They are copied
   * outside the core, because two distillers at a time would make its memory grow.
   */
  #fit(before: readonly number[]): void {
    if (alike(before, this.widths)) return;
    const states = this.#distiller.labelledStates();
    this.#distiller.dispose();
    this.#distiller = this.#distillerOf(this.widths);
    this.#distiller.take(states);
  }

  #distillerOf(widths: readonly number[]): Distiller {
    const loss = parseLoss(this.#config.loss);
    if (loss === undefined) throw new ConfigError(`loss is "${this.#config.loss}"`);
    return new Distiller({
      ...this.#config,
      widths,
      capacity: this.#config.envSteps,
      loss,
      byteObservations: this.#sizes.byteObservations === true,
      largestWeight: this.#largestWeight,
    });
  }
}

function alike(some: readonly number[], others: readonly number[]): boolean {
  return String(some) === String(others);
}
