// Peer: ONNX Runtime for the web, with its WebAssembly back end, one thread, SIMD.
import * as runtime from "onnxruntime-web";
import { casesWith } from "../shared/onnxruntime.js";
import { versionOf } from "../shared/version.js";

runtime.env.wasm.numThreads = 1;

export const name = "onnxruntime-web";
export const version = versionOf("onnxruntime-web");
export const cases = casesWith(runtime, { executionProviders: ["wasm"] });
