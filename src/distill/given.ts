// Lessons from states alone: the states are given, a part of them is held out, and nothing is played.
import { Network } from "../core/network.js";
import { atOnce, type Steps, stepper } from "../env/pauses.js";
import { keepsEnough, qAccuracy } from "../evaluate/compare.js";
import { argmax } from "../model/argmax.js";
import type { Agreement } from "../model/model.js";
import type { Saved } from "../training/checkpoint.js";
import type { AgreementEvent } from "../training/events.js";
import { type Judged, Keeper } from "../training/keeper.js";
import type { Pace, PlayedEpisodes } from "../training/trial.js";
import type { AddStates } from "./collector.js";
import type { StatesConfig } from "./config.js";
import { partsOf, type States, taken } from "./given-states.js";
import { labelled, type StatesLabeller } from "./labeller.js";
import type { Lessons, Where } from "./lessons.js";
import { fitsQValues } from "./loss.js";

/** The rows that are labelled at a time. */
const chunk = 64;

/** Lessons from given states. What its keeper calls a return is the share of states where both act alike. */
export class Given implements Lessons {
  readonly plays = false;
  readonly repeatable = true;
  readonly environment: string;
  readonly collector: Lessons["collector"];
  readonly keeper: Keeper;
  readonly marks = {};
  readonly #teacher: StatesLabeller;
  #network: Network;
  readonly #threshold: number;
  readonly #selection: Judge;
  readonly #final: Judge;

  /** @param add takes labelled states */
  constructor(
    states: States,
    teacher: StatesLabeller,
    { loss, threshold }: StatesConfig,
    seed: number,
    widths: readonly number[],
    add: AddStates,
  ) {
    const { training, selection, final } = partsOf(states.count, seed);
    const fits = fitsQValues(loss);
    this.environment = teacher.environment ?? "";
    this.#teacher = teacher;
    this.#threshold = threshold;
    this.#network = new Network(widths, chunk);
    this.#selection = new Judge(states, selection, fits);
    this.#final = new Judge(states, final, fits);
    this.collector = new Labelled(states, training, teacher, add);
    this.keeper = new Keeper((parameters) => this.#judge(this.#selection, parameters), { evaluationEpisodes: 1 });
  }

  take(widths: readonly number[], parameters: Float32Array): void {
    this.#network = this.#network.fitted(widths);
    this.#network.setParameters(parameters);
  }

  async measure(pace: Pace): Promise<void> {
    await pace(this.#selection.ask(this.#teacher));
    await pace(this.#final.ask(this.#teacher));
  }

  moment() {
    return undefined;
  }

  affords(): boolean {
    return true;
  }

  latest() {
    return { mean: null, actionAgreement: this.keeper.latestMean };
  }

  evaluated(where: Where, { best }: Judged, loss: number | null): AgreementEvent {
    return { kind: "agreement", ...where, ...this.#selection.figures, best, loss };
  }

  outcome(best: number) {
    return { returnRatio: null, actionAgreement: best, satisfied: keepsEnough(best, this.#threshold) };
  }

  conclude() {
    atOnce(this.#judge(this.#final, this.keeper.kept));
    return { heldOut: { states: this.#final.count, ...this.#final.figures } };
  }

  dispose(): void {
    this.#network.dispose();
  }

  *#judge(judge: Judge, parameters: Float32Array): Steps<PlayedEpisodes> {
    this.#network.setParameters(parameters);
    yield* judge.judge((observations, count) => this.#network.forward(observations, count));
    return { returns: [judge.figures.actionAgreement] };
  }
}

/** The states that a student learns from. They are labelled in chunks: a stop between two of them loses nothing. */
class Labelled {
  readonly envSteps = 0;
  readonly #states: States;
  readonly #rows: Uint32Array;
  readonly #teacher: StatesLabeller;
  readonly #add: AddStates;
  #labelled = 0;

  constructor(states: States, rows: Uint32Array, teacher: StatesLabeller, add: AddStates) {
    this.#states = states;
    this.#rows = rows;
    this.#teacher = teacher;
    this.#add = add;
  }

  *collect(): Steps<void> {
    const isTime = stepper();
    while (this.#labelled < this.#rows.length) {
      const rows = this.#rows.subarray(this.#labelled, this.#labelled + chunk);
      const { observations, masks } = taken(this.#states, rows);
      this.#add(observations, labelled(this.#teacher, observations, rows, this.#states.actionCount), undefined, masks);
      this.#labelled += rows.length;
      if (isTime()) yield this.#labelled / this.#rows.length;
    }
  }

  save(): Saved {
    return { state: { labelled: this.#labelled }, arrays: {} };
  }

  restore({ state }: Saved): void {
    this.#labelled = (state as { labelled: number }).labelled;
  }
}

/** Compares students with the teacher on held-out states. */
class Judge {
  /** The latest student's. */
  figures: Agreement = { actionAgreement: 0, qMse: null, qR2: null };
  readonly #states: States;
  readonly #rows: Uint32Array;
  readonly #fitsQValues: boolean;
  readonly #masks: Uint8Array | undefined;
  /** The teacher's Q-values, (rows, actionCount). */
  readonly #expected: Float32Array;

  constructor(states: States, rows: Uint32Array, fitsQValues: boolean) {
    this.#states = states;
    this.#rows = rows;
    this.#fitsQValues = fitsQValues;
    this.#masks = taken(states, rows).masks;
    this.#expected = new Float32Array(rows.length * states.actionCount);
  }

  get count(): number {
    return this.#rows.length;
  }

  /** Asks the teacher. */
  *ask(teacher: StatesLabeller): Steps<void> {
    yield* this.#answers(this.#expected, (observations, _, rows) =>
      labelled(teacher, observations, rows, this.#states.actionCount),
    );
  }

  /** Asks a student. */
  *judge(answer: (observations: Float32Array, count: number) => Float32Array): Steps<void> {
    const actual = new Float32Array(this.#expected.length);
    yield* this.#answers(actual, answer);
    const { actionCount } = this.#states;
    let alike = 0;
    for (let row = 0; row < this.count; row++) {
      const of = (all: Float32Array | Uint8Array) => all.subarray(row * actionCount, (row + 1) * actionCount);
      const mask = this.#masks && of(this.#masks);
      if (argmax(of(this.#expected), mask) === argmax(of(actual), mask)) alike++;
    }
    const actionAgreement = alike / this.count;
    const accuracy = this.#fitsQValues ? qAccuracy(this.#expected, actual, this.#masks) : { qMse: null, qR2: null };
    this.figures = { actionAgreement, ...accuracy };
  }

  *#answers(
    into: Float32Array,
    answer: (observations: Float32Array, count: number, rows: Uint32Array) => Float32Array,
  ): Steps<void> {
    const isTime = stepper();
    for (let at = 0; at < this.count; at += chunk) {
      const rows = this.#rows.subarray(at, at + chunk);
      into.set(answer(taken(this.#states, rows).observations, rows.length, rows), at * this.#states.actionCount);
      if (isTime()) yield at / this.count;
    }
  }
}
