// The subpath qstill/experiments: studies over seeds, and the statistics that compare their cells.
export { studies } from "./studies/index.js";
export type { Cell, Outcome, Study, TeacherStore } from "./study.js";
export { FolderTeachers } from "./teachers.js";
