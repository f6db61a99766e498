/**
 * Data sets of Minari as logs. It needs the package h5wasm.
 * @module qstill/minari
 */
export { type MinariFiles, type MinariOptions, readMinari } from "./minari.js";
