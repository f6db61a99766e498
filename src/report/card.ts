// A model card: what a model is, how good it is, how it was made and how to run it, as a page of Markdown.
import { need, needObject } from "../core/needed.js";
import { version } from "../core/version.js";
import type { Evaluation } from "../evaluate/evaluate.js";
import { checkModel, parameterCount } from "../model/layout.js";
import type { ModelData } from "../model/model.js";

/** What a card is made from. */
export interface CardInput {
  readonly model: ModelData;
  /** The SHA-256 by which exports name the model, in hexadecimal; `modelHash` of `qstill/export` gives it. */
  readonly hash: string;
  /** Its returns on final seeds; absent if they were not measured. */
  readonly evaluation?: Evaluation;
  /** The teacher of a student, and the share of its return above random play that the student keeps. */
  readonly teacher?: {
    readonly parameters: number;
    readonly evaluation: Evaluation;
    readonly returnRatio: number | null;
  };
}

/**
 * The card as Markdown. It begins with fields that sites for models read; `license` waits to be filled in. It holds
 * nothing that differs when the same model is made again.
 */
export function modelCard(input: CardInput): string {
  needObject("input", input);
  const { model, hash, evaluation, teacher } = input;
  needObject("model", model, "a model");
  checkModel(model);
  need(typeof hash === "string", "hash", hash, "the model's hash as text");
  const { environment, widths, activation = "relu", outputs = "qValues", training } = model;
  const parameters = parameterCount(widths);
  const place = environment === "" ? "an environment that is not known" : code(environment);
  const kind = outputs === "logits" ? "policy network, whose outputs are logits of actions" : "Q-network";
  const origin =
    training?.distillation === undefined
      ? `It is a ${kind}.`
      : `It is a student: a small ${kind} that was distilled from a larger one, its teacher.`;
  const rows: [string, string][] = [
    ["layers", `${widths.join(", ")}, ${activation}`],
    ["parameters", `${count(parameters)}, ${count(4 * parameters)} bytes as float32`],
  ];
  if (evaluation !== undefined) rows.push(["return", returns(evaluation)]);
  if (teacher !== undefined) {
    const { returnRatio } = teacher;
    const kept =
      returnRatio === null ? "" : `; ${(100 * returnRatio).toFixed(1)} % of its return above random play is kept`;
    rows.push(["its teacher", `${count(teacher.parameters)} parameters, return ${returns(teacher.evaluation)}${kept}`]);
  }
  if (training !== undefined) {
    const { seed, envSteps, updates, envOptions, log } = training;
    rows.push(["seed", String(seed)]);
    rows.push(["training", `${count(envSteps)} environment steps, ${count(updates)} updates`]);
    if (envOptions !== undefined) rows.push(["options of the environment", code(envOptions)]);
    if (log !== undefined) rows.push(["log", `${count(log.steps)} steps, digest ${code(log.digest)}`]);
  }
  rows.push(["arithmetic", "exact: float32, each product and each sum rounded, in a defined order"]);
  rows.push(["SHA-256", code(hash)]);
  const lines = rows.map(([name, value]) => `| ${name} | ${value.replaceAll("|", "\\|")} |`);
  const size = widths[0];
  return `---
license: unknown
library_name: qstill
tags: [reinforcement-learning, deep-q-network${teacher === undefined ? "" : ", distillation"}]
---

# ${place}: a network of ${count(parameters)} parameters

${origin} It acts in ${place}.

| | |
| --- | --- |
${lines.join("\n")}

A return is the mean of greedy episodes on seeds by which nothing was chosen, with its 95 % interval.

## How to run it

\`\`\`js
import { loadModel } from "qstill";
import { readFileSync } from "node:fs";

const model = loadModel(readFileSync("model.safetensors")); // the name of its file
const action = model.act(observation); // ${count(size)} numbers; the answer is from 0 to ${widths[widths.length - 1] - 1}
\`\`\`

\`npx qstill export model.safetensors --to js\` writes it as a module that needs nothing else; \`--help\` names other languages.

The licence is not filled in. Whoever publishes the model chooses it.

Made by qstill ${version}.
`;
}

function returns({ mean, ci95, episodes }: Evaluation): string {
  const [low, high] = ci95.map((value) => value.toPrecision(4)).map(Number);
  return `${Number(mean.toPrecision(4))} [${low}, ${high}] over ${count(episodes)} episodes`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** A text as code. It can hold anything, and must stay on its line. */
function code(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, " ").trim();
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const ticks = "`".repeat(longest + 1);
  const space = longest > 0 ? " " : "";
  return ticks + space + line + space + ticks;
}
