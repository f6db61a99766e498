// The files of a finished run that the user can download.
import { loadModel } from "qstill";
import type { Summary } from "qstill/report";
import type { FileName } from "./texts.ts";

export interface RunFile {
  readonly name: FileName;
  readonly content: string | Uint8Array;
}

/** The files in the order of the page: those that run by themselves come first. */
export async function filesOf(
  summary: Summary,
  teacher: Uint8Array,
  student: Uint8Array,
  report: string,
): Promise<RunFile[]> {
  const { describe, exportC, exportInt8, exportModule, exportOnnx, exportWasm } = await import("qstill/export");
  const model = loadModel(student);
  const description = describe(model);
  const writers: readonly [FileName, () => string | Uint8Array][] = [
    ["student.mjs", () => exportModule(model, description)],
    ["student.wasm", () => exportWasm(model, description)],
    ["student.h", () => exportC(model, description)],
    ["student.onnx", () => exportOnnx(model, description)],
    ["student.safetensors", () => student],
    ["student.int8.safetensors", () => exportInt8(model)], // refused if a layer is so wide that its sums could leave 32 bits
    ["teacher.safetensors", () => teacher],
    ["report.html", () => report],
    ["summary.json", () => `${JSON.stringify(summary, null, 2)}\n`],
  ];
  const files: RunFile[] = [];
  for (const [name, write] of writers) {
    try {
      files.push({ name, content: write() });
    } catch {
      // the others are still there
    }
  }
  return files;
}
