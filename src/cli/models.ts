// Teachers and students as files that know how they were trained.
import { type StudentConfig, studentConfig } from "../distill/config.js";
import type { Student } from "../distill/student.js";
import type { TeacherConfig } from "../dqn/config.js";
import { teacherConfig } from "../dqn/configure.js";
import { Teacher } from "../dqn/teacher.js";
import { saveModel } from "../model/files.js";
import type { Model } from "../model/model.js";
import { readSafetensors } from "../model/safetensors.js";
import { UsageError } from "./errors.js";
import { readBytes, readModel } from "./files.js";

/** What a file's metadata say of a training, under "training", as JSON. */
interface Training {
  seed: number;
  envSteps: number;
  updates: number;
  wallSeconds: number;
  config: Record<string, unknown>;
}

export function saveTrained(model: Teacher | Student): Uint8Array {
  const { seed, envSteps, updates, wallSeconds, config } = model;
  const training: Training = { seed, envSteps, updates, wallSeconds, config: { ...config } };
  return saveModel(model, { training: JSON.stringify(training) });
}

/** A teacher as `qstill train` left it, without its replay memory. @throws UsageError for any other file */
export function readTeacher(path: string): Teacher {
  const model = readModel(path);
  const training = readTraining(path);
  if (training === undefined) throw new UsageError(`${path} does not say how it was trained`);
  const config = teacherConfig(model.environment, training.config as Partial<TeacherConfig>);
  return new Teacher(model, { ...training, config, env: model.environment }, new Float32Array(0));
}

/** A model, the seed of its training, and the configuration if it is a student; nothing where the file says nothing. */
export function readTrained(path: string): { model: Model; seed?: number; student?: StudentConfig } {
  const model = readModel(path);
  const training = readTraining(path);
  if (training === undefined) return { model };
  const student = Object.hasOwn(training.config, "states")
    ? studentConfig(model.environment, training.config as Partial<StudentConfig>)
    : undefined;
  return { model, seed: training.seed, ...(student && { student }) };
}

function readTraining(path: string): Training | undefined {
  const { training } = readSafetensors(readBytes(path)).metadata;
  if (training === undefined) return undefined;
  try {
    const { seed, envSteps, updates, wallSeconds, config } = JSON.parse(training);
    const numbers = [seed, envSteps, updates, wallSeconds];
    if (numbers.every((value) => Number.isFinite(value) && value >= 0) && typeof config === "object" && config) {
      return { seed, envSteps, updates, wallSeconds, config };
    }
  } catch {
    // said below
  }
  throw new UsageError(`${path}: its metadata "training" is damaged`);
}
