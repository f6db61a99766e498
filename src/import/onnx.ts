// ONNX: a graph that is a chain of linear layers with one activation between them. Any other node is refused by name.
// Field numbers: onnx/onnx.proto. Operators: https://onnx.ai/onnx/operators/
import type { Activation } from "../model/model.js";
import { quoted } from "../model/safetensors.js";
import { type Layer, type NamedTensor, shapeOf } from "./network.js";
import { fieldsOf, signed, varintsOf } from "./protobuf.js";
import type { StoredTensor } from "./tensor.js";

/** In these versions Gemm, MatMul, Add and so on mean what is assumed here. */
const irVersions = { oldest: 3, newest: 14 };
const opsets = { oldest: 7, newest: 28 };

/** A network of linear layers has fewer nodes, tensors, names and sizes than this. */
const mostEntries = 1000;
const mostDimensions = 8;

interface Node {
  name: string;
  type: string;
  domain: string;
  inputs: string[];
  outputs: string[];
  attributes: Map<string, Attribute>;
}

interface Attribute {
  float?: number;
  int?: number;
  tensor?: StoredTensor;
}

interface Graph {
  nodes: Node[];
  constants: Map<string, StoredTensor>;
  inputs: string[];
  outputs: string[];
}

/** A layer while the nodes that it consists of are read. */
interface OpenLayer {
  readonly weight: NamedTensor;
  readonly transposed: boolean;
  readonly biases: NamedTensor[];
}

/**
 * The layers of an ONNX model, and the activation between them (undefined if there is only one layer).
 * @throws Error in one line for another version, for a node that does not belong to such a chain, and for a damaged
 * file
 */
export function readOnnx(bytes: Uint8Array): { layers: Layer[]; activation: Activation | undefined } {
  const { nodes, constants, inputs, outputs } = readModelProto(bytes);
  const given = inputs.filter((name) => !constants.has(name));
  if (given.length !== 1 || outputs.length !== 1) {
    throw new Error(`the ONNX graph has ${given.length} inputs and ${outputs.length} outputs, one of each expected`);
  }

  const layers: OpenLayer[] = [];
  let activation: Activation | undefined;
  let value = given[0]; // the chain so far
  let afterActivation = true; // true at the start, so that a linear layer may begin
  for (const node of nodes) {
    if (node.domain !== "" && node.domain !== "ai.onnx") throw refused(node, `is of the domain ${quoted(node.domain)}`);
    if (node.type === "Constant") {
      const tensor = node.attributes.get("value")?.tensor;
      if (tensor === undefined || node.outputs.length !== 1) throw refused(node, "holds no tensor");
      constants.set(node.outputs[0], tensor);
      continue;
    }
    const place = node.inputs.indexOf(value);
    if (place === -1) throw refused(node, `does not go on from ${quoted(value)}`);
    const constant = (index: number): NamedTensor => {
      const name = node.inputs[index];
      const tensor = name === undefined ? undefined : constants.get(name);
      if (tensor === undefined) throw refused(node, `has an input ${index} that is not a constant tensor`);
      return { name, tensor };
    };
    switch (node.type) {
      case "Gemm":
      case "MatMul": {
        if (place !== 0) throw refused(node, "multiplies from the left: observations times weights is read");
        if (!afterActivation) throw refused(node, "follows a linear layer without an activation between them");
        if (node.type === "Gemm") layers.push(readGemm(node, constant));
        else layers.push({ weight: constant(1), transposed: false, biases: [] });
        afterActivation = false;
        break;
      }
      case "Add":
        if (afterActivation) throw refused(node, "adds to something that is not the output of a linear layer");
        layers[layers.length - 1].biases.push(constant(1 - place));
        break;
      case "Relu":
      case "Tanh": {
        const named = node.type === "Relu" ? "relu" : "tanh";
        if (afterActivation) throw refused(node, "does not follow a linear layer");
        if (activation !== undefined && activation !== named)
          throw refused(node, `is not the same activation as before`);
        activation = named;
        afterActivation = true;
        break;
      }
      case "Identity":
        break;
      case "Flatten":
        if ((node.attributes.get("axis")?.int ?? 1) !== 1) throw refused(node, "flattens from an axis other than 1");
        break;
      default:
        throw refused(
          node,
          "is of a kind that is not read: Gemm, MatMul, Add, Relu, Tanh, Identity and Flatten are read",
        );
    }
    if (node.outputs.length !== 1) throw refused(node, `has ${node.outputs.length} outputs, one expected`);
    value = node.outputs[0];
  }
  if (value !== outputs[0])
    throw new Error(`the ONNX graph's output ${quoted(outputs[0])} is not the output of its last node`);
  if (layers.length === 0) throw new Error("the ONNX graph has no linear layer");
  if (afterActivation) throw new Error("the ONNX graph ends in an activation: Q-values come from a linear layer");
  return { layers, activation };
}

/** Y = alpha · A · B + beta · C */
function readGemm(node: Node, constant: (index: number) => NamedTensor): OpenLayer {
  const { alpha, beta, transA, transB } = Object.fromEntries(
    [...node.attributes].map(([name, { float, int }]) => [name, float ?? int]),
  );
  if (transA) throw refused(node, "transposes the observations");
  const biases = node.inputs[2] ? [{ ...constant(2), factor: beta }] : [];
  return { weight: { ...constant(1), factor: alpha }, transposed: Boolean(transB), biases };
}

function refused(node: Node, why: string): Error {
  return new Error(`node ${quoted(node.name || node.outputs[0] || "")} (${quoted(node.type).slice(1, -1)}) ${why}`);
}

function readModelProto(bytes: Uint8Array): Graph {
  let graph: Graph | undefined;
  let irVersion = 0;
  let opset = 0;
  for (const { number, value } of fieldsOf(bytes)) {
    if (number === 1) irVersion = signed(integer(value));
    else if (number === 7) {
      if (graph !== undefined) throw new Error("the ONNX file has two graphs");
      graph = readGraph(message(value));
    } else if (number === 8) {
      let domain = "";
      let version = 0;
      for (const field of fieldsOf(message(value))) {
        if (field.number === 1) domain = text(field.value);
        else if (field.number === 2) version = signed(integer(field.value));
      }
      if (domain === "" || domain === "ai.onnx") opset = version;
    }
  }
  checkVersion("IR version", irVersion, irVersions);
  checkVersion("opset", opset, opsets);
  if (graph === undefined) throw new Error("the ONNX file has no graph");
  return graph;
}

function checkVersion(what: string, version: number, { oldest, newest }: typeof opsets): void {
  if (version >= oldest && version <= newest) return;
  const newer = version > newest ? ", which is newer" : "";
  throw new Error(`the ONNX file has ${what} ${version}${newer}; ${oldest} to ${newest} are read`);
}

function readGraph(bytes: Uint8Array): Graph {
  const graph: Graph = { nodes: [], constants: new Map(), inputs: [], outputs: [] };
  for (const { number, value } of fieldsOf(bytes)) {
    if (number === 1) push(graph.nodes, readNode(message(value)));
    else if (number === 5) {
      const { name, tensor } = readTensor(message(value));
      if (graph.constants.has(name)) throw new Error(`the ONNX file has the tensor ${quoted(name)} twice`);
      if (graph.constants.size === mostEntries) throw tooMany();
      graph.constants.set(name, tensor);
    } else if (number === 11) push(graph.inputs, nameIn(message(value)));
    else if (number === 12) push(graph.outputs, nameIn(message(value)));
    else if (number === 15) throw new Error("the ONNX file has sparse tensors, which are not read");
  }
  return graph;
}

function readNode(bytes: Uint8Array): Node {
  const node: Node = { name: "", type: "", domain: "", inputs: [], outputs: [], attributes: new Map() };
  for (const { number, value } of fieldsOf(bytes)) {
    if (number === 1) push(node.inputs, text(value));
    else if (number === 2) push(node.outputs, text(value));
    else if (number === 3) node.name = text(value);
    else if (number === 4) node.type = text(value);
    else if (number === 7) node.domain = text(value);
    else if (number === 5) {
      if (node.attributes.size === mostEntries) throw tooMany();
      const { name, attribute } = readAttribute(message(value));
      node.attributes.set(name, attribute);
    }
  }
  return node;
}

function readAttribute(bytes: Uint8Array): { name: string; attribute: Attribute } {
  let name = "";
  const attribute: Attribute = {};
  for (const { number, value } of fieldsOf(bytes)) {
    if (number === 1) name = text(value);
    else if (number === 2) attribute.float = float(value);
    else if (number === 3) attribute.int = signed(integer(value));
    else if (number === 5) attribute.tensor = readTensor(message(value)).tensor;
  }
  return { name, attribute };
}

/** TensorProto's element types for floats, by safetensors' names, and the bytes of each. */
const dataTypes = new Map<number, readonly [dtype: string, bytes: number]>([
  [1, ["F32", 4]],
  [10, ["F16", 2]],
  [11, ["F64", 8]],
  [16, ["BF16", 2]],
]);

function readTensor(bytes: Uint8Array): { name: string; tensor: StoredTensor } {
  let name = "";
  let type = 0;
  const shape: number[] = [];
  let raw: Uint8Array | undefined;
  const floats: Uint8Array[] = []; // float_data or double_data: their packed elements are little-endian bytes, too
  let elsewhere = false;
  for (const { number, value } of fieldsOf(bytes)) {
    if (number === 1) shape.push(...varintsOf(value, mostDimensions));
    else if (number === 2) type = signed(integer(value));
    else if (number === 4 || number === 10) push(floats, message(value));
    else if (number === 8) name = text(value);
    else if (number === 9) raw = message(value);
    else if (number === 13 || number === 14) elsewhere ||= number === 13 || value !== 0n;
  }
  const where = `tensor ${quoted(name)}`;
  if (elsewhere) throw new Error(`${where} is kept in another file, which is not read: save the model as one file`);
  if (shape.length > mostDimensions || !shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw new Error(`${where} has a shape that is not a list of at most ${mostDimensions} sizes`);
  }
  const known = dataTypes.get(type);
  // a tensor of whole numbers is allowed here: it may be a constant that no node uses as a weight
  if (known === undefined)
    return { name, tensor: { dtype: `number ${type} of ONNX`, shape, bytes: new Uint8Array(0) } };
  const [dtype, bytesEach] = known;
  const data = raw ?? joined(floats);
  const size = shape.reduce((product, length) => product * length, bytesEach);
  if (data.length !== size) {
    throw new Error(`${where} has ${data.length} bytes, but ${dtype} of shape (${shapeOf(shape)}) takes ${size}`);
  }
  return { name, tensor: { dtype, shape, bytes: data } };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0];
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** The name of a graph's input or output. */
function nameIn(bytes: Uint8Array): string {
  for (const { number, value } of fieldsOf(bytes)) if (number === 1) return text(value);
  return "";
}

function push<T>(list: T[], value: T): void {
  if (list.length === mostEntries) throw tooMany();
  list.push(value);
}

function tooMany(): Error {
  return new Error(`the ONNX file has a list of more than ${mostEntries} entries: no network of linear layers has`);
}

function message(value: bigint | Uint8Array): Uint8Array {
  if (typeof value !== "bigint") return value;
  throw new Error("the ONNX file is damaged: a number is where bytes are expected");
}

function integer(value: bigint | Uint8Array): bigint {
  if (typeof value === "bigint") return value;
  throw new Error("the ONNX file is damaged: bytes are where a number is expected");
}

function float(value: bigint | Uint8Array): number {
  const bytes = message(value);
  if (bytes.length !== 4) throw new Error("the ONNX file is damaged: a float does not have 4 bytes");
  return new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0, true);
}

function text(value: bigint | Uint8Array): string {
  return new TextDecoder().decode(message(value));
}
