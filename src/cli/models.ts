// Reads finished teachers and students from their files, so that work can go on with them.
import type { StatesConfig } from "../distill/config.js";
import type { statesDigests } from "../distill/given-states.js";
import type { Joint } from "../distill/joint.js";
import type { JointConfig } from "../distill/joint-config.js";
import { isStanding } from "../distill/judge.js";
import { studentOf } from "../distill/saved-student.js";
import type { Size } from "../distill/shrink.js";
import { type Student, studentSetting } from "../distill/student.js";
import type { TeacherConfig } from "../dqn/config.js";
import { teacherConfig } from "../dqn/configure.js";
import { Teacher, teacherSetting } from "../dqn/teacher.js";
import type { AnyEnv } from "../env/env.js";
import type { Distillation, Model } from "../model/model.js";
import type { OfflineConfig } from "../offline/config.js";
import type { LoggedSteps } from "../offline/steps.js";
import { logFor, offlineSetting, recordOf } from "../offline/train.js";
import type { Frontier } from "../report/frontier.js";
import { difference, type Setting } from "../training/checkpoint.js";
import { type Origin, originOf } from "../training/origin.js";
import { TrainedModel } from "../training/trained.js";
import { oneLine, UsageError } from "./errors.js";
import { readJson, readModel } from "./files.js";
import type { Left, Workplace } from "./workplace.js";

/** A teacher as training left it, without its replay memory. @throws UsageError for any other file */
export function readTeacher(path: string, model = readModel(path)): Teacher {
  const { training, environment } = model;
  if (training === undefined || training.distillation !== undefined) throw unknown(path, "teacher");
  const config = allowed(path, () => teacherConfig(environment, training.config));
  return new Teacher(model, { ...training, config, env: environment }, new Float32Array(0));
}

/** A student as distillation left it. @throws UsageError for any other file */
export function readStudent(path: string): Student<StatesConfig> {
  const model = readModel(path);
  const student = allowed(path, () => studentOf(model));
  if (student === undefined) throw unknown(path, "student");
  return student;
}

/** What a folder holds of a teacher. @throws UsageError if that was made with other settings */
export function teacherLeft(
  place: Workplace,
  environment: string,
  seed: number,
  config: TeacherConfig,
  from?: Model,
): Left<Teacher> {
  const checkpoint = place.checkpoint("teacher");
  if (!place.has("teacher.safetensors")) return { checkpoint };
  const path = place.path("teacher.safetensors");
  const model = readModel(path);
  if (model.training?.log) {
    throw new UsageError(`${path} was made from a log: go on with --data, or choose another folder with --out`);
  }
  const teacher = readTeacher(path, model);
  const made = teacherSetting(teacher.environment, teacher.seed, teacher.config, originIn(teacher));
  const asked = teacherSetting(environment, seed, config, originOf(environment, from));
  const same = isSame(path, made, asked, checkpoint, "a new training");
  return same ? { finished: teacher } : { checkpoint };
}

/** What a folder holds of a teacher from a log. @throws UsageError if that was made with other settings, or from another log */
export function offlineLeft(
  place: Workplace,
  data: LoggedSteps,
  env: AnyEnv | undefined,
  seed: number,
  config: OfflineConfig,
  from?: Model,
): Left<Teacher<OfflineConfig>> {
  const checkpoint = place.checkpoint("teacher");
  if (!place.has("teacher.safetensors")) return { checkpoint };
  const path = place.path("teacher.safetensors");
  const model = readModel(path);
  const { training, environment } = model;
  if (training?.log === undefined) {
    throw new UsageError(`${path} was not made from a log: go on without --data, or choose another folder with --out`);
  }
  const record = { ...training, config: training.config as unknown as OfflineConfig, env: environment };
  const made = offlineSetting(environment, record.seed, training.log, record.config, training);
  const asked = offlineSetting(env?.id ?? "", seed, recordOf(logFor(data, env)), config, originOf(env?.id ?? "", from));
  const same = isSame(path, made, asked, checkpoint, "a new training");
  return same ? { finished: new Teacher(model, record, new Float32Array(0)) } : { checkpoint };
}

/**
 * What a folder holds of a teacher's student. A student of another teacher does not count.
 * @throws UsageError if that was made with other settings
 */
export function studentLeft<Config extends StatesConfig>(
  place: Workplace,
  teacher: Model,
  environment: string,
  seed: number,
  config: Config,
  from?: Model,
  states?: ReturnType<typeof statesDigests>,
): Left<Student<Config>> {
  const checkpoint = place.checkpoint("student");
  if (!place.has("student.safetensors")) return { checkpoint };
  const path = place.path("student.safetensors");
  const student = readStudent(path);
  const asked = studentSetting(environment, seed, config, teacher, originOf(environment, from), states);
  const { teacher: of, observations, masks } = student.training?.distillation ?? ({} as Partial<Distillation>);
  if (of !== asked.teacher) return { checkpoint };
  const given = { ...(observations && { observations }), ...(masks && { masks }) };
  const own = studentSetting(student.environment, student.seed, student.config, teacher, originIn(student), given);
  const made = { ...own, teacher: of };
  const same = isSame(path, made, asked, checkpoint, "a new distillation");
  return same ? { finished: student as Student<Config> } : { checkpoint };
}

/** What a folder holds of a joint run. @throws UsageError if that was made with other settings */
export function jointLeft(place: Workplace, environment: string, seed: number, config: JointConfig): Left<Joint> {
  const checkpoint = place.checkpoint("joint");
  const [teacher, student] = ["teacher", "student"].map((name) => {
    const path = place.path(`${name}.safetensors`);
    if (checkpoint !== undefined || !place.has(`${name}.safetensors`)) return undefined;
    const model = readModel(path);
    const { training } = model;
    if (training === undefined) throw unknown(path, name);
    const record = { ...training, env: model.environment, config: training.config as unknown as JointConfig };
    const made = { environment: record.env, seed: record.seed, ...record.config, ...originIn(training) };
    isSame(path, made, { environment, seed, ...config, ...originOf(environment) });
    return new TrainedModel(model, record, training.distillation);
  });
  return teacher && student ? { finished: { teacher, student } } : { checkpoint };
}

/**
 * The search for the smallest student that a folder holds, finished or not. One of another teacher does not count.
 * @throws UsageError if it was made with other settings, or is damaged
 */
export function frontierLeft(place: Workplace, setting: Setting): Frontier | undefined {
  if (!place.has("frontier.json")) return undefined;
  const path = place.path("frontier.json");
  const frontier = readJson(path) as unknown as Frontier;
  const { sizes, smallest, complete, setting: made } = frontier;
  const sound = Array.isArray(sizes) && sizes.every(isSize) && (smallest === null || isSize(smallest));
  if (!sound || typeof complete !== "boolean") throw new UsageError(`${path} is not a frontier of qstill shrink`);
  if (made?.teacher !== setting.teacher) return undefined;
  isSame(path, made, setting);
  return frontier;
}

function isSize(value: unknown): value is Size {
  const { hidden, parameters, attempts, seed, selection, final } = Object(value) as Size;
  return (
    Array.isArray(hidden) &&
    [...hidden, parameters, attempts, seed].every((each) => Number.isInteger(each) && each >= 0) &&
    isStanding(selection) &&
    (final === null || isStanding(final))
  );
}

/**
 * Whether finished work is what is asked for.
 * @param checkpoint one from which other work may go on
 * @param next what --from can begin with its weights
 * @throws UsageError if it is not, and there is no checkpoint
 */
function isSame(path: string, made: Setting, asked: Setting, checkpoint?: Uint8Array, next?: string): boolean {
  const differs = difference(made, asked);
  if (differs === undefined || checkpoint !== undefined) return differs === undefined;
  const { envSteps, learningRate, learningRateFinal } = asked;
  const longer = { ...made, envSteps, learningRate, learningRateFinal };
  const hint =
    difference(longer, asked) === undefined
      ? `: finished work goes on longer only if it was run with --keep-checkpoint${next ? `; --from ${path} begins ${next} with its weights` : ""}`
      : "";
  throw new UsageError(`${path} was made with ${differs}${hint}`);
}

function originIn({ envOptions, from }: Origin): Origin {
  return { ...(envOptions !== undefined && { envOptions }), ...(from !== undefined && { from }) };
}

/** Errors name the file. */
function allowed<Result>(path: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw new UsageError(`${path}: ${oneLine(error)}`);
  }
}

function unknown(path: string, what: string): UsageError {
  return new UsageError(`${path} does not say how it was trained as a ${what}`);
}
