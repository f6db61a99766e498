// qstill experiment: runs a named study over seeds, on all cores. It can be stopped and resumed.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Command } from "commander";
import { version } from "../core/version.js";
import { environmentIds } from "../env/registry.js";
import { sum } from "../evaluate/statistics.js";
import { type Failure, failureLine } from "../experiments/failures.js";
import { studyHtml } from "../experiments/html.js";
import type { Run } from "../experiments/results.js";
import { cellsOf, runStudy, StudyFailed, StudyStopped } from "../experiments/run-study.js";
import { studies as ownStudies } from "../experiments/studies/index.js";
import type { Study } from "../experiments/study.js";
import { summariseStudy } from "../experiments/summary.js";
import { studyMarkdown, tableOf } from "../experiments/table.js";
import { isGymnasium } from "../gymnasium/register.node.js";
import { importModules } from "../queue/place.js";
import {
  addEnvOptions,
  chosenEnvironment,
  type EnvFlags,
  envFileOf,
  environmentHelp,
  isOutside,
  pythonUnused,
} from "./context.js";
import { UsageError } from "./errors.js";
import { checkNoFolder, prepareFolder, writeOutput } from "./files.js";
import { lockFolder } from "./lock.js";
import { notEmpty, readCount } from "./options.js";
import { addQueue, chosenQueue, nothingLeft, type QueueFlags } from "./queue-options.js";
import { coreHours, counted, RunsBar } from "./runs-bar.js";
import { stopOnSignals } from "./stopping.js";
import { complain, figure, print, prose, table, usualWidth } from "./terminal.js";

interface ExperimentOptions extends EnvFlags, QueueFlags {
  seeds?: number;
  env?: string[];
  jobs?: number;
  module?: string;
  cells?: string;
  out?: string;
  resume?: boolean;
  json?: boolean;
  quiet?: boolean;
  list?: boolean;
}

export function addExperiment(program: Command): void {
  const command = program
    .command("experiment")
    .description("run a study over seeds and write results.jsonl, table.md and report.html")
    .argument("[name]", "name of the study (--list lists all)")
    .option("--seeds <number>", "number of seeds N: 0 … N − 1 (default: the study's)", readCount("seeds", 1_000_000))
    .option("--env <env>", `${environmentHelp}; may be repeated (default: the study's)`, collect);
  addQueue(addEnvOptions(command))
    .option("--jobs <number>", "number of runs at the same time (default: one for each core)", readCount("jobs", 1024))
    .option("--module <file>", "a file that exports studies of your own", notEmpty("module"))
    .option("--cells <text>", "only the cells whose name contains it")
    .option("--out <folder>", "folder for the files (default: runs/experiment-<name>)", notEmpty("out"))
    .option("--resume", "keep the finished runs and do the others")
    .option("--json", "print one JSON object and nothing else")
    .option("--quiet", "print nothing but errors")
    .option("--list", "list the studies and their questions")
    .action(async (name: string | undefined, options: ExperimentOptions) => {
      const { studies, module } = await studiesFor(options);
      if (options.list) list(studies, options);
      else await experiment(chosenStudy(name, studies), module, options);
    });
}

/** The studies of a module of the user's. */
interface StudyModule {
  readonly path: string;
  readonly url: string;
  /** Whether it has an environment, too. */
  readonly hasEnvironment: boolean;
}

/** The studies that can be run, and the module that has them, if it is the user's. */
async function studiesFor({
  module: path,
}: ExperimentOptions): Promise<{ studies: readonly Study[]; module?: StudyModule }> {
  if (path === undefined) return { studies: ownStudies };
  const before = environmentIds().length;
  const studies = (await importModules([{ path }])).slice(ownStudies.length);
  if (studies.length === 0) throw new UsageError(`${path} exports no studies: --env is for an environment`);
  const hasEnvironment = environmentIds().length > before;
  return { studies, module: { path, url: pathToFileURL(resolve(path)).href, hasEnvironment } };
}

async function experiment(study: Study, module: StudyModule | undefined, options: ExperimentOptions): Promise<void> {
  const { json, quiet, jobs } = options;
  if (jobs !== undefined && options.queue !== undefined)
    throw new UsageError("--jobs is given with --queue: workers do the runs, each as many as its --concurrency says");
  const seeds = options.seeds ?? study.seeds;
  const given = options.env ?? [];
  const envFiles = given.filter(isOutside).map((path) => envFileOf(path, options));
  const ofWorkers = module?.hasEnvironment ? [{ path: module.path }, ...envFiles] : envFiles;
  if (options.envOptions !== undefined && envFiles.length === 0)
    throw new UsageError("--env-options is given: it needs --env with a file, such as ./my-env.js, or with gymnasium:");
  if (options.python !== undefined && !given.some(isGymnasium)) throw pythonUnused();
  const environments: string[] = [];
  for (const each of given)
    environments.push(
      await chosenEnvironment(
        each,
        isOutside(each) ? { ...options, ...(!isGymnasium(each) && { python: undefined }) } : {},
      ),
    );
  const every = cellsOf(study, given.length === 0 ? undefined : [...new Set(environments)]);
  const cells = every.filter(({ name }) => name.includes(options.cells ?? ""));
  if (cells.length === 0) {
    const names = [...new Set(every.map(({ name }) => name))].join(" · ");
    throw new UsageError(`no cell's name contains ${JSON.stringify(options.cells)}: there are ${names}`);
  }
  const out = options.out ?? join("runs", `experiment-${study.name}`);
  prepareFolder(out);
  for (const file of ["results.jsonl", "failures.jsonl", "table.md", "report.html"]) checkNoFolder(join(out, file));
  lockFolder(out);

  const bar = new RunsBar(study.name, !json && !quiet);
  const queue = await chosenQueue(options, bar, quiet === true);
  const signal = stopOnSignals(() => bar.stop());
  const begun = existsSync(join(out, "results.jsonl"));
  if (options.resume && !begun && !quiet) complain(nothingLeft(out, options));
  if (!options.resume && begun && !quiet)
    complain(`${join(out, "results.jsonl")} is from an earlier study: it is overwritten (--resume goes on)`);
  const onProgress = (done: number, of: number, workSeconds: number) => {
    if (!signal.aborted) bar.update(done, of, workSeconds);
  };
  const onFailure = (failure: Failure) => {
    bar.stop();
    if (!quiet) complain(`${failureLine(failure)} (the others go on)`);
  };
  const resume = options.resume && begun;
  let failed: StudyFailed | undefined;
  const work = { out, cells, seeds, jobs, crew: queue, module: module?.url, envFiles: ofWorkers, resume };
  const runs = await runStudy(study, { ...work, onProgress, onFailure, signal })
    .catch((error: unknown): readonly Run[] => {
      if (error instanceof StudyStopped)
        complain(
          queue === undefined
            ? `${error.message}: to go on, repeat the command with --resume`
            : `${error.message}; the workers go on: to follow them again, repeat the command with --resume, here or elsewhere`,
        );
      if (!(error instanceof StudyFailed)) throw error;
      failed = error;
      return error.runs;
    })
    .finally(() => bar.stop());

  const seconds = sum(runs.map(({ wallSeconds }) => wallSeconds));
  const effort = `${figure(runs.length)} runs took ${coreHours(seconds)}${bar.most === 0 ? "" : `, with up to ${counted(bar.most, "worker")} of a queue`}.`;
  const sections = summariseStudy(study, cells, runs);
  const missing = failed?.message;
  writeOutput(join(out, "table.md"), studyMarkdown(study, sections, seeds, missing));
  writeOutput(join(out, "report.html"), studyHtml(study, sections, runs, { seeds, effort, missing }));
  if (json) {
    const plain = sections.map(({ environments, rows }) => ({
      environments,
      rows: rows.map(({ strata: _, ...row }) => row),
    }));
    print(
      JSON.stringify({
        study: study.name,
        version,
        seeds,
        score: study.score,
        out,
        sections: plain,
        failures: failed?.failures,
      }),
    );
  } else if (!quiet) {
    for (const section of sections) {
      const { head, lines } = tableOf(study, section);
      print(section.environments.join(", "));
      print(
        table(
          head.slice(0, 4),
          lines.map((line) => line.slice(0, 4)),
        ),
      );
    }
    print(prose(effort));
    print(prose(`${join(out, "report.html")} shows more; table.md and results.jsonl are beside it.`));
  }
  if (failed !== undefined) throw failed;
}

function list(studies: readonly Study[], { json }: ExperimentOptions): void {
  const plain = studies.map(({ name, question, score, seeds }) => ({ name, question, score, seeds }));
  if (json) print(JSON.stringify({ studies: plain }));
  else {
    const indent = 13;
    const room = (process.stdout.columns ?? usualWidth) - indent;
    const lines = plain.map(
      ({ name, question }) => name.padEnd(indent) + prose(question, room).replaceAll("\n", `\n${" ".repeat(indent)}`),
    );
    print(lines.join("\n"));
  }
}

function chosenStudy(name: string | undefined, studies: readonly Study[]): Study {
  const study = studies.find((each) => each.name === name);
  if (study !== undefined) return study;
  const names = studies.map((each) => each.name).join(", ");
  throw new UsageError(
    `${name === undefined ? "no study given" : `unknown study ${JSON.stringify(name)}`}: there are ${names}`,
  );
}

function collect(id: string, before: readonly string[] = []): string[] {
  return before.includes(id) ? [...before] : [...before, id];
}
