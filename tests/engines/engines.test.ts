// 2,000 updates end in the recorded weights, bit for bit, on every engine.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import type { experiment } from "./experiment.js";
import { type Page, runtimes, withChromium, withFirefox } from "./launch.js";
import { orSkip } from "./skip.js";

type Result = Awaited<ReturnType<typeof experiment>>;

/**
 * Another hash means that training has changed in its very bits: models and checkpoints of the last release cannot be
 * made again from their seeds. Where that is meant, record the new hash here and say so in the changelog.
 */
const recorded: Result = {
  updates: 2000,
  weightsHash: "12da6b747f7534e14eb5765d90ea7cf54500720eb430abc1d8df99c586cfbafd",
};

const root = fileURLToPath(new URL("../..", import.meta.url));

async function inRuntime([file, ...args]: string[]): Promise<Result> {
  const script = `
    import * as library from "qstill";
    import { experiment } from "./tests/engines/experiment.js";
    process.stdout.write(JSON.stringify(await experiment(library)));`;
  const { stdout } = await promisify(execFile)(file, [...args, script], { cwd: root });
  return JSON.parse(stdout);
}

function inPage(page: Page): Promise<Result> {
  return page.evaluate(`
    Promise.all([import("qstill"), import("/tests/engines/experiment.js")])
      .then(([library, { experiment }]) => experiment(library))`);
}

const engines: [string, () => Promise<Result>][] = [
  ...runtimes.map(([name, command]): (typeof engines)[number] => [name, async () => inRuntime(command())]),
  ["headless Chromium", () => withChromium(inPage)],
  ["headless Firefox", () => withFirefox(inPage)],
];

it.for(engines)("%s ends in the recorded weights", async ([, run], { skip }) => {
  expect(await orSkip(skip, run)).toEqual(recorded);
});
