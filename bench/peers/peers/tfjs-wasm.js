// Peer: TensorFlow.js with its WebAssembly back end, one thread, SIMD.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { versionOf } from "../shared/version.js";

const main = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
setWasmPaths(join(dirname(main), "/"));
setThreadsCount(1);
await tf.setBackend("wasm");

export const name = "tfjs-wasm";
export const version = versionOf("@tensorflow/tfjs-backend-wasm");
export { cases } from "../shared/tfjs.js";
