// qstill run: the whole loop, from a teacher's first step to a student's files and the report.
import type { Command } from "commander";
import { type StudentConfig, studentConfig, studentOptions } from "../distill/config.js";
import { checkStudentSize, distill, type Student } from "../distill/student.js";
import { type TeacherConfig, teacherOptions } from "../dqn/config.js";
import { hiddenOf, teacherConfig } from "../dqn/configure.js";
import { type Teacher, trainTeacher } from "../dqn/teacher.js";
import { compareAsync } from "../evaluate/compare.js";
import { modelHash } from "../export/description.js";
import type { Model } from "../model/model.js";
import { modelCard } from "../report/card.js";
import { reportHtml } from "../report/html.js";
import { summarise } from "../report/summarise.js";
import type { Summary } from "../report/summary.js";
import {
  addCheckpoints,
  addCommonOptions,
  addEnvOptions,
  addStart,
  addThreads,
  type CommonOptions,
  chosenEnvironment,
  type EnvFlags,
  environmentHelp,
  readConfigFile,
  readStart,
} from "./context.js";
import { descriptions } from "./descriptions.generated.js";
import { missed } from "./distill.js";
import { MissedError } from "./errors.js";
import { addLogs } from "./logs.js";
import { studentLeft, teacherLeft } from "./models.js";
import { addConfigOptions, readConfigOptions } from "./options.js";
import { evaluationHead, evaluationRow, figure, keeping, percent, print, prose, table } from "./terminal.js";
import { Workplace } from "./workplace.js";

export function addRun(program: Command): void {
  const command = program
    .command("run")
    .description("train a teacher, distil it into a student, evaluate both, write the student's files and a report")
    .argument("[env]", environmentHelp);
  addStart(addEnvOptions(addCommonOptions(command)), "the teacher");
  addThreads(addLogs(addCheckpoints(command)));
  const teacherFlags = addConfigOptions(command, "Teacher", teacherOptions, descriptions.teacher);
  const taken = new Set(Object.keys(teacherOptions));
  const studentFlags = addConfigOptions(command, "Student", studentOptions, descriptions.student, "student", taken);

  command.action(async (argument: string | undefined, options: CommonOptions) => {
    const file = readConfigFile(options.config);
    const environment = await chosenEnvironment(argument, options, { how: "the environment", file });
    const seed = options.seed ?? file.seed ?? 0;
    const teacherGiven = { ...file.teacher, ...readConfigOptions(command, teacherOptions, teacherFlags) };
    const studentGiven = { ...file.student, ...readConfigOptions(command, studentOptions, studentFlags) };
    const from = readStart(options);
    const config = {
      teacher: teacherConfig(environment, { ...teacherGiven, ...hiddenOf(from, teacherGiven) }),
      student: studentConfig(environment, { copies: teacherGiven.copies as number | undefined, ...studentGiven }),
    };
    checkStudentSize(environment, config.student);
    const place = new Workplace(environment, seed, options);
    const { teacher, student } = await train(place, environment, seed, config, from, options);
    const summary = await finish(place, environment, seed, teacher, student, options.envOptions ?? file.envOptions);
    if (options.json) print(JSON.stringify(summary));
    else if (!options.quiet) print(closing(summary, teacher, student, place.folder));
    if (!summary.satisfied) {
      throw new MissedError(missed(summary.student.returnRatio, student.attempts, config.student.threshold));
    }
  });
}

async function train(
  place: Workplace,
  environment: string,
  seed: number,
  config: { teacher: TeacherConfig; student: StudentConfig },
  from: Model | undefined,
  { resume = false, threads, keepCheckpoint }: CommonOptions,
): Promise<{ teacher: Teacher; student: Student }> {
  const left = resume ? teacherLeft(place, environment, seed, config.teacher, from) : {};
  // a teacher's file does not hold its replay memory: if the student needs that, the teacher is not finished without it
  const needed = config.student.states === "replay";
  const studentOf = (teacher: Teacher) => studentLeft(place, teacher, environment, seed, config.student);
  let students = left.finished ? studentOf(left.finished) : {};
  const usable = !needed || students.finished || students.checkpoint;
  const finished = usable ? left.finished : undefined;
  if (students.finished && place.has("summary.json")) place.sayFinished();
  else if (!resume) place.warnOfOverwriting("teacher.safetensors");
  else if (!finished && !left.checkpoint) place.sayBeginning();
  const teacher =
    finished ??
    (await place.work(
      "teacher",
      usable ? left.checkpoint : place.checkpoint("teacher"),
      (work) => trainTeacher(environment, { ...config.teacher, ...work, from, seed, threads }),
      needed,
    ));
  if (!finished) students = {};
  const student =
    students.finished ??
    (await place.work("student", students.checkpoint, (work) =>
      distill(teacher, { ...config.student, ...work, seed }),
    ));
  if (students.finished) place.forgetEarlier("student", students.finished);
  if (finished) place.forgetEarlier("teacher", finished);
  if (needed && !keepCheckpoint) place.forget("teacher");
  return { teacher, student };
}

/** Evaluates both and writes every file except the teacher's. */
async function finish(
  place: Workplace,
  environment: string,
  seed: number,
  teacher: Teacher,
  student: Student,
  envOptions: EnvFlags["envOptions"],
): Promise<Summary> {
  place.writeModule(student);
  const comparison = await place.evaluating((options) =>
    compareAsync(teacher, student, { env: environment, seed, copies: teacher.config.copies, ...options }),
  );
  const summarised = await summarise(teacher, student, comparison);
  const summary = { ...summarised, config: { ...summarised.config, envOptions } };
  const events = place.metrics.read();
  place.writeEach({
    "card.md": () =>
      modelCard({
        model: student,
        hash: modelHash(student),
        evaluation: comparison.student,
        teacher: {
          parameters: teacher.parameters.length,
          evaluation: comparison.teacher,
          returnRatio: comparison.returnRatio,
        },
      }),
    "summary.json": () => `${JSON.stringify(summary, null, 2)}\n`,
    "report.html": () =>
      reportHtml({
        summary,
        points: events.filter((event) => event.kind === "evaluation"),
        attempts: events.filter((event) => event.kind === "attempt"),
        config: summary.config,
      }),
  });
  return summary;
}

function closing(summary: Summary, teacher: Teacher, student: Student, folder: string): string {
  const { evaluation, compression, returnRatio, actionAgreement } = summary.student;
  const effort = (network: Teacher | Student): string[] => [
    figure(network.envSteps),
    `${figure(network.wallSeconds)} s`,
  ];
  return [
    table(
      [...evaluationHead, "environment steps", "time"],
      [
        [...evaluationRow("teacher", teacher, summary.teacher.evaluation), ...effort(teacher)],
        [...evaluationRow("student", student, evaluation), ...effort(student)],
      ],
    ),
    prose(
      `On ${evaluation.episodes} unseen episodes the student, ${percent(compression)} of its teacher's size, ${keeping(returnRatio, "the return above random play")} and chooses the same action in ${percent(actionAgreement)} of states.`,
    ),
    prose(`Everything is in ${folder}: report.html to read, student.mjs to use.`),
  ].join("\n");
}
