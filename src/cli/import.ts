// qstill import: shows what is in a model's file from elsewhere, and writes it as a model of this library.
import { resolve } from "node:path";
import { Argument, type Command, Option } from "commander";
import { MissingPackageError } from "../core/missing-package.js";
import { environmentIds, makeEnv } from "../env/registry.js";
import { type ImportOptions, modelIn, openModelFile } from "../import/import-model.js";
import type { LayerMap } from "../import/state-dict.js";
import { saveModel } from "../model/files.js";
import type { Model } from "../model/model.js";
import { outputsNames } from "../model/outputs.js";
import { addEnv, chosenEnvironment, type EnvFlags } from "./context.js";
import { UsageError } from "./errors.js";
import { readBytes, reading, vecNormalizeFor, writeOutput } from "./files.js";
import { activationOption, type ImportFlags, notEmpty } from "./options.js";
import { print, table } from "./terminal.js";

interface ImportCommandFlags extends ImportFlags, EnvFlags {
  map?: LayerMap;
  name?: string;
  outputs?: ImportOptions["outputs"];
  vecNormalize?: string;
  env?: string;
  out?: string;
  json?: boolean;
  quiet?: boolean;
}

/** As many tensors are listed for people; --json lists all. */
const mostListed = 40;

export function addImport(program: Command): void {
  const command = program
    .command("import")
    .description("show what is in a model's file from another library, and write it as safetensors")
    .addArgument(new Argument("<file>", "PyTorch's, Stable-Baselines3's, ONNX's or safetensors"))
    .addOption(activationOption())
    .addOption(
      new Option("--outputs <what>", "what the outputs are, if the file does not say it (default: qValues)").choices(
        outputsNames,
      ),
    )
    .option(
      "--name <part>",
      "the network in a file with several: how its tensors' names begin or end",
      notEmpty("name"),
    )
    .option(
      "--map <tensors>",
      "weight and bias of each layer, from the first to the last: fc1.weight+fc1.bias,fc2.weight+fc2.bias",
      readMap,
    )
    .option(
      "--vec-normalize <file>",
      "what VecNormalize.save() wrote (default: vecnormalize.pkl beside the archive)",
      notEmpty("vec-normalize"),
    );
  addEnv(command, "none is named")
    .option("--out <file>", "file to write (default: beside it, ending in .qstill.safetensors)", notEmpty("out"))
    .option("--json", "print one JSON object and nothing else")
    .option("--quiet", "print nothing but errors")
    .action(async (path: string, options: ImportCommandFlags) => {
      const { activation, outputs, name, map, json, quiet } = options;
      const environment = options.env === undefined ? undefined : await chosenEnvironment(options.env, options);
      const bytes = readBytes(path);
      const file = reading(path, () => openModelFile(bytes, { map }));
      const tensors = [...file.tensors].map(([name, { shape, dtype }]) => ({ name, shape: [...shape], dtype }));
      if (!json && !quiet) print(listed(file.kind, tensors));
      const vecNormalize = vecNormalizeFor(path, file, options.vecNormalize);
      const model = reading(path, () => modelIn(file, { activation, outputs, name, map, environment, vecNormalize }));
      const out = options.out ?? `${path.replace(/\.(safetensors|pt|pth|zip|onnx)$/, "")}.qstill.safetensors`;
      if (resolve(out) === resolve(path)) throw new UsageError(`--out is ${out}, which is the file that is read`);
      writeOutput(out, saveModel(model));
      if (json) print(JSON.stringify({ file: out, kind: file.kind, tensors, ...described(model) }));
      else if (!quiet) print(summary(out, described(model)));
    });
}

interface Listed {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
}

function listed(kind: string, tensors: readonly Listed[]): string {
  const rows = tensors.slice(0, mostListed).map(({ name, shape, dtype }) => [name, shape.join(" × "), dtype]);
  const more = tensors.length > mostListed ? `\nand ${tensors.length - mostListed} more` : "";
  return `${kind}\n${table(["tensor", "shape", "type"], rows)}${more}`;
}

/** What is said of the network, and which environments it fits. */
function described(model: Model) {
  const { widths, parameters, activation, outputs } = model;
  return { widths, parameters: parameters.length, activation, outputs, environments: environmentsFor(model) };
}

function summary(out: string, network: ReturnType<typeof described>): string {
  const { widths, parameters, activation, outputs, environments } = network;
  const answers = outputs === "logits" ? "logits of actions" : "Q-values";
  return [
    `network      ${widths.join("-")}, ${parameters} parameters, ${activation}, ${answers}`,
    `fits         ${environments.length === 0 ? "no environment of qstill" : environments.join(", ")}`,
    `written      ${out}`,
  ].join("\n");
}

/** The ids of the environments whose observations and actions are as many as the network's inputs and outputs. */
function environmentsFor({ widths }: Model): string[] {
  return environmentIds().filter((id) => {
    const env = sizesOf(id);
    return env?.observationSize === widths[0] && env.actionCount === widths[widths.length - 1];
  });
}

/** Undefined for an environment whose package is not installed. */
function sizesOf(id: string) {
  try {
    return makeEnv(id);
  } catch (error) {
    if (error instanceof MissingPackageError) return undefined;
    throw error;
  }
}

/** @throws UsageError for an empty name */
function readMap(text: string): LayerMap {
  return text.split(",").map((layer) => {
    const [weight, bias, ...more] = layer.split("+");
    if (weight === "" || bias === "" || more.length > 0) {
      throw new UsageError(`--map has ${JSON.stringify(layer)}: a weight, or weight+bias, is needed for each layer`);
    }
    return bias === undefined ? [weight] : [weight, bias];
  });
}
