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
import { pickleIn, readLegacyPyTorch, readPyTorch } from "./pytorch.js";
import { policyFile, readStableBaselines } from "./stable-baselines.js";
import { type LayerMap, type StateDict, stateDictLayers } from "./state-dict.js";
import { Archive } from "./zip.js";

/** Options of {@link importModel}. */
export interface ImportOptions {
  /** Where the model acts; its sizes must fit. If it is left out, the environment of a model from elsewhere is "". */
  readonly environment?: EnvSource;
  /**
   * The activation between the layers, for files that do not say it (state dicts never do); by default that of the
   * library: `"tanh"` for PPO and A2C of Stable-Baselines3, else `"relu"`.
   */
  readonly activation?: Activation;
  /**
   * For a state dict whose names do not show it: the names of each layer's weight and bias, from the first layer to the
   * last, such as `[["fc1.weight", "fc1.bias"], ["head.weight", "head.bias"]]`.
   */
  readonly map?: LayerMap;
}

/**
 * A model from the bytes of a file: safetensors (qstill's own, or a state dict), PyTorch (`torch.save` of a state dict,
 * of a checkpoint with one in it or of a module; TorchScript), a DQN of Stable-Baselines3 (`model.save`), or ONNX.
 * Nothing in the file is executed.
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

function readModel(bytes: Uint8Array, environment: string, { activation, map }: ImportOptions): Model {
  if (activation !== undefined && activation !== "relu" && activation !== "tanh") {
    throw new Error(`activation is ${described(activation)}: "relu" or "tanh" is allowed`);
  }
  const isMap = map === undefined || (Array.isArray(map) && map.every(Array.isArray));
  need(isMap, "map", map, "a list of names of weights and biases");
  const dict = (given: StateDict) => made(stateDictLayers(given, map), given.activation, given.usual);
  const made = (layers: readonly Layer[], said?: Activation, usual: Activation = "relu") =>
    new Model({ environment, ...assemble(layers), activation: said ?? activation ?? usual });

  if (bytes[8] === 0x7b) {
    const { tensors, metadata } = readSafetensors(bytes);
    if (metadata.format === format) return loadModel(bytes);
    return dict({ tensors: new Map([...tensors].map(([name, t]) => [name, { ...t, bytes: t.data }])) });
  }
  if (startsWith(bytes, "PK")) {
    const archive = new Archive(bytes);
    if (archive.has(policyFile)) return dict(readStableBaselines(archive, map !== undefined));
    const pickle = pickleIn(archive);
    if (pickle !== undefined) return dict(readPyTorch(archive, pickle));
    throw new Error(`the zip archive is ${otherArchive(archive)}`);
  }
  // a pickle's first byte; in an archive since PyTorch 1.6, in the file itself before
  if (bytes[0] === 0x80) return dict(readLegacyPyTorch(bytes));
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

/** What another zip archive is, and what makes of it one that is read. */
function otherArchive({ names }: Archive): string {
  const has = (file: RegExp) => names.some((name) => file.test(name));
  if (has(/^[^/]+\/model\.json$/))
    return 'TorchScript of PyTorch before 1.4, which is not read: torch.save(torch.jit.load("model.pt").state_dict(), "state.pt") makes a file that is';
  if (has(/(^|\/)(archive_format|serialized_exported_program\.json)$/))
    return 'a program of torch.export, which is not read: torch.save(torch.export.load("model.pt2").state_dict, "state.pt") makes a file that is';
  return `neither PyTorch's (data.pkl) nor Stable-Baselines3's (${policyFile})`;
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return bytes.length >= text.length && [...text].every((character, i) => bytes[i] === character.charCodeAt(0));
}
