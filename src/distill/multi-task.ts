// Several teachers are distilled into one student: each batch is of one task, in turn. The tasks share a head or have
// their own.

import { ConfigError } from "../core/config-error.js";
import { Distiller, stepWithin, type Targets, type TaskRange } from "../core/distiller.js";
import { need, needListeners, needObject, needSignal } from "../core/needed.js";
import type { AnyEnv, EnvSource } from "../env/env.js";
import { studentInFirstRelease } from "../env/known.js";
import { inTurns, type Steps, stoppable, within } from "../env/pauses.js";
import { resolveAnyEnv } from "../env/registry.js";
import { generatorWords, purposes } from "../env/seeds.js";
import { checkedSeed, checkFit, shown } from "../evaluate/checks.js";
import { type Comparison, compareAsync, type QPolicy, returnRatio } from "../evaluate/compare.js";
import { randomPolicy } from "../evaluate/returns.js";
import { makeCopies } from "../evaluate/rounds.js";
import { mean, standardDeviation } from "../evaluate/statistics.js";
import { cutToTask, foldNormalisation, foldStandardisation } from "../model/fold.js";
import { parameterCount } from "../model/layout.js";
import { Model } from "../model/model.js";
import { checkOutputs } from "../model/outputs.js";
import { finiteLoss } from "../training/events.js";
import { fingerprint } from "../training/fingerprint.js";
import { Keeper } from "../training/keeper.js";
import { linear } from "../training/schedules.js";
import { Selection } from "../training/selection.js";
import type { Pace, Play } from "../training/trial.js";
import { type AddStates, Collector } from "./collector.js";
import { defaultsOf, type StudentConfig, studentConfig } from "./config.js";
import { checkLabeller, type Labeller } from "./labeller.js";
import { fitsQValues, parseLoss } from "./loss.js";
import { checkReplay } from "./student.js";

/** Which outputs hold a task's Q-values: outputs of its own, or the first outputs of a head that all tasks share. */
export type Heads = "each" | "shared";

/**
 * A student's options. The defaults are those of version 0.1.0, but `hidden` is 64, and no preset replaces one.
 * `envSteps` and `updates` count for each task. There is one attempt, and no budget of evaluations.
 */
export interface MultiTaskOptions extends Partial<MultiTaskConfig> {
  /**
   * Default "each". With "shared" the student must be told which task it sees: a one-hot code of the task's number is
   * added to its input.
   */
  readonly heads?: Heads;
  /** Everything random is derived from it; 0 by default. */
  readonly seed?: number;
  /** Called with plain data after each round's evaluation. */
  readonly onRound?: (round: MultiTaskRound) => void;
  /** Stops the work. The promise is then rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** How good the student is after a round, on selection seeds. */
export interface MultiTaskRound {
  readonly round: number;
  /** The number of updates of all tasks together. */
  readonly envSteps: number;
  readonly updates: number;
  /** The share of its teacher's return that each task keeps; null if that teacher is no better than random. */
  readonly returnRatios: readonly (number | null)[];
  /** Whether this student is now the one that is kept. The best one has the highest mean of these shares. */
  readonly best: boolean;
}

/** What the student is for one of its tasks, compared with that task's teacher on the final evaluation's episodes. */
export interface TaskStudent extends Comparison {
  readonly environment: string;
  /** The student, reduced to the task's observations and actions: a model like any other. */
  readonly model: Model;
}

/** One student of several teachers. */
export interface MultiTaskStudent {
  /** One entry for each teacher, in the order of the teachers. */
  readonly tasks: readonly TaskStudent[];
  /** Widths of the one network: inputs, hidden layers, the outputs of all heads. */
  readonly widths: readonly number[];
  /** The number of its parameters, for all tasks together. */
  readonly parameterCount: number;
  readonly envSteps: number;
  readonly updates: number;
  readonly wallSeconds: number;
}

/** One teacher, its environment, and its part of the distiller's states and outputs. */
interface Task extends TaskRange {
  readonly teacher: Labeller & QPolicy;
  readonly source: EnvSource;
  readonly env: AnyEnv;
  stateCount: number;
  /** The input that is 1 only in this task. */
  readonly one?: number;
  /** Each task is scaled by itself, because its observations and labels have units of their own. */
  features: { mean: Float32Array; scale: Float32Array };
  labels: { mean: number; scale: number };
  /** The student as it acts in this task. */
  readonly selection: Selection;
  readonly collector: Collector;
  /** What the student's returns are compared with; known before the first round. */
  teacherMean: number;
  randomMean: number;
}

/** After this many updates the work may stop. */
const chunk = 100;

/**
 * Distils several teachers into one student (Rusu et al. 2015, multi-task policy distillation). Each update uses a
 * batch of one task, the tasks take turns, and the loss covers only that task's outputs. Observations are padded with
 * zeros to the longest. The observations and labels of each task are scaled by the states of its first round.
 * @param teachers at least one; several may be from the same environment
 * @throws ConfigError for a configuration that is not allowed or a teacher that does not fit its environment,
 * DivergedError if the loss is no longer finite, and the signal's reason if the signal stops the work
 */
export async function distillMany(
  teachers: readonly (Labeller & QPolicy)[],
  options: MultiTaskOptions = {},
): Promise<MultiTaskStudent> {
  need(Array.isArray(teachers) && teachers.length > 0, "teachers", teachers, "a list of at least one model");
  teachers.forEach(checkLabeller);
  needObject("options", options);
  const { heads = "each", seed: givenSeed = 0, onRound = () => {}, signal, ...given } = options;
  needSignal(signal);
  needListeners({ onRound });
  const seed = checkedSeed(givenSeed);
  const config = multiTaskConfig(teachers, heads, given);
  const { widths, tasks, distiller } = layOut(teachers, heads, config, seed, given.copies);
  const started = performance.now();
  const pauses = stoppable(signal);
  const pace: Pace = (steps) => inTurns(steps, pauses);
  let returnRatios: (number | null)[] = [];
  const play: Play = function* (parameters, firstEpisode, episodes) {
    const ratios: (number | null)[] = [];
    for (const [i, task] of tasks.entries()) {
      const ratio = ratioOf(task, taskParameters(parameters, widths, task), firstEpisode, episodes);
      ratios.push(yield* within(ratio, i / tasks.length, (i + 1) / tasks.length));
    }
    returnRatios = ratios;
    return { returns: ratios.map((ratio) => ratio ?? 0) };
  };
  const keeper = new Keeper(play, { evaluationEpisodes: config.evaluationEpisodes });
  const envSteps = () => tasks.reduce((sum, { collector }) => sum + collector.envSteps, 0);
  let update = 0; // the number of updates of each task
  try {
    distiller.initialise(generatorWords(seed, purposes.distiller, 1));
    for (const task of tasks) {
      const { selection, teacher, actionCount } = task;
      task.teacherMean = await pace(selection.meanOf(teacher, config.evaluationEpisodes));
      task.randomMean = await pace(selection.meanOf(randomPolicy(actionCount, seed), config.evaluationEpisodes));
    }
    for (let round = 0; round < config.rounds; round++) {
      for (const { collector } of tasks) await pace(collector.collect(round));

      // transfer; the tasks take turns
      const until = Math.floor((config.updates * (round + 1)) / config.rounds);
      for (; update < until; update++) {
        if (update % chunk === 0) {
          const pause = pauses.turn();
          if (pause) await pause;
        }
        const rate = linear(config.learningRate, config.learningRateFinal, update / config.updates);
        tasks.forEach((task, number) => {
          finiteLoss(stepWithin(distiller, 1, rate, task), "student", update * tasks.length + number + 1);
        });
      }

      // offer
      const { best } = await keeper.offer(distiller.parameters(), pace);
      onRound({ round, envSteps: envSteps(), updates: update * tasks.length, returnRatios, best });
    }

    const effort = { envSteps: envSteps(), updates: update * tasks.length, wallSeconds: secondsSince(started) };
    const training = { seed, ...effort, config: { ...config, heads } };
    const students: TaskStudent[] = [];
    for (const task of tasks) {
      const { teacher, source, env } = task;
      const distillation = { teacher: fingerprint(teacher), attempts: 1, fitsQValues: fitsQValues(config.loss) };
      const model = new Model({
        environment: env.id,
        widths: ownWidths(widths, task),
        outputs: teacher.outputs,
        parameters: taskParameters(keeper.kept, widths, task),
        training: { ...training, distillation },
      });
      const comparison = await compareAsync(teacher, model, { env: source, seed, signal, copies: given.copies });
      students.push({ environment: env.id, model, ...comparison });
    }
    return { tasks: students, widths, parameterCount: parameterCount(widths), ...effort };
  } finally {
    distiller.dispose();
    for (const { selection } of tasks) selection.dispose();
  }
}

/** One student is made, and every evaluation is whole: what is about a series or about a budget does not apply. */
type MultiTaskConfig = Omit<StudentConfig, "widerAttempts" | "attempts" | "threshold" | "evaluationShare">;

/** The configuration: the defaults, and what is given over them. @throws ConfigError for a value that is not allowed */
function multiTaskConfig(
  teachers: readonly Labeller[],
  heads: unknown,
  given: Partial<MultiTaskConfig>,
): MultiTaskConfig {
  if (teachers.length === 0) throw new ConfigError("no teacher was given: at least one is needed");
  if (heads !== "each" && heads !== "shared") {
    throw new ConfigError(`heads is ${shown(heads)}: each or shared is allowed`);
  }
  const [{ outputs = "qValues" }] = teachers;
  for (const [number, teacher] of teachers.entries()) checkOutputs(`teacher ${number + 1}`, teacher, outputs);
  const defaults = { ...studentInFirstRelease, hidden: [64], ...defaultsOf(outputs) };
  const whole = studentConfig("", { ...defaults, ...given }, outputs);
  const {
    widerAttempts: _wider,
    attempts: _attempts,
    threshold: _threshold,
    evaluationShare: _share,
    ...config
  } = whole;
  // a column's largest weight sets the step of its rounding, and the task may not use that weight
  if (config.quantize) throw new ConfigError("quantize is true: a student of several teachers cannot be rounded");
  for (const teacher of teachers) checkReplay(teacher, config);
  return config;
}

/**
 * Makes one network for all tasks, and gives each task its place in the inputs, the outputs and the distiller's states.
 * @param copies of each environment; by default as many as it asks for
 */
function layOut(
  teachers: readonly (Labeller & QPolicy)[],
  heads: Heads,
  config: MultiTaskConfig,
  seed: number,
  copies: number | undefined,
): { widths: number[]; tasks: Task[]; distiller: Distiller } {
  const envs = teachers.map((teacher) => {
    const source = teacher.env ?? teacher.environment;
    const first = resolveAnyEnv(source);
    return makeCopies(source, copies ?? first.copies ?? 1, first);
  });
  teachers.forEach((teacher, number) => void checkFit("teacher", teacher, envs[number][0]));
  const longest = Math.max(...envs.map(([{ observationSize }]) => observationSize));
  const actionCounts = envs.map(([{ actionCount }]) => actionCount);
  const inputs = heads === "shared" ? longest + teachers.length : longest;
  const outputs = heads === "shared" ? Math.max(...actionCounts) : actionCounts.reduce((a, b) => a + b);
  const widths = [inputs, ...config.hidden, outputs];
  const loss = parseLoss(config.loss);
  if (loss === undefined) throw new ConfigError(`loss is "${config.loss}"`);
  const distiller = new Distiller({ ...config, widths, capacity: config.envSteps * teachers.length, loss });

  const tasks = teachers.map((teacher, number): Task => {
    const [env] = envs[number];
    const { observationSize, actionCount } = env;
    const selection = new Selection(envs[number], [observationSize, ...config.hidden, actionCount], seed);
    const add: AddStates = (...labelled) => addStates(distiller, task, widths, config, ...labelled);
    const task: Task = {
      teacher,
      source: teacher.env ?? teacher.environment,
      env,
      firstState: number * config.envSteps,
      stateCount: 0,
      firstOutput: heads === "shared" ? 0 : actionCounts.slice(0, number).reduce((a, b) => a + b, 0),
      actionCount,
      one: heads === "shared" ? longest + number : undefined,
      features: { mean: new Float32Array(0), scale: new Float32Array(0) },
      labels: { mean: 0, scale: 1 },
      selection,
      collector: new Collector(envs[number], { teacher, student: selection }, config, seed, add),
      teacherMean: Number.NaN,
      randomMean: Number.NaN,
    };
    return task;
  });
  return { widths, tasks, distiller };
}

/** The share of its teacher's return that a network keeps in its task. */
function* ratioOf(task: Task, parameters: Float32Array, firstEpisode: number, episodes: number): Steps<number | null> {
  const { selection, teacherMean, randomMean } = task;
  return returnRatio(
    mean((yield* selection.play(parameters, firstEpisode, episodes)).returns),
    teacherMean,
    randomMean,
  );
}

/** Adds labelled states to a task, behind its others; they are scaled, and padded to the student's width. */
function addStates(
  distiller: Distiller,
  task: Task,
  widths: readonly number[],
  config: Pick<StudentConfig, "standardizeLabels">,
  states: Float32Array,
  labels: Float32Array,
  targets?: Targets,
  masks?: Uint8Array,
): void {
  const size = task.env.observationSize;
  if (task.stateCount === 0) {
    task.features = columnScaling(states, size);
    if (config.standardizeLabels) {
      const allowed = masks === undefined ? labels : labels.filter((_, i) => masks[i] === 1);
      const { mean: centre, scale } = columnScaling(allowed, 1);
      task.labels = { mean: centre[0], scale: scale[0] };
    }
  }
  const { features, one } = task;
  const count = states.length / size;
  const [inputs, outputs] = [widths[0], widths[widths.length - 1]];
  const paddedStates = new Float32Array(count * inputs);
  const paddedLabels = new Float32Array(count * outputs);
  const paddedMasks = masks && new Uint8Array(count * outputs); // only the task's own outputs are read
  const standard = (label: number) => (label - task.labels.mean) * task.labels.scale;
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < size; i++) {
      paddedStates[row * inputs + i] = (states[row * size + i] - features.mean[i]) * features.scale[i];
    }
    if (one !== undefined) paddedStates[row * inputs + one] = 1;
    for (let a = 0; a < task.actionCount; a++) {
      const [to, from] = [row * outputs + task.firstOutput + a, row * task.actionCount + a];
      paddedLabels[to] = standard(labels[from]);
      if (paddedMasks !== undefined && masks !== undefined) paddedMasks[to] = masks[from];
    }
  }
  const scaled = targets && { actions: targets.actions, values: targets.values.map(standard) };
  distiller.add(paddedStates, paddedLabels, scaled, paddedMasks, task.firstState + task.stateCount);
  task.stateCount += count;
}

/**
 * The scaling that makes the mean 0 and the deviation 1 in each column of (rows, size). A column that is constant is
 * only shifted.
 */
function columnScaling(values: Float32Array, size: number): { mean: Float32Array; scale: Float32Array } {
  const columns = Array.from({ length: size }, (_, i) => values.filter((_, at) => at % size === i));
  // as column_deviation in assembly/trainable.ts
  const scale = (column: Float32Array) => {
    const deviation = standardDeviation(column);
    return deviation > Math.max(1e-9 * Math.abs(mean(column)), 1e-30) ? 1 / deviation : 1;
  };
  return { mean: Float32Array.from(columns, mean), scale: Float32Array.from(columns, scale) };
}

/**
 * Turns the parameters for all tasks into parameters for one task's raw observations, in its teacher's unit of
 * Q-values.
 */
function taskParameters(parameters: Float32Array, widths: readonly number[], task: Task): Float32Array {
  const { env, firstOutput, actionCount, one, features, labels } = task;
  const part = { inputs: env.observationSize, firstOutput, outputs: actionCount, one };
  const cut = cutToTask(widths, parameters, part);
  const own = ownWidths(widths, task);
  return foldStandardisation(own, foldNormalisation(own, cut, features), labels);
}

/** The widths of the student when it is reduced to one task. */
function ownWidths(widths: readonly number[], { env }: Task): number[] {
  return [env.observationSize, ...widths.slice(1, -1), env.actionCount];
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}
