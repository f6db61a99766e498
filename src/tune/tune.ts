// tune(): finds better options of a teacher for one environment, by successive halving.
import { ConfigError } from "../core/config-error.js";
import { need, needListeners, needObject, needSignal } from "../core/needed.js";
import { isNode } from "../core/node.js";
import { version } from "../core/version.js";
import type { TeacherConfig } from "../dqn/config.js";
import { teacherConfig } from "../dqn/configure.js";
import type { EnvSource } from "../env/env.js";
import { knownEnv, resolveAnyEnv } from "../env/registry.js";
import { episodeSeed, purposes } from "../env/seeds.js";
import { checkedSeed } from "../evaluate/checks.js";
import type { EnvFile } from "../experiments/env-file.js";
import { answerTo, type Crew, doJobs, type Hand, type Job, jobId, jobOf, needCrew, tuneWork } from "../training/job.js";
import { originOf } from "../training/origin.js";
import type { Store } from "../training/store.js";
import { halving, type Score, type Standing } from "./halving.js";
import { type Importance, importanceOf } from "./importance.js";
import { leastTrials, mostTrials, type Plan, planFor } from "./plan.js";
import { drawTrials, spaceAround } from "./space.js";
import { isTrialResult, onlyTrialResult, runTrial, type TrialJob, type TrialResult } from "./trial.js";
import { type Trial, trialsOf } from "./trials.js";

/** A finished training: plain data. */
export interface TrialRun extends TrialResult {
  /** Stands for everything that decides the result. */
  readonly id: string;
  readonly trial: number;
  /** The options in which the trial differs from the default configuration. */
  readonly changes: Partial<TeacherConfig>;
  /** From 0. */
  readonly rung: number;
  /** The seed with which it was trained. */
  readonly seed: number;
  /** The time it took. Only this differs when it is done again. */
  readonly wallSeconds: number;
}

/** What a search reports while it runs: plain data. */
export type TuneEvent =
  | ({ readonly kind: "plan" } & Plan)
  | {
      readonly kind: "run";
      readonly run: TrialRun;
      /** How many runs are finished, and how many there are. */
      readonly done: number;
      readonly of: number;
    }
  | {
      readonly kind: "rung";
      /** From 0. */
      readonly rung: number;
      /** From the best. */
      readonly standings: readonly Standing[];
    };

/** Options of {@link tune}. Those of a teacher are the same in every trial; they are not tuned. */
export interface TuneOptions extends Partial<TeacherConfig> {
  /** Everything random is derived from it; 0 by default. */
  readonly seed?: number;
  /** The number of configurations that are tried, the default one among them; 27 by default. */
  readonly trials?: number;
  /** In place of `trials`: the environment steps that all trainings together may take. */
  readonly steps?: number;
  /**
   * How many trainings run at the same time, each in a worker thread of Node; by default one for each core. It is 1 for an
   * environment that no worker can make: one that is a function, or that was registered in this process alone.
   */
  readonly jobs?: number;
  /** Who trains in place of worker threads: a queue's workers, who must know the environment. */
  readonly crew?: Crew;
  /** Modules with environments of the user's own, which the workers import, too; only in Node. */
  readonly envFiles?: readonly EnvFile[];
  /** A folder in which trainings that are stopped leave their checkpoints, to go on from there; only in Node. */
  readonly checkpoints?: string;
  /** The runs that a search with the same options finished before it was stopped. They are not done again. */
  readonly finished?: readonly TrialRun[];
  /** Called with plain data: the plan first, then each run that is finished and each rung that is decided. */
  readonly onEvent?: (event: TuneEvent) => void;
  /** Stops the search. The promise is then rejected with {@link TuneStopped}. */
  readonly signal?: AbortSignal;
}

/** The result of a search: plain data. */
export interface Tuned {
  readonly env: string;
  readonly seed: number;
  readonly version: string;
  readonly plan: Plan;
  /** The options that were tuned. */
  readonly options: readonly string[];
  /** All trials, by their numbers; trial 0 is the default configuration. */
  readonly trials: readonly Trial[];
  /** The number of the best trial. It is 0 if no trial was better than the default. */
  readonly best: number;
  /** The best trial as a configuration file holds it. */
  readonly config: {
    readonly env: string;
    readonly envOptions?: Readonly<Record<string, unknown>>;
    readonly teacher: Partial<TeacherConfig>;
  };
  /** What each option is worth; null with fewer than 10 trials. */
  readonly importance: Importance | null;
}

/** A search was stopped by its signal. It can go on with the runs that are finished. */
export class TuneStopped extends Error {
  override readonly name = "AbortError";
}

/** Trainings failed, so their rung cannot be decided. All others of the rung are finished. */
export class TuneFailed extends Error {
  override readonly name = "TuneFailed";
}

/**
 * Finds better options for a teacher in one environment, by successive halving: many configurations are trained for a short
 * time, and the best third goes on to longer trainings, until the last. Teachers are compared on selection episodes. The
 * result depends on the seed alone, not on the number of jobs, their order or stops.
 * @param source the id of an environment, or a function that makes a new one at each call
 * @throws ConfigError for anything that is not allowed, TuneStopped if stopped by the signal, TuneFailed if trainings failed
 */
export async function tune(source: EnvSource, options: TuneOptions = {}): Promise<Tuned> {
  needObject("options", options);
  const { seed: givenSeed = 0, trials: count, steps, jobs, crew, envFiles = [], ...rest } = options;
  const { checkpoints, finished = [], onEvent = () => {}, signal, ...givenOptions } = rest;
  const seed = checkedSeed(givenSeed);
  checkCount("trials", count, leastTrials, mostTrials);
  checkCount("steps", steps, 1, Number.MAX_SAFE_INTEGER);
  checkCount("jobs", jobs, 1, 1024);
  need(Array.isArray(envFiles), "envFiles", envFiles, "a list of files with environments");
  need(checkpoints === undefined || typeof checkpoints === "string", "checkpoints", checkpoints, "a folder's path");
  need(Array.isArray(finished), "finished", finished, "a list of runs");
  for (const run of finished) needObject("finished", run, "a list of runs");
  needSignal(signal);
  needCrew(crew);
  needListeners({ onEvent });
  const node = isNode() && (await import("./cores.node.js"));
  if (!node && (envFiles.length > 0 || checkpoints !== undefined)) {
    throw new ConfigError("envFiles and checkpoints are for Node: leave them out here");
  }
  if (node) for (const file of envFiles) await node.registerEnvFile(file);
  const env = resolveAnyEnv(source, "source");
  const id = typeof source === "string" ? source : env.id;

  const given = Object.fromEntries(Object.entries(givenOptions).filter(([, value]) => value !== undefined));
  const configWith = (changes: Partial<TeacherConfig>): TeacherConfig => teacherConfig(env, { ...given, ...changes });
  const base = configWith({});
  const plan = planFor({ trials: count, steps }, base);
  const space = spaceAround(base, given, (changes) => isAllowed(() => configWith(changes)));
  const draws = drawTrials(space, base, given, seed, plan.trials);
  onEvent({ kind: "plan", ...plan });

  const before = new Map(finished.map((run) => [run.id, run]));
  const runs = new Map<string, TrialRun>();
  const store: Store | undefined = node && checkpoints !== undefined ? new node.FolderStore(checkpoints) : undefined;
  /** The number of a rung's first training seed. */
  const firstSeed = (rung: number) => plan.rungs.slice(0, rung).reduce((sum, { seeds }) => sum + seeds, 1);
  const jobFor = (rung: number, trial: number, index: number): TrialJob =>
    jobOf(tuneWork, `trial ${trial}`, episodeSeed(seed, purposes.attempt, firstSeed(rung) + index), {
      env: id,
      ...originOf(id),
      teacher: configWith({ ...draws[trial].changes, envSteps: plan.rungs[rung].envSteps }),
      judgedBy: seed,
    });
  const keep = (run: TrialRun) => {
    runs.set(run.id, run);
    onEvent({ kind: "run", run, done: runs.size, of: plan.runs });
  };

  const evaluateWith = (crew: Crew) => async (rung: number, trials: readonly number[]) => {
    const { seeds } = plan.rungs[rung];
    const entries = trials.flatMap((trial) =>
      Array.from({ length: seeds }, (_, index) => ({ trial, job: jobFor(rung, trial, index) })),
    );
    const trialOf = new Map(entries.map(({ trial, job }) => [jobId(job), trial]));
    for (const jobKey of trialOf.keys()) {
      const run = before.get(jobKey);
      if (run !== undefined) keep(run);
    }
    const waiting = entries.map(({ job }) => job).filter((job) => !runs.has(jobId(job)));
    const failures: string[] = [];
    await crew.work<TrialJob, TrialResult>(waiting, {
      signal,
      isResult: isTrialResult,
      onAnswer(job, answer) {
        const jobKey = jobId(job);
        const trial = trialOf.get(jobKey) as number;
        if (answer.kind === "failed") failures.push(`trial ${trial}, seed ${job.seed}: ${answer.message}`);
        else {
          const { changes } = draws[trial];
          const { result, wallSeconds } = answer;
          keep({ id: jobKey, trial, changes, rung, seed: job.seed, ...onlyTrialResult(result), wallSeconds });
        }
      },
    });
    const scores = entries.flatMap(({ job }) => runs.get(jobId(job)) ?? []).map(({ score }): Score => score);
    if (scores.length < entries.length) {
      if (signal?.aborted) throw new TuneStopped(`stopped after ${runs.size} of ${plan.runs} runs`);
      throw new TuneFailed(failuresLine(failures, entries.length));
    }
    return trials.map((_, i) => scores.slice(i * seeds, (i + 1) * seeds));
  };
  const search = (crew: Crew) =>
    halving(plan, evaluateWith(crew), (rung, standings) => onEvent({ kind: "rung", rung, standings }));

  // a worker has every environment of this library, and those of files
  const anywhere = typeof source === "string" && (envFiles.length > 0 || knownEnv(id)?.about !== undefined);
  if (jobs !== undefined && jobs > 1 && !(node && anywhere)) {
    throw new ConfigError(
      `jobs is ${jobs}: only 1 is allowed for ${id}, because no other worker can make it (envFiles names a module that can)`,
    );
  }
  const run = (job: Job<object>) => runTrial(job as TrialJob, { source, signal, checkpoints: store });
  const here: Hand = { answer: (job) => answerTo(job, run, signal) };
  let decided: Standing[][];
  if (crew !== undefined) decided = await search(crew);
  else if (node && anywhere)
    decided = await node.onCores(jobs ?? node.cores(), { envFiles, checkpoints }, signal, search);
  else decided = await search({ work: (jobs, options) => doJobs(jobs, [here], options) });

  const trials = trialsOf(draws, ({ changes }) => configWith(changes), plan, decided);
  const best = decided[decided.length - 1][0].trial;
  const envOptions = knownEnv(id)?.options;
  const teacher = { ...given, ...draws[best].changes, envSteps: base.envSteps };
  return {
    ...{ env: id, seed, version, plan, options: space.map(({ option }) => option), trials, best },
    config: { env: id, ...(envOptions && { envOptions }), teacher },
    importance: importanceOf(space, trials, seed),
  };
}

function isAllowed(make: () => unknown): boolean {
  try {
    make();
    return true;
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
}

function checkCount(name: string, given: unknown, least: number, most: number): void {
  if (given === undefined) return;
  const holds = Number.isSafeInteger(given) && (given as number) >= least && (given as number) <= most;
  need(holds, name, given, `a whole number from ${least} to ${most}`);
}

/** The most failures that a line names. */
const mostNamed = 5;

function failuresLine(failures: readonly string[], of: number): string {
  const more = failures.length > mostNamed ? `; and ${failures.length - mostNamed} more` : "";
  return `${failures.length} of ${of} trainings of a rung failed: ${failures.slice(0, mostNamed).join("; ")}${more}`;
}
