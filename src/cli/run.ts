// qstill run: the whole loop, from a teacher's first step to a student's files and the report.
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { type StudentConfig, studentConfig, studentOptions } from "../distill/config.js";
import { checkStudentSize, distill, type Student, studentSetting } from "../distill/student.js";
import { type TeacherConfig, teacherOptions } from "../dqn/config.js";
import { teacherConfig } from "../dqn/configure.js";
import { type Teacher, teacherSetting, trainTeacher } from "../dqn/teacher.js";
import { compare } from "../evaluate/compare.js";
import { reportHtml } from "../report/html.js";
import { summarise } from "../report/summarise.js";
import type { Summary } from "../report/summary.js";
import { difference } from "../training/checkpoint.js";
import { addCommonOptions, addThreads, type CommonOptions, chosenEnvironment, readConfigFile } from "./context.js";
import { descriptions } from "./descriptions.generated.js";
import { missed } from "./distill.js";
import { MissedError, UsageError } from "./errors.js";
import { readStudent, readTeacher } from "./models.js";
import { addConfigOptions, readConfigOptions } from "./options.js";
import { evaluationHead, evaluationRow, figure, percent, print, table } from "./terminal.js";
import { Workplace } from "./workplace.js";

export function addRun(program: Command): void {
  const command = program
    .command("run")
    .description("train a teacher, distil it into a student, evaluate both, write the student's files and a report")
    .argument("[env]", "environment id (qstill envs lists all)");
  addThreads(addCommonOptions(command));
  const teacherFlags = addConfigOptions(command, "Teacher", teacherOptions, descriptions.teacher);
  const taken = new Set(Object.keys(teacherOptions));
  const studentFlags = addConfigOptions(command, "Student", studentOptions, descriptions.student, "student", taken);

  command.action(async (argument: string | undefined, options: CommonOptions) => {
    const file = readConfigFile(options.config);
    const environment = chosenEnvironment(argument, file);
    const seed = options.seed ?? file.seed ?? 0;
    const teacherGiven = { ...file.teacher, ...readConfigOptions(command, teacherOptions, teacherFlags) };
    const studentGiven = { ...file.student, ...readConfigOptions(command, studentOptions, studentFlags) };
    const config = {
      teacher: teacherConfig(environment, teacherGiven),
      student: studentConfig(environment, studentGiven),
    };
    checkStudentSize(environment, config.student);
    const place = new Workplace(environment, seed, options);
    const { teacher, student } = await train(place, environment, seed, config, options);
    const summary = await finish(place, environment, seed, teacher, student);
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
  { resume = false, threads }: CommonOptions,
): Promise<{ teacher: Teacher; student: Student }> {
  const teacherCheckpoint = resume ? place.checkpoint("teacher") : undefined;
  // a teacher's checkpoint is newer than every finished file, because finished work removes its checkpoint
  const finished = resume && !teacherCheckpoint ? finishedTeacher(place, environment, seed, config.teacher) : undefined;
  if (resume && !teacherCheckpoint && !finished) {
    throw new UsageError(`nothing to resume: there is no checkpoint in ${place.folder}`);
  }
  const teacher =
    finished ??
    (await place.work("teacher", teacherCheckpoint, (work) =>
      trainTeacher(environment, { ...config.teacher, ...work, seed, threads }),
    ));

  const studentCheckpoint = finished ? place.checkpoint("student") : undefined;
  const student =
    (finished && !studentCheckpoint ? finishedStudent(place, finished, seed, config.student) : undefined) ??
    (await place.work("student", studentCheckpoint, (work) => distill(teacher, { ...config.student, ...work, seed })));
  return { teacher, student };
}

/** The teacher in the folder. @throws UsageError if it was trained with other settings */
function finishedTeacher(
  place: Workplace,
  environment: string,
  seed: number,
  config: TeacherConfig,
): Teacher | undefined {
  const path = place.path("teacher.safetensors");
  if (!existsSync(path)) return undefined;
  const teacher = readTeacher(path);
  const made = teacherSetting(teacher.environment, teacher.seed, teacher.config);
  const differs = difference(made, teacherSetting(environment, seed, config));
  if (differs !== undefined) throw new UsageError(`${path} was made with ${differs}`);
  return teacher;
}

/** The student in the folder, if it is exactly the one that would be made. */
function finishedStudent(place: Workplace, teacher: Teacher, seed: number, config: StudentConfig): Student | undefined {
  const path = place.path("student.safetensors");
  if (!existsSync(path)) return undefined;
  const student = readStudent(path);
  const made = {
    ...studentSetting(student.environment, student.seed, student.config, teacher),
    teacher: student.training?.distillation?.teacher,
  };
  const differs = difference(made, studentSetting(teacher.environment, seed, config, teacher));
  return differs === undefined ? student : undefined;
}

/** Evaluates both and writes every file except the teacher's. */
async function finish(
  place: Workplace,
  environment: string,
  seed: number,
  teacher: Teacher,
  student: Student,
): Promise<Summary> {
  const comparison = compare(teacher, student, {
    env: environment,
    seed,
  });
  const summary = await summarise(teacher, student, comparison);
  const events = place.metrics.read();
  place.writeModule(student);
  place.writeEach({
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
    `On ${evaluation.episodes} unseen episodes the student, ${percent(compression)} of its teacher's size, keeps`,
    `${percent(returnRatio)} of the return above random play and chooses the same action in ${percent(actionAgreement)} of states.`,
    `Everything is in ${folder}: report.html to read, student.mjs to use.`,
  ].join("\n");
}
