// What a student learns from, and how it is judged: the part of a distillation that differs with and without play.
import type { AnyEnv } from "../env/env.js";
import type { Steps } from "../env/pauses.js";
import { keepsEnough, returnRatio } from "../evaluate/compare.js";
import { type Policy, randomPolicy } from "../evaluate/returns.js";
import { mean } from "../evaluate/statistics.js";
import type { HeldOut } from "../model/model.js";
import type { Moment } from "../training/budget.js";
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

/** What students are compared with: returns on the first selection episodes, which are null until they are known. */
interface Marks {
  teacher: readonly number[] | null;
  random: readonly number[] | null;
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
  /** Plain data about what students are compared with; a checkpoint holds it. */
  readonly marks: object;
  /** Takes the student that acts from now on, if one does; those that are judged then have its widths. */
  take(widths: readonly number[], parameters: Float32Array): void;
  /** Measures what students are compared with, as far as it is not known. */
  measure(pace: Pace): Promise<void>;
  /** Where the budget of evaluations is after a round, from 0, of an attempt, from 1; undefined without a budget. */
  moment(attempt: number, round: number): Moment | undefined;
  /** Whether there is room then for a student that need not be judged yet. */
  affords(attempt: number, round: number): boolean;
  /** What a progress event says of the latest evaluation. */
  latest(): { mean: number | null; actionAgreement?: number | null };
  /** The event of an evaluation. */
  evaluated(where: Where, judged: Judged, loss: number | null): EvaluationEvent | AgreementEvent;
  /** Whether a student is good enough. @param best the largest rating of its evaluations */
  outcome(best: number): Pick<AttemptEvent, "returnRatio" | "actionAgreement" | "satisfied">;
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
  readonly marks: Marks = { teacher: null, random: null };
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
    this.environment = envs[0].id;
    this.repeatable = envs[0].repeatable !== false;
    this.#actionCount = envs[0].actionCount;
    this.#teacher = teacher;
    this.#config = config;
    this.#seed = seed;
    this.#selection = new Selection(envs, widths, seed);
    const { evaluationEpisodes, evaluationShare } = config;
    this.keeper = new Keeper(this.#selection.play, { evaluationEpisodes, evaluationShare }, (returns) =>
      this.#rating(returns),
    );
    this.collector = new Collector(envs, { teacher, student: this.#selection }, config, seed, add);
  }

  take(widths: readonly number[], parameters: Float32Array): void {
    this.#selection.take(widths, parameters);
  }

  async measure(pace: Pace): Promise<void> {
    const returnsOf = (policy: Policy, turn: number) =>
      this.keeper.measure((...episodes) => this.#selection.playWith(policy, ...episodes), pace, this.#turn(turn));
    this.marks.teacher ??= await returnsOf(this.#teacher, 1);
    this.marks.random ??= await returnsOf(randomPolicy(this.#actionCount, this.#seed), 2);
  }

  moment(attempt: number, round: number): Moment {
    return this.#turn(1 + attempt + (round + 1) / this.#config.rounds);
  }

  /** There must be room for the last student of the attempt, too. */
  affords(attempt: number, round: number): boolean {
    return this.keeper.affords(this.moment(attempt, round), this.#teacherReturns.length);
  }

  latest() {
    return { mean: this.keeper.latestMean };
  }

  evaluated(where: Where, judged: Judged, loss: number | null): EvaluationEvent {
    return { kind: "evaluation", ...where, ...judged, loss, evaluationSteps: this.keeper.evaluationSteps };
  }

  outcome(best: number) {
    const ratio = returnRatio(best, mean(this.#teacherReturns), mean(this.marks.random ?? []));
    return { returnRatio: ratio, satisfied: keepsEnough(ratio, this.#config.threshold) };
  }

  conclude() {
    return {};
  }

  dispose(): void {
    this.#selection.dispose();
  }

  get #teacherReturns(): readonly number[] {
    return this.marks.teacher ?? [];
  }

  /**
   * The mean return that is to be expected of a student on all episodes of its teacher. With a budget it may have played
   * fewer, and these may have been easy.
   */
  #rating(returns: readonly number[]): number {
    const teacher = this.#teacherReturns;
    return mean(returns) + (mean(teacher) - mean(teacher.slice(0, returns.length)));
  }

  /**
   * The budget for all labelled states, of which equal parts are for the teacher, for random play and for each attempt.
   * What one does not take is there for the next.
   * @param turns how many of these parts may be taken by now
   */
  #turn(turns: number): Moment {
    const envSteps = (this.collector.total * turns) / (2 + this.#config.attempts);
    return { envSteps, longest: this.collector.longest, last: true, episodes: this.marks.teacher?.length };
  }
}
