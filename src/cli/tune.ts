// qstill tune: finds better options of a teacher for an environment, on all cores. It can be stopped and resumed.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { ConfigError } from "../core/config-error.js";
import { version } from "../core/version.js";
import { type TeacherConfig, teacherOptions } from "../dqn/config.js";
import { teacherConfig } from "../dqn/configure.js";
import { removeFile } from "../experiments/durable.js";
import type { EnvFile } from "../experiments/env-file.js";
import { FolderStore } from "../experiments/folder-store.js";
import { ResultsFile } from "../experiments/results.js";
import { figure as score } from "../experiments/table.js";
import { originOf } from "../training/origin.js";
import { tunedHtml } from "../tune/html.js";
import { leastTrials, mostTrials, type Plan, planFor } from "../tune/plan.js";
import { type TrialRun, type Tuned, type TuneEvent, TuneFailed, TuneStopped, tune } from "../tune/tune.js";
import { differences, seedsOf, sureOf } from "../tune/words.js";
import {
  addCommonOptions,
  addEnvOptions,
  type CommonOptions,
  chosenEnvironment,
  envFilesOf,
  environmentHelp,
  readConfigFile,
} from "./context.js";
import { descriptions } from "./descriptions.generated.js";
import { UsageError } from "./errors.js";
import { checkNoFolder, prepareFolder, writeOutput } from "./files.js";
import { lockFolder } from "./lock.js";
import { addConfigOptions, readConfigOptions, readCount } from "./options.js";
import { addQueue, chosenQueue, nothingLeft, type QueueFlags } from "./queue-options.js";
import { RunsBar } from "./runs-bar.js";
import { stopOnSignals } from "./stopping.js";
import { complain, figure, print, prose, table } from "./terminal.js";

interface TuneFlags extends CommonOptions, QueueFlags {
  trials?: number;
  steps?: number;
  jobs?: number;
}

export function addTune(program: Command): void {
  const command = program
    .command("tune")
    .description("find better options of a teacher by successive halving and write tuned.json, for --config")
    .argument("[env]", environmentHelp)
    .option(
      "--trials <number>",
      "number of configurations that are tried, the default one among them (default: 27)",
      readCount("trials", mostTrials, leastTrials),
    )
    .option(
      "--steps <number>",
      "in place of --trials: environment steps that all trainings together may take",
      readCount("steps", Number.MAX_SAFE_INTEGER),
    )
    .option(
      "--jobs <number>",
      "number of trainings at the same time (default: one for each core)",
      readCount("jobs", 1024),
    );
  addQueue(command);
  addEnvOptions(addCommonOptions(command, "runs/tune-<env>-<seed>"));
  const flags = addConfigOptions(
    command,
    "Teacher; what is given is the same in every trial and is not tuned",
    teacherOptions,
    descriptions.teacher,
    "",
    new Set(),
    "\n(an environment's preset may replace a default)",
  );

  command.action(async (argument: string | undefined, options: TuneFlags) => {
    const file = readConfigFile(options.config);
    const env = await chosenEnvironment(argument, options, { how: "the environment", file });
    const seed = options.seed ?? file.seed ?? 0;
    const given = { ...file.teacher, ...readConfigOptions(command, teacherOptions, flags) };
    await search(env, seed, given, envFilesOf(argument, options, file), options);
  });
}

async function search(
  env: string,
  seed: number,
  given: Partial<TeacherConfig>,
  envFiles: readonly EnvFile[],
  options: TuneFlags,
): Promise<void> {
  const { trials, steps, jobs, out: givenOut, resume, json, quiet } = options;
  if (jobs !== undefined && options.queue !== undefined)
    throw new UsageError(
      "--jobs is given with --queue: workers train, each as much at a time as its --concurrency says",
    );
  const plan = planFor({ trials, steps }, teacherConfig(env, given));
  const out = givenOut ?? join("runs", `tune-${env.replace(/[/\\:]+/g, "-")}-${seed}`);
  prepareFolder(out);
  const [runsPath, ...others] = ["trials.jsonl", "tuned.json", "report.html"].map((name) => join(out, name));
  for (const path of [runsPath, ...others]) checkNoFolder(path);
  lockFolder(out);

  const say = (text: string) => {
    if (!quiet) complain(text);
  };
  const bar = new RunsBar("tune", !json && !quiet);
  const queue = await chosenQueue(options, bar, quiet === true);
  const signal = stopOnSignals(() => bar.stop());
  const begun = existsSync(runsPath);
  const head = { study: "tune", version, env, seed, ...originOf(env), ...given };
  const results = new ResultsFile<TrialRun>(runsPath, head);
  if (resume && !begun) say(nothingLeft(out, options));
  if (!resume && begun) say(`${runsPath} is from an earlier search: it is overwritten (--resume goes on)`);
  const finished = resume && begun ? results.read(checkRun) : [];
  if (!json) say(planned(plan));
  const checkpoints = join(out, "checkpoints");
  const clearCheckpoints = () => {
    const left = new FolderStore(checkpoints);
    left.clear(".checkpoint");
    left.tidy();
  };

  const written = new Set(finished.map(({ id }) => id));
  const runs: TrialRun[] = [];
  const onEvent = (event: TuneEvent) => {
    if (event.kind === "plan") {
      // the options are allowed, so the search begins
      results.write(finished);
      if (!resume) {
        clearCheckpoints();
        for (const path of others) removeFile(path);
      }
    } else if (event.kind === "run") {
      runs.push(event.run);
      if (!written.has(event.run.id)) results.append(event.run);
      if (!signal.aborted) bar.update(event.done, event.of);
    }
  };
  const tuned = await tune(env, {
    ...given,
    seed,
    trials,
    steps,
    jobs,
    crew: queue,
    envFiles,
    checkpoints,
    finished,
    onEvent,
    signal,
  })
    .finally(() => bar.stop())
    .catch((error: unknown) => {
      const hint = "to go on, repeat the command with --resume";
      if (error instanceof TuneStopped) complain(`${error.message}: ${hint}`);
      if (error instanceof TuneFailed) say(`${out} holds what is finished; ${hint}`);
      throw error;
    });

  results.write(runs.sort((a, b) => a.rung - b.rung || a.trial - b.trial || a.seed - b.seed));
  writeOutput(others[0], `${JSON.stringify(tuned.config, null, 2)}\n`);
  writeOutput(others[1], tunedHtml(tuned));
  clearCheckpoints();
  if (json) print(JSON.stringify({ ...tuned, out }));
  else if (!quiet) print(closing(tuned, out));
}

/** @throws ConfigError for a line that is no finished training */
function checkRun(line: unknown, where: string): asserts line is TrialRun {
  const { id, trial, rung, seed, score, wallSeconds } = Object(line);
  const holds =
    typeof id === "string" &&
    [trial, rung, seed, wallSeconds].every(Number.isFinite) &&
    (score === null || Number.isFinite(score));
  if (!holds) throw new ConfigError(`${where} is not a training of a search`);
}

/** What the search will take, in one line. */
function planned({ trials, rungs, runs, steps }: Plan): string {
  const each = rungs.map(({ trials, seeds, envSteps }) => `${trials} × ${seeds} seeds × ${figure(envSteps)}`);
  return `${trials} trials, ${runs} trainings, at most ${figure(steps)} environment steps (${each.join(", then ")}), evaluations not counted`;
}

function closing({ trials, best, importance }: Tuned, out: string): string {
  const [first, winner] = [trials[0], trials[best]];
  const compared = best === 0 ? [first] : [winner, first];
  const lines = [
    table(
      ["", "score", "each training seed"],
      compared.map(({ trial, rungs }) => {
        const last = rungs[rungs.length - 1];
        return [trial === 0 ? "default" : `trial ${trial}`, score(last.score), seedsOf(last.scores)];
      }),
    ),
  ];
  if (best === 0) lines.push("No trial was better than the default.");
  else {
    const rows = differences(first, winner).map(({ option, before, after }) => [option, after, before]);
    lines.push(table(["option", `trial ${best}`, "default"], rows));
  }
  const sure = importance === null ? [] : sureOf(importance);
  if (sure.length > 0) lines.push(prose(`Options that surely matter here: ${sure.join(", ")}.`));
  lines.push(prose(`${out} holds the files: tuned.json for --config of train and run, report.html to read.`));
  return lines.join("\n");
}
