// A model as an ONNX file: Gemm and Relu or Tanh. The field numbers are those of onnx.proto3 (ONNX 1.12, IR version 8).

import { version } from "../core/version.js";
import { littleEndian } from "../model/bytes.js";
import { checkModel, layerPlaces } from "../model/layout.js";
import type { ModelData } from "../model/model.js";
import { joined } from "./bytes.js";
import { checkDescription } from "./described.js";
import type { Description } from "./description.js";
import { bytesField, integerField, textField } from "./protobuf.js";

const irVersion = 8;
const operatorSet = 17;
const float = 1; // TensorProto.DataType.FLOAT
const input = "observation";
const output = "q_values";

/**
 * The bytes of an ONNX model. Its input is "observation", f32 (N, observationSize); its output is "q_values", f32
 * (N, actionCount). Its metadata are the environment, the widths, the activation and the description, each as text or
 * JSON. A runtime adds in an order of its own, so its Q-values can differ from the core's in the last bits.
 * @throws Error for widths that no network can have, and for parameters that do not fit them or are not finite
 */
export function exportOnnx(model: ModelData, description: Description): Uint8Array<ArrayBuffer> {
  checkModel(model);
  checkDescription(description);
  const { environment, widths, activation = "relu" } = model;
  const { featureNames, actionNames, hash, examples } = description;
  const metadata = {
    environment,
    widths: widths.join("-"),
    activation,
    featureNames: JSON.stringify(featureNames),
    actionNames: JSON.stringify(actionNames),
    hash,
    examples: JSON.stringify({
      observations: rows(examples.observations, widths[0]),
      qValues: rows(examples.qValues, widths[widths.length - 1]),
      actions: examples.actions,
    }),
  };
  return joined(
    integerField(1, irVersion),
    textField(2, "qstill"), // the producer
    textField(3, version),
    bytesField(7, ...graph(model)),
    bytesField(8, integerField(2, operatorSet)), // for the domain "", which is ONNX's own
    ...Object.entries(metadata).map(([key, value]) => bytesField(14, textField(1, key), textField(2, value))),
  );
}

/** The fields of GraphProto. */
function graph({ widths, activation, parameters }: ModelData): Uint8Array[] {
  const places = layerPlaces(widths);
  const last = places.length - 1;
  const fields: Uint8Array[] = [];
  let x = input;
  for (const layer of places.keys()) {
    const sums = layer === last ? output : `layers.${layer}.sums`;
    fields.push(node("Gemm", [x, `layers.${layer}.weight`, `layers.${layer}.bias`], sums));
    if (layer === last) break;
    x = `layers.${layer}.outputs`;
    fields.push(node(activation === "tanh" ? "Tanh" : "Relu", [sums], x));
  }
  fields.push(textField(2, "q_network"));
  for (const [layer, { inputs, outputs, weight, bias }] of places.entries()) {
    const weights = parameters.subarray(weight, bias);
    fields.push(tensor(`layers.${layer}.weight`, [inputs, outputs], weights));
    fields.push(tensor(`layers.${layer}.bias`, [outputs], parameters.subarray(bias, bias + outputs)));
  }
  fields.push(bytesField(11, ...batch(input, widths[0])));
  fields.push(bytesField(12, ...batch(output, widths[widths.length - 1])));
  return fields;
}

/** NodeProto. */
function node(operator: string, inputs: readonly string[], output: string): Uint8Array {
  return bytesField(1, ...inputs.map((name) => textField(1, name)), textField(2, output), textField(4, operator));
}

/** TensorProto for an initializer. */
function tensor(name: string, shape: readonly number[], values: Float32Array): Uint8Array {
  const dimensions = shape.map((size) => integerField(1, size));
  return bytesField(5, ...dimensions, integerField(2, float), textField(8, name), bytesField(9, littleEndian(values)));
}

/** The fields of ValueInfoProto for a tensor (N, size), where N is any number. */
function batch(name: string, size: number): Uint8Array[] {
  const shape = [bytesField(1, textField(2, "N")), bytesField(1, integerField(1, size))];
  return [textField(1, name), bytesField(2, bytesField(1, integerField(1, float), bytesField(2, ...shape)))];
}

function rows(values: Float32Array, size: number): number[][] {
  return Array.from({ length: values.length / size }, (_, row) => [...values.subarray(row * size, (row + 1) * size)]);
}
