// qstill watch: draws one episode as an SVG file that moves.
import type { Command } from "commander";
import { animatedSvg } from "../draw/animation.js";
import { sceneOf } from "../draw/scenes.js";
import type { Env } from "../env/env.js";
import { makeEnv } from "../env/registry.js";
import type { Scene } from "../env/scene.js";
import { episodeSeed, purposes } from "../env/seeds.js";
import { checkFit } from "../evaluate/checks.js";
import { type Policy, randomPolicy } from "../evaluate/returns.js";
import { parseNumber } from "../training/options.js";
import { checkedEnvironment } from "./context.js";
import { UsageError } from "./errors.js";
import { checkNoFolder, readModel, writeOutput } from "./files.js";
import { notEmpty, readSeed } from "./options.js";
import { figure, print } from "./terminal.js";

interface WatchFlags {
  model?: string;
  out: string;
  seed?: number;
  episode: number;
  fps: number;
  json?: boolean;
  quiet?: boolean;
}

export function addWatch(program: Command): void {
  program
    .command("watch")
    .description("play one unseen episode and draw it, as an SVG file that moves")
    .argument("<env>", "environment id (qstill envs lists all)")
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
    .action((id: string, { model: path, out, episode, fps, ...options }: WatchFlags) => {
      const env = makeEnv(checkedEnvironment(id));
      checkNoFolder(out);
      const model = path === undefined ? undefined : readModel(path);
      if (model !== undefined) checkFit("model", model, env);
      const seed = options.seed ?? model?.training?.seed ?? 0;
      const policy = model ?? randomPolicy(env.actionCount, seed);
      const { frames, total } = film(env, policy, episodeSeed(seed, purposes.final, episode));
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
function film(env: Env, policy: Policy, seed: number): { frames: Scene[]; total: number } {
  const frames: Scene[] = [];
  let total = 0;
  const shoot = () => {
    const scene = sceneOf(env);
    if (scene === undefined) throw new UsageError(`${env.id} cannot be watched: it has no render()`);
    frames.push(scene);
  };
  let observation = env.reset({ seed });
  shoot();
  for (let ended = false; !ended; ) {
    const result = env.step(policy.act(observation));
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
