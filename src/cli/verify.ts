// qstill verify: runs an exported file and compares it with the model that it was made from.
import type { Command } from "commander";

import { Pcg64 } from "../env/random.js";
import { environmentIds, resolveAnyEnv } from "../env/registry.js";
import { purposes } from "../env/seeds.js";

import { checkFit } from "../evaluate/checks.js";
import { randomPolicy } from "../evaluate/returns.js";
import { modelHash } from "../export/description.js";
import { randomStates, visitedStates } from "../export/states.js";
import { Model } from "../model/model.js";
import type { QuantizedModel } from "../model/quantized.js";
import { oneOfWords } from "../training/options.js";
import { type Answers, formats, type Questions } from "./answers.js";
import { addEnv, chosenEnvironment, type EnvFlags } from "./context.js";
import { DiffersError, oneLine, UsageError } from "./errors.js";
import { readAnyModel } from "./files.js";
import { notEmpty } from "./options.js";
import { percent, print, prose } from "./terminal.js";

const stateCount = 10_000;
/** The most numbers in all states together: with very large observations, fewer states are used. */
const mostNumbers = 2 ** 26;

/** What --json prints. */
interface Result {
  readonly file: string;
  readonly model: string;
  readonly env: string;
  readonly states: number;
  /** Share of states with the same action. */
  readonly agreement: number;
  /** The same with a mask of allowed actions beside each state; null if the file takes no mask. */
  readonly maskedAgreement: number | null;
  /** The largest difference of a Q-value. */
  readonly largestDifference: number;
  /** The same as a share of the largest Q-value of all states. */
  readonly relativeDifference: number;
  /** The largest relativeDifference that the format allows; null: any. */
  readonly allowedDifference: number | null;
  /** Null if the file or the model has no hash. */
  readonly sameHash: boolean | null;
  /** Null if the file has no examples. */
  readonly selfTest: boolean | null;
}

interface VerifyFlags extends EnvFlags {
  env?: string;
  model?: string;
  json?: boolean;
  quiet?: boolean;
}

export function addVerify(program: Command): void {
  const command = program
    .command("verify")
    .description("run an export and the model that it was made from, and compare their answers")
    .argument("<file>", `what qstill export wrote: ${Object.keys(formats).join(", ")}`)
    .option(
      "--model <file>",
      "the model (default: the safetensors file of the same name beside the export)",
      notEmpty("model"),
    );
  addEnv(command, "the model's, if it is known")
    .option("--json", "print one JSON object and nothing else")
    .option("--quiet", "print nothing but errors")
    .addHelpText(
      "after",
      `
On 10,000 states, half of them visited by the model and half by random play. A
file passes, with status 0, where it names this model by its hash and its
examples and Q-values are the model's own: to the bit, in ONNX within 1e-5 of
the largest. Each state is asked without a mask of allowed actions and with one.
Weights of 8 bits are another network: they pass, and the agreement says what
they are worth.
A module, a .wasm and a header are run, the header after cc has compiled it:
verify only what you would run.`,
    )
    .action(async (file: string, options: VerifyFlags) => {
      const ending = Object.keys(formats).find((name) => file.endsWith(name));
      if (ending === undefined) {
        throw new UsageError(
          `${file} is not named like an export: the ending ${oneOfWords(Object.keys(formats))} is allowed`,
        );
      }
      const path = options.model ?? modelBeside(file, ending);
      const model = readAnyModel(path);
      const known = environmentIds().includes(model.environment) ? model.environment : undefined;
      const environment = options.env === undefined ? known : await chosenEnvironment(options.env, options);
      const questions = statesFor(path, model, environment);
      const { run, allowed } = formats[ending];
      let answers: Answers;
      try {
        answers = await run(file, questions);
      } catch (error) {
        throw error instanceof UsageError ? error : new UsageError(`${file}: ${oneLine(error)}`);
      }
      const result: Result = {
        file,
        model: path,
        env: questions.env,
        states: questions.count,
        ...compared(model, questions, answers),
        allowedDifference: Number.isFinite(allowed) ? allowed : null,
        sameHash: answers.hash === undefined || !(model instanceof Model) ? null : answers.hash === modelHash(model),
        selfTest: answers.selfTest ?? null,
      };
      const { agreement, maskedAgreement, largestDifference, relativeDifference, sameHash, selfTest } = result;
      const problems = [
        ...(sameHash === false ? ["it was made from another model: its hash differs"] : []),
        ...(selfTest === false ? ["its self-test fails"] : []),
        ...(relativeDifference > allowed ? [`a Q-value differs by ${largestDifference}`] : []),
        ...(allowed === 0 && agreement < 1 ? [`it takes the same action in ${percent(agreement)} of states`] : []),
        ...(allowed === 0 && maskedAgreement !== null && maskedAgreement < 1
          ? [`with a mask it takes the same action in ${percent(maskedAgreement)} of states`]
          : []),
      ];
      const passed = problems.length === 0;
      if (options.json) print(JSON.stringify({ ...result, passed }));
      else if (!options.quiet) print(told(result));
      if (!passed) throw new DiffersError(`${file} differs from ${path}: ${problems.join("; ")}`);
    });
}

/** The file of the model that an export was made from, by its name. @throws UsageError if the name does not tell */
function modelBeside(file: string, ending: string): string {
  if (ending === ".safetensors") throw new UsageError(`${file}: give --model, the model to compare it with`);
  return `${file.slice(0, -ending.length)}.safetensors`;
}

/** The states to compare on, and the environment that they are of, or "". @throws UsageError if the model does not fit the environment */
function statesFor(
  path: string,
  model: Model | QuantizedModel,
  environment: string | undefined,
): Questions & { env: string } {
  const { widths } = model;
  const size = widths[0];
  const actionCount = widths[widths.length - 1];
  const count = Math.min(stateCount, 2 * Math.floor(mostNumbers / size / 2));
  const asked = (observations: Float32Array, env: string) => ({
    ...{ observations, masks: masksFor(model, observations, count), count, size, actionCount, env },
  });
  const random = () => asked(randomStates(size, 0, count), "");
  if (environment === undefined) return random();
  const env = resolveAnyEnv(environment);
  try {
    checkFit("model", model, env);
  } catch (error) {
    throw new UsageError(`${path}: ${oneLine(error)}`);
  }
  const byModel = visitedStates(env, [model], 0, count / 2);
  const byChance = byModel && visitedStates(env, [randomPolicy(actionCount, 0)], 0, count / 2);
  if (byModel === undefined || byChance === undefined) return random(); // it answers later
  const observations = new Float32Array(count * size);
  observations.set(byModel);
  observations.set(byChance, (count / 2) * size);
  return asked(observations, environment);
}

/**
 * A mask for each state, of three kinds in turn: all but the model's action, so that the next best decides; one action
 * alone; and each action by the toss of a coin.
 * @returns (count, actionCount), row-major; no mask is of zeros
 */
function masksFor(model: Model | QuantizedModel, observations: Float32Array, count: number): Uint8Array {
  const size = model.widths[0];
  const actionCount = model.widths[model.widths.length - 1];
  const random = new Pcg64([0, purposes.probe, count]);
  const masks = new Uint8Array(count * actionCount);
  for (let row = 0; row < count; row++) {
    const mask = masks.subarray(row * actionCount, (row + 1) * actionCount);
    if (row % 3 === 0) mask.fill(1)[model.act(observations.subarray(row * size, (row + 1) * size))] = 0;
    else if (row % 3 === 1) mask[random.integers(0, actionCount)] = 1;
    else for (let action = 0; action < actionCount; action++) mask[action] = random.integers(0, 2);
    if (!mask.includes(1)) mask[random.integers(0, actionCount)] = 1;
  }
  return masks;
}

/**
 * The shares of states with the same action, without masks and with them, and the largest difference of a Q-value,
 * absolute and relative to the largest.
 */
function compared(model: Model | QuantizedModel, questions: Questions, { qValues, actions, maskedActions }: Answers) {
  const { observations, masks, count, size, actionCount } = questions;
  const expected = model.outputsOfMany(observations);
  let agreeing = 0;
  let agreeingMasked = 0;
  for (let row = 0; row < count; row++) {
    const observation = observations.subarray(row * size, (row + 1) * size);
    if (model.act(observation) === actions[row]) agreeing++;
    const mask = masks.subarray(row * actionCount, (row + 1) * actionCount);
    if (model.act(observation, mask) === maskedActions?.[row]) agreeingMasked++;
  }
  let largest = 0;
  let largestDifference = 0;
  for (const [i, value] of expected.entries()) {
    largest = Math.max(largest, Math.abs(value));
    if (Object.is(value, qValues[i])) continue; // also if neither is a number
    const difference = Math.abs(value - qValues[i]);
    largestDifference = Math.max(largestDifference, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
  }
  const relativeDifference = largestDifference === 0 ? 0 : largestDifference / largest;
  const maskedAgreement = maskedActions === undefined ? null : agreeingMasked / count;
  return { agreement: agreeing / count, maskedAgreement, largestDifference, relativeDifference };
}

/** The result as text for a person. */
function told({ file, model, env, states, agreement, largestDifference, relativeDifference, ...more }: Result): string {
  const where = env === "" ? "states" : `states of ${env}`;
  const difference =
    largestDifference === 0
      ? "exactly the same Q-values"
      : `Q-values that differ by ${largestDifference.toPrecision(2)} at most, ${relativeDifference.toPrecision(2)} of the largest`;
  const masked =
    more.maskedAgreement === null
      ? "it takes no mask of allowed actions"
      : `with a mask of allowed actions in ${percent(more.maskedAgreement)}`;
  const notes = [...(more.sameHash ? ["it names this model"] : []), ...(more.selfTest ? ["its self-test passes"] : [])];
  return [
    prose(`${file} beside ${model}, on ${states.toLocaleString("en")} ${where}:`),
    prose(
      `the same action in ${percent(agreement)}, ${masked}, ${difference}${notes.map((note) => `; ${note}`).join("")}.`,
    ),
  ].join("\n");
}
