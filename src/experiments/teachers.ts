// The teachers of a study. Each is trained once and kept in a store; reading it again gives the same bits.

import { createHash } from "node:crypto";
import { ConfigError } from "../core/config-error.js";
import { need, needSignal } from "../core/needed.js";
import { version } from "../core/version.js";
import { learnedIn, learnedTensors } from "../distill/labeller-file.js";
import type { TeacherConfig } from "../dqn/config.js";
import { teacherConfig } from "../dqn/configure.js";
import { Teacher, teacherSetting, trainTeacher } from "../dqn/teacher.js";
import { resolveAnyEnv, resolveEnv } from "../env/registry.js";
import { checkedSeed } from "../evaluate/checks.js";
import { difference } from "../training/checkpoint.js";
import { type Job, jobOf, teacherWork } from "../training/job.js";
import { originOf } from "../training/origin.js";
import { readSigned, writeSigned } from "../training/signed.js";
import { KeptCheckpoint, resumed, type Store } from "../training/store.js";
import { FolderStore } from "./folder-store.js";
import type { TeacherStore } from "./study.js";

/** The training of a teacher that others need. */
export type TeacherJob = Job<{
  readonly env: string;
  /** The options of its environment, as JSON. */
  readonly envOptions?: string;
  readonly teacher: Partial<TeacherConfig>;
}>;

export function teacherJob(env: string, seed: number, teacher: Partial<TeacherConfig>): TeacherJob {
  return jobOf(teacherWork, env, seed, { env, ...originOf(env), teacher });
}

const format = "qstill-study-teacher";
const formatVersion = "3";
const ending = ".safetensors";

/** Teachers in a store: one file each, with the parameters, the replay memory's observations and masks, and a digest. */
export class KeptTeachers implements TeacherStore {
  readonly #store: Store;
  readonly #signal?: AbortSignal;
  readonly #checkpoints?: Store;

  /**
   * @param signal stops a training: `teacher` is then rejected with Interrupted
   * @param checkpoints where a training that is stopped leaves its checkpoint; by default nothing is kept of it
   */
  constructor(store: Store, { signal, checkpoints }: { signal?: AbortSignal; checkpoints?: Store } = {}) {
    this.#store = store;
    this.#signal = signal;
    this.#checkpoints = checkpoints;
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
    const name = `${env.replaceAll(/[/\\:]/g, "-")}-${seed}-${hash}`;
    const kept = await this.#store.read(name + ending);
    if (kept !== undefined) return keptTeacher(kept, this.#store.placeOf(name + ending), env, seed, config, setting);
    checkRoom(this.#store, name + ending, env, config);
    const checkpoint = new KeptCheckpoint(this.#checkpoints, name);
    const teacher = await resumed(checkpoint, (work) =>
      trainTeacher(env, { ...config, ...work, seed, signal: this.#signal }),
    );
    await this.#store.write(name + ending, teacherBytes(teacher, setting));
    await checkpoint.remove();
    return teacher;
  }
}

/** @throws ConfigError if the teacher's file may become larger than the store takes: now, and not after its training */
function checkRoom(store: Store, name: string, env: string, { bufferSize, envSteps }: TeacherConfig): void {
  const { observationSize, byteObservations } = resolveAnyEnv(env);
  const most = Math.min(bufferSize, envSteps) * observationSize * (byteObservations ? 1 : 4);
  if (most <= (store.largest ?? most)) return;
  const [size, allowed] = [most, store.largest as number].map((bytes) => Math.ceil(bytes / 2 ** 20));
  throw new ConfigError(
    `${store.placeOf(name)} may have ${size} MiB with its replay memory: at most ${allowed} are kept there (--store names a folder or a bucket, a smaller bufferSize helps, too)`,
  );
}

/** Teachers in a folder. */
export class FolderTeachers extends KeptTeachers {
  readonly #folder: FolderStore;

  /** @param signal stops a training: `teacher` is then rejected with Interrupted, and keeps nothing of that training */
  constructor(folder: string, signal?: AbortSignal) {
    needSignal(signal);
    const store = new FolderStore(folder);
    super(store, { signal });
    this.#folder = store;
  }

  /** Removes every teacher, so that all are trained again. */
  clear(): void {
    this.#folder.clear(ending);
  }
}

function teacherBytes({ widths, parameters, observations, masks, ...record }: Teacher, setting: object): Uint8Array {
  const { envSteps, updates, wallSeconds, evaluationSteps, baseline } = record;
  const reached = JSON.stringify({ envSteps, updates, wallSeconds, evaluationSteps, baseline });
  const tensors = learnedTensors({ parameters, observations, masks }, widths);
  return writeSigned(tensors, { format, formatVersion, setting: JSON.stringify(setting), reached });
}

function keptTeacher(
  bytes: Uint8Array,
  place: string,
  env: string,
  seed: number,
  config: TeacherConfig,
  setting: object,
): Teacher {
  try {
    const { tensors, metadata } = readSigned(bytes, checkFormat);
    const differs = difference(JSON.parse(metadata.setting), { ...setting });
    if (differs !== undefined) throw new Error(`it was made with ${differs}`);
    const { envSteps, updates, wallSeconds, evaluationSteps, baseline } = JSON.parse(metadata.reached);
    if (!(envSteps >= 0 && updates >= 0 && wallSeconds >= 0)) throw new Error("it does not say how it was trained");
    const { observationSize, actionCount } = resolveEnv(env);
    const widths = [observationSize, ...config.hidden, actionCount];
    const { parameters, observations, masks } = learnedIn(tensors, widths);
    if (observations === undefined) throw new Error('it has no tensor "observations"');
    const record = { env, seed, config, envSteps, updates, wallSeconds, evaluationSteps, baseline };
    return new Teacher({ environment: env, widths, parameters }, record, observations, masks);
  } catch (error) {
    throw new ConfigError(`${place} cannot be used: ${(error as Error).message}`);
  }
}

function checkFormat(metadata: Readonly<Record<string, string>>): void {
  if (metadata.format !== format) throw new Error("it is not a teacher of a study");
  if (metadata.formatVersion === formatVersion) return;
  throw new Error(`its format is another one than ${formatVersion}: without this file the teacher is trained again`);
}
