// qstill envs: lists the environments, or says everything about one.
import type { Command } from "commander";
import { MissingPackageError } from "../core/missing-package.js";
import { environmentIds, knownEnv, makeEnv } from "../env/registry.js";
import { addEnvOptions, chosenEnvironment, type EnvFlags } from "./context.js";
import { complain, figure, print, prose } from "./terminal.js";

export function addEnvs(program: Command): void {
  addEnvOptions(
    program
      .command("envs")
      .description("list the environments, or describe one")
      .argument("[env]", "the one to describe, an id or a file: sizes, names, preset and figures"),
  )
    .option("--json", "print one JSON object and nothing else")
    .action(async (given: string | undefined, options: EnvFlags & { json?: boolean }) => {
      if (given !== undefined) {
        const id = await chosenEnvironment(given, options);
        const environment = described(id);
        if (environment === undefined) return;
        const { presets, reference } = knownEnv(id) ?? {};
        if (options.json) print(JSON.stringify({ ...environment, presets, reference }));
        else print(details(environment));
        return;
      }
      const environments = environmentIds().flatMap((name) => described(name) ?? []);
      if (options.json) {
        print(JSON.stringify({ environments }));
        return;
      }
      const longest = Math.max(...environments.map((each) => each.id.length));
      const line = (id: string, sizes: readonly string[]) =>
        `${id.padEnd(longest)}${sizes.map((size) => size.padStart(9)).join("")}`;
      const lines = environments.map(({ id, observationSize, actionCount, maxEpisodeSteps }) =>
        line(
          id,
          [observationSize, actionCount, maxEpisodeSteps].map((value) => figure(value)),
        ),
      );
      print([line("id", ["numbers", "actions", "steps"]), ...lines].join("\n"));
      print("\nNumbers of an observation, actions, steps at most.\nqstill envs <id> says more about one.");
    });
}

type Described = NonNullable<ReturnType<typeof described>>;

/** One environment in lines for people. */
function details({ id, observationSize, actionCount, maxEpisodeSteps, featureNames, actionNames }: Described): string {
  const { about, presets, reference } = knownEnv(id) ?? {};
  const preset = (of: Readonly<Record<string, unknown>>) =>
    Object.keys(of).length === 0
      ? ["  the defaults"]
      : Object.entries(of).map(
          ([name, value]) => `  ${name} ${Array.isArray(value) ? value.join(",") : String(value)}`,
        );
  const { goal, pythonSeconds } = reference ?? {};
  return [
    id,
    ...(about === undefined ? [] : [prose(about.task.en)]),
    "",
    `observation: ${figure(observationSize)} ${observationSize === 1 ? "number" : "numbers"}`,
    ...featureNames.map((name) => `  ${name}`),
    `actions: ${figure(actionCount)}`,
    ...actionNames.map((name) => `  ${name}`),
    `steps at most: ${figure(maxEpisodeSteps)}`,
    ...(presets === undefined ? [] : ["teacher's preset:", ...preset(presets.teacher)]),
    ...(presets === undefined ? [] : ["student's preset:", ...preset(presets.student)]),
    ...(about === undefined ? [] : [`time of a run: about ${figure(about.seconds)} s on one core`]),
    ...(goal === undefined
      ? []
      : [`goal of teachers: mean return ${figure(goal.mean)}, the worst of ${goal.seeds} seeds ${figure(goal.worst)}`]),
    ...(pythonSeconds === undefined ? [] : [`a million steps in Python: ${figure(pythonSeconds)} s (gymnax-blines)`]),
  ].join("\n");
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
