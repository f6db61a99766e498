// qstill envs: lists the environments.
import type { Command } from "commander";
import { MissingPackageError } from "../core/missing-package.js";
import { environmentIds, makeEnv } from "../env/registry.js";
import { complain, figure, print, table } from "./terminal.js";

/** The largest number of lines in a cell of the table. */
const mostLines = 12;

export function addEnvs(program: Command): void {
  program
    .command("envs")
    .description("list the environments")
    .option("--json", "print one JSON object and nothing else")
    .action((options: { json?: boolean }) => {
      const environments = environmentIds().flatMap((name) => described(name) ?? []);
      if (options.json) {
        print(JSON.stringify({ environments }));
        return;
      }
      const rows = environments.map(({ id, featureNames, actionNames, maxEpisodeSteps }) => [
        id,
        few(featureNames).join("\n"),
        actionNames.join("\n"),
        figure(maxEpisodeSteps),
      ]);
      print(table(["id", "observation", "actions", "steps at most"], rows));
    });
}

/** What is known of an environment; if its package is missing, this is said instead. */
function described(name: string) {
  try {
    const { id, observationSize, actionCount, maxEpisodeSteps, featureNames, actionNames } = makeEnv(name);
    return { id, observationSize, actionCount, maxEpisodeSteps, featureNames, actionNames };
  } catch (error) {
    if (!(error instanceof MissingPackageError)) throw error;
    complain(error.message);
  }
}

/** The names, as many as a table's cell holds; --json has all. */
function few(names: readonly string[]): readonly string[] {
  if (names.length <= mostLines) return names;
  const shown = mostLines - 1;
  return [...names.slice(0, shown), `and ${names.length - shown} more`];
}
