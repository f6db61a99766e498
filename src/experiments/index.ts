/**
 * Studies over seeds, and the statistics that compare their cells.
 * @module qstill/experiments
 */
export type { EnvFile } from "./env-file.js";
export type { Failure } from "./failures.js";
export type { Run } from "./results.js";
export { cellsOf, runStudy, StudyFailed, type StudyOptions, StudyStopped } from "./run-study.js";
export {
  bootstrapInterval,
  type Interval,
  interquartileMean,
  type ProfilePoint,
  performanceProfile,
  probabilityOfImprovement,
  type Strata,
} from "./statistics.js";
export { studies } from "./studies/index.js";
export type { Cell, Outcome, Study, TeacherStore } from "./study.js";
export { FolderTeachers } from "./teachers.js";
