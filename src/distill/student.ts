// The student: a teacher's Q-values are transferred into a small network. If it is not good enough, another one is
// tried.

import { ConfigError } from "../core/config-error.js";
import { needObject } from "../core/needed.js";
import { hiddenOf, startingParameters } from "../dqn/configure.js";
import type { EnvSource } from "../env/env.js";
import { resolveAnyEnv } from "../env/registry.js";
import { checkFit } from "../evaluate/checks.js";
import { makeCopies } from "../evaluate/rounds.js";
import type { Distillation, HeldOut, Model, ModelData } from "../model/model.js";
import { largestWeight as largestOf8Bits } from "../model/quantized.js";
import type { Setting } from "../training/checkpoint.js";
import { fingerprint } from "../training/fingerprint.js";
import { type Origin, originOf } from "../training/origin.js";
import { TrainedModel, type TrainingRecord } from "../training/trained.js";
import { partWork, type WorkOptions } from "../training/work.js";
import { Apprentice } from "./apprentice.js";
import { type StatesConfig, type StudentConfig, statesConfig, studentConfig } from "./config.js";
import { Given } from "./given.js";
import { checkMasks, checkStates, type GivenStates, partsOf, statesDigests } from "./given-states.js";
import { checkLabeller, checkStatesLabeller, type Labeller, type StatesLabeller } from "./labeller.js";
import { Played } from "./lessons.js";
import { transfer } from "./loop.js";
import { fitsQValues } from "./loss.js";

/** A distilled student. */
export class Student<Config extends StatesConfig = StudentConfig> extends TrainedModel<Config> {
  /** How many students were initialised. */
  readonly attempts: number;
  /** How it answers held-out states; only of a student that learned from states alone. */
  readonly heldOut?: HeldOut;

  /**
   * @param teacher the `fingerprint` of its teacher
   * @param featureScale the factor of each feature, if its weights were rounded
   * @param alone what its file says of states alone, if it learned from them
   */
  constructor(
    data: ModelData,
    record: TrainingRecord<Config>,
    attempts: number,
    teacher: string | null,
    featureScale?: readonly number[],
    alone: Pick<Distillation, "heldOut" | "observations" | "masks"> = {},
  ) {
    needObject("record", record, "the record of a training");
    super(data, record, { teacher, attempts, fitsQValues: fitsQValues(record.config.loss), featureScale, ...alone });
    this.attempts = attempts;
    this.heldOut = alone.heldOut;
  }
}

/** Options of {@link distill}: the student's configuration, and the options of all long work. */
export interface DistillOptions extends Partial<StudentConfig>, WorkOptions {
  /** Where the student acts; by default where the teacher was trained. */
  readonly env?: EnvSource;
  /**
   * The student whose weights it begins with, in place of random ones. Its widths must fit; `hidden` is by default as in
   * it. Only the first attempt begins so: if that one is not good enough, these weights are not a good beginning, and
   * the others begin at random.
   */
  readonly from?: Model;
}

/** Options of {@link distill} from states alone: the states, the student's configuration, and those of all long work. */
export interface StatesOptions extends GivenStates, Partial<StatesConfig>, WorkOptions {
  /** The student whose weights it begins with, as in {@link DistillOptions}. */
  readonly from?: Model;
}

/**
 * Distils a teacher into a student from given states alone: nothing is played. A tenth of the states, drawn by the
 * seed, is held out to choose the best student: the one that most often acts as the teacher does. On another tenth
 * neither a weight nor a choice depends; the student's `heldOut` is about these.
 * @throws ConfigError for a configuration that is not allowed, for states or masks that do not fit the teacher, for
 * Q-values that are not finite, and for a checkpoint of other work; {@link Interrupted} if stopped by the signal;
 * {@link DivergedError} if the loss is no longer finite
 */
export function distill(teacher: StatesLabeller, options: StatesOptions): Promise<Student<StatesConfig>>;
/**
 * Distils a teacher into a student. The labels are the teacher's Q-values (Rusu et al. 2015) on states that the
 * teacher, the student (DAgger, Ross et al. 2011) or the teacher's replay memory supplies. Of a teacher whose `outputs`
 * are logits, the labels and the student's outputs are logits.
 * @throws ConfigError for a configuration that is not allowed, a teacher that does not fit its environment, or a
 * checkpoint that does not belong to both; {@link Interrupted} if stopped by the signal or if the environment fails;
 * {@link DivergedError} if the loss is no longer finite
 */
export function distill(teacher: Labeller, options?: DistillOptions): Promise<Student>;
export async function distill(
  teacher: Labeller | StatesLabeller,
  options: DistillOptions | StatesOptions = {},
): Promise<Student<StatesConfig>> {
  needObject("options", options);
  if ("observations" in options) return distillStates(teacher, options as StatesOptions);
  return distillRounded(teacher as Labeller, options, largestOf8Bits);
}

/**
 * {@link distill} for studies with fewer bits per weight, which no file format holds.
 * @param largestWeight an output's largest weight in whole steps, with `quantize`
 */
export async function distillRounded(
  teacher: Labeller,
  options: DistillOptions,
  largestWeight: number,
): Promise<Student> {
  const { work, given: parts } = partWork(options);
  checkLabeller(teacher);
  const { seed } = work;
  const { env: givenEnv, from, ...given } = parts;
  const source = givenEnv ?? teacher.env ?? teacher.environment;
  if (source === "") {
    throw new ConfigError("distill does not know the teacher's environment: give { env }, or states: { observations }");
  }
  const env = resolveAnyEnv(source);
  const { outputs } = teacher;
  const config = studentConfig(env.id, { copies: env.copies, ...given, ...hiddenOf(from, given) }, outputs);
  checkFit("teacher", teacher, env);
  const start = startingParameters(from, [env.observationSize, ...config.hidden, env.actionCount], outputs);
  if (work.resume === undefined) checkReplay(teacher, config);
  const origin = originOf(env.id, from);
  const setting = studentSetting(env.id, seed, config, teacher, origin);
  const envs = makeCopies(source, config.copies, env);
  const { widths, parameters, featureScale, attempts, ...effort } = await transfer({
    ...work,
    sizes: env,
    lessons: (add, widths) => new Played(envs, teacher, config, seed, widths, add),
    config,
    setting,
    largestWeight,
    start,
  });
  const data = { environment: env.id, widths, outputs, parameters };
  const record = { env: source, seed, config, ...effort, ...origin };
  return new Student(data, record, attempts, fingerprint(teacher), featureScale);
}

async function distillStates(teacher: StatesLabeller, options: StatesOptions): Promise<Student<StatesConfig>> {
  const { work, given: parts } = partWork(options);
  checkStatesLabeller(teacher);
  const { seed } = work;
  const { observations, masks, observationSize, from, ...given } = parts;
  const { environment = "", outputs } = teacher;
  const config = statesConfig(environment, { ...given, ...hiddenOf(from, given) }, outputs);
  const states = checkStates({ observations, masks, observationSize }, teacher.widths);
  const digests = statesDigests(states);
  const origin = originOf(environment, from);
  const start = startingParameters(from, [states.observationSize, ...config.hidden, states.actionCount], outputs);
  const { widths, parameters, featureScale, attempts, heldOut, ...effort } = await transfer({
    ...work,
    sizes: { ...states, byteObservations: states.observations instanceof Uint8Array },
    lessons: (add, widths) => new Given(states, teacher, config, seed, widths, add),
    config: { ...config, envSteps: partsOf(states.count, seed).training.length },
    setting: studentSetting(environment, seed, config, teacher, origin, digests),
    largestWeight: largestOf8Bits,
    start,
  });
  const data = { environment, widths, outputs, parameters };
  const record = { env: teacher.env ?? environment, seed, config, ...effort, ...origin };
  return new Student(data, record, attempts, fingerprint(teacher), featureScale, { heldOut, ...digests });
}

/** What must be equal for two distillations to be the same. */
export function studentSetting(
  environment: string,
  seed: number,
  config: Omit<StatesConfig, "widerAttempts">,
  teacher: Pick<Labeller, "parameters">,
  origin: Origin = originOf(environment),
  states: { readonly observations?: string; readonly masks?: string } = {},
): Setting {
  return { environment, seed, ...config, teacher: fingerprint(teacher), ...origin, ...states };
}

/**
 * Checks early whether there is enough memory for the widest student of a series.
 * @throws ConfigError if there is not
 */
export function checkStudentSize(source: EnvSource, config: StudentConfig): void {
  new Apprentice(resolveAnyEnv(source), config, 0, 0).dispose();
}

/**
 * @throws ConfigError if states are to come from the replay memory, and the teacher has none, or its masks do not fit
 */
export function checkReplay(
  { observations, masks, environment, widths }: Labeller,
  { states }: Pick<StudentConfig, "states">,
): void {
  if (states !== "replay") return;
  if (!observations?.length) {
    throw new ConfigError(
      `states is "replay", but the teacher of ${environment} has no replay memory: only a teacher that was just trained has one`,
    );
  }
  if (masks === undefined) return;
  checkMasks("the teacher's masks", masks, observations.length / widths[0], widths[widths.length - 1]);
}
