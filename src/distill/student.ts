// The student: a teacher's Q-values transferred into a small network, another one while none is good enough.
import { ConfigError } from "../core/config-error.js";
import type { EnvSource } from "../env/env.js";
import { resolveEnv } from "../env/registry.js";
import { checkedSeed, checkFit } from "../evaluate/checks.js";
import type { ModelData } from "../model/model.js";
import { largestWeight as largestOf8Bits } from "../model/quantized.js";
import type { Setting } from "../training/checkpoint.js";
import { TrainedModel, type TrainingRecord } from "../training/trained.js";
import type { WorkOptions } from "../training/work.js";
import { Apprentice } from "./apprentice.js";
import { type StudentConfig, studentConfig } from "./config.js";
import { fingerprint, type Labeller } from "./labeller.js";
import { transfer } from "./loop.js";
import { fitsQValues } from "./loss.js";

/** A distilled student. */
export class Student extends TrainedModel<StudentConfig> {
  /** How many students were initialised. */
  readonly attempts: number;

  /**
   * @param teacher its teacher's `fingerprint`
   * @param featureScale of one whose weights were rounded
   */
  constructor(
    data: ModelData,
    record: TrainingRecord<StudentConfig>,
    attempts: number,
    teacher: string | null,
    featureScale?: readonly number[],
  ) {
    super(data, record, { teacher, attempts, fitsQValues: fitsQValues(record.config.loss), featureScale });
    this.attempts = attempts;
  }
}

/** Options of {@link distill}: the student's configuration, and what surrounds the work. */
export interface DistillOptions extends Partial<StudentConfig>, WorkOptions {
  /** Where the student is to act; by default where the teacher was trained. */
  readonly env?: EnvSource;
}

/**
 * Distils a teacher into a student: its Q-values on states that it, the student or its replay memory found are the
 * labels (Rusu et al. 2015; states from the student: DAgger, Ross et al. 2011).
 * @throws ConfigError for a configuration that is not allowed, a teacher that does not fit its environment and a
 * checkpoint that does not belong to both, {@link Interrupted} when stopped by the signal, {@link DivergedError} where the
 * loss is no longer finite
 */
export function distill(teacher: Labeller, options: DistillOptions = {}): Promise<Student> {
  return distillRounded(teacher, options, largestOf8Bits);
}

/**
 * {@link distill} with weights of fewer bits, which no format holds: for studies.
 * @param largestWeight of an output in whole steps, with `quantize`
 */
export async function distillRounded(
  teacher: Labeller,
  options: DistillOptions,
  largestWeight: number,
): Promise<Student> {
  const { seed: givenSeed = 0, onEvent, onNetwork, signal, resume, env: givenEnv, ...given } = options;
  const seed = checkedSeed(givenSeed);
  const source = givenEnv ?? teacher.env ?? teacher.environment;
  const env = resolveEnv(source);
  const config = studentConfig(env.id, given);
  checkFit("teacher", teacher, env);
  if (resume === undefined) checkReplay(teacher, config);
  const setting = studentSetting(env.id, seed, config, teacher);
  const surroundings = { onEvent, onNetwork, signal, resume };
  const { parameters, featureScale, attempts, ...effort } = await transfer({
    ...{ teacher, env, config, seed, setting, largestWeight },
    ...surroundings,
  });
  const widths = [env.observationSize, ...config.hidden, env.actionCount];
  const record = { env: source, seed, config, ...effort };
  return new Student({ environment: env.id, widths, parameters }, record, attempts, fingerprint(teacher), featureScale);
}

/** What makes two distillations the same. */
export function studentSetting(environment: string, seed: number, config: StudentConfig, teacher: Labeller): Setting {
  return { environment, seed, ...config, teacher: fingerprint(teacher) };
}

/**
 * Tells early whether there can be memory for a student.
 * @throws ConfigError where there cannot
 */
export function checkStudentSize(source: EnvSource, config: StudentConfig): void {
  new Apprentice(resolveEnv(source), config, 0, 0).dispose();
}

/** @throws ConfigError where states are to come from the replay memory of a teacher that has none */
export function checkReplay({ observations, environment }: Labeller, { states }: Pick<StudentConfig, "states">): void {
  if (states !== "replay" || observations?.length) return;
  throw new ConfigError(
    `states "replay" needs the replay memory of the teacher of ${environment}, which only a teacher just trained has`,
  );
}
