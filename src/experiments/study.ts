// What a study is: cells to compare, and what one run of a cell with one seed comes to.
import type { TeacherConfig } from "../dqn/config.js";
import type { Teacher } from "../dqn/teacher.js";

/** One row of a study's table: what is compared. The same name in several environments is one row over all of them. */
export interface Cell {
  readonly name: string;
  readonly env: string;
  /**
   * Plain data, as JSON keeps it: what tells this cell from others. Cells whose `teacher` is the same (absent, too) are
   * taken to want the same teacher, and do not begin at once, so that it is trained once.
   */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What one run came to: plain data, finite numbers or null, no times. */
export interface Outcome {
  readonly scores: Readonly<Record<string, number | null>>;
  /** Points [x, y] in the order of x, which is environment steps where the study says nothing else. */
  readonly curves?: Readonly<Record<string, readonly (readonly [number, number])[]>>;
}

/** A named question, and the experiment that answers it. */
export interface Study {
  readonly name: string;
  /** One sentence. */
  readonly question: string;
  /** Which of the scores the intervals, the profiles and the probabilities compare; the more the better. */
  readonly score: string;
  /** Whether the score means the same in every environment, so that they can be taken together; default true. */
  readonly pooled?: boolean;
  /** How many seeds by default: 0 … seeds − 1. */
  readonly seeds: number;
  /** Where it is run by default; CartPole-v1 alone where it does not say. */
  readonly environments?: readonly string[];
  /** The first cell of each environment is the one that the others are held against. */
  cells(environments: readonly string[]): readonly Cell[];
  /**
   * @param signal is to be handed on to what takes long
   * @throws Interrupted when stopped by the signal
   */
  run(cell: Cell, seed: number, teachers: TeacherStore, signal?: AbortSignal): Promise<Outcome>;
}

/** Trains a teacher once for each environment, seed and options, and keeps it with its replay memory's observations. */
export interface TeacherStore {
  /** The teacher of these, trained now or before. */
  teacher(env: string, seed: number, options?: Partial<TeacherConfig>): Promise<Teacher>;
}
