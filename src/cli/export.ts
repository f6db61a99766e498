// qstill export: writes a saved model as a file that runs without this package.
import { basename, dirname, join } from "node:path";
import { Argument, type Command, Option } from "commander";
import { environmentIds } from "../env/registry.js";
import { evaluateAsync } from "../evaluate/evaluate.js";
import { exportC } from "../export/c.js";
import { type Description, describe, modelHash } from "../export/description.js";
import { exportInt8 } from "../export/int8.js";
import { exportModule, moduleTypes } from "../export/javascript.js";
import { exportOnnx } from "../export/onnx.js";
import { exportWasm } from "../export/wasm.js";
import { Model } from "../model/model.js";
import type { QuantizedModel } from "../model/quantized.js";
import { modelCard } from "../report/card.js";
import { oneOfWords } from "../training/options.js";
import { addEnv, chosenEnvironment, type EnvFlags } from "./context.js";
import { UsageError } from "./errors.js";
import { readAnyModel, writeOutput } from "./files.js";
import { activationOption, type ImportFlags, notEmpty } from "./options.js";
import { print } from "./terminal.js";

interface Writer {
  readonly what: string;
  readonly write: (model: Model, description: Description) => string | Uint8Array;
  /** The same for a model with 8-bit weights, if the format supports them. */
  readonly writeQuantized?: (model: QuantizedModel, description: Description) => string | Uint8Array;
  /** The ending of the file's name. */
  readonly ending: string;
}

/** One line for each format. */
const writers: Record<string, Writer> = {
  js: { what: "an ES module without dependencies, its types beside it", write: exportModule, ending: ".mjs" },
  wasm: { what: "a WebAssembly module without imports", write: exportWasm, ending: ".wasm" },
  c: { what: "one C99 header without heap or library", write: exportC, writeQuantized: exportC, ending: ".h" },
  onnx: { what: "an ONNX file, operator set 17", write: exportOnnx, ending: ".onnx" },
  int8: {
    what: "safetensors with weights of 8 bits, calibrated on play",
    write: exportInt8,
    ending: ".int8.safetensors",
  },
};

interface ExportFlags extends ImportFlags, EnvFlags {
  to: string;
  env?: string;
  out?: string;
  card?: boolean;
  json?: boolean;
  quiet?: boolean;
}

export function addExport(program: Command): void {
  const formats = Object.entries(writers).map(([format, { what }]) => `  ${format.padEnd(6)}${what}`);
  const command = program
    .command("export")
    .description("write a saved model in a form that runs elsewhere")
    .addArgument(new Argument("<model>", "a safetensors file, or PyTorch's, Stable-Baselines3's or ONNX's"))
    .addOption(new Option("--to <format>", "format").choices(Object.keys(writers)).default("js"))
    .addOption(activationOption());
  addEnv(command, "the one it was trained in, if it is known")
    .option("--out <file>", "file to write (default: beside the model)", notEmpty("out"))
    .option("--card", "write a model card, too: sizes, the return over 100 episodes, how it was made, how to run it")
    .option("--json", "print one JSON object and nothing else")
    .option("--quiet", "print nothing but errors")
    .addHelpText("after", `\nFormats:\n${formats.join("\n")}\n\nEach can test itself, and qstill verify tests it.`)
    .action(async (path: string, options: ExportFlags) => {
      const { activation, env } = options;
      const environment = env === undefined ? undefined : await chosenEnvironment(env, options);
      const model = readAnyModel(path, { activation, environment });
      const { ending } = writers[options.to];
      const name = basename(path).replace(/\.(safetensors|pt|pth|zip|onnx)$/, "");
      const out = options.out ?? join(dirname(path), name + ending);
      if (options.to === "int8" && environment === undefined) await chosenEnvironment(undefined, options, { model });
      const content = Buffer.from(written(path, model, options.to, environment));
      writeOutput(out, content);
      // where TypeScript looks for them: student.d.mts beside student.mjs
      const types = out.replace(/\.(m?)js$/, ".d.$1ts");
      if (options.to === "js" && types !== out) writeOutput(types, moduleTypes);
      if (options.card) writeOutput(`${out}.card.md`, await cardOf(model, environment));
      if (options.json) print(JSON.stringify({ file: out, format: options.to, bytes: content.length }));
      else if (!options.quiet) print(`${out}: ${content.length} bytes`);
    });
}

/** The card of a model, with its return if its environment is known. @throws UsageError for one with weights of 8 bits */
async function cardOf(model: Model | QuantizedModel, given: string | undefined): Promise<string> {
  if (!(model instanceof Model))
    throw new UsageError("--card needs a model of float32, and this one has weights of 8 bits");
  const env = given ?? (environmentIds().includes(model.environment) ? model.environment : undefined);
  const seed = model.training?.seed ?? 0;
  const evaluation = env === undefined ? undefined : await evaluateAsync(model, { env, seed });
  return modelCard({ model, hash: modelHash(model), evaluation });
}

/** @throws UsageError for a quantised model, if the format does not support it */
function written(path: string, model: Model | QuantizedModel, format: string, env?: string): string | Uint8Array {
  const { write, writeQuantized } = writers[format];
  if (model instanceof Model) return write(model, describe(model, { env }));
  if (writeQuantized) return writeQuantized(model, describe(model, { env }));
  const allowed = Object.keys(writers).filter((name) => writers[name].writeQuantized);
  throw new UsageError(`${path} has weights of 8 bits, and --to is ${format}: ${oneOfWords(allowed)} is allowed`);
}
