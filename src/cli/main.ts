#!/usr/bin/env node
// The command line: finds the command, prints errors in one line, sets the exit status.
import "../env/all.js";
import { Command } from "commander";
import pc from "picocolors";
import { version } from "../core/version.js";
import { closeGymnasium } from "../gymnasium/register.node.js";
import { addBench } from "./bench.js";
import { addDistill } from "./distill.js";
import { addEnvs } from "./envs.js";
import { exitStatus, oneLine } from "./errors.js";
import { addEvaluate } from "./evaluate.js";
import { addExperiment } from "./experiment.js";
import { addExplain } from "./explain.js";
import { addExport } from "./export.js";
import { addImport } from "./import.js";
import { addJoint } from "./joint.js";
import { addQueueCommand } from "./queue.js";
import { closeQueues } from "./queue-options.js";
import { addRun } from "./run.js";
import { addShrink } from "./shrink.js";
import { complain, print } from "./terminal.js";
import { addTrain } from "./train.js";
import { addTune } from "./tune.js";
import { addVerify } from "./verify.js";
import { addWatch } from "./watch.js";
import { addWorker } from "./worker.js";

/** What the command says that is given nothing at all. */
const introduction = `qstill trains a small DQN agent
and distils it into one a hundredth its size.

Try:
  qstill envs                lists the environments
  qstill run CartPole-v1     trains and distils, in seconds
  qstill watch CartPole-v1   draws an episode as an SVG file

qstill --help lists all commands.
qstill run --help lists the options of one.`;

const program = new Command("qstill")
  .description("Train a small DQN agent and distil it into one a hundredth its size.")
  .version(version)
  .showSuggestionAfterError(true)
  .exitOverride()
  .configureHelp({ minWidthToWrap: 10 }) // the longest flags leave 39 of 80 columns, where commander would not wrap
  .configureOutput({ writeOut: (text) => print(text.replace(/\n$/, "")), outputError: () => {} })
  .addHelpText(
    "after",
    "\nExamples:\n  qstill run CartPole-v1\n  qstill run Acrobot-v1 --seed 3 --student-hidden 24\n  qstill evaluate runs/CartPole-v1-0/student.safetensors",
  );
for (const add of [
  addRun,
  addTrain,
  addDistill,
  addJoint,
  addEvaluate,
  addExport,
  addImport,
  addVerify,
  addExplain,
  addShrink,
  addTune,
  addWatch,
  addEnvs,
  addExperiment,
  addWorker,
  addQueueCommand,
  addBench,
])
  add(program);
for (const command of program.commands) command.copyInheritedSettings(program);

// a terminal that is gone: the work goes on (what is no terminal is written by print and complain)
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

try {
  if (process.argv.length === 2) print(introduction);
  else await program.parseAsync();
} catch (error) {
  process.exitCode = exitStatus(error);
  const text = oneLine(error).replace(/^error: /, "");
  const silent = process.exitCode === 0 || process.exitCode === 130 || text === "(outputHelp)";
  if (!silent) complain(pc.red(text));
} finally {
  // one that hangs, or that is still connected, would keep this process alive
  closeGymnasium();
  closeQueues();
}
