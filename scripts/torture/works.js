// The works that are tortured: each is a command with small budgets, and what must be the same at its end.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadModel, weightsHash } from "../../dist/index.js";
import { readSafetensors } from "../../dist/model/safetensors.js";
import { ended, start } from "./processes.js";

const short = new URL("short.js", import.meta.url).href;

/** A teacher's options with which a training takes seconds; how many environment steps it takes is said beside them. */
export const teacherOptions = {
  trainFrequency: 1,
  learningStarts: 300,
  batchSize: 32,
  hidden: [32, 32],
  evaluationInterval: 1000,
  evaluationEpisodes: 5,
  stopReturn: null,
};
const student = "--rounds=3 --attempts=2 --evaluation-episodes=5 --threshold=1.5";
const once = "--attempts=1 --threshold=0.1";
const shrunk = "--episodes=20 --updates=200 --hidden=3 --attempts=1 --env-steps=400 --threshold=0.3 --rounds=2";

/** The files by which a command keeps its work, apart from what it can make again in no time. */
const kept = {
  run: /\.(checkpoint|safetensors)$/,
  train: /\.(checkpoint|safetensors)$/,
  distill: /\.(checkpoint|safetensors)$/,
  joint: /\.(checkpoint|safetensors)$/,
  shrink: /^teacher\.|^frontier\.json$/, // the size under way begins again
  experiment: /results\.jsonl$|teachers\/.*\.safetensors$/, // the run under way begins again
};

/** The commands with their arguments, and the teacher's environment steps where there is one. */
const list = [
  ["train CartPole-v1", 5000],
  ["train MountainCar-v0 --prioritized=true", 5000],
  ["train Acrobot-v1 --dueling=true", 4000],
  ["train MiniGrid-Empty-8x8-v0", 3000],
  ["train Pendulum-v1 --threads=2", 4000],
  ["train CartPole-v1 --prioritized=true --dueling=true --threads=2", 4000],
  [`run CartPole-v1 --student-hidden=4 --updates=1500 --student-env-steps=1000 ${student}`, 2000],
  [`run Acrobot-v1 --prioritized=true --threads=2 --states=replay --updates=1500 ${student}`, 2000],
  [`run MountainCar-v0 --dueling=true --student-hidden=4 --updates=1500 --student-env-steps=1000 ${student}`, 2000],
  [`distill --teacher=TEACHER --hidden=16 --updates=6000 --env-steps=3000 ${student}`],
  [`distill --teacher=TEACHER --states=mixed --hidden=64 --updates=6000 --env-steps=3000 ${student}`],
  ["joint CartPole-v1 --episodes=100 --hidden=32,32 --evaluation-interval=30 --evaluation-episodes=5"],
  ["joint MiniGrid-Empty-8x8-v0 --episodes=15 --hidden=32,32 --evaluation-interval=5 --evaluation-episodes=5"],
  ["joint Pendulum-v1 --episodes=10 --hidden=32,32 --evaluation-interval=5 --evaluation-episodes=5"],
  [`shrink CartPole-v1 ${shrunk}`, 2000],
  [`shrink MountainCar-v0 ${shrunk}`, 2000],
  ["experiment losses --cells=huber, --seeds=1 --env=CartPole-v1 --jobs=2"],
  ["experiment sizes --cells=none --seeds=2 --env=CartPole-v1 --jobs=1"],
];

/** Works of each kind that take a moment: their files are what matters. */
const shortList = [
  ["train MountainCar-v0", 700],
  [`run MountainCar-v0 --student-hidden=4 --updates=100 --student-env-steps=100 --rounds=1 ${once}`, 400],
  [`distill --teacher=TEACHER --hidden=4 --updates=100 --env-steps=100 --rounds=1 ${once}`],
  ["joint CartPole-v1 --episodes=5 --hidden=8 --evaluation-interval=5 --evaluation-episodes=2"],
  [`shrink CartPole-v1 --episodes=10 --updates=50 --hidden=1 --env-steps=50 --rounds=1 ${once}`, 400],
  ["experiment sizes --cells=none --seeds=1 --env=CartPole-v1 --jobs=1"],
];

export const makeWorks = (folder) => make(list, folder);
export const makeShortWorks = (folder) => make(shortList, folder);

/** The works, ready to be started: their configurations and the teacher that some need are made in this folder. */
async function make(list, folder) {
  mkdirSync(folder, { recursive: true });
  const configured = (envSteps) => {
    const path = join(folder, `${envSteps}.json`);
    writeFileSync(path, JSON.stringify({ teacher: { ...teacherOptions, envSteps } }));
    return path;
  };
  const out = join(folder, "teacher");
  const { status, stderr } = await ended(
    start(["train", "CartPole-v1", `--config=${configured(4000)}`, `--out=${out}`, "--quiet"]),
  );
  if (status !== 0) throw new Error(`the teacher is not there: ${stderr}`);
  return list.map(([line, envSteps]) => {
    const args = line.replace("TEACHER", join(out, "teacher.safetensors")).split(" ");
    const [kind] = args;
    if (envSteps !== undefined) args.push(`--config=${configured(envSteps)}`);
    return { kind, name: line.replace(/ --teacher=TEACHER/, ""), args, kept: kept[kind] };
  });
}

/** Starts a work as a process. @param call `resume`, and what the environment and `preload` are given beside */
export function startWork({ kind, args }, out, { resume = false, preload = [], env } = {}) {
  const checkpoints = kind === "experiment" ? [] : ["--checkpoint-interval=0.1"];
  const call = [...args, `--out=${out}`, "--quiet", ...checkpoints, ...(resume ? ["--resume"] : [])];
  return start(call, { env, preload: [...(kind === "experiment" ? [short] : []), ...preload] });
}

/** Every file of a folder and of those in it, by its path from there. */
export function filesOf(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1))
    .sort();
}

/**
 * What a folder holds at the end of a work: its lines of metrics and results, and the digest of each file, with the
 * weights' hash for a model. Times are left out; everything else must be the same.
 */
export async function outcomeOf(folder) {
  const lines = [];
  const digests = {};
  for (const name of filesOf(folder)) {
    const bytes = readFileSync(join(folder, name));
    if (name.endsWith(".jsonl")) lines.push(...linesOf(bytes));
    digests[name] = await digestOf(name, bytes);
  }
  return { lines, digests };
}

/** The lines of a file, without times. A last line without its end counts, too: it should not be there. */
export function linesOf(bytes) {
  const lines = String(bytes).split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map(withoutTimes);
}

async function digestOf(name, bytes) {
  if (/^(teacher|student)\.safetensors$/.test(name)) {
    const { parameters, training } = loadModel(bytes);
    return `${await weightsHash(parameters, new Float32Array(0))} ${withoutTimes(JSON.stringify(training))}`;
  }
  if (name.endsWith("report.html")) return "a page"; // it shows times
  const hash = createHash("sha256");
  // the head of a study's teacher holds a time, and its digest covers that
  if (name.endsWith(".safetensors")) {
    const { tensors } = readSafetensors(bytes);
    return hash.update(tensors.get("parameters").data).update(tensors.get("observations").data).digest("hex");
  }
  return hash.update(withoutTimes(bytes.toString())).digest("hex");
}

function withoutTimes(text) {
  return text.replace(/(\\?"wallSeconds\\?"): ?[\d.e-]+/g, "$1:0");
}

/** What is other than it should be at the end of a work, in words; undefined if nothing is. */
export function differences(truth, { lines, digests }) {
  const others = Object.keys(truth.digests).filter((name) => digests[name] !== truth.digests[name]);
  const left = Object.keys(digests).filter((name) => !(name in truth.digests));
  const { missing, double } = lineDifferences(truth.lines, lines);
  if (others.length + left.length + missing + double === 0) return undefined;
  return `other or missing: ${others}; left over: ${left}; lines lost ${missing}, doubled ${double}`;
}

/** How many lines are missing, and how many are there too often or should not be there at all. */
export function lineDifferences(truth, lines) {
  const left = [...lines];
  let missing = 0;
  for (const line of truth) {
    const at = left.indexOf(line);
    if (at === -1) missing++;
    else left.splice(at, 1);
  }
  return { missing, double: left.length };
}
