// qstill export: a saved model as a file that runs without this package.
import { basename, dirname, join } from "node:path";
import { Argument, type Command, Option } from "commander";
import { exportModule } from "../export/javascript.js";
import { checkedEnvironment } from "./context.js";
import { readModel, writeOutput } from "./files.js";
import { activationOption, type ImportFlags, notEmpty } from "./options.js";
import { print } from "./terminal.js";

/** What each format writes, and the ending of its file. */
const writers = { js: { write: exportModule, ending: ".mjs" } };

interface ExportFlags extends ImportFlags {
  to: keyof typeof writers;
  env?: string;
  out?: string;
  json?: boolean;
  quiet?: boolean;
}

export function addExport(program: Command): void {
  program
    .command("export")
    .description("write a saved model as a JavaScript module without dependencies")
    .addArgument(new Argument("<model>", "a safetensors file, or PyTorch's, Stable-Baselines3's or ONNX's"))
    .addOption(new Option("--to <format>", "format").choices(Object.keys(writers)).default("js"))
    .option("--env <id>", "environment id of an imported model, whose sizes it must have")
    .addOption(activationOption())
    .option("--out <file>", "where to (default: beside the model)", notEmpty("out"))
    .option("--json", "print one JSON object and nothing else")
    .option("--quiet", "print nothing but errors")
    .action((path: string, options: ExportFlags) => {
      const { activation, env } = options;
      const model = readModel(path, { activation, environment: env && checkedEnvironment(env) });
      const { write, ending } = writers[options.to];
      const out =
        options.out ?? join(dirname(path), basename(path).replace(/\.(safetensors|pt|pth|zip|onnx)$/, "") + ending);
      const source = write(model);
      writeOutput(out, source);
      if (options.json) print(JSON.stringify({ file: out, format: options.to, bytes: source.length }));
      else if (!options.quiet) print(`${out}: ${source.length} bytes`);
    });
}
