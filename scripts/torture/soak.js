// Hours of use, in short: trainings, evaluations, and models that are loaded and dropped, in one process. Nothing may grow.
import { readdirSync, readFileSync } from "node:fs";
import "../../dist/env/all.js";
import { core } from "../../dist/core/instance.js";
import { trainJoint } from "../../dist/distill/index.js";
import { distill, evaluateAsync, Interrupted, loadModel, saveModel, trainTeacher } from "../../dist/index.js";
import { say } from "./processes.js";
import { teacherOptions } from "./works.js";

/** Growth from the first quarter of the samples to the last that counts as none, as a share. */
const tolerance = 0.1;
/** Minutes after which nothing may grow any more. */
const warm = 2;
/** In fewer minutes memory is not settled yet: it is shown, and only the other figures are judged. */
const settled = 10;
/** Models that are loaded, used once and dropped in one turn. */
const models = 2000;

const variants = [
  ["CartPole-v1", {}],
  ["MountainCar-v0", { prioritized: true }],
  ["Acrobot-v1", { threads: 2, hidden: [64, 64] }],
  ["Pendulum-v1", { dueling: true }],
  ["MiniGrid-Empty-8x8-v0", { threads: 2, prioritized: true, dueling: true }],
];

/** One turn of everything; each has other seeds. */
async function turn(index) {
  const [env, more] = variants[index % variants.length];
  const options = { ...teacherOptions, envSteps: 3000, ...more, seed: index };
  const teacher = await trainTeacher(env, options);
  // here, so that the models are in the core beside the trainings that follow: that is the most that it ever holds
  const observation = new Float32Array(teacher.widths[0]);
  const bytes = saveModel(teacher);
  for (let i = 0; i < models; i++) loadModel(bytes).act(observation);
  const student = await distill(teacher, {
    ...{ hidden: [8], envSteps: 500, updates: 500, rounds: 2, attempts: 1, evaluationEpisodes: 5, seed: index },
    states: index % 2 === 0 ? "student" : "replay",
  });
  await evaluateAsync(student, { episodes: 20 });
  await stopped((signal) => trainTeacher(env, { ...options, envSteps: 1_000_000, signal }));
  await trainJoint(env, { episodes: 3, hidden: [16], evaluationInterval: 3, evaluationEpisodes: 2, seed: index });
}

/** Work that is stopped soon after it began. */
async function stopped(work) {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 100);
  await work(controller.signal).catch((error) => {
    if (!(error instanceof Interrupted)) throw error;
  });
}

const mebibyte = 2 ** 20;

function sample() {
  const [, threads] = /^Threads:\s*(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"));
  return {
    "memory (RSS) of the process, MiB": process.memoryUsage().rss / mebibyte,
    "the core's memory, MiB": core().memory.buffer.byteLength / mebibyte,
    descriptors: readdirSync("/proc/self/fd").length,
    threads: Number(threads),
  };
}

export async function soak({ minutes, seed }) {
  const started = performance.now();
  const length = 60_000 * minutes;
  const from = 60_000 * Math.min(warm, minutes / 10);
  const samples = [];
  let turns = 0;
  for (let said = started; performance.now() - started < length || samples.length < 4; ) {
    await turn(seed + turns++);
    await new Promise((resolve) => setTimeout(resolve, 50)); // threads that were told to end do so
    if (performance.now() - started >= from && turns > variants.length) samples.push(sample());
    if (performance.now() - said > 30_000) {
      said = performance.now();
      say(`${((said - started) / 60_000).toFixed(1)} minutes, ${turns} turns, ${JSON.stringify(sample())}`);
    }
  }
  const part = Math.ceil(samples.length / 4);
  const faults = [];
  const rows = Object.keys(samples[0]).map((name) => {
    const values = samples.map((each) => each[name]);
    const [first, last] = [median(values.slice(0, part)), median(values.slice(-part))];
    const judged = minutes >= settled || !name.includes("memory");
    if (judged && last > first * (1 + tolerance)) faults.push(`${name}: from ${first} to ${last}`);
    return [name, ...[first, last, Math.max(...values)].map((value) => String(Math.round(value)))];
  });
  const shown = ((performance.now() - started) / 60_000).toFixed(1);
  return {
    head: ["what", "median, first quarter", "median, last quarter", "most"],
    rows,
    summary: `${shown} minutes, ${turns} trainings, ${turns * models} models dropped; measured after the first ${(from / 60_000).toFixed(1)}`,
    faults,
  };
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
