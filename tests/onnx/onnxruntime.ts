// onnxruntime, which a test of the ONNX export needs: where it is not installed, the test is skipped and says why, or fails
// where CI has to install it.
import { createRequire } from "node:module";

/** What of onnxruntime the tests use. */
export interface OnnxRuntime {
  readonly InferenceSession: { create(model: Uint8Array): Promise<Session> };
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => Tensor;
}

interface Tensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(inputs: Record<string, Tensor>): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

const missing = "onnxruntime is not installed: npm install --prefix tests/onnx --ignore-scripts";

export function onnxRuntime(skip: (note: string) => never): OnnxRuntime {
  try {
    return createRequire(import.meta.url)("onnxruntime-node");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND" || process.env.CI) throw error;
    console.warn(`skipped: ${missing}`); // Vitest keeps the note of a skip to itself
    return skip(missing);
  }
}
