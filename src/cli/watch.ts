// qstill watch: draws one episode as an SVG file that moves.
import type { Command } from "commander";
import { animatedSvg } from "../draw/animation.js";
import { sceneOf } from "../draw/scenes.js";
import type { AnyEnv, Env } from "../env/env.js";
import { resolveAnyEnv } from "../env/registry.js";
import type { Scene } from "../env/scene.js";
import { episodeSeed, purposes } from "../env/seeds.js";
import { checkFit } from "../evaluate/checks.js";
import { type Policy, randomPolicy } from "../evaluate/returns.js";
import { parseNumber } from "../training/options.js";
import { addEnvOptions, chosenEnvironment, type EnvFlags, environmentHelp } from "./context.js";
import { UsageError } from "./errors.js";
import { checkNoFolder, readModel, writeOutput } from "./files.js";
import { notEmpty, readSeed } from "./options.js";
import { figure, print } from "./terminal.js";

interface WatchFlags extends EnvFlags {
  model?: string;
  out: string;
  seed?: number;
  episode: number;
  fps: number;
  json?: boolean;
  quiet?: boolean;
}

export function addWatch(program: Command): void {
  const command = program
    .command("watch")
    .description("play one unseen episode and draw it, as an SVG file that moves")
    .argument("<env>", environmentHelp);
  addEnvOptions(command)
    .option("--model <file>", "a safetensors file, which acts greedily (default: random actions)")
    .option("--out <file>", "where to", notEmpty("out"), "episode.svg")
    .option(
      "--seed <number>",
      "the final-evaluation episodes of this seed (default: the training's seed, or 0)",
      readSeed,
    )
    .option("--episode <number>", "which of these episodes; 0 is the first", readEpisode, 0)
    .option("--fps <number>", "steps per second", readRate, 30)
    .option("--json", "print one JSON object and nothing else")
    .option("--quiet", "print nothing but errors")
    .action(async (given: string, { model: path, out, episode, fps, ...options }: WatchFlags) => {
      const id = await chosenEnvironment(given, options);
      const env = resolveAnyEnv(id);
      checkNoFolder(out);
      const model = path === undefined ? undefined : readModel(path);
      if (model !== undefined) checkFit("model", model, env);
      const seed = options.seed ?? model?.training?.seed ?? 0;
      const policy = model ?? randomPolicy(env.actionCount, seed);
      const { frames, total } = await film(env, policy, episodeSeed(seed, purposes.final, episode));
      const steps = frames.length - 1;
      const title = `${id}: an episode of ${figure(steps)} steps with return ${figure(total)}`;
      const svg = animatedSvg(frames, { secondsPerFrame: 1 / fps, title });
      writeOutput(out, svg);
      const bytes = Buffer.byteLength(svg);
      if (options.json) print(JSON.stringify({ file: out, env: id, seed, episode, steps, return: total, bytes }));
      else if (!options.quiet) print(`${out}: ${figure(steps)} steps, return ${figure(total)}, ${figure(bytes)} bytes`);
    });
}

/** Plays an episode. @throws UsageError for an environment that has no picture */
async function film(env: AnyEnv, policy: Policy, seed: number): Promise<{ frames: Scene[]; total: number }> {
  const frames: Scene[] = [];
  let total = 0;
  const shoot = () => {
    const scene = sceneOf(env as Env);
    if (scene === undefined) throw new UsageError(`${env.id} cannot be watched: it has no render()`);
    frames.push(scene);
  };
  let observation = await env.reset({ seed });
  shoot();
  for (let ended = false; !ended; ) {
    const result = await env.step(policy.act(observation, env.actionMask));
    total += result.reward;
    observation = result.observation;
    ended = result.terminated || result.truncated;
    shoot();
  }
  return { frames, total };
}

function readEpisode(text: string): number {
  const episode = Number(parseNumber(text));
  if (Number.isSafeInteger(episode) && episode >= 0) return episode;
  throw new UsageError(`--episode is ${JSON.stringify(text)}: a whole number from 0 on is allowed`);
}

function readRate(text: string): number {
  const rate = Number(parseNumber(text));
  if (rate >= 0.1 && rate <= 1000) return rate;
  throw new UsageError(`--fps is ${JSON.stringify(text)}: a number from 0.1 to 1000 is allowed`);
}
