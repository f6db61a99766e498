// The subpath qstill/report: a run's summary, and its report as one HTML page.
export { type ReportInput, reportHtml } from "./html.js";
export { summarise } from "./summarise.js";
export type { NetworkSummary, StudentSummary, Summary } from "./summary.js";
