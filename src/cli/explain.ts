// qstill explain: turns a saved model into a decision tree that people can read, and says what the model looks at.
import { basename, dirname, join } from "node:path";
import type { Command } from "commander";
import { checkedLeaves, explain } from "../explain/explain.js";
import { isGymnasium } from "../gymnasium/register.node.js";
import { parseNumber } from "../training/options.js";
import { addEnv, chosenEnvironment, type EnvFlags } from "./context.js";
import { UsageError } from "./errors.js";
import { checkNoFolder, readModel, writeOutput } from "./files.js";
import { notEmpty, readSeed } from "./options.js";
import { figure, percent, print, prose, table } from "./terminal.js";

interface ExplainFlags extends EnvFlags {
  leaves: number;
  env?: string;
  seed?: number;
  out?: string;
  json?: boolean;
  quiet?: boolean;
}

export function addExplain(program: Command): void {
  const command = program
    .command("explain")
    .description("turn a saved model into a decision tree of readable rules, and say which features it looks at")
    .argument("<model>", "a safetensors file")
    .option(
      "--leaves <number>",
      "largest number of leaves of the tree",
      (text: string) => checkedLeaves(parseNumber(text)),
      15,
    );
  addEnv(command, "the one it was trained in")
    .option("--seed <number>", "seed of the episodes (default: the training's)", readSeed)
    .option("--out <file>", "file for the tree's module (default: beside the model, as .tree.mjs)", notEmpty("out"))
    .option("--json", "print one JSON object and nothing else")
    .option("--quiet", "print nothing but errors")
    .action(async (path: string, options: ExplainFlags) => {
      const model = readModel(path);
      if (isGymnasium(options.env ?? model.environment))
        throw new UsageError(
          `explain plays where answers come at once, and ${options.env ?? model.environment} answers later: --env names another environment, of the same sizes`,
        );
      const env = await chosenEnvironment(options.env, options, { model });
      const seed = options.seed ?? model.training?.seed ?? 0;
      const out = options.out ?? join(dirname(path), `${basename(path).replace(/\.safetensors$/, "")}.tree.mjs`);
      checkNoFolder(out);
      const { leaves } = options;
      const { tree, rules, module, agreement, network, treeEvaluation, sensitivity } = explain(model, {
        env,
        seed,
        leaves,
      });
      writeOutput(out, module);
      if (options.json) {
        const { depth, root } = tree;
        const told = { depth, leaves: tree.leaves, agreement, evaluation: treeEvaluation, rules, root };
        print(JSON.stringify({ env, seed, file: out, network: { evaluation: network }, tree: told, sensitivity }));
        return;
      }
      if (options.quiet) return;
      print(rules);
      print("");
      print(
        table(
          ["", "size", `return, ${network.episodes} episodes (mean ± std)`, "worst episode"],
          [
            [
              "network",
              `${figure(model.parameters.length)} parameters`,
              `${figure(network.mean)} ± ${figure(network.std)}`,
              figure(network.min),
            ],
            [
              "tree",
              `${tree.leaves} leaves, depth ${tree.depth}`,
              `${figure(treeEvaluation.mean)} ± ${figure(treeEvaluation.std)}`,
              figure(treeEvaluation.min),
            ],
          ],
        ),
      );
      print(prose(`Both choose the same action in ${percent(agreement)} of unseen states; ${out} acts as the tree.`));
      print("\nWhen one feature changes, on the states that the network visits:");
      print(
        table(
          ["feature", "deviation", "action flips, ± 1 deviation", "mean change of the Q-gap", "action flips, permuted"],
          sensitivity.map(({ feature, deviation, flipRate, gapChange, permutedFlipRate }) => [
            feature,
            figure(deviation, 4),
            percent(flipRate),
            figure(gapChange, 4),
            percent(permutedFlipRate),
          ]),
        ),
      );
    });
}
