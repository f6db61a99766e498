/**
 * Models as files that run without this package.
 * @module qstill/export
 */
export { type QuantizeOptions, quantize } from "../model/quantize.js";
export { type QuantizedData, type QuantizedLayer, QuantizedModel } from "../model/quantized.js";
export { loadQuantized, saveQuantized } from "../model/quantized-files.js";
export { type ExportCOptions, exportC } from "./c.js";
export { type DescribeOptions, type Description, describe, modelHash } from "./description.js";
export { exportInt8, quantizeByPlay, testInt8 } from "./int8.js";
export { exportModule, moduleTypes } from "./javascript.js";
export { exportOnnx } from "./onnx.js";
export { exportWasm } from "./wasm.js";
