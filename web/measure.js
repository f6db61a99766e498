// How large the page is, how soon it learns, whether it blocks the main thread, and how fast it is compared with Node.
// Usage: node web/make.js build && node web/measure.js
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launchChromium } from "../tests/engines/launch.js";
import { serve } from "../tests/engines/serve.js";
import { followLoads } from "./weight.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "web", "dist");
const rounds = 3;
/** Only a teacher is measured: 20,000 steps without a stop, evaluated only at the end. */
const teacher = {
  envSteps: 20_000,
  stopReturn: null,
  evaluationInterval: 20_000,
  evaluationEpisodes: 1,
  confirmationEpisodes: 1,
};
const student = { updates: 100, rounds: 1, envSteps: 100, attempts: 1, evaluationEpisodes: 1 };

const { origin, close } = await serve(dist, {}, readFileSync(join(dist, "index.html"), "utf8"));
const browser = await launchChromium();

/** A page that records when the worker reports its first update, and each task of the main thread over 50 ms. */
async function visit(hash, follow = () => {}) {
  const context = await browser.newContext();
  await context.addInitScript(() => {
    globalThis.longTasks = [];
    new PerformanceObserver((list) => {
      for (const { duration, startTime } of list.getEntries()) longTasks.push({ duration, startTime });
    }).observe({ type: "longtask", buffered: true });
    const Original = Worker;
    globalThis.Worker = class extends Original {
      constructor(...given) {
        super(...given);
        this.addEventListener("message", ({ data }) => {
          if (data.event?.updates > 0) globalThis.firstUpdate ??= performance.now();
        });
      }
    };
  });
  const page = await context.newPage();
  const followed = follow(page);
  await page.goto(`${origin}/#${hash}`);
  return { page, followed, leave: () => context.close() };
}

const { page, followed, leave } = await visit("", (page) => followLoads(page, dist));
await page.waitForTimeout(2000);
const loads = await followed();
await leave();
console.log(`first visit ${(loads.reduce((sum, { bytes }) => sum + bytes, 0) / 1024).toFixed(1)} KiB gzipped:`);
for (const { file, bytes } of loads) console.log(`  ${(bytes / 1024).toFixed(1).padStart(6)} KiB ${file}`);

const firsts = [];
const longest = [];
for (let round = 0; round < rounds; round++) {
  const run = await visit("env=CartPole-v1&seed=100&run=1");
  await run.page.waitForFunction("globalThis.firstUpdate", undefined, { timeout: 60_000 });
  firsts.push(await run.page.evaluate("firstUpdate"));
  await run.page.waitForTimeout(8000);
  const began = firsts.at(-1);
  const tasks = await run.page.evaluate("longTasks");
  longest.push(tasks.filter(({ startTime }) => startTime > began).map(({ duration }) => duration));
  await run.leave();
}
const milliseconds = (values) => values.map((value) => Math.round(value)).join(", ");
console.log(`first update known on the page, from opening it on a cold cache: ${milliseconds(firsts)} ms`);
console.log(
  `tasks over 50 ms in 8 s of training: ${longest.map((each) => `${each.length} (${milliseconds(each)})`).join("; ")}`,
);

const options = Object.entries({ ...teacher, stopReturn: "none" }).map(([name, value]) => `teacher.${name}=${value}`);
const others = Object.entries(student).map(([name, value]) => `student.${name}=${value}`);
const hash = ["env=CartPole-v1", "seed=100", ...options, ...others, "run=1"].join("&");
const script = `
  import { trainTeacher } from "qstill";
  const { updates, wallSeconds } = await trainTeacher("CartPole-v1", ${JSON.stringify({ seed: 100, ...teacher })});
  console.log(updates / wallSeconds);`;
const ratios = [];
for (let round = 0; round < rounds; round++) {
  const inNode = Number(
    execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: root, encoding: "utf8" }),
  );
  const run = await visit(hash);
  await run.page.locator(".outcome .headline").waitFor({ timeout: 120_000 });
  const [download] = await Promise.all([
    run.page.waitForEvent("download"),
    run.page.locator(".file", { hasText: "summary.json" }).click(),
  ]);
  const summary = JSON.parse(readFileSync(await download.path(), "utf8"));
  const inPage = summary.teacher.updates / summary.teacher.wallSeconds;
  ratios.push(inPage / inNode);
  console.log(
    `updates a second: ${Math.round(inNode)} in Node, ${Math.round(inPage)} in the page (${(100 * ratios.at(-1)).toFixed(0)} %)`,
  );
  await run.leave();
}
await browser.close();
close();
