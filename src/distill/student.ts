// The student: a teacher's Q-values are transferred into a small network. If it is not good enough, another one is
// tried.

import { ConfigError } from "../core/config-error.js";
import { needObject } from "../core/needed.js";
import { hiddenOf, startingParameters } from "../dqn/configure.js";
import type { EnvSource } from "../env/env.js";
import { resolveAnyEnv } from "../env/registry.js";
import { checkFit } from "../evaluate/checks.js";
import { makeCopies } from "../evaluate/rounds.js";
import type { Model, ModelData } from "../model/model.js";
import { largestWeight as largestOf8Bits } from "../model/quantized.js";
import type { Setting } from "../training/checkpoint.js";
import { fingerprint } from "../training/fingerprint.js";
import { TrainedModel, type TrainingRecord } from "../training/trained.js";
import { partWork, type WorkOptions } from "../training/work.js";
import { Apprentice } from "./apprentice.js";
import { type StudentConfig, studentConfig } from "./config.js";
import { checkLabeller, type Labeller } from "./labeller.js";
import { transfer } from "./loop.js";
import { fitsQValues } from "./loss.js";

/** A distilled student. */
export class Student extends TrainedModel<StudentConfig> {
  /** How many students were initialised. */
  readonly attempts: number;

  /**
   * @param teacher the `fingerprint` of its teacher
   * @param featureScale the factor of each feature, if its weights were rounded
   */
  constructor(
    data: ModelData,
    record: TrainingRecord<StudentConfig>,
    attempts: number,
    teacher: string | null,
    featureScale?: readonly number[],
  ) {
    needObject("record", record, "the record of a training");
    super(data, record, { teacher, attempts, fitsQValues: fitsQValues(record.config.loss), featureScale });
    this.attempts = attempts;
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

/**
 * Distils a teacher into a student. The labels are the teacher's Q-values (Rusu et al. 2015) on states that the
 * teacher, the student (DAgger, Ross et al. 2011) or the teacher's replay memory supplies.
 * @throws ConfigError for a configuration that is not allowed, a teacher that does not fit its environment, or a
 * checkpoint that does not belong to both; {@link Interrupted} if stopped by the signal or if the environment fails;
 * {@link DivergedError} if the loss is no longer finite
 */
export function distill(teacher: Labeller, options: DistillOptions = {}): Promise<Student> {
  return distillRounded(teacher, options, largestOf8Bits);
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
  const env = resolveAnyEnv(source);
  const config = studentConfig(env.id, { ...given, ...hiddenOf(from, given) });
  checkFit("teacher", teacher, env);
  const widths = [env.observationSize, ...config.hidden, env.actionCount];
  const start = startingParameters(from, widths);
  if (work.resume === undefined) checkReplay(teacher, config);
  const setting = studentSetting(env.id, seed, config, teacher, from);
  const { parameters, featureScale, attempts, ...effort } = await transfer({
    ...work,
    teacher,
    envs: makeCopies(source, config.copies, env),
    config,
    setting,
    largestWeight,
    start,
  });
  const record = { env: source, seed, config, ...effort };
  return new Student({ environment: env.id, widths, parameters }, record, attempts, fingerprint(teacher), featureScale);
}

/** What must be equal for two distillations to be the same. */
export function studentSetting(
  environment: string,
  seed: number,
  config: StudentConfig,
  teacher: Labeller,
  from?: Model,
): Setting {
  return { environment, seed, ...config, teacher: fingerprint(teacher), ...(from && { from: fingerprint(from) }) };
}

/**
 * Checks early whether there is enough memory for a student.
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
  const rows = observations.length / widths[0];
  const actions = widths[widths.length - 1];
  if (masks.length !== rows * actions) {
    throw new ConfigError(
      `the teacher's masks have length ${masks.length}: ${rows} rows of ${actions} actions, ${rows * actions}, are needed`,
    );
  }
  for (let row = 0; row < rows; row++) {
    const mask = masks.subarray(row * actions, (row + 1) * actions);
    if (mask.includes(1) && mask.every((allowed) => allowed <= 1)) continue;
    throw new ConfigError(
      `row ${row} of the teacher's masks is [${mask.join(", ")}]: 1 for each allowed action, at least one, and 0 for others are needed`,
    );
  }
}
