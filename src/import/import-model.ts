// A model from another library's file. The kind of file is recognised by its content.
import { described, need, needObject } from "../core/needed.js";
import type { EnvSource } from "../env/env.js";
import { resolveEnv } from "../env/registry.js";
import { checkFit } from "../evaluate/checks.js";
import { bytesOf } from "../model/bytes.js";
import { format, loadModel } from "../model/files.js";
import { type Activation, Model } from "../model/model.js";
import { readSafetensors } from "../model/safetensors.js";
import { assemble, type Layer } from "./network.js";
import { readOnnx } from "./onnx.js";
import { pickleIn, readPyTorch } from "./pytorch.js";
import { policyFile, readStableBaselines } from "./stable-baselines.js";
import { type LayerMap, stateDictLayers } from "./state-dict.js";
import type { StoredTensor } from "./tensor.js";
import { Archive } from "./zip.js";

/** Options of {@link importModel}. */
export interface ImportOptions {
  /** Where the model acts; its sizes must fit. If it is left out, the environment of a model from elsewhere is "". */
  readonly environment?: EnvSource;
  /** The activation between the layers, for files that do not say it (state dicts never do); `"relu"` by default. */
  readonly activation?: Activation;
  /**
   * For a state dict whose names do not show it: the names of each layer's weight and bias, from the first layer to the
   * last, such as `[["fc1.weight", "fc1.bias"], ["head.weight", "head.bias"]]`.
   */
  readonly map?: LayerMap;
}

/**
 * A model from the bytes of a file: safetensors (qstill's own, or a state dict), a PyTorch state dict (`torch.save`), a
 * DQN of Stable-Baselines3 (`model.save`), or ONNX. Nothing in the file is executed.
 *
 * The layers must all be linear, with ReLU or tanh between them and nothing after the last. Numbers in f64, f16 and
 * bf16 are rounded to f32.
 * @throws Error that says in one line what is wrong with the file, where, and what is allowed; ConfigError if the
 * model does not fit the environment; as `makeEnv` does for an id that is not registered
 */
export function importModel(bytes: Uint8Array | ArrayBuffer, options: ImportOptions = {}): Model {
  const content = bytesOf(bytes);
  needObject("options", options);
  const env = options.environment === undefined ? undefined : resolveEnv(options.environment, "environment");
  const model = readModel(content, env?.id ?? "", options);
  if (env !== undefined) checkFit("model", { widths: model.widths }, env);
  return model;
}

function readModel(bytes: Uint8Array, environment: string, { activation = "relu", map }: ImportOptions): Model {
  if (activation !== "relu" && activation !== "tanh") {
    throw new Error(`activation is ${described(activation)}: "relu" or "tanh" is allowed`);
  }
  const isMap = map === undefined || (Array.isArray(map) && map.every(Array.isArray));
  need(isMap, "map", map, "a list of names of weights and biases");
  const dict = (tensors: ReadonlyMap<string, StoredTensor>, said?: Activation) =>
    made(stateDictLayers(tensors, map), said);
  const made = (layers: readonly Layer[], said?: Activation) =>
    new Model({ environment, ...assemble(layers), activation: said ?? activation });

  if (bytes[8] === 0x7b) {
    const { tensors, metadata } = readSafetensors(bytes);
    if (metadata.format !== format)
      return dict(new Map([...tensors].map(([name, t]) => [name, { ...t, bytes: t.data }])));
    return loadModel(bytes);
  }
  if (startsWith(bytes, "PK")) {
    const archive = new Archive(bytes);
    if (archive.has(policyFile)) {
      const policy = readStableBaselines(archive);
      return dict(policy.tensors, policy.activation);
    }
    const pickle = pickleIn(archive);
    if (pickle !== undefined) return dict(readPyTorch(archive, pickle));
    throw new Error(`the zip archive is neither PyTorch's (data.pkl) nor Stable-Baselines3's (${policyFile})`);
  }
  if (bytes[0] === 0x80) {
    throw new Error("a bare pickle is not read: PyTorch's files have been zip archives since 1.6, so save it again");
  }
  // an ONNX file begins with the number of its format's version
  if (bytes[0] === 0x08) {
    const graph = readOnnx(bytes);
    return made(graph.layers, graph.activation);
  }
  const start = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new Error(
    `not a model's file: safetensors, PyTorch, Stable-Baselines3 and ONNX are read, and this one of ${bytes.length} bytes begins with ${start || "nothing"}`,
  );
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return bytes.length >= text.length && [...text].every((character, i) => bytes[i] === character.charCodeAt(0));
}
