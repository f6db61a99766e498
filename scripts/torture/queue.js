// A study on a queue while its workers are killed, its server is killed, full and out of reach, and two submit it.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startRedis } from "../../tests/queue/server.js";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const module = fileURLToPath(new URL("../../tests/queue/slow.study.js", import.meta.url));

/** Whether a network between two places can be made and cut here. */
function canCut() {
  const made = spawnSync("ip", ["netns", "add", "qstill-try"]).status === 0;
  if (made) spawnSync("ip", ["netns", "del", "qstill-try"]);
  return made;
}

/** A place of its own, and the cable that leads there. */
function network(number) {
  const space = `qstill-${process.pid}`;
  const [here, there] = [`qs${number}a`, `qs${number}b`];
  const [host, guest] = [`10.213.${number}.1`, `10.213.${number}.2`];
  const ip = (...words) => {
    const { status, stderr } = spawnSync("ip", words, { encoding: "utf8" });
    if (status !== 0) throw new Error(`ip ${words.join(" ")}: ${stderr.trim()}`);
  };
  ip("netns", "add", space);
  ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", space);
  ip("addr", "add", `${host}/24`, "dev", here);
  ip("link", "set", here, "up");
  ip("-n", space, "addr", "add", `${guest}/24`, "dev", there);
  ip("-n", space, "link", "set", there, "up");
  return {
    host,
    /** What a command must be put behind to run there. */
    within: ["ip", "netns", "exec", space],
    cut: () => ip("link", "set", here, "down"),
    mend: () => ip("link", "set", here, "up"),
    remove: () => ip("netns", "del", space),
  };
}

/** Without the times, which differ. */
const withoutTimes = (path) => readFileSync(path, "utf8").replace(/"wallSeconds":[\d.]+/g, "");

/**
 * @param {object} options
 * @param {string} options.folder
 * @param {string} options.study "slow" or "quick"
 * @param {number} options.seeds
 * @param {number} options.workers
 * @param {number} options.killEvery seconds from one killed worker to the next
 * @param {number} options.away seconds for which the server is dead, full and out of reach, each
 * @param {number} options.seed the accidents are drawn from it
 * @param {(line: string) => void} [options.say]
 */
export async function tortureQueue({ folder, study, seeds, workers: count, killEvery, away, seed, say = () => {} }) {
  mkdirSync(folder, { recursive: true });
  const faults = [];
  const started = performance.now();
  const clock = () => ((performance.now() - started) / 1000).toFixed(0).padStart(4);
  const tell = (line) => say(`${clock()} s  ${line}`);
  let drawn = seed;
  const draw = (below) => {
    drawn = (Math.imul(drawn, 1664525) + 1013904223) >>> 0;
    return Math.floor((drawn / 2 ** 32) * below);
  };

  const cable = canCut() ? network(1 + (process.pid % 200)) : undefined;
  const server = await startRedis(folder, { host: cable?.host });
  const url = (host) => `redis://${host}:${server.port}/0`;
  const run = (words, within = []) => {
    const [command, ...rest] = [...within, process.execPath, main, ...words];
    const child = spawn(command, rest, { stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    child.stderr.on("data", (data) => {
      errors = (errors + data).slice(-2000);
    });
    return { child, ended: once(child, "exit").then(([status]) => ({ status, errors })) };
  };
  const worker = (far) =>
    run(["worker", "--queue", far ? url(cable.host) : url("127.0.0.1"), "--module", module], far ? cable.within : [])
      .child;

  const submit = (name, queue) =>
    run([
      ...["experiment", study, "--module", module, "--seeds", String(seeds), "--out", join(folder, name), "--quiet"],
      ...(queue ? ["--queue", url("127.0.0.1")] : ["--jobs", String(count)]),
    ]).ended;
  tell("the study runs on this machine alone");
  const alone = await submit("alone", false);
  if (alone.status !== 0) faults.push(`the local run ended with ${alone.status}: ${alone.errors}`);
  const runs =
    withoutTimes(join(folder, "alone", "results.jsonl"))
      .trimEnd()
      .split("\n").length - 1;

  tell(`${runs} runs on a queue: ${count} workers${cable === undefined ? "" : ", one of them beyond a cable"}`);
  const workers = Array.from({ length: count }, (_, i) => worker(cable !== undefined && i === 0));
  let over = false;
  const submitted = Promise.all([submit("one", true), submit("two", true)]).finally(() => {
    over = true;
  });
  const accidents = { workers: 0, server: 0, full: 0, cut: 0 };
  const killing = (async () => {
    while (!over) {
      await setTimeout(1000 * killEvery);
      if (over) return;
      const at = draw(count);
      workers[at].kill("SIGKILL");
      accidents.workers++;
      workers[at] = worker(cable !== undefined && at === 0);
    }
  })();
  const troubling = (async () => {
    await setTimeout(3000 * killEvery);
    if (over) return;
    tell("the server is killed");
    await server.kill();
    await setTimeout(1000 * Math.min(away, 10));
    await server.start();
    accidents.server++;
    await setTimeout(2000 * killEvery);
    if (over) return;
    tell("the server is full");
    server.ask("config", "set", "maxmemory", "1");
    await setTimeout(1000 * away);
    server.ask("config", "set", "maxmemory", "0");
    accidents.full++;
    await setTimeout(2000 * killEvery);
    if (over || cable === undefined) return;
    tell("the cable is cut");
    cable.cut();
    await setTimeout(1000 * away);
    cable.mend();
    accidents.cut++;
    tell("the cable is mended");
  })();

  const answers = await submitted;
  tell("both have all answers");
  await Promise.all([killing, troubling]);
  for (const [i, { status, errors }] of answers.entries()) {
    if (status !== 0) faults.push(`submitter ${i + 1} ended with ${status}: ${errors}`);
  }
  const expected = withoutTimes(join(folder, "alone", "results.jsonl"));
  for (const name of ["one", "two"]) {
    const same = withoutTimes(join(folder, name, "results.jsonl")) === expected;
    if (!same) faults.push(`the results of submitter ${name} differ from those of the local run`);
  }
  for (const each of workers) each.kill("SIGTERM");
  const ended = Promise.all(workers.map((each) => each.exitCode ?? each.signalCode ?? once(each, "exit")));
  const late = await Promise.race([ended.then(() => false), setTimeout(30_000, true)]);
  if (late) {
    faults.push("a worker did not end within 30 s of SIGTERM");
    for (const each of workers) each.kill("SIGKILL");
  }
  await server.stop();
  cable?.remove();
  const seconds = Math.round((performance.now() - started) / 1000);
  return { runs, accidents, seconds, faults };
}
