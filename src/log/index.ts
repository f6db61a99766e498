/**
 * The events of a training as TensorBoard and spreadsheets read them; for Node.
 * @module qstill/log
 */
export { csvLog, type EventLog, tensorBoardLog } from "./logs.node.js";
