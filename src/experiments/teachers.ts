// The teachers of a study. Each is trained once and kept in a folder; reading it again gives the same bits.

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../core/config-error.js";
import { need, needSignal } from "../core/needed.js";
import { version } from "../core/version.js";
import type { TeacherConfig } from "../dqn/config.js";
import { teacherConfig } from "../dqn/configure.js";
import { Teacher, teacherSetting, trainTeacher } from "../dqn/teacher.js";
import { resolveEnv } from "../env/registry.js";
import { checkedSeed } from "../evaluate/checks.js";
import { fromLittleEndian, littleEndian } from "../model/bytes.js";
import type { Tensor } from "../model/safetensors.js";
import { difference } from "../training/checkpoint.js";
import { readSigned, writeSigned } from "../training/signed.js";
import { makeFolder, removeFile, writeWhole } from "./durable.js";
import type { TeacherStore } from "./study.js";

const format = "qstill-study-teacher";
const formatVersion = "2";
const ending = ".safetensors";

/** Teachers in a folder: one file each, with the parameters, the replay memory's observations and a digest. */
export class FolderTeachers implements TeacherStore {
  readonly #folder: string;
  readonly #signal?: AbortSignal;

  /** @param signal stops a training: `teacher` is then rejected with Interrupted, and keeps nothing of that training */
  constructor(folder: string, signal?: AbortSignal) {
    need(typeof folder === "string", "folder", folder, "a folder's path");
    needSignal(signal);
    this.#folder = folder;
    this.#signal = signal;
  }

  /**
   * @throws ConfigError for options that are not allowed, and for a kept file that is damaged or belongs to other work
   */
  async teacher(env: string, seed: number, options: Partial<TeacherConfig> = {}): Promise<Teacher> {
    need(typeof env === "string", "env", env, "an environment's id");
    checkedSeed(seed);
    const config = teacherConfig(env, options);
    const setting = { version, ...teacherSetting(env, seed, config) };
    const hash = createHash("sha256").update(JSON.stringify(setting)).digest("hex").slice(0, 12);
    const path = join(this.#folder, `${env.replaceAll("/", "-")}-${seed}-${hash}${ending}`);
    if (existsSync(path)) return keptTeacher(path, env, seed, config, setting);
    const teacher = await trainTeacher(env, { ...config, seed, signal: this.#signal });
    makeFolder(this.#folder);
    writeWhole(path, teacherBytes(teacher, setting));
    return teacher;
  }

  /** Removes every teacher, so that all are trained again. */
  clear(): void {
    if (!existsSync(this.#folder)) return;
    for (const name of readdirSync(this.#folder)) if (name.endsWith(ending)) removeFile(join(this.#folder, name));
  }
}

function teacherBytes({ widths, parameters, observations, ...record }: Teacher, setting: object): Uint8Array {
  const shape = [observations.length / widths[0], widths[0]];
  const seen =
    observations instanceof Uint8Array
      ? { dtype: "U8" as const, data: observations }
      : { dtype: "F32" as const, data: littleEndian(observations) };
  const tensors = [
    { name: "parameters", dtype: "F32" as const, shape: [parameters.length], data: littleEndian(parameters) },
    { name: "observations", shape, ...seen },
  ];
  const { envSteps, updates, wallSeconds, evaluationSteps, baseline } = record;
  const reached = JSON.stringify({ envSteps, updates, wallSeconds, evaluationSteps, baseline });
  return writeSigned(tensors, { format, formatVersion, setting: JSON.stringify(setting), reached });
}

function keptTeacher(path: string, env: string, seed: number, config: TeacherConfig, setting: object): Teacher {
  try {
    const { tensors, metadata } = readSigned(readFileSync(path), checkFormat);
    const differs = difference(JSON.parse(metadata.setting), { ...setting });
    if (differs !== undefined) throw new Error(`it was made with ${differs}`);
    const { envSteps, updates, wallSeconds, evaluationSteps, baseline } = JSON.parse(metadata.reached);
    if (!(envSteps >= 0 && updates >= 0 && wallSeconds >= 0)) throw new Error("it does not say how it was trained");
    const { observationSize, actionCount } = resolveEnv(env);
    const widths = [observationSize, ...config.hidden, actionCount];
    const parameters = floats(tensors, "parameters");
    const bytes = tensors.get("observations");
    const observations = bytes?.dtype === "U8" ? bytes.data : floats(tensors, "observations");
    if (observations.length % observationSize !== 0) throw new Error("its observations do not fill whole rows");
    const record = { env, seed, config, envSteps, updates, wallSeconds, evaluationSteps, baseline };
    return new Teacher({ environment: env, widths, parameters }, record, observations);
  } catch (error) {
    throw new ConfigError(`${path} cannot be used: ${(error as Error).message}`);
  }
}

function checkFormat(metadata: Readonly<Record<string, string>>): void {
  if (metadata.format !== format) throw new Error("it is not a teacher of a study");
  if (metadata.formatVersion === formatVersion) return;
  throw new Error(`its format is another one than ${formatVersion}: without this file the teacher is trained again`);
}

function floats(tensors: ReadonlyMap<string, Tensor>, name: string): Float32Array {
  const tensor = tensors.get(name);
  if (tensor?.dtype !== "F32") throw new Error(`it has no tensor "${name}" of F32`);
  const values = fromLittleEndian(tensor.data);
  if (!values.every(Number.isFinite)) throw new Error(`its tensor "${name}" holds a value that is not a finite number`);
  return values;
}
