// Peer: ONNX Runtime's native library for Node, on the CPU, one thread.
import * as runtime from "onnxruntime-node";
import { casesWith } from "../shared/onnxruntime.js";
import { versionOf } from "../shared/version.js";

export const name = "onnxruntime-node";
export const version = versionOf("onnxruntime-node");
export const cases = casesWith(runtime, { executionProviders: ["cpu"], intraOpNumThreads: 1, interOpNumThreads: 1 });
