// Peer: TensorFlow.js with its back end in plain JavaScript.
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { versionOf } from "../shared/version.js";

await tf.setBackend("cpu");

export const name = "tfjs-cpu";
export const version = versionOf("@tensorflow/tfjs-backend-cpu");
export { cases } from "../shared/tfjs.js";
