// The subpath qstill/export: models as files that run without this package.
export { type ExportCOptions, exportC } from "./c.js";
export { type DescribeOptions, type Description, describe, modelHash } from "./description.js";
export { exportModule, moduleTypes } from "./javascript.js";
export { exportOnnx } from "./onnx.js";
export { exportWasm } from "./wasm.js";
