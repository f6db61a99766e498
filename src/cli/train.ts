// qstill train: trains a teacher and nothing else.
import type { Command } from "commander";
import { teacherOptions } from "../dqn/config.js";
import { hiddenOf, teacherConfig } from "../dqn/configure.js";
import { trainTeacher } from "../dqn/teacher.js";
import { evaluateAsync } from "../evaluate/evaluate.js";
import { fingerprint } from "../training/fingerprint.js";
import {
  addCheckpoints,
  addCommonOptions,
  addEnvOptions,
  addStart,
  addThreads,
  type CommonOptions,
  chosenEnvironment,
  environmentHelp,
  readConfigFile,
  readStart,
} from "./context.js";
import { descriptions } from "./descriptions.generated.js";
import { addLogs } from "./logs.js";
import { teacherLeft } from "./models.js";
import { addConfigOptions, readConfigOptions } from "./options.js";
import { evaluationHead, evaluationRow, figure, print, prose, table } from "./terminal.js";
import { addDataOptions, checkWithoutData, type Made, type TrainFlags, trainFromLog } from "./train-from-log.js";
import { Workplace } from "./workplace.js";

export function addTrain(program: Command): void {
  const command = program
    .command("train")
    .description("train a teacher by Double DQN and write teacher.safetensors")
    .argument("[env]", environmentHelp);
  addStart(addEnvOptions(addCommonOptions(command)), "the teacher");
  addThreads(addLogs(addCheckpoints(command)));
  const flags = addConfigOptions(command, "Teacher", teacherOptions, descriptions.teacher);
  addDataOptions(command);

  command.action(async (argument: string | undefined, options: TrainFlags) => {
    if (options.data === undefined) checkWithoutData(command);
    const { place, teacher, environment, seed, copies } =
      options.data === undefined
        ? await trainInEnvironment(command, flags, argument, options)
        : await trainFromLog(command, options.data, argument, options);
    // for live use nothing may be played that does not teach
    const evaluated = environment !== undefined && teacher.config.evaluationInterval > 0;
    const evaluation = evaluated
      ? await place.evaluating((options) => evaluateAsync(teacher, { env: environment, seed, copies, ...options }))
      : undefined;
    const { hidden, parameters, envSteps, evaluationSteps, baseline, updates, wallSeconds, log } = teacher;
    const teacherHash = fingerprint(teacher);
    if (options.json) {
      const effort = { envSteps, evaluationSteps, baseline, updates, wallSeconds };
      const result = { hidden, parameters: parameters.length, ...effort, log, evaluation };
      print(JSON.stringify({ env: environment, seed, teacherHash, teacher: result }));
    } else if (!options.quiet) {
      const steps =
        log === undefined ? (["environment steps", envSteps] as const) : (["steps of the log", log.steps] as const);
      const seen = [figure(parameters.length), figure(steps[1]), figure(updates)];
      if (evaluation) print(table(evaluationHead, [evaluationRow("teacher", teacher, evaluation)]));
      else
        print(
          table(["", "network", "parameters", steps[0], "updates"], [["teacher", teacher.widths.join("-"), ...seen]]),
        );
      print(`teacherHash ${teacherHash}`);
      print(prose(`${place.path("teacher.safetensors")} holds it; qstill distill --teacher makes a student of it.`));
    }
  });
}

async function trainInEnvironment(
  command: Command,
  flags: ReadonlyMap<string, string>,
  argument: string | undefined,
  options: CommonOptions,
): Promise<Made> {
  const file = readConfigFile(options.config);
  const environment = await chosenEnvironment(argument, options, { how: "the environment", file });
  const seed = options.seed ?? file.seed ?? 0;
  const given = { ...file.teacher, ...readConfigOptions(command, teacherOptions, flags) };
  const from = readStart(options);
  const config = teacherConfig(environment, { ...given, ...hiddenOf(from, given) });
  const place = new Workplace(environment, seed, options);
  const left = options.resume ? teacherLeft(place, environment, seed, config, from) : {};
  const teacher = await place.made("teacher", left, (work) =>
    trainTeacher(environment, { ...config, ...work, from, seed, threads: options.threads }),
  );
  return { place, teacher, environment, seed, copies: config.copies };
}
