// qstill joint: a teacher and a student learn side by side.
import type { Command } from "commander";
import { version } from "../core/version.js";
import { type Joint, trainJoint } from "../distill/joint.js";
import { jointConfig, jointOptions } from "../distill/joint-config.js";
import { type Comparison, compareAsync } from "../evaluate/compare.js";
import type { Evaluation } from "../evaluate/evaluate.js";
import { weightsHash } from "../model/hash.js";
import {
  addCheckpoints,
  addCommonOptions,
  addEnvOptions,
  type CommonOptions,
  chosenEnvironment,
  type EnvFlags,
  environmentHelp,
  readConfigFile,
} from "./context.js";
import { descriptions } from "./descriptions.generated.js";
import { addLogs } from "./logs.js";
import { jointLeft } from "./models.js";
import { addConfigOptions, readConfigOptions } from "./options.js";
import { complain, evaluationHead, evaluationRow, keeping, print, prose, table } from "./terminal.js";
import { Workplace } from "./workplace.js";

export function addJoint(program: Command): void {
  const command = program
    .command("joint")
    .description("train a teacher and, from the first step, a student beside it; write both")
    .argument("[env]", environmentHelp);
  addCheckpoints(addLogs(addEnvOptions(addCommonOptions(command))));
  const flags = addConfigOptions(command, "Joint run", jointOptions, descriptions.joint, "", new Set(), "");

  command.action(async (argument: string | undefined, options: CommonOptions) => {
    const file = readConfigFile(options.config);
    const environment = await chosenEnvironment(argument, options, { how: "the environment", file });
    const seed = options.seed ?? file.seed ?? 0;
    const config = jointConfig({ ...file.joint, ...readConfigOptions(command, jointOptions, flags) });
    const place = new Workplace(environment, seed, options);
    const { finished, checkpoint } = options.resume ? jointLeft(place, environment, seed, config) : {};
    if (finished) place.sayFinished();
    else if (!options.resume) place.warnOfOverwriting("teacher.safetensors", "student.safetensors");
    else if (!checkpoint) place.sayBeginning();
    const joint =
      finished ??
      (await place.work("joint", checkpoint, ({ onEvent, ...work }) =>
        trainJoint(environment, {
          ...config,
          ...work,
          seed,
          onEvent: (event) => {
            onEvent(event);
            if (event.kind === "episode" && !options.quiet)
              complain(`Episode: ${event.episode}, Reward: ${event.reward}`);
          },
        }),
      ));

    const { teacher, student } = joint;
    place.writeModule(student);
    const comparison = await place.evaluating((options) =>
      compareAsync(teacher, student, { env: environment, seed, ...options }),
    );
    const summary = await summarise(joint, comparison, options.envOptions ?? file.envOptions);
    place.writeEach({ "summary.json": () => `${JSON.stringify(summary, null, 2)}\n` });
    if (options.json) print(JSON.stringify(summary));
    else if (!options.quiet) {
      const rows = [
        evaluationRow("teacher", teacher, comparison.teacher),
        evaluationRow("student", student, comparison.student),
      ];
      print(table(evaluationHead, rows));
      print(prose(`The student ${keeping(comparison.returnRatio)} and ${place.folder} holds both.`));
    }
  });
}

/** The contents of summary.json: like those of `run`, without what only a series of students has. */
async function summarise({ teacher, student }: Joint, comparison: Comparison, envOptions: EnvFlags["envOptions"]) {
  const { teacher: teacherEvaluation, student: studentEvaluation, random: _, ...shares } = comparison;
  const { environment, seed, config, envSteps, updates, wallSeconds } = teacher;
  const effort = ({ hidden, parameters }: Joint["teacher"], evaluation: Evaluation) => ({
    hidden,
    parameters: parameters.length,
    envSteps,
    updates,
    wallSeconds,
    evaluation,
  });
  return {
    env: environment,
    seed,
    teacher: effort(teacher, teacherEvaluation),
    student: {
      ...effort(student, studentEvaluation),
      compression: student.parameters.length / teacher.parameters.length,
      ...shares,
    },
    weightsHash: await weightsHash(student.parameters, teacher.parameters),
    version,
    config: { env: environment, envOptions, seed, joint: config },
  };
}
