// The subpath qstill/report: the report of a run as one HTML page.
export { type Attempt, type EvaluationPoint, type ReportInput, reportHtml } from "./html.js";
export type { NetworkSummary, StudentSummary, Summary } from "./summary.js";
