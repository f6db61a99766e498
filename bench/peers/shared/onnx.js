// Writes a multilayer perceptron as an ONNX model: a chain of Gemm and Relu, in the few protobuf messages that it needs.
import { tensorsOf } from "./parameters.js";

const irVersion = 8;
const opset = 13;
const float32 = 1; // TensorProto.DataType.FLOAT

/**
 * The bytes of a ModelProto: input "states" (rows, inputs), output "q" (rows, actions).
 * Field numbers are those of the ONNX specification's onnx.proto.
 */
export function onnxModel(widths, parameters, rows) {
  const tensors = tensorsOf(widths, parameters);
  const layers = widths.length - 1;
  const nodes = [];
  const initializers = tensors.map(({ values, shape }, i) => tensorProto(parameterName(i), shape, values));
  let x = "states";
  for (let l = 0; l < layers; l++) {
    const isLast = l === layers - 1;
    const y = isLast ? "q" : `sum${l}`;
    nodes.push(nodeProto("Gemm", [x, parameterName(2 * l), parameterName(2 * l + 1)], y));
    x = isLast ? y : `hidden${l}`;
    if (!isLast) nodes.push(nodeProto("Relu", [y], x));
  }
  const graph = message(
    ...nodes.map((node) => bytesField(1, node)),
    textField(2, "network"),
    ...initializers.map((tensor) => bytesField(5, tensor)),
    bytesField(11, valueInfoProto("states", [rows, widths[0]])),
    bytesField(12, valueInfoProto("q", [rows, widths[layers]])),
  );
  const opsetId = message(textField(1, ""), integerField(2, opset));
  return message(integerField(1, irVersion), bytesField(7, graph), bytesField(8, opsetId));
}

/** W of layer l is parameter 2·l, b is 2·l + 1. */
function parameterName(i) {
  return `p${i}`;
}

function nodeProto(operator, inputs, output) {
  return message(...inputs.map((input) => textField(1, input)), textField(2, output), textField(4, operator));
}

function tensorProto(name, shape, values) {
  return message(
    ...shape.map((size) => integerField(1, size)),
    integerField(2, float32),
    textField(8, name),
    bytesField(9, littleEndian(values)),
  );
}

function valueInfoProto(name, shape) {
  const dimensions = message(...shape.map((size) => bytesField(1, message(integerField(1, size)))));
  const tensorType = message(integerField(1, float32), bytesField(2, dimensions));
  return message(textField(1, name), bytesField(2, message(bytesField(1, tensorType))));
}

function littleEndian(values) {
  const bytes = Buffer.alloc(4 * values.length);
  for (let i = 0; i < values.length; i++) bytes.writeFloatLE(values[i], 4 * i);
  return bytes;
}

// Protocol buffers' wire format: a key is (field number << 3) | type; 0: an integer, 2: a length and that many bytes.

function message(...fields) {
  return Buffer.concat(fields);
}

function integerField(number, value) {
  return Buffer.from([...varint(number << 3), ...varint(value)]);
}

function bytesField(number, bytes) {
  return Buffer.concat([Buffer.from([...varint((number << 3) | 2), ...varint(bytes.length)]), bytes]);
}

function textField(number, text) {
  return bytesField(number, Buffer.from(text, "utf8"));
}

/** Seven bits a byte, the lowest first; the eighth says that more follow. */
function varint(value) {
  const bytes = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
  return [...bytes, value];
}
