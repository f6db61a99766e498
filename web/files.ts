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
  const files: RunFile[] = [
    { name: "student.mjs", content: exportModule(model, description) },
    { name: "student.wasm", content: exportWasm(model, description) },
    { name: "student.h", content: exportC(model, description) },
    { name: "student.onnx", content: exportOnnx(model, description) },
    { name: "student.safetensors", content: student },
  ];
  try {
    files.push({ name: "student.int8.safetensors", content: exportInt8(model) });
  } catch {
    // a layer was so wide that its sums could leave 32 bits, so this student has no such file
  }
  files.push(
    { name: "teacher.safetensors", content: teacher },
    { name: "report.html", content: report },
    { name: "summary.json", content: `${JSON.stringify(summary, null, 2)}\n` },
  );
  return files;
}
