// What a student learns from, and how it is judged: the part of a distillation that differs with and without play.
import type { AnyEnv } from "../env/env.js";
import type { Steps } from "../env/pauses.js";
import { keepsEnough, returnRatio } from "../evaluate/compare.js";
import { randomPolicy } from "../evaluate/returns.js";
import type { HeldOut } from "../model/model.js";
import type { AgreementEvent, AttemptEvent, EvaluationEvent } from "../training/events.js";
import { type Judged, Keeper } from "../training/keeper.js";
import type { Part } from "../training/resumable.js";
import { Selection } from "../training/selection.js";
import type { Pace } from "../training/trial.js";
import { type AddStates, Collector } from "./collector.js";
import type { StudentConfig } from "./config.js";
import type { Labeller } from "./labeller.js";

/** What an event says first: who, and where in the work. */
export type Where = Pick<AgreementEvent, "network" | "attempt" | "envSteps" | "updates">;

/** What students are compared with: mean returns, which are null until they are known and where nothing is played. */
export interface Marks {
  teacherMean: number | null;
  randomMean: number | null;
}

/** Where a student's labelled states come from, and how it is judged. */
export interface Lessons {
  /** Whether an environment takes part, which may fail. */
  readonly plays: boolean;
  /** False if the environment says that it does not repeat its episodes. */
  readonly repeatable: boolean;
  readonly environment: string;
  /** Collects the states; a checkpoint holds it. */
  readonly collector: Part & {
    /** The number of steps taken in an environment. */
    readonly envSteps: number;
    /** Adds the states of all rounds up to this one, from 0. */
    collect(round: number): Steps<void>;
  };
  /** Keeps the best student; what it calls a return is this one's measure. */
  readonly keeper: Keeper;
  /** Takes the student that acts from now on, if one does; those that are judged then have its widths. */
  take(widths: readonly number[], parameters: Float32Array): void;
  /** Measures what students are compared with, as far as it is not known. */
  measure(marks: Marks, pace: Pace): Promise<void>;
  /** What a progress event says of the latest evaluation. */
  latest(): { mean: number | null; actionAgreement?: number | null };
  /** The event of an evaluation. */
  evaluated(where: Where, judged: Judged, loss: number | null): EvaluationEvent | AgreementEvent;
  /** Whether a student is good enough. @param best the largest mean of its evaluations */
  outcome(best: number, marks: Marks): Pick<AttemptEvent, "returnRatio" | "actionAgreement" | "satisfied">;
  /** What is said at the end of the best student, which was taken. */
  conclude(): { readonly heldOut?: HeldOut };
  dispose(): void;
}

/** Lessons that are played: in an environment states are collected, and the returns of episodes are compared. */
export class Played implements Lessons {
  readonly plays = true;
  readonly repeatable: boolean;
  readonly environment: string;
  readonly collector: Collector;
  readonly keeper: Keeper;
  readonly #selection: Selection;
  readonly #teacher: Labeller;
  readonly #config: StudentConfig;
  readonly #actionCount: number;
  readonly #seed: number;

  /**
   * @param envs the copies of the environment that step together; they may answer later
   * @param add takes labelled states
   */
  constructor(
    envs: readonly AnyEnv[],
    teacher: Labeller,
    config: StudentConfig,
    seed: number,
    widths: readonly number[],
    add: AddStates,
  ) {
    const { evaluationEpisodes } = config;
    this.environment = envs[0].id;
    this.repeatable = envs[0].repeatable !== false;
    this.#actionCount = envs[0].actionCount;
    this.#teacher = teacher;
    this.#config = config;
    this.#seed = seed;
    this.#selection = new Selection(envs, widths, seed);
    this.keeper = new Keeper(this.#selection.play, { evaluationEpisodes });
    this.collector = new Collector(envs, { teacher, student: this.#selection }, config, seed, add);
  }

  take(widths: readonly number[], parameters: Float32Array): void {
    this.#selection.take(widths, parameters);
  }

  async measure(marks: Marks, pace: Pace): Promise<void> {
    const { evaluationEpisodes } = this.#config;
    const random = randomPolicy(this.#actionCount, this.#seed);
    marks.teacherMean ??= await pace(this.#selection.meanOf(this.#teacher, evaluationEpisodes));
    marks.randomMean ??= await pace(this.#selection.meanOf(random, evaluationEpisodes));
  }

  latest() {
    return { mean: this.keeper.latestMean };
  }

  evaluated(where: Where, judged: Judged, loss: number | null): EvaluationEvent {
    return { kind: "evaluation", ...where, ...judged, loss };
  }

  outcome(best: number, { teacherMean, randomMean }: Marks) {
    const ratio = returnRatio(best, teacherMean as number, randomMean as number);
    return { returnRatio: ratio, satisfied: keepsEnough(ratio, this.#config.threshold) };
  }

  conclude() {
    return {};
  }

  dispose(): void {
    this.#selection.dispose();
  }
}
