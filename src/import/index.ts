/**
 * Teachers from elsewhere: models from files of PyTorch, Stable-Baselines3 and ONNX.
 * @module qstill/import
 */
export { type FunctionModel, type FunctionSizes, fromFunction } from "./function.js";
export { type ImportOptions, importModel } from "./import-model.js";
export type { LayerMap } from "./state-dict.js";
