/**
 * A run's summary, and its report as one HTML page.
 * @module qstill/report
 */
export { type CardInput, modelCard } from "./card.js";
export { type ReportInput, reportHtml } from "./html.js";
export { summarise } from "./summarise.js";
export type { NetworkSummary, StudentSummary, Summary } from "./summary.js";
