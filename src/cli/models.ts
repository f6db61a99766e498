// Reads finished teachers and students from their files, so that work can go on with them.
import { studentConfig } from "../distill/config.js";
import { Student } from "../distill/student.js";
import { teacherConfig } from "../dqn/configure.js";
import { Teacher } from "../dqn/teacher.js";
import type { Model } from "../model/model.js";
import { oneLine, UsageError } from "./errors.js";
import { readModel } from "./files.js";

/** A teacher as training left it, without its replay memory. @throws UsageError for any other file */
export function readTeacher(path: string): Teacher {
  const model = readModel(path);
  const { training, environment } = model;
  if (training === undefined || training.distillation !== undefined) throw unknown(path, "teacher");
  const config = configOf(path, model, teacherConfig);
  return new Teacher(model, { ...training, config, env: environment }, new Float32Array(0));
}

/** A student as distillation left it. @throws UsageError for any other file */
export function readStudent(path: string): Student {
  const model = readModel(path);
  const { training, environment } = model;
  if (training?.distillation === undefined) throw unknown(path, "student");
  const { attempts, teacher, featureScale } = training.distillation;
  const config = configOf(path, model, studentConfig);
  return new Student(model, { ...training, config, env: environment }, attempts, teacher, featureScale);
}

function configOf<Config>(
  path: string,
  { environment, training }: Model,
  configure: (environment: string, given: Partial<Config>) => Config,
): Config {
  try {
    return configure(environment, training?.config as Partial<Config>);
  } catch (error) {
    throw new UsageError(`${path}: ${oneLine(error)}`);
  }
}

function unknown(path: string, what: string): UsageError {
  return new UsageError(`${path} does not say how it was trained as a ${what}`);
}
