// One short training of a teacher and its student, used wherever bits are compared.
import type { StudentConfig } from "../src/distill/config.js";
import type { TeacherConfig } from "../src/dqn/config.js";

export const shortTeacher = {
  hidden: [17, 8],
  envSteps: 1500,
  learningStarts: 300,
  batchSize: 32,
  bufferSize: 900, // smaller than envSteps: the ring wraps
  evaluationInterval: 500,
  evaluationEpisodes: 3,
  confirmationEpisodes: 3,
  evaluationShare: 1,
  stopReturn: null,
} satisfies Partial<TeacherConfig>;

export const shortStudent = {
  hidden: [6],
  envSteps: 400,
  updates: 400,
  rounds: 4,
  batchSize: 32,
  evaluationEpisodes: 3,
  evaluationShare: 1,
  attempts: 2,
  threshold: 1000, // never reached: every attempt is made
} satisfies Partial<StudentConfig>;
