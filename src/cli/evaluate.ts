// qstill evaluate: a saved model on unseen episodes, alone or held against its teacher.
import type { Command } from "commander";
import { fitsQValues } from "../distill/loss.js";
import { compare } from "../evaluate/compare.js";
import { evaluate } from "../evaluate/evaluate.js";
import { checkedEnvironment } from "./context.js";
import { readTrained } from "./models.js";
import { wholeNumber } from "./options.js";
import { evaluationHead, evaluationRow, figure, percent, print, table } from "./terminal.js";

interface EvaluateFlags {
  env?: string;
  teacher?: string;
  episodes: number;
  seed?: number;
  json?: boolean;
}

export function addEvaluate(program: Command): void {
  program
    .command("evaluate")
    .description("play unseen episodes with a saved model, greedily")
    .argument("<model>", "a safetensors file")
    .option("--teacher <file>", "also compare Q-values and actions with those of this teacher")
    .option("--env <id>", "environment id (default: the one it was trained in)")
    .option("--episodes <number>", "how many episodes", wholeNumber("episodes", 1), 100)
    .option("--seed <number>", "whose final-evaluation episodes (default: the training's)", wholeNumber("seed", 0))
    .option("--json", "print one JSON object and nothing else")
    .action((path: string, options: EvaluateFlags) => {
      const { model, seed: trainingSeed, student } = readTrained(path);
      const env = checkedEnvironment(options.env ?? model.environment);
      const seed = options.seed ?? trainingSeed ?? 0;
      const { episodes } = options;
      if (options.teacher === undefined) {
        const evaluation = evaluate(model, { env, seed, episodes });
        if (options.json) print(JSON.stringify({ env, seed, parameters: model.parameters.length, evaluation }));
        else print(table(evaluationHead, [evaluationRow("model", model, evaluation)]));
        return;
      }
      const teacher = readTrained(options.teacher).model;
      const fits = student === undefined || fitsQValues(student.loss);
      const comparison = compare(teacher, model, { env, seed, episodes, fitsQValues: fits });
      if (options.json) {
        print(JSON.stringify({ env, seed, parameters: model.parameters.length, ...comparison }));
        return;
      }
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
