// The student's options. Each option has one entry, which says what it is, its default, and what is allowed.

import { ConfigError } from "../core/config-error.js";
import { lossNames } from "../core/losses.js";
import { need, needObject } from "../core/needed.js";
import { presets } from "../dqn/presets.js";
import { shown } from "../evaluate/checks.js";
import type { Outputs } from "../model/outputs.js";
import {
  type ConfigOf,
  configure,
  flag,
  hiddenWidths,
  type Option,
  type Options,
  oneOf,
  optional,
  real,
  whole,
  withDefaults,
} from "../training/options.js";
import { fitsQValues, parseLoss, transitionsPart } from "./loss.js";

const million = 1_000_000;

const loss: Option<string> = {
  default: "mse+cross-entropy",
  allowed: `one of ${lossNames.join(", ")}, or a weighted sum such as mse+0.5*cross-entropy,`,
  accepts: (given): given is string => typeof given === "string" && parseLoss(given) !== undefined,
  parse: (text) => text,
};

/** Every option of a student: its default and the allowed values. An environment's preset may replace a default. */
export const studentOptions = {
  /** Widths of the hidden layers, in units. */
  hidden: hiddenWidths([16]),
  /** Whether each further student is twice as wide, up to 64 units in a layer; by default only if no width is given. */
  widerAttempts: flag(true),
  /** Sum of losses that pull the student's Q-values to the teacher's. */
  loss,
  /** Softness of the softmax in cross-entropy and kl, in units of the labels. */
  temperature: real(0.03, { above: 0, to: million }),
  /** Error from which the Huber loss is linear, in units of the labels. */
  huberDelta: real(1, { above: 0, to: million }),
  /** Whether labels are scaled to mean 0 and deviation 1 for the loss; the kept student answers in their own units. */
  standardizeLabels: flag(true),
  /** Whether the student learns with its weights rounded to 8 bits, as an export to int8 rounds them. */
  quantize: flag(false),
  /** Discount of td's targets; by default the teacher's own, or 0.99 if it has none. */
  gamma: optional(real(0.99, { from: 0, to: 1 })),
  /** Who acts to find the states that the teacher labels. */
  states: oneOf("student", ["teacher", "student", "mixed", "replay"]),
  /** Number of labelled states; each takes one environment step, but replay takes none. */
  envSteps: whole(50_000, { from: 1, to: 10 * million }),
  /** Number of copies of the environment, which step in rounds. */
  copies: whole(1, { from: 1, to: 1024 }),
  /** Share of random actions while states are collected. */
  exploration: real(0.05, { from: 0, to: 1 }),
  /** Number of rounds; in each, states are collected, the student learns from them and is evaluated. */
  rounds: whole(10, { from: 1, to: 10_000 }),
  /** Number of updates of one student. */
  updates: whole(10_000, { from: 1, to: 1000 * million }),
  /** Labelled states in an update. */
  batchSize: whole(128, { from: 1, to: 4096 }),
  /** Step size of Adam at the start. */
  learningRate: real(3e-3, { above: 0, to: 1 }),
  /** Step size of Adam at the end; it falls linearly. */
  learningRateFinal: real(1e-4, { from: 0, to: 1 }),
  /** Episodes of an evaluation, on selection seeds. */
  evaluationEpisodes: whole(100, { from: 1, to: 10_000 }),
  /** Largest share of all environment steps that evaluations take, but for 20 episodes of each policy; 1 is no limit. */
  evaluationShare: real(0.2, { above: 0, to: 1 }),
  /** Largest number of students that are initialised; the first one that reaches the threshold ends the series. */
  attempts: whole(3, { from: 1, to: 1000 }),
  /** Share of the teacher's return above random play that is enough. */
  threshold: real(0.99, { from: -million, to: million }),
};

/** How a student is distilled: one value for each of {@link studentOptions}. */
export interface StudentConfig extends ConfigOf<typeof studentOptions> {}

/**
 * Where the states that the teacher labels come from. "teacher" or "student" says who acts; the teacher always acts in
 * the first round. With "mixed" a coin decides for each episode, and the student's share of the episodes rises
 * linearly over the rounds from 0 to 1 (DAgger's schedule, Ross et al. 2011). "replay" takes the states of the
 * teacher's replay memory.
 */
export type StateSource = StudentConfig["states"];

/** What a student does otherwise by default where its teacher's outputs are logits: its softmax is to be the same. */
export function defaultsOf(
  outputs: Outputs,
): Partial<Pick<StudentConfig, "loss" | "temperature" | "standardizeLabels">> {
  return outputs === "logits" ? { loss: "cross-entropy", temperature: 1, standardizeLabels: false } : {};
}

/**
 * The configuration of a student: the defaults, the environment's preset over them, and what is given over both.
 * @param environment an environment's id
 * @param outputs what its teacher's outputs are; for logits the loss is by default cross-entropy at temperature 1
 * @throws ConfigError for a value that is not allowed, and for options that contradict each other
 */
export function studentConfig(
  environment: string,
  given: Partial<StudentConfig>,
  outputs: Outputs = "qValues",
): StudentConfig {
  need(typeof environment === "string", "environment", environment, "an environment's id");
  const preset: Partial<StudentConfig> = { ...presets[environment]?.student, ...defaultsOf(outputs) };
  const config = resolved<StudentConfig>(studentOptions, preset, given);
  checkLoss(config, outputs);
  checkRounds(config);
  if (config.states !== "replay" && config.rounds > config.envSteps) {
    throw new ConfigError(`the student's rounds is ${config.rounds}: at most envSteps, ${config.envSteps}, is allowed`);
  }
  const part = transitionsPart(config.loss);
  if (config.states === "replay" && part !== undefined) {
    throw new ConfigError(
      `the student's loss is ${config.loss}: ${part} needs transitions, and states "replay" has none; states teacher, student or mixed is allowed`,
    );
  }
  return config;
}

/** The options of play, which mean nothing where states are given. */
const ofPlay = [
  "gamma",
  "states",
  "envSteps",
  "copies",
  "exploration",
  "evaluationEpisodes",
  "evaluationShare",
] as const;

/** How a student is distilled from states alone: one value for each of {@link statesOptions}. */
export interface StatesConfig extends Omit<StudentConfig, (typeof ofPlay)[number]> {}

/**
 * The options of a student that learns from states alone: a student's, without those of play. There are no returns, so
 * `threshold` is the share of held-out states in which the student must act as its teacher does, and `rounds` is the
 * number of its evaluations.
 */
export const statesOptions: Options<StatesConfig> = withDefaults<StatesConfig>(without(ofPlay, studentOptions), {
  threshold: 0.8,
});

/**
 * The configuration of a student that learns from states alone: the defaults, those of the environment's preset that
 * apply, and what is given over both.
 * @param environment the id of the teacher's environment; there may be no such environment
 * @param outputs what its teacher's outputs are; for logits the loss is by default cross-entropy at temperature 1
 * @throws ConfigError for a value that is not allowed, and for options that do not apply or contradict each other
 */
export function statesConfig(
  environment: string,
  given: Partial<StatesConfig>,
  outputs: Outputs = "qValues",
): StatesConfig {
  need(typeof environment === "string", "environment", environment, "an environment's id");
  needObject("given", given, "an object of student options");
  for (const name of ["env", ...ofPlay]) {
    const value = (given as Record<string, unknown>)[name];
    if (value === undefined) continue;
    const why = "it is not allowed where states are given, because nothing is played";
    throw new ConfigError(`${name} is ${shown(value)}: ${why}`);
  }
  // a preset's threshold is about returns
  const preset: Partial<StatesConfig> = {
    ...without(["threshold", ...ofPlay], presets[environment]?.student ?? {}),
    ...defaultsOf(outputs),
  };
  const config = resolved(statesOptions, preset, given);
  checkLoss(config, outputs);
  checkRounds(config);
  const part = transitionsPart(config.loss);
  if (part === undefined) return config;
  throw new ConfigError(`the student's loss is ${config.loss}: ${part} needs transitions, and states alone are given`);
}

/** The defaults, and both layers over them. A width that the preset or the call gives stays as it is. */
function resolved<Config extends Pick<StudentConfig, "hidden" | "widerAttempts">>(
  options: Options<Config>,
  preset: Partial<Config>,
  given: Partial<Config>,
): Config {
  const config = configure("student", options, preset, given);
  const isGiven = (given.hidden ?? preset.hidden) !== undefined;
  return { ...config, widerAttempts: given.widerAttempts ?? preset.widerAttempts ?? !isGiven };
}

/** The level of logits means nothing, and so no loss may pull a student's to it. */
function checkLoss({ loss }: Pick<StudentConfig, "loss">, outputs: Outputs): void {
  if (outputs !== "logits" || !fitsQValues(loss)) return;
  throw new ConfigError(
    `the student's loss is ${loss}: its teacher's outputs are logits, so that cross-entropy, nll, kl or a sum of them is allowed`,
  );
}

function checkRounds({ rounds, updates }: Pick<StudentConfig, "rounds" | "updates">): void {
  if (rounds <= updates) return;
  throw new ConfigError(`the student's rounds is ${rounds}: at most updates, ${updates}, is allowed`);
}

function without<All extends object, Name extends string>(names: readonly Name[], all: All): Omit<All, Name> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name as Name))) as Omit<All, Name>;
}
