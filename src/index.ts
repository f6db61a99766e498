// The public API of qstill.
export { version } from "./core/version.js";
