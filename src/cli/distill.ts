// qstill distill: distils a saved teacher into a student.
import type { Command } from "commander";
import { studentConfig, studentOptions } from "../distill/config.js";
import { distill } from "../distill/student.js";
import { hiddenOf } from "../dqn/configure.js";
import { compareAsync, keepsEnough } from "../evaluate/compare.js";
import {
  addCheckpoints,
  addCommonOptions,
  addEnv,
  addStart,
  type CommonOptions,
  chosenEnvironment,
  readConfigFile,
  readStart,
} from "./context.js";
import { dataHelp } from "./data.js";
import { descriptions } from "./descriptions.generated.js";
import { distillFromStates } from "./distill-states.js";
import { MissedError } from "./errors.js";
import { readModel } from "./files.js";
import { addLogs } from "./logs.js";
import { studentLeft } from "./models.js";
import { activationOption, addConfigOptions, type ImportFlags, notEmpty, readConfigOptions } from "./options.js";
import { evaluationHead, evaluationRow, keeping, percent, print, prose, table } from "./terminal.js";
import { Workplace } from "./workplace.js";

export function addDistill(program: Command): void {
  const command = program
    .command("distill")
    .description("distil a saved teacher into a student and write student.safetensors and student.mjs")
    .requiredOption("--teacher <file>", "the teacher: a safetensors file, or PyTorch's, Stable-Baselines3's or ONNX's")
    .addOption(activationOption())
    .option("--data <file>", `learn from these states and play nothing: ${dataHelp}`, notEmpty("data"));
  addEnv(command, "the one the teacher was trained in");
  addLogs(addCheckpoints(addStart(addCommonOptions(command), "the student")));
  const flags = addConfigOptions(command, "Student", studentOptions, descriptions.student);

  command.action(async (options: CommonOptions & ImportFlags & { teacher: string; env?: string; data?: string }) => {
    const file = readConfigFile(options.config);
    const { activation, data } = options;
    const teacher = readModel(options.teacher, { activation });
    const onCommandLine = readConfigOptions(command, studentOptions, flags);
    if (data !== undefined) return distillFromStates(teacher, { ...options, data }, file, onCommandLine);
    const environment = await chosenEnvironment(options.env, options, { file, model: teacher });
    const seed = options.seed ?? file.seed ?? teacher.training?.seed ?? 0;
    const given = { ...file.student, ...onCommandLine };
    const from = readStart(options);
    const config = studentConfig(environment, { ...given, ...hiddenOf(from, given) }, teacher.outputs);
    const place = new Workplace(environment, seed, options);
    const left = options.resume ? studentLeft(place, teacher, environment, seed, config, from) : {};
    const student = await place.made("student", left, (work) =>
      distill(teacher, { ...config, ...work, from, seed, env: environment }),
    );
    place.writeModule(student);

    const comparison = await place.evaluating((options) =>
      compareAsync(teacher, student, { env: environment, seed, copies: config.copies, ...options }),
    );
    const { teacher: teacherEvaluation, student: evaluation, random: _, ...shares } = comparison;
    const { hidden, parameters, attempts } = student;
    const { envSteps, evaluationSteps, updates, wallSeconds } = student;
    const satisfied = keepsEnough(shares.returnRatio, config.threshold);
    if (options.json) {
      const effort = { envSteps, evaluationSteps, updates, wallSeconds };
      const result = { hidden, parameters: parameters.length, ...effort, attempts, evaluation };
      print(JSON.stringify({ env: environment, seed, student: { ...result, ...shares }, satisfied }));
    } else if (!options.quiet) {
      const rows = [
        evaluationRow("teacher", teacher, teacherEvaluation),
        evaluationRow("student", student, evaluation),
      ];
      print(table(evaluationHead, rows));
      print(prose(`The student ${keeping(shares.returnRatio)} and ${place.folder} holds it.`));
    }
    if (!satisfied) throw new MissedError(missed(shares.returnRatio, attempts, config.threshold));
  });
}

/** Why the run ended with status 1: the student is not good enough. */
export function missed(returnRatio: number | null, attempts: number, threshold: number): string {
  if (returnRatio === null) return "the teacher is no better than random actions: there is no return to keep";
  return `the student keeps ${percent(returnRatio)} of the teacher's return after ${attempts} ${attempts === 1 ? "attempt" : "attempts"}: ${percent(threshold)} was wanted`;
}
