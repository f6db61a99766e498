/**
 * Teachers from elsewhere: PyTorch's, Stable-Baselines3's and ONNX's files as models.
 * @module qstill/import
 */
export { type FunctionModel, fromFunction } from "./function.js";
export { type ImportOptions, importModel } from "./import-model.js";
export type { LayerMap } from "./state-dict.js";
