/**
 * Logs: what somebody or something did in an environment.
 * @module qstill/offline
 */
export { type OfflineConfig, offlineOptions } from "./config.js";
export { inEpisodes, type LoggedEpisodes } from "./episodes.js";
export { type LogOptions, readLog, readStates, type States } from "./json-lines.js";
export type { ByteSource, ReadingOptions, ReadingProgress } from "./lines.js";
export type { LoggedSteps } from "./steps.js";
export { type OfflineOptions, trainOffline } from "./train.js";
export { type EstimatedReturn, type EstimateOptions, estimateReturn, type ValueMethod } from "./value.js";
