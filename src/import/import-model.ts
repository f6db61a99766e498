// A model from another library's file. The kind of file is recognised by its content.
import { described, need, needObject } from "../core/needed.js";
import type { EnvSource } from "../env/env.js";
import { resolveEnv } from "../env/registry.js";
import { checkFit } from "../evaluate/checks.js";
import { bytesOf } from "../model/bytes.js";
import { format, loadModel } from "../model/files.js";
import { type Activation, Model, type Outputs } from "../model/model.js";
import { outputsNames } from "../model/outputs.js";
import { readSafetensors } from "../model/safetensors.js";
import type { Chain } from "./heads.js";
import { assemble, type Layer } from "./network.js";
import { readOnnx } from "./onnx.js";
import { pickleIn, readLegacyPyTorch, readPyTorch } from "./pytorch.js";
import { actorOf, policyFile, readStableBaselines } from "./stable-baselines.js";
import { type LayerMap, named, type StateDict, stateDictNetwork } from "./state-dict.js";
import type { StoredTensor } from "./tensor.js";
import { normalised } from "./vec-normalize.js";
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
  /** The network in a file with several: how the names of its tensors begin or end, such as `"q1"` or `"actor"`. */
  readonly name?: string;
  /** What the outputs are, for files that do not say it; by default `"qValues"`, of a PPO or an A2C `"logits"`. */
  readonly outputs?: Outputs;
  /**
   * The file that `VecNormalize.save` of Stable-Baselines3 wrote. Its mean and variance become part of the first layer;
   * its clipping, at 10 by default, cannot.
   */
  readonly vecNormalize?: Uint8Array | ArrayBuffer;
}

/**
 * A model from the bytes of a file: safetensors (qstill's own, or a state dict), PyTorch (`torch.save` of a state dict,
 * of a checkpoint with one in it or of a module; TorchScript), Stable-Baselines3 (`model.save` of a DQN, a QR-DQN, a PPO,
 * an A2C and others whose actions are a list), or ONNX. Nothing in the file is executed.
 *
 * The layers must all be linear, with ReLU or tanh between them and nothing after the last. A dueling network is read by
 * the names of its two streams, as V + A − mean A. Numbers in f64, f16 and bf16 are rounded to f32.
 * @throws Error that says in one line what is wrong with the file, where, and what is allowed; ConfigError if the
 * model does not fit the environment; as `makeEnv` does for an id that is not registered
 */
export function importModel(bytes: Uint8Array | ArrayBuffer, options: ImportOptions = {}): Model {
  needObject("options", options);
  return modelIn(openModelFile(bytes, options), options);
}

/** What a file with a model holds, before a model is made of it. */
export interface ModelFile {
  /** What it is, such as `"PyTorch"`. */
  readonly kind: string;
  /** Its tensors by their names. */
  readonly tensors: ReadonlyMap<string, Pick<StoredTensor, "dtype" | "shape">>;
  /** What each kind of file says of its network. */
  readonly says: StateDict | Graph | Model;
}

/** A chain of layers, as a graph or a list of layers says it. */
interface Graph {
  readonly layers: readonly Layer[];
  readonly activation: Activation | undefined;
}

/**
 * What is in a file, also where it is not a network that is read.
 * @throws Error that says in one line what is wrong with the file
 */
export function openModelFile(bytes: Uint8Array | ArrayBuffer, { map }: Pick<ImportOptions, "map"> = {}): ModelFile {
  const content = bytesOf(bytes);
  if (content[8] === 0x7b) {
    const { tensors, metadata } = readSafetensors(content);
    if (metadata.format === format) return { kind: "qstill", tensors, says: loadModel(content) };
    const stored = new Map([...tensors].map(([name, tensor]) => [name, { ...tensor, bytes: tensor.data }]));
    return withTensors("safetensors", { tensors: stored });
  }
  if (startsWith(content, "PK")) {
    const archive = new Archive(content);
    if (archive.has(policyFile))
      return withTensors("Stable-Baselines3", readStableBaselines(archive, map !== undefined));
    const pickle = pickleIn(archive);
    if (pickle !== undefined) return withTensors("PyTorch", readPyTorch(archive, pickle));
    throw new Error(`the zip archive is ${otherArchive(archive)}`);
  }
  // a pickle's first byte; in an archive since PyTorch 1.6, in the file itself before
  if (content[0] === 0x80) return withTensors("PyTorch before 1.6", readLegacyPyTorch(content));
  // an ONNX file begins with the number of its format's version
  if (content[0] === 0x08) return withLayers("ONNX", readOnnx(content));
  const start = Array.from(content.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new Error(
    `not a model's file: safetensors, PyTorch, Stable-Baselines3 and ONNX are read, and this one of ${content.length} bytes begins with ${start || "nothing"}`,
  );
}

function withTensors(kind: string, says: StateDict): ModelFile {
  return { kind, tensors: says.tensors, says };
}

function withLayers(kind: string, says: Graph): ModelFile {
  const named = says.layers.flatMap(({ weight, biases }) => [weight, ...biases]);
  return { kind, tensors: new Map(named.map(({ name, tensor }) => [name, tensor])), says };
}

/** The model of a file. @throws as {@link importModel} does */
export function modelIn({ says }: ModelFile, options: ImportOptions): Model {
  const { environment, activation, map, name, outputs, vecNormalize } = options;
  const isMap = map === undefined || (Array.isArray(map) && map.every(Array.isArray));
  need(isMap, "map", map, "a list of names of weights and biases");
  need(name === undefined || (typeof name === "string" && name !== ""), "name", name, "a part of tensors' names");
  for (const [option, value, allowed] of [
    ["activation", activation, ["relu", "tanh"]],
    ["outputs", outputs, outputsNames],
  ] as const) {
    if (value === undefined || (allowed as readonly unknown[]).includes(value)) continue;
    throw new Error(`${option} is ${described(value)}: "${allowed.join('" or "')}" is allowed`);
  }
  const normalisation = vecNormalize === undefined ? undefined : bytesOf(vecNormalize, "vecNormalize");
  const env = environment === undefined ? undefined : resolveEnv(environment, "environment");
  const made = (found: Found) =>
    new Model({
      ...{ environment: env?.id ?? "", activation: found.activation ?? activation ?? found.usual },
      ...(normalisation === undefined ? found.chain : normalised(found.chain, normalisation)),
      outputs: outputs ?? found.outputs,
    });
  const model = says instanceof Model ? says : made(networkIn(says, map, name));
  if (env !== undefined) checkFit("model", { widths: model.widths }, env);
  return model;
}

/** A network, and what its file says of it. */
interface Found extends Pick<StateDict, "activation" | "usual" | "outputs"> {
  readonly chain: Chain;
}

function networkIn(says: StateDict | Graph, map: LayerMap | undefined, name: string | undefined): Found {
  if ("layers" in says) return { ...says, chain: assemble(says.layers) };
  const one = name === undefined ? says : named(says, name);
  const own = actorOf(one, map !== undefined);
  return { ...own, chain: stateDictNetwork(own, map) };
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
