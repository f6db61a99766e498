// What a queue costs: jobs a second, the overhead of a job of 3 s, memory per job, and what a second worker gains.
// Usage: npm run cost:queue, on an idle machine
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cellsOf, runStudy } from "../dist/experiments/index.js";
import { openQueue } from "../dist/queue/index.js";
import { startRedis } from "../tests/queue/server.js";
import { markdownTable } from "./markdown-table.js";
import { studies } from "./queue-cost.study.js";

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const module = fileURLToPath(new URL("./queue-cost.study.js", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "qstill-queue-cost-"));
const server = await startRedis(root, { options: ["--loglevel", "warning"] });
const queue = await openQueue(server.url);
const [empty, wait, train] = studies;

async function withWorkers(count, concurrency, use) {
  const words = ["worker", "--queue", server.url, "--module", module, "--concurrency", String(concurrency), "--quiet"];
  const workers = Array.from({ length: count }, () => spawn(process.execPath, [main, ...words], { stdio: "inherit" }));
  while ((await queue.state()).workers.length < count) await new Promise((resolve) => setTimeout(resolve, 100));
  await run(empty, 2 * count * concurrency, 1_000_000); // every thread has started
  const result = await use();
  for (const worker of workers) worker.kill("SIGTERM");
  await Promise.all(workers.map((worker) => worker.exitCode ?? once(worker, "exit")));
  return result;
}

/** Runs seeds of a study. @returns the seconds that it took */
async function run(study, seeds, first = 0) {
  const out = mkdtempSync(join(root, "study-"));
  const cells = cellsOf(study).map((cell) => ({ ...cell, settings: { first } }));
  const started = performance.now();
  await runStudy(study, { out, cells, seeds, crew: queue });
  return (performance.now() - started) / 1000;
}

/** The seconds that the server's processor has worked. */
const worked = () =>
  [...server.ask("info", "cpu").matchAll(/^used_cpu_(?:sys|user):([\d.]+)/gm)].reduce(
    (sum, [, s]) => sum + Number(s),
    0,
  );
const memory = () => Number(/^used_memory:(\d+)/m.exec(server.ask("info", "memory"))[1]);

const rows = [];
const told = (what, figure) => {
  rows.push([what, figure]);
  console.error(`${what}: ${figure}`);
};

for (const concurrency of [1, 8]) {
  const [seconds, server] = await withWorkers(1, concurrency, async () => {
    const before = worked();
    return [await run(empty, 5000, concurrency), worked() - before];
  });
  told("the server's processor time for a job", `${((1000 * server) / 5000).toFixed(3)} ms`);
  told(`empty jobs a second, one worker with ${concurrency} at a time`, (5000 / seconds).toFixed(0));
}

const idle = 20;
const busy = await withWorkers(idle, 1, async () => {
  const before = worked();
  const clients = Number(/^connected_clients:(\d+)/m.exec(server.ask("info", "clients"))[1]);
  await new Promise((resolve) => setTimeout(resolve, 20_000));
  return [(worked() - before) / 20 / idle, (clients - 3) / idle];
});
told("the server's processor for an idle worker", `${(1e6 * busy[0]).toFixed(0)} µs a second`);
told("connections of a worker", busy[1].toFixed(1));

const jobs = 20;
const waited = await withWorkers(1, 1, () => run(wait, jobs));
told("overhead on a job of 3 s, 20 of them one after another", `${((100 * (waited / jobs - 3)) / 3).toFixed(2)} %`);

await queue.clear();
const before = memory();
const many = 10_000;
const stop = new AbortController();
const waiting = runStudy(empty, {
  out: join(root, "memory"),
  cells: cellsOf(empty),
  seeds: many,
  crew: queue,
  signal: stop.signal,
}).catch(() => {});
while ((await queue.state()).waiting < many) await new Promise((resolve) => setTimeout(resolve, 100));
stop.abort();
await waiting;
told("memory of the server for a job that waits", `${((memory() - before) / many).toFixed(0)} bytes`);
await withWorkers(1, 8, async () => {
  while ((await queue.state()).waiting > 0) await new Promise((resolve) => setTimeout(resolve, 500));
});
told("memory of the server for a job that is done", `${((memory() - before) / many).toFixed(0)} bytes`);
await queue.clear();

const trainings = Number(process.argv[2] ?? 100);
const one = await withWorkers(1, 1, () => run(train, trainings, 1));
const two = await withWorkers(2, 1, () => run(train, trainings, 2));
told(`${trainings} trainings of CartPole-v1 with one worker`, `${one.toFixed(0)} s`);
told("the same with two workers on two cores", `${two.toFixed(0)} s, ${(two / one).toFixed(3)} of it`);

queue.close();
await server.stop();
rmSync(root, { recursive: true });
console.log(markdownTable(["what", "figure"], rows));
