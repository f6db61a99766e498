// qstill export: a saved model as a file that runs without this package.
import { basename, dirname, join } from "node:path";
import { Argument, type Command, Option } from "commander";
import { exportC } from "../export/c.js";
import { type Description, describe } from "../export/description.js";
import { exportInt8 } from "../export/int8.js";
import { exportModule, moduleTypes } from "../export/javascript.js";
import { exportOnnx } from "../export/onnx.js";
import { exportWasm } from "../export/wasm.js";
import type { Model } from "../model/model.js";
import { readModel, writeOutput } from "./files.js";
import { notEmpty } from "./options.js";
import { print } from "./terminal.js";

interface Writer {
  readonly what: string;
  readonly write: (model: Model, description: Description) => string | Uint8Array;
  /** Of its file. */
  readonly ending: string;
}

/** One line a format. */
const writers: Record<string, Writer> = {
  js: { what: "an ES module without dependencies, its types beside it", write: exportModule, ending: ".mjs" },
  wasm: { what: "a WebAssembly module without imports", write: exportWasm, ending: ".wasm" },
  c: { what: "one C99 header without heap or library", write: exportC, ending: ".h" },
  onnx: { what: "an ONNX file, operator set 17", write: exportOnnx, ending: ".onnx" },
  int8: {
    what: "safetensors with weights of 8 bits, calibrated on play",
    write: exportInt8,
    ending: ".int8.safetensors",
  },
};

interface ExportFlags {
  to: string;
  out?: string;
  json?: boolean;
  quiet?: boolean;
}

export function addExport(program: Command): void {
  const formats = Object.entries(writers).map(([format, { what }]) => `  ${format.padEnd(6)}${what}`);
  program
    .command("export")
    .description("write a saved model in a form that runs elsewhere")
    .addArgument(new Argument("<model>", "a safetensors file"))
    .addOption(new Option("--to <format>", "format").choices(Object.keys(writers)).default("js"))
    .option("--out <file>", "where to (default: beside the model)", notEmpty("out"))
    .option("--json", "print one JSON object and nothing else")
    .option("--quiet", "print nothing but errors")
    .addHelpText("after", `\nFormats:\n${formats.join("\n")}\n\nEach can test itself, and qstill verify tests it.`)
    .action((path: string, options: ExportFlags) => {
      const model = readModel(path);
      const { write, ending } = writers[options.to];
      const out = options.out ?? join(dirname(path), basename(path).replace(/\.safetensors$/, "") + ending);
      const content = Buffer.from(write(model, describe(model)));
      writeOutput(out, content);
      // where TypeScript looks for them: student.d.mts beside student.mjs
      const types = out.replace(/\.(m?)js$/, ".d.$1ts");
      if (options.to === "js" && types !== out) writeOutput(types, moduleTypes);
      if (options.json) print(JSON.stringify({ file: out, format: options.to, bytes: content.length }));
      else if (!options.quiet) print(`${out}: ${content.length} bytes`);
    });
}
