// qstill evaluate: plays unseen episodes with a saved model, alone or compared with its teacher.
import { type Command, Option } from "commander";
import { compareAsync } from "../evaluate/compare.js";
import { type Evaluable, type EvaluationProgress, evaluateAsync } from "../evaluate/evaluate.js";
import { parameterCount } from "../model/layout.js";
import { type EstimatedReturn, estimateReturn, type ValueMethod } from "../offline/value.js";
import { parseNumber } from "../training/options.js";
import { addEnv, chosenEnvironment, type EnvFlags } from "./context.js";
import { dataHelp, readData } from "./data.js";
import { UsageError } from "./errors.js";
import { readAnyModel, readModel } from "./files.js";
import {
  activationOption,
  copiesOption,
  flagOf,
  type ImportFlags,
  notEmpty,
  readEpisodes,
  readSeed,
} from "./options.js";
import { evaluationHead, evaluationRow, figure, Progress, percent, print, prose, table } from "./terminal.js";

interface EvaluateFlags extends ImportFlags, EnvFlags {
  env?: string;
  teacher?: string;
  copies?: number;
  episodes?: number;
  seed?: number;
  data?: string;
  method?: ValueMethod;
  gamma?: number;
  horizon?: number;
  json?: boolean;
  quiet?: boolean;
}

/** What says how episodes are played, and what says how a return is estimated. */
const forPlaying = ["teacher", "env", "envOptions", "python", "copies", "episodes"] as const;
const forEstimates = ["method", "gamma", "horizon"] as const;

export function addEvaluate(program: Command): void {
  const command = program
    .command("evaluate")
    .description("play unseen episodes with a saved model, greedily")
    .argument("<model>", "a safetensors file, or PyTorch's, Stable-Baselines3's or ONNX's")
    .option("--teacher <file>", "also compare Q-values and actions with those of this teacher")
    .option(
      "--data <file>",
      `play nothing: estimate the return from a log of steps, ${dataHelp}; or a data set of Minari`,
      notEmpty("data"),
    )
    .addOption(
      new Option(
        "--method <name>",
        "with --data: how it is estimated (default: doublyRobust if the log has propensities)",
      ).choices(["fittedQ", "doublyRobust"]),
    )
    .option("--gamma <number>", "with --data: what a reward one step later counts (default: 1)", parseNumber)
    .option(
      "--horizon <number>",
      "with --data: the steps after which an episode is cut (default: as in the log)",
      parseNumber,
    )
    .addOption(activationOption());
  addEnv(command, "the one it was trained in")
    .addOption(copiesOption())
    .option("--episodes <number>", "number of episodes (default: 100)", readEpisodes)
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
      if (options.data !== undefined) return estimateFrom(model, options.data, options);
      for (const name of forEstimates) {
        if (options[name] !== undefined) throw new UsageError(`--${name} is for a log: it needs --data`);
      }
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

/** Says what a log of steps tells of a model's return. */
async function estimateFrom(model: Evaluable, path: string, options: EvaluateFlags): Promise<void> {
  for (const name of forPlaying) {
    if (options[name] !== undefined)
      throw new UsageError(`--${flagOf(name)} does not go with --data: nothing is played`);
  }
  const data = await readData(path, options);
  const seed = options.seed ?? model.training?.seed ?? 0;
  const { method, gamma, horizon } = options;
  const progress = new Progress(!options.json && !options.quiet);
  const onEvent = ({ share }: EvaluationProgress) => progress.evaluating(share);
  let estimate: EstimatedReturn;
  try {
    estimate = await estimateReturn(model, data, { seed, method, gamma, horizon, onEvent });
    progress.evaluating(1);
  } finally {
    progress.stop();
  }
  if (options.json) return print(JSON.stringify({ data: path, seed, estimate }));
  if (options.quiet) return;
  const { mean, ci95, logged, episodes, effectiveEpisodes, agreement, notices } = estimate;
  print(
    table(
      ["estimated return", "95 % interval", "logged return", "episodes", "effective", "same action"],
      [
        [
          figure(mean, 2),
          ci95.map((end) => figure(end, 2)).join(" to "),
          figure(logged, 2),
          String(episodes),
          figure(effectiveEpisodes, 1),
          percent(agreement),
        ],
      ],
    ),
  );
  const how = estimate.method === "fittedQ" ? "fitted Q evaluation" : "doubly robust";
  const discount = estimate.gamma === 1 ? "without a discount" : `with gamma ${estimate.gamma}`;
  print(prose(`Method: ${how}, for episodes of at most ${estimate.horizon} steps, ${discount}.`));
  for (const { message, remedy } of notices) print(prose(`${message}; ${remedy}`));
}
