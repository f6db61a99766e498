// qstill shrink: finds the smallest student that keeps its teacher's return.
import type { Command } from "commander";
import { version } from "../core/version.js";
import { AttemptFailed } from "../distill/crewed.js";
import { type Size, shrink, shrinkConfig, shrinkOptions } from "../distill/shrink.js";
import { type Student, studentSetting } from "../distill/student.js";
import { teacherConfig } from "../dqn/configure.js";
import { trainTeacher } from "../dqn/teacher.js";
import { keepsEnough } from "../evaluate/compare.js";
import { evaluateAsync } from "../evaluate/evaluate.js";
import { FolderStore } from "../experiments/folder-store.js";
import { withWorkers } from "../experiments/workers.js";
import { saveModel } from "../model/files.js";
import { type Frontier, frontierHtml } from "../report/frontier.js";
import { Interrupted } from "../training/checkpoint.js";
import type { Crew } from "../training/job.js";
import {
  addCheckpoints,
  addCommonOptions,
  addEnvOptions,
  type CommonOptions,
  chosenEnvironment,
  envFilesOf,
  environmentHelp,
  readConfigFile,
} from "./context.js";
import { descriptions } from "./descriptions.generated.js";
import { MissedError } from "./errors.js";
import { readModel } from "./files.js";
import { frontierLeft, teacherLeft } from "./models.js";
import { addConfigOptions, applying, readConfigOptions, readCount, readEpisodes } from "./options.js";
import { addQueue, addStore, chosenQueue, type QueueFlags } from "./queue-options.js";
import type { ShrinkContext } from "./shrink-worker.js";
import { complain, figure, percent, print, prose, table } from "./terminal.js";
import { Workplace } from "./workplace.js";

interface ShrinkFlags extends CommonOptions, QueueFlags {
  teacher?: string;
  episodes: number;
  jobs?: number;
}

/** With a queue, so many sizes are tried at the same time. */
const usualWindow = 4;

export function addShrink(program: Command): void {
  const command = program
    .command("shrink")
    .description("find the smallest student that keeps its teacher's return with 95 % confidence")
    .argument("[env]", `${environmentHelp} (default: the one the teacher was trained in)`)
    .option("--teacher <file>", "the teacher's safetensors file (default: one is trained)")
    .option("--episodes <number>", "number of episodes by which a size is judged and tested", readEpisodes, 1000)
    .option(
      "--jobs <number>",
      "number of students that are distilled at the same time, or of sizes that are tried with --queue (default: 1, or 4)",
      readCount("jobs", 1024),
    );
  addStore(addQueue(command));
  addCheckpoints(addEnvOptions(addCommonOptions(command)));
  const flags = addConfigOptions(
    command,
    "Student; hidden is the layer to shrink, attempts count for each size",
    shrinkOptions,
    descriptions.student,
    "",
    new Set(),
    "\n(an environment's preset may replace a default)",
  );

  command.action(async (argument: string | undefined, options: ShrinkFlags) => {
    const file = readConfigFile(options.config);
    const given = options.teacher === undefined ? undefined : readModel(options.teacher);
    const env = await chosenEnvironment(argument, options, { how: "the environment", file, model: given });
    const seed = options.seed ?? file.seed ?? given?.training?.seed ?? 0;
    const onCommandLine = readConfigOptions(command, shrinkOptions, flags);
    const config = shrinkConfig(env, { ...applying(shrinkOptions, file.student), ...onCommandLine }, given?.outputs);
    const ofTeacher = teacherConfig(env, file.teacher ?? {});
    const queue = await chosenQueue(options, undefined, options.quiet === true);
    const place = new Workplace(env, seed, options);
    const left = options.resume && !given ? teacherLeft(place, env, seed, ofTeacher) : {};
    const teacher =
      given ??
      left.finished ??
      (await place.work("teacher", left.checkpoint, (work) => trainTeacher(env, { ...ofTeacher, ...work, seed })));

    if (left.finished) place.forgetEarlier("teacher", left.finished);

    const { episodes } = options;
    const setting = { episodes, ...studentSetting(env, seed, config, teacher) };
    const earlier = options.resume ? frontierLeft(place, setting) : undefined;
    // the teacher for the workers, and what they have not finished
    const folder = place.path("attempts");
    const attempts = new FolderStore(folder);
    const clearAttempts = () => {
      for (const ending of [".safetensors", ".checkpoint", ".json"]) attempts.clear(ending);
      attempts.tidy();
    };
    if (earlier?.complete) {
      clearAttempts();
      place.sayFinished();
      return conclude(earlier, place.folder, options);
    }
    if (!options.resume) {
      place.warnOfOverwriting("frontier.json", "student.safetensors");
      clearAttempts();
    } else if (given && !earlier) place.sayBeginning();
    if (!earlier && place.has("frontier.json")) place.forgetStudent();

    const { hidden, parameters } = teacher;
    const tried = new Map(earlier?.sizes.map((size) => [String(size.hidden), size]));
    const { mean } = await place.evaluating((options) => evaluateAsync(teacher, { env, seed, episodes, ...options }));
    const writeFrontier = (smallest: Size | null, complete: boolean): Frontier => {
      const sizes = [...tried.values()].sort((a, b) => a.parameters - b.parameters);
      const of = { hidden, parameters: parameters.length, mean };
      const { threshold } = config;
      const frontier = {
        env,
        seed,
        episodes,
        threshold,
        confidence: 0.95,
        teacher: of,
        setting,
        sizes,
        smallest,
        complete,
        version,
      };
      place.writeEach({
        "frontier.json": () => `${JSON.stringify(frontier, null, 2)}\n`,
        "report.html": () => frontierHtml(frontier),
      });
      return frontier;
    };
    const writeStudent = (student: Student) => {
      place.writeEach({ "student.safetensors": () => saveModel(student) });
      place.writeModule(student);
    };

    const told = !options.quiet && !options.json;
    const keeping = earlier?.sizes.filter(({ selection }) => keepsEnough(selection.lowerBound, config.threshold)) ?? [];
    let least = Math.min(...keeping.map(({ parameters }) => parameters)); // Infinity if there is none
    const onSize = (size: Size, student: Student | null) => {
      tried.set(String(size.hidden), size);
      if (student !== null && size.parameters < least) {
        least = size.parameters;
        writeStudent(student);
      }
      writeFrontier(null, false);
    };
    const { jobs = queue === undefined ? 1 : usualWindow } = options;
    const search = (crew?: Crew) =>
      shrink(teacher, {
        ...config,
        env,
        seed,
        episodes,
        tried: earlier?.sizes,
        crew,
        store: queue?.store ?? attempts,
        jobs,
        signal: place.signal,
        onSize,
        onAttempt: (layers, attempt, { mean, returnRatio, lowerBound }) => {
          const kept = `keeps ${percent(returnRatio)}, at least ${percent(lowerBound)}`;
          if (told) complain(`hidden ${layersOf(layers)}, attempt ${attempt}: mean return ${figure(mean)}, ${kept}`);
        },
      });
    const context: ShrinkContext = { envFiles: envFilesOf(argument, options, file), folder };
    const module = new URL("./shrink-worker.js", import.meta.url).href;
    const searched = () => {
      if (queue !== undefined) return search(queue);
      return jobs === 1 ? search() : withWorkers(jobs, { module, context }, place.signal, search);
    };
    const found = await searched().catch((error) => {
      const hint = `${place.folder} holds what was found so far, not yet tested; to go on, repeat the command with --resume`;
      if (error instanceof Interrupted)
        complain(`${error.cause === undefined ? "stopped" : "the environment failed"}: ${hint}`);
      if (error instanceof AttemptFailed) complain(hint);
      throw error;
    });

    const { student } = found;
    const smallest = student === null ? null : (tried.get(String(student.hidden)) as Size);
    if (student !== null) writeStudent(student);
    const frontier = writeFrontier(smallest, true);
    clearAttempts();
    conclude(frontier, place.folder, options);
  });
}

/** Prints a finished search. @throws MissedError if no student was good enough */
function conclude(frontier: Frontier, folder: string, options: ShrinkFlags): void {
  if (options.json) print(JSON.stringify(frontier));
  else if (!options.quiet) print(closing(frontier, folder));
  if (frontier.smallest === null) {
    const { hidden } = frontier.setting as { hidden: number[] };
    throw new MissedError(
      `no student up to hidden ${layersOf(hidden)} was shown to keep ${percent(frontier.threshold)} of the teacher's return: a larger --hidden or more --attempts may help`,
    );
  }
}

function layersOf(hidden: readonly number[]): string {
  return hidden.length === 0 ? "none" : hidden.join(",");
}

function closing({ sizes, smallest, episodes, teacher }: Frontier, folder: string): string {
  const rows = sizes.map(({ hidden, parameters, attempts, selection, final }) => [
    layersOf(hidden),
    figure(parameters),
    figure(attempts),
    figure(selection.mean),
    percent(selection.returnRatio),
    percent(selection.lowerBound),
    percent(final?.returnRatio ?? null),
    percent(final?.lowerBound ?? null),
  ]);
  const head = ["hidden", "parameters", "students", "mean return", "kept", "at least", "tested: kept", "at least"];
  const lines = [table(head, rows)];
  if (smallest !== null) {
    lines.push(
      prose(
        `${figure(smallest.parameters)} parameters (hidden ${layersOf(smallest.hidden)}) in place of ${figure(teacher.parameters)} keep ${percent(smallest.final?.returnRatio ?? null)} of the return, with 95 % confidence at least ${percent(smallest.final?.lowerBound ?? null)}, by ${figure(episodes)} unseen episodes.`,
      ),
    );
  }
  lines.push(prose(`${folder} holds the files: report.html shows the frontier.`));
  return lines.join("\n");
}
