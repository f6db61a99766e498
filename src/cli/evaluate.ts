// qstill evaluate: plays unseen episodes with a saved model, alone or compared with its teacher.
import type { Command } from "commander";
import { compareAsync } from "../evaluate/compare.js";
import { evaluateAsync } from "../evaluate/evaluate.js";
import { parameterCount } from "../model/layout.js";
import { addEnv, chosenEnvironment, type EnvFlags } from "./context.js";
import { readAnyModel, readModel } from "./files.js";
import { activationOption, copiesOption, type ImportFlags, readEpisodes, readSeed } from "./options.js";
import { evaluationHead, evaluationRow, figure, percent, print, table } from "./terminal.js";

interface EvaluateFlags extends ImportFlags, EnvFlags {
  env?: string;
  teacher?: string;
  copies?: number;
  episodes: number;
  seed?: number;
  json?: boolean;
  quiet?: boolean;
}

export function addEvaluate(program: Command): void {
  const command = program
    .command("evaluate")
    .description("play unseen episodes with a saved model, greedily")
    .argument("<model>", "a safetensors file, or PyTorch's, Stable-Baselines3's or ONNX's")
    .option("--teacher <file>", "also compare Q-values and actions with those of this teacher")
    .addOption(activationOption());
  addEnv(command, "the one it was trained in")
    .addOption(copiesOption())
    .option("--episodes <number>", "number of episodes", readEpisodes, 100)
    .option(
      "--seed <number>",
      "the final-evaluation episodes of this seed are played (default: the training's seed)",
      readSeed,
    )
    .option("--json", "print one JSON object and nothing else")
    .option("--quiet", "print nothing but errors")
    .action(async (path: string, options: EvaluateFlags) => {
      const { activation } = options;
      const model = readAnyModel(path, { activation });
      const env = await chosenEnvironment(options.env, options, { model });
      const seed = options.seed ?? model.training?.seed ?? 0;
      const { episodes, copies } = options;
      const parameters = parameterCount(model.widths);
      if (options.teacher === undefined) {
        const evaluation = await evaluateAsync(model, { env, seed, episodes, copies });
        if (options.json) print(JSON.stringify({ env, seed, parameters, evaluation }));
        else if (!options.quiet) print(table(evaluationHead, [evaluationRow("model", model, evaluation)]));
        return;
      }
      const teacher = readModel(options.teacher, { activation });
      const comparison = await compareAsync(teacher, model, { env, seed, episodes, copies });
      if (options.json) {
        print(JSON.stringify({ env, seed, parameters, ...comparison }));
        return;
      }
      if (options.quiet) return;
      print(
        table(evaluationHead, [
          evaluationRow("teacher", teacher, comparison.teacher),
          evaluationRow("model", model, comparison.student),
        ]),
      );
      print(
        table(
          ["return kept", "same action", "action flips", "Q-value MSE", "Q-value R²"],
          [
            [
              percent(comparison.returnRatio),
              percent(comparison.actionAgreement),
              percent(comparison.actionFlipRate),
              figure(comparison.qMse, 4),
              figure(comparison.qR2, 4),
            ],
          ],
        ),
      );
    });
}
