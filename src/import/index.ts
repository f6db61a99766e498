// Teachers from elsewhere: the subpath qstill/import, so that its readers cost others nothing.
export { type FunctionModel, fromFunction } from "./function.js";
export { type ImportOptions, importModel } from "./import-model.js";
export type { LayerMap } from "./state-dict.js";
