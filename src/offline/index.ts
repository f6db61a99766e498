/**
 * Logs: what somebody or something did in an environment.
 * @module qstill/offline
 */
export { inEpisodes, type LoggedEpisodes } from "./episodes.js";
export type { LoggedSteps } from "./steps.js";
