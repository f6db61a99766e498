// What a study is: cells that are compared, and what one run of a cell with one seed gives.
import type { TeacherConfig } from "../dqn/config.js";
import type { Teacher } from "../dqn/teacher.js";

/**
 * One row of a study's table: what is compared. A name that occurs in several environments is one row over all of them.
 */
export interface Cell {
  readonly name: string;
  readonly env: string;
  /** Plain data, as JSON keeps it: what distinguishes this cell from others. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The result of one run: plain data; finite numbers or null; no times. */
export interface Outcome {
  readonly scores: Readonly<Record<string, number | null>>;
  /** Points [x, y], sorted by x. x counts environment steps unless the study says otherwise. */
  readonly curves?: Readonly<Record<string, readonly (readonly [number, number])[]>>;
}

/** A named question, and the experiment that answers it. */
export interface Study {
  /** It must not be "teacher", "tune", "shrink" or "release", which name other jobs. */
  readonly name: string;
  /** The question, in one sentence. */
  readonly question: string;
  /** The score that the intervals, the profiles and the probabilities compare. A higher score is better. */
  readonly score: string;
  /** Whether the score means the same in every environment, so that environments can be pooled; default true. */
  readonly pooled?: boolean;
  /** The default number of seeds: 0 … seeds − 1. */
  readonly seeds: number;
  /** The default environments; CartPole-v1 alone if absent. */
  readonly environments?: readonly string[];
  /**
   * The options of the teacher that a cell's run asks for, or null for none: it is trained once, before all cells that
   * need it. Without this, cells whose settings have the same `teacher` (also if it is absent) are assumed to need the
   * same one: the others begin when the first of them is done.
   */
  teacher?(cell: Cell): Partial<TeacherConfig> | null;
  /** The cells. In each environment the others are compared with the first cell. */
  cells(environments: readonly string[]): readonly Cell[];
  /**
   * @param signal must be handed on to long work
   * @throws Interrupted if stopped by the signal
   */
  run(cell: Cell, seed: number, teachers: TeacherStore, signal?: AbortSignal): Promise<Outcome>;
}

/** Trains a teacher once for each environment, seed and options, and keeps it with its replay memory's observations. */
export interface TeacherStore {
  /** The teacher for this environment, seed and options, trained now or before. */
  teacher(env: string, seed: number, options?: Partial<TeacherConfig>): Promise<Teacher>;
}
