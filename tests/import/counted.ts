// A state dict whose elements are 1, 2, 3 and so on, for tests that look at names and sizes.
import { writeSafetensors } from "../../src/model/safetensors.js";

/** A file of these tensors, in this order, whose elements are 1, 2, 3 and so on over all of them. */
export function fileOf(shapes: Record<string, number[]>): Uint8Array {
  let next = 1;
  const tensors = Object.entries(shapes).map(([name, shape]) => {
    const values = Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => next++);
    return { name, dtype: "F32" as const, shape, data: new Uint8Array(values.buffer) };
  });
  return writeSafetensors(tensors, {});
}
