// Makes the summary of a finished run.
import { needObject } from "../core/needed.js";
import { version } from "../core/version.js";
import type { Student } from "../distill/student.js";
import type { Teacher } from "../dqn/teacher.js";
import { type Comparison, keepsEnough } from "../evaluate/compare.js";
import { weightsHash } from "../model/hash.js";
import { fingerprint } from "../training/fingerprint.js";
import type { Summary } from "./summary.js";

/** What summary.json holds about a teacher, its student and their comparison. */
export async function summarise(teacher: Teacher, student: Student, comparison: Comparison): Promise<Summary> {
  needObject("teacher", teacher, "a Teacher", "act");
  needObject("student", student, "a Student", "act");
  needObject("comparison", comparison, "what compare() gives");
  const { returnRatio, qMse, qR2, actionAgreement, actionFlipRate } = comparison;
  return {
    env: teacher.environment,
    seed: student.seed,
    teacher: { ...effort(teacher), evaluation: comparison.teacher },
    student: {
      ...effort(student),
      attempts: student.attempts,
      loss: student.config.loss,
      states: student.config.states,
      evaluation: comparison.student,
      compression: student.parameters.length / teacher.parameters.length,
      returnRatio,
      qMse,
      qR2,
      actionAgreement,
      actionFlipRate,
    },
    weightsHash: await weightsHash(student.parameters, teacher.parameters),
    teacherHash: fingerprint(teacher),
    version,
    satisfied: keepsEnough(returnRatio, student.config.threshold),
    config: { env: teacher.environment, seed: student.seed, teacher: teacher.config, student: student.config },
  };
}

function effort(network: Teacher | Student) {
  const { hidden, parameters, inexactFrom } = network;
  const { envSteps, updates, wallSeconds, evaluationSteps, baseline } = network;
  const measured = { envSteps, updates, wallSeconds, evaluationSteps, baseline, inexactFrom };
  return { hidden, parameters: parameters.length, ...measured };
}
