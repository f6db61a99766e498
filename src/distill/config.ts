// The student's configuration: each option with its default, its unit and what is allowed.
import { ConfigError } from "../core/config-error.js";
import { presets } from "../dqn/presets.js";
import {
  configure,
  flag,
  hiddenWidths,
  type Option,
  type Options,
  oneOf,
  optional,
  real,
  whole,
} from "../training/options.js";
import { lossNames, parseLoss } from "./loss.js";

/**
 * Where the states come from that the teacher labels: the teacher or the student acts, the teacher alone in the first
 * round; mixed: a coin decides for each episode, and the student's share of them rises linearly over the rounds from 0 to
 * 1 (DAgger's schedule, Ross et al. 2011); or the teacher's replay memory.
 */
export type StateSource = "teacher" | "student" | "mixed" | "replay";

/** How a student is distilled; an environment's preset may replace a default. */
export interface StudentConfig {
  /** Widths of the hidden layers, in units; default 16. */
  readonly hidden: readonly number[];
  /** Sum of losses that pulls the student's Q-values to the teacher's; default mse+cross-entropy. */
  readonly loss: string;
  /** Softness of the softmax in cross-entropy and kl, in units of the labels; default 0.1. */
  readonly temperature: number;
  /** Error, in units of the labels, from which the Huber loss is linear; default 1. */
  readonly huberDelta: number;
  /** Whether labels are scaled to mean 0 and deviation 1 for the loss, which is undone in what is kept; default true. */
  readonly standardizeLabels: boolean;
  /** Whether it is trained through its weights' rounding to 8 bits, which they keep; default false. */
  readonly quantize: boolean;
  /** Discount of td's targets, or null for the teacher's own and 0.99 where it has none; default null. */
  readonly gamma: number | null;
  /** Who acts to find the states that the teacher labels; default student. */
  readonly states: StateSource;
  /** States labelled, each a step in the environment, none of them for replay; default 5,000. */
  readonly envSteps: number;
  /** Share of random actions while states are collected; default 0.05. */
  readonly exploration: number;
  /** Times that states are collected and learned from and the student is evaluated; default 10. */
  readonly rounds: number;
  /** Updates of one student; default 10,000. */
  readonly updates: number;
  /** Labelled states in an update; default 128. */
  readonly batchSize: number;
  /** Adam's step size at the start; default 0.003. */
  readonly learningRate: number;
  /** Adam's step size at the end, linear between; default 0.0001. */
  readonly learningRateFinal: number;
  /** Episodes of an evaluation, on selection seeds; default 100. */
  readonly evaluationEpisodes: number;
  /** Students initialised at most, until one reaches the threshold; default 3. */
  readonly attempts: number;
  /** Share of the teacher's return above random play that satisfies; default 0.99. */
  readonly threshold: number;
}

const million = 1_000_000;

const loss: Option<string> = {
  default: "mse+cross-entropy",
  allowed: `one of ${lossNames.join(", ")}, or a weighted sum such as mse+0.5*cross-entropy,`,
  accepts: (given): given is string => typeof given === "string" && parseLoss(given) !== undefined,
  parse: (text) => text,
};

/** Every option of a student. */
export const studentOptions: Options<StudentConfig> = {
  hidden: hiddenWidths([16]),
  loss,
  temperature: real(0.1, { above: 0, to: million }),
  huberDelta: real(1, { above: 0, to: million }),
  standardizeLabels: flag(true),
  quantize: flag(false),
  gamma: optional(real(0.99, { from: 0, to: 1 })),
  states: oneOf("student", ["teacher", "student", "mixed", "replay"]),
  envSteps: whole(5000, { from: 1, to: 10 * million }),
  exploration: real(0.05, { from: 0, to: 1 }),
  rounds: whole(10, { from: 1, to: 10_000 }),
  updates: whole(10_000, { from: 1, to: 1000 * million }),
  batchSize: whole(128, { from: 1, to: 4096 }),
  learningRate: real(3e-3, { above: 0, to: 1 }),
  learningRateFinal: real(1e-4, { from: 0, to: 1 }),
  evaluationEpisodes: whole(100, { from: 1, to: 10_000 }),
  attempts: whole(3, { from: 1, to: 1000 }),
  threshold: real(0.99, { from: -million, to: million }),
};

/**
 * The configuration of a student: the defaults, the environment's preset, and what was given.
 * @throws ConfigError for what is not allowed, in one line
 */
export function studentConfig(environment: string, given: Partial<StudentConfig>): StudentConfig {
  const config = configure(
    "student",
    studentOptions,
    (presets[environment]?.student ?? {}) as Partial<StudentConfig>,
    given,
  );
  if (config.rounds > config.updates) {
    throw new ConfigError(`the student's rounds is ${config.rounds}: at most updates, ${config.updates}, is allowed`);
  }
  if (config.states !== "replay" && config.rounds > config.envSteps) {
    throw new ConfigError(`the student's rounds is ${config.rounds}: at most envSteps, ${config.envSteps}, is allowed`);
  }
  if (config.states === "replay" && (parseLoss(config.loss)?.td ?? 0) > 0) {
    throw new ConfigError(
      `the student's loss is ${config.loss}: td needs transitions, which states "replay" are not; teacher, student, mixed are allowed`,
    );
  }
  return config;
}
