// qstill export: a saved model as a file that runs without this package.
import { basename, dirname, join } from "node:path";
import { Argument, type Command, Option } from "commander";
import { exportModule } from "../export/javascript.js";
import { readModel, writeOutput } from "./files.js";
import { notEmpty } from "./options.js";
import { print } from "./terminal.js";

/** What each format writes, and the ending of its file. */
const writers = { js: { write: exportModule, ending: ".mjs" } };

interface ExportFlags {
  to: keyof typeof writers;
  out?: string;
  json?: boolean;
  quiet?: boolean;
}

export function addExport(program: Command): void {
  program
    .command("export")
    .description("write a saved model as a JavaScript module without dependencies")
    .addArgument(new Argument("<model>", "a safetensors file"))
    .addOption(new Option("--to <format>", "format").choices(Object.keys(writers)).default("js"))
    .option("--out <file>", "where to (default: beside the model)", notEmpty("out"))
    .option("--json", "print one JSON object and nothing else")
    .option("--quiet", "print nothing but errors")
    .action((path: string, options: ExportFlags) => {
      const model = readModel(path);
      const { write, ending } = writers[options.to];
      const out = options.out ?? join(dirname(path), basename(path).replace(/\.safetensors$/, "") + ending);
      const source = write(model);
      writeOutput(out, source);
      if (options.json) print(JSON.stringify({ file: out, format: options.to, bytes: source.length }));
      else if (!options.quiet) print(`${out}: ${source.length} bytes`);
    });
}
