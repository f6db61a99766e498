// The page, mostly in Chromium, as visitors use it: it trains, distils, pauses, comes back, and is right about what it says.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { testInt8 } from "../../src/export/index.js";
import {
  distill,
  loadModel,
  Model,
  saveModel,
  studentConfig,
  teacherConfig,
  trainTeacher,
  weightsHash,
} from "../../src/index.js";
import { followLoads } from "../../web/weight.js";
import { launchFirefox } from "../engines/launch.js";
import { patience } from "../engines/patience.js";
import { orSkip } from "../engines/skip.js";
import { shortStudent, shortTeacher } from "../short-training.js";
import { dist, root, Site, screenshot, violations } from "./site.js";

let site: Site | undefined;
let missing: unknown;

beforeAll(async () => {
  site = await Site.open().catch((error) => {
    missing = error;
    return undefined;
  });
});
afterAll(() => site?.close());

/** The page's own tests are skipped, and say so, where something is not installed. */
function inPage(name: string, test: (site: Site) => Promise<void>): void {
  it(name, { timeout: 4 * patience }, ({ skip }) =>
    orSkip(skip, async () => {
      if (site === undefined) throw missing;
      try {
        await test(site);
      } finally {
        await site.leave();
      }
    }),
  );
}

const seed = 31;
const fields = {
  seed,
  ...Object.fromEntries(
    ["teacher", "student"].flatMap((of) =>
      Object.entries(of === "teacher" ? shortTeacher : shortStudent).map(
        ([name, value]) => [`${of}.${name}`, value ?? "none"] as const,
      ),
    ),
  ),
};
/** A short run with two attempts, every option given. */
const short = `env=CartPole-v1&${Object.entries(fields)
  .map(([name, value]) => `${name}=${value}`)
  .join("&")}`;
const lasting = (envSteps: number) => short.replace("teacher.envSteps=1500", `teacher.envSteps=${envSteps}`);
/** One that takes seconds, so that it can be paused even if the machine is busy, and then ends. */
const longSteps = 100_000;
const long = lasting(longSteps);
/** One that lasts as long as a test may take, on any machine. */
const endless = lasting(100_000_000);

async function inNode(envSteps = shortTeacher.envSteps): Promise<string> {
  const teacher = await trainTeacher("CartPole-v1", { ...shortTeacher, envSteps, seed });
  const student = await distill(teacher, { ...shortStudent, seed });
  return weightsHash(student.parameters, teacher.parameters);
}

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const foreign = (name: string) => join(root, "tests", "foreign", name);
const hashOf = async (page: Page) => (await page.locator(".hash code").textContent()) ?? "";

/** Waits until the browser has kept the run. */
async function kept(page: Page): Promise<void> {
  const isKept = () =>
    page.evaluate(
      () =>
        new Promise<boolean>((resolve) => {
          const opening = indexedDB.open("qstill /");
          opening.onupgradeneeded = () => opening.transaction?.abort(); // the page makes it, not its test
          opening.onerror = () => resolve(false);
          opening.onsuccess = () => {
            const keys = opening.result.transaction("kept").objectStore("kept").getAllKeys();
            keys.onsuccess = () => resolve(keys.result.some((key) => String(key).startsWith("checkpoint ")));
          };
        }),
    );
  await expect.poll(isKept, { timeout: patience }).toBe(true);
}

async function downloaded(page: Page, name: string): Promise<Buffer> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(".file", { hasText: name }).click(),
  ]);
  expect(download.suggestedFilename()).toBe(name);
  return readFileSync(await download.path());
}

inPage("trains CartPole to 475 and more, distils it, and gives a module that runs by itself", async (site) => {
  const page = await site.visit("env=CartPole-v1&seed=102");
  await button(page, "Train").click();
  await page.locator(".outcome .headline").waitFor();
  await screenshot(page, "finished");

  const folder = mkdtempSync(join(tmpdir(), "qstill-page-"));
  try {
    const summary = JSON.parse((await downloaded(page, "summary.json")).toString());
    expect(summary.teacher.evaluation.mean).toBeGreaterThanOrEqual(475);
    expect(summary.weightsHash).toBe(await hashOf(page));
    expect((await downloaded(page, "report.html")).toString()).toContain(summary.weightsHash);
    const { instance } = await WebAssembly.instantiate(new Uint8Array(await downloaded(page, "student.wasm")));
    expect((instance.exports.selfTest as () => number)()).toBe(1);
    expect(testInt8(await downloaded(page, "student.int8.safetensors"))).toBe(true);
    writeFileSync(join(folder, "student.mjs"), await downloaded(page, "student.mjs"));
    const play = `
      import { makeEnv } from "qstill";
      const { act } = await import(${JSON.stringify(join(folder, "student.mjs"))});
      const env = makeEnv("CartPole-v1");
      let sum = 0;
      for (let episode = 0; episode < 100; episode++) {
        let observation = env.reset({ seed: 5000 + episode });
        for (let over = false; !over; ) {
          const step = env.step(act(observation));
          observation = step.observation;
          sum += step.reward;
          over = step.terminated || step.truncated;
        }
      }
      console.log(sum / 100);`;
    const mean = Number(
      execFileSync(process.execPath, ["--input-type=module", "-e", play], { cwd: root, encoding: "utf8" }),
    );
    expect(mean).toBeGreaterThanOrEqual(475);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }

  await button(page, "Grow its decision tree").click();
  await page.locator(".tree").waitFor();
  expect(await page.locator(".features li").count()).toBe(4);
  expect((await downloaded(page, "student.tree.mjs")).toString()).toContain("export function act(x)");
  await screenshot(page, "read");
});

inPage("a link repeats a run to the weights that Node comes to, every attempt shown", async (site) => {
  const expected = await inNode();
  const page = await site.visit(`${short}&run=1&weights=${expected}`);
  await page.locator(".hash .good").waitFor();
  expect(await hashOf(page)).toBe(expected);
  expect(await page.locator(".attempts li").allTextContents()).toHaveLength(2);
  expect(await page.locator(".outcome p.bad").textContent()).toContain("Asked for was");

  const unlearned = `${short}&teacher.learningRate=1e-9&teacher.learningRateFinal=1e-9`;
  const other = await site.visit(`${unlearned}&run=1&weights=${"0".repeat(64)}`);
  await other.locator(".hash .bad").waitFor();
  expect((await other.locator(".outcome p.bad").allTextContents()).join(" ")).toContain("More steps or another seed");
});

it("Firefox comes to the same weights", { timeout: 4 * patience }, ({ skip }) =>
  orSkip(skip, async () => {
    if (site === undefined) throw missing;
    const expected = await inNode();
    const browser = await launchFirefox();
    try {
      const page = await browser.newPage();
      await page.goto(`${site.origin}/#${short}&run=1&weights=${expected}`);
      await page.waitForSelector(".hash .good", { timeout: patience });
    } finally {
      await browser.close();
    }
  }),
);

inPage("the link that it gives holds what differs from the preset, and repeats the run", async (site) => {
  const page = await site.visit(short, { permissions: ["clipboard-read", "clipboard-write"] });
  await button(page, "Train").click();
  await button(page, "Copy a link that repeats this run").click();
  await page.getByText("Copied").waitFor();
  const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
  const given = new URLSearchParams(link.hash.slice(1));
  expect(given.get("weights")).toBe(await hashOf(page));
  const preset = { teacher: teacherConfig("CartPole-v1", {}), student: studentConfig("CartPole-v1", {}) };
  const differing = Object.entries({ teacher: shortTeacher, student: shortStudent }).flatMap(([of, options]) =>
    Object.entries(options)
      .filter(([name, value]) => String(value) !== String(preset[of as "teacher"][name as "gamma"]))
      .map(([name]) => `${of}.${name}`),
  );
  const named = (names: Iterable<string>) => [...names].filter((name) => name.includes(".")).sort();
  expect(named(given.keys())).toEqual(named(differing));
  const again = await site.visit(link.hash.slice(1));
  await again.locator(".hash .good").waitFor();
});

inPage("pause, step, a reload and going on end in the same weights", async (site) => {
  const expected = await inNode(longSteps);
  const page = await site.visit(long);
  await button(page, "Train").click();
  await button(page, "Pause").click();
  await page.getByText("Paused.", { exact: true }).first().waitFor();
  const steps = () => page.locator(".figures dd").first().textContent();
  const before = await steps();
  await button(page, "Step").click();
  await expect.poll(steps, { timeout: patience }).not.toBe(before);
  await page.locator("button:enabled", { hasText: "Step" }).waitFor();
  // what was kept is there after a reload
  await kept(page);
  await page.reload();
  await page.getByText("was not finished").waitFor();
  await button(page, "Go on with it").click();
  await page.locator(".outcome .headline").waitFor();
  expect(await hashOf(page)).toBe(expected);
  // and forgotten when it is done
  await page.reload();
  await button(page, "Train").waitFor();
  expect(await page.getByText("was not finished").count()).toBe(0);
});

/** Lets a test end the page's workers as a browser does that runs out of memory. */
async function withWorkers(context: BrowserContext): Promise<void> {
  await context.addInitScript(`
    globalThis.workers = [];
    globalThis.Worker = class extends Worker {
      constructor(...given) {
        super(...given);
        workers.push(this);
      }
    };
    globalThis.killWorkers = () => {
      for (const worker of [...workers]) {
        worker.terminate();
        worker.dispatchEvent(new ErrorEvent("error", { message: "out of memory" }));
      }
    };`);
}

inPage("a worker that died is said to have, and its run goes on from its checkpoint", async (site) => {
  const page = await site.visit(endless, {}, withWorkers);
  await button(page, "Train").click();
  await button(page, "Pause").click();
  await button(page, "Resume").waitFor();
  await page.evaluate("killWorkers()");
  await page.getByText("The worker that trains has died").waitFor();
  await screenshot(page, "died");
  expect(await violations(page)).toEqual([]);
  await button(page, "Go on from the last checkpoint").click();
  await button(page, "Pause").waitFor();
  await button(page, "Stop").click();
  await button(page, "Go on training").click();
  await button(page, "Stop").click();
  expect(await violations(page)).toEqual([]);
  await button(page, "Stop and forget it").click();
  await button(page, "Train").waitFor();
  await page.reload();
  await button(page, "Train").waitFor();
  expect(await page.getByText("was not finished").count()).toBe(0);
});

inPage("what is not allowed is said where it stands", async (site) => {
  const page = await site.visit("env=CartPole-v1&teacher.gamma=7");
  expect(await page.getByRole("alert").first().textContent()).toContain("“teacher.gamma” cannot be “7”");
  await page.locator("#teacher-hidden").fill("64;64");
  expect(await page.locator("#teacher-hidden-error").textContent()).toContain("whole numbers from 1 to 4096");
  await button(page, "Train").click();
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("teacher-hidden");
  expect(await violations(page)).toEqual([]);
  await page.locator("#teacher-hidden").fill("8");
  await page.getByText("More options").click();
  for (const [field, wrong, preset, said] of [
    ["teacher-batchSize", "0.5", "128", "A whole number from 1 to 4096. The preset has 128."],
    ["teacher-gamma", "2", "0.98", "A number from 0 to 1. The preset has 0.98."],
    ["student-temperature", "0", "0.1", "A number above 0, at most 1000000. The preset has 0.1."],
  ]) {
    await page.locator(`#${field}`).fill(wrong);
    expect(await page.locator(`#${field}-error`).textContent()).toBe(said);
    await page.locator(`#${field}`).fill(preset);
    expect(await page.locator(`#${field}-error`).textContent()).toBe("");
  }
  await page.locator("#teacher-envSteps").fill("900"); // fewer than what learning starts with: only the library knows
  await button(page, "Train").click();
  await page.getByText("This configuration is not allowed").waitFor();
  await screenshot(page, "not-allowed");
});

inPage("a browser without SIMD, and one that keeps nothing, are told", async (site) => {
  const old = await site.visit("", {}, (context) => context.addInitScript("WebAssembly.validate = () => false"));
  expect(await old.getByRole("alert").textContent()).toContain("no WebAssembly with SIMD");
  expect(await violations(old)).toEqual([]);

  // what is served from its cache could not be led by anything
  const full = await site.visit(endless, { serviceWorkers: "block" }, (context) =>
    context.addInitScript("IDBFactory.prototype.open = () => { throw new Error('denied') }"),
  );
  // the worker's storage is its own: its script is led by the same refusal
  await full.context().route("**/worker.js", async (route) => {
    const response = await route.fetch();
    await route.fulfill({
      response,
      body: `IDBFactory.prototype.open = () => { throw new Error("denied") };${await response.text()}`,
    });
  });
  await full.reload();
  await button(full, "Train").click();
  await button(full, "Pause").click();
  await full.getByText("This browser keeps nothing").waitFor();
  await button(full, "Resume").click();
});

/** The page's states, each reached anew; none depends on the language. */
const states: Record<string, (page: Page) => Promise<unknown>> = {
  fresh: (page) => page.locator(".actor.teacher .standing:not(:empty)").waitFor(),
  training: async (page) => {
    await page.locator(".setup .primary").first().click();
    await page.locator(".curve").first().waitFor();
  },
  paused: async (page) => {
    await page.locator(".setup .primary").first().click();
    await page.locator(".run > button:nth-child(2)").click();
    await page.locator(".run > button:nth-child(3):enabled").waitFor();
  },
  "resume offered": async (page) => {
    await states.paused(page);
    await kept(page);
    await page.reload();
    await page.locator(".notice .primary").waitFor();
  },
  "file refused": async (page) => {
    await page.locator("#bring").setInputFiles(foreign("refuse_nan.safetensors"));
    await page.locator(".bring .error p").first().waitFor();
  },
  "finished and read": async (page) => {
    await page.goto(`${page.url().split("#")[0]}?#${short}&run=1`);
    await page.locator(".explained button").click();
    await page.locator(".tree").waitFor();
  },
};

/** Each language by day and by night, on a phone and on a desk. */
const everyLook = [
  [
    "en-US",
    [
      ["light", 360],
      ["dark", 1280],
    ],
  ],
  [
    "zh-CN",
    [
      ["dark", 360],
      ["light", 1280],
    ],
  ],
] as const;

for (const [state, reach] of Object.entries(states)) {
  inPage(`${state}: no violation and nothing beside a phone, in both languages, by day and by night`, async (site) => {
    for (const [locale, looks] of everyLook) {
      const page = await site.visit(endless, { locale });
      await reach(page);
      for (const [colorScheme, width] of looks) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 850 });
        const look = `${state}-${locale}-${colorScheme}-${width}`;
        await screenshot(page, look);
        const sideways = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        expect({ look, sideways, found: await violations(page) }).toEqual({ look, sideways: false, found: [] });
      }
      await page.context().close();
    }
  });
}

inPage("works with a keyboard alone, and holds still where that is asked for", async (site) => {
  const page = await site.visit(short, { reducedMotion: "reduce" });
  await button(page, "Play").waitFor();
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");
  await page.keyboard.press("Tab");
  expect(await focused()).toBe("Skip to the stage");
  for (let i = 0; i < 10 && (await focused()) !== "Train"; i++) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator(".outcome .headline").waitFor();
  await button(page, "Play").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await button(page, "Hold").waitFor();
});

inPage("distils teachers that are brought, and says what is wrong with other files", async (site) => {
  const page = await site.visit(short);
  const bring = (name: string) => page.locator("#bring").setInputFiles(foreign(name));
  const said = page.locator(".bring .error");
  for (const name of ["refuse_header_length.safetensors", "refuse_nan.safetensors", "refuse_overlap.safetensors"]) {
    await bring(name);
    await said.getByText(name).waitFor();
    expect(await said.textContent()).toContain("cannot be used");
  }
  await page.locator("#bring").setInputFiles({ name: "notes.txt", mimeType: "", buffer: Buffer.from("no model") });
  await said.getByText("“notes.txt” is no model’s file").waitFor();

  await page.locator("#task").selectOption("MountainCar-v0");
  await bring("sb3_dqn_cartpole.zip");
  await said.getByText("Choose the task that it was trained for").waitFor();
  await page.locator("#task").selectOption("CartPole-v1");
  await bring("sb3_dqn_cartpole.zip");
  await page.locator(".outcome .headline").waitFor();
  expect(await page.locator(".box.teacher .note").textContent()).toBe("sb3_dqn_cartpole.zip");
  expect(await page.locator(".outcome").textContent()).toContain("no link repeats this run");
  await screenshot(page, "brought");

  // this library's own say where they are at home
  const student = await downloaded(page, "student.safetensors");
  await page.locator("#task").selectOption("MountainCar-v0");
  await page.locator("#bring").setInputFiles({ name: "mine.safetensors", mimeType: "", buffer: student });
  await page.locator(".box.teacher .note", { hasText: "mine.safetensors" }).waitFor();
  expect(await page.locator("#task").inputValue()).toBe("CartPole-v1");
});

inPage("an error is a whole sentence in Chinese, the library's own reason a detail in English", async (site) => {
  const page = await site.visit("env=CartPole-v1&teacher.envSteps=900", { locale: "zh-CN", colorScheme: "dark" });
  const chinese = /^(?!.*[a-z]+ [a-z]+ [a-z]+).*\p{Script=Han}.*。$/u; // no English sentence in it
  await page.locator("#bring").setInputFiles(foreign("refuse_nan.safetensors"));
  const refused = page.locator(".bring .error p");
  await refused.first().waitFor();
  expect(await refused.first().textContent()).toMatch(chinese);
  expect(await page.locator(".bring .error [lang=en]").textContent()).toContain("NaN");
  await page.locator(".setup .primary").first().click();
  const failed = page.locator(".notice.error p");
  await failed.first().waitFor();
  expect(await failed.first().textContent()).toMatch(chinese);
  expect(await page.locator(".notice.error [lang=en]").textContent()).toContain("envSteps");
  expect(await violations(page)).toEqual([]);
  await page.locator(".notice.error a").click(); // back to the preset
  await expect.poll(() => page.locator("#teacher-envSteps").inputValue(), { timeout: patience }).not.toBe("900");
});

inPage("a first visit loads at most 150 KiB", async (site) => {
  const page = await (await site.browser.newContext()).newPage();
  const loaded = followLoads(page, dist);
  await page.goto(site.origin);
  await page.locator(".actor.teacher .standing", { hasText: "return" }).waitFor();
  const loads = await loaded();
  expect(loads.map(({ file }) => file)).toContain("/worker.js");
  expect(loads.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(150 * 1024);
});

inPage("works without a network once it was loaded", async (site) => {
  const page = await site.visit();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.context().setOffline(true);
  await page.reload();
  for (const id of ["MinAtar/Breakout-v1", "LunarLander-v3"]) {
    await page.locator("#task").selectOption(id); // which the visit had not loaded
    await page.locator(`canvas[aria-label*="${id}"]`).first().waitFor();
  }
});

inPage("leaves alone what other pages of its origin keep", async (site) => {
  const context = await site.browser.newContext();
  const other = await context.newPage();
  await other.goto(`${site.origin}/worker.js`); // a page of the same origin that is not this one
  await other.evaluate(async (origin) => {
    for (const name of ["theirs", "qstill-theirs", "qstill /elsewhere/ 0"]) await caches.open(name);
    // version 0.1.0: here, and in another folder
    await (await caches.open("qstill-0123456789abcdef")).put(`${origin}/`, new Response("old"));
    await (await caches.open("qstill-fedcba9876543210")).put(`${origin}/elsewhere/`, new Response("old"));
    await caches.open("qstill / 0");
    await new Promise<void>((resolve) => {
      const opening = indexedDB.open("keyval-store");
      opening.onupgradeneeded = () => opening.result.createObjectStore("keyval").put("theirs", "run");
      opening.onsuccess = () => resolve(opening.result.close());
    });
  }, site.origin);
  const page = await context.newPage();
  await page.goto(site.origin);
  await page.evaluate(() => navigator.serviceWorker.ready);
  const names = () =>
    page.evaluate(async () => (await caches.keys()).filter((name) => !/^qstill \/ \w{16}$/.test(name)));
  const left = ["qstill /elsewhere/ 0", "qstill-fedcba9876543210", "qstill-theirs", "theirs"];
  await expect.poll(async () => (await names()).sort(), { timeout: patience }).toEqual(left);
  const theirs = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const opening = indexedDB.open("keyval-store");
        opening.onsuccess = () => {
          const got = opening.result.transaction("keyval").objectStore("keyval").get("run");
          got.onsuccess = () => resolve(got.result);
        };
      }),
  );
  expect(theirs).toBe("theirs");
});

inPage("each of two tabs has its own run, and one whose tab is gone is offered", async (site) => {
  const first = await site.visit(endless);
  await button(first, "Train").click();
  await kept(first);
  const second = await first.context().newPage();
  await second.goto(`${site.origin}/?second#${long}`);
  await button(second, "Train").waitFor();
  expect(await second.getByText("was not finished").count()).toBe(0); // the first tab has it
  await button(second, "Train").click();
  await second.locator(".outcome .headline").waitFor();
  await first.close();
  await second.reload();
  await second.getByText("was not finished").waitFor();
  const third = await second.context().newPage();
  await third.goto(site.origin);
  await third.getByText("was not finished").waitFor();
  await button(second, "Go on with it").click();
  await button(second, "Pause").waitFor();
  await button(third, "Go on with it").click();
  await button(third, "Go on with it").waitFor({ state: "detached" }); // the second tab has it now
  await button(third, "Train").waitFor();
});

inPage("a run that is stopped gives a student of the best network so far", async (site) => {
  const page = await site.visit(endless);
  await button(page, "Train").click();
  await page.locator(".box.teacher .note", { hasText: "return" }).waitFor();
  await button(page, "Stop").click();
  await screenshot(page, "stop");
  await button(page, "Distil the best network so far").click();
  await page.locator(".outcome .headline").waitFor();
  expect(await page.locator(".outcome").textContent()).toContain("training was ended early, so no link");
  const [ofTeacher, ofStudent] = await page.locator(".figures dd").allTextContents();
  expect(ofTeacher).toMatch(/^Teacher: [1-9]/);
  expect(ofStudent).toMatch(/^Student: [1-9]/);
  const summary = JSON.parse((await downloaded(page, "summary.json")).toString());
  const { training } = loadModel(new Uint8Array(await downloaded(page, "teacher.safetensors")));
  expect(training?.envSteps).toBe(summary.teacher.envSteps);
  expect(summary.teacher.envSteps % shortTeacher.evaluationInterval).toBe(0);
});

/** Looks at both actors in many frames, and gives what is wrong with their rows, and the heights that were seen. */
const watchRows = (frames: number) => `new Promise((resolve) => {
  const wrong = [];
  const heights = new Set();
  let seen = 0;
  let left = ${frames};
  const look = () => {
    for (const actor of document.querySelectorAll(".actor")) {
      heights.add(actor.className.replace(/ (over|absent)/g, "") + " " + actor.querySelector("figcaption").offsetHeight);
      const rows = [...actor.querySelectorAll(".row")].map((row) => ({
        number: Number(row.querySelector(".value").textContent.replace("−", "-").replaceAll(",", "")),
        bar: Number(row.querySelector(".bar").style.transform.slice(7, -1)),
        chosen: row.classList.contains("chosen"),
      }));
      const chosen = rows.find((row) => row.chosen);
      if (chosen === undefined) continue;
      seen++;
      if (rows.some(({ number, bar }) => number > chosen.number || bar > chosen.bar + 1e-6)) wrong.push(rows);
    }
    if (--left > 0) requestAnimationFrame(look);
    else resolve({ wrong, seen, heights: [...heights] });
  };
  look();
})`;

inPage(
  "the bold action has the largest number and the longest bar in every frame, and no caption moves",
  async (site) => {
    for (const [locale, width] of [
      ["en-US", 360],
      ["zh-CN", 390],
      ["en-US", 1280],
    ] as const) {
      const page = await site.visit(endless, { locale, viewport: { width, height: 900 } });
      await page.locator(".setup .primary").first().click();
      await page.locator(".actor.teacher .chosen").waitFor();
      await page.getByRole("button", { name: "4×" }).click();
      const { wrong, seen, heights } = (await page.evaluate(watchRows(400))) as {
        wrong: unknown[];
        seen: number;
        heights: string[];
      };
      expect(wrong).toEqual([]);
      expect(seen).toBeGreaterThan(100);
      expect(heights).toHaveLength(2); // one of each actor
      await page.locator(".controls .quiet").click(); // hold
      expect(((await page.evaluate(watchRows(20))) as { wrong: unknown[] }).wrong).toEqual([]);
      // what a network said is gone with it
      await page.locator(".run > button").last().click();
      await page.locator("dialog .bad").click();
      await expect.poll(() => page.locator(".actor .chosen").count(), { timeout: patience }).toBe(0);
      expect((await page.locator(".actor .value").allTextContents()).join("")).toBe("");
      await page.context().close();
    }
  },
);

/** Looks at so many frames: what of the rows is wrong, and in how many frames some actions were allowed and others not. */
const watchForbidden = (frames: number) => `new Promise((resolve) => {
  const wrong = [];
  let seen = 0;
  let left = ${frames};
  const look = () => {
    for (const actor of document.querySelectorAll(".actor")) {
      const rows = [...actor.querySelectorAll(".row")];
      if (!actor.querySelector(".chosen")) continue;
      const forbidden = rows.filter((row) => row.classList.contains("forbidden"));
      if (forbidden.length > 0 && forbidden.length < rows.length) seen++;
      for (const row of forbidden) {
        const { transform } = row.querySelector(".bar").style;
        const grey = getComputedStyle(row).color !== getComputedStyle(actor.querySelector(".chosen")).color;
        const text = row.querySelector(".value").textContent;
        if (/chosen|other/.test(row.className) || transform !== "" || !grey || !/^(forbidden|禁止)$/.test(text)) {
          wrong.push([row.className, transform, grey, text]);
        }
      }
    }
    if (--left > 0) requestAnimationFrame(look);
    else resolve({ wrong, seen });
  };
  look();
})`;

inPage("an action that is not allowed is grey, says so, and is never taken", async (site) => {
  const board = short.replace("CartPole-v1", "TicTacToe-v0");
  for (const locale of ["en-US", "zh-CN"]) {
    const page = await site.visit(board, { locale });
    const thrown: string[] = [];
    page.on("pageerror", ({ message }) => thrown.push(message));
    await page.locator(".setup .primary").first().click();
    await page.locator(".outcome .headline").waitFor(); // no step of the run was refused
    await page.locator(".controls").getByRole("button", { name: "4×" }).click();
    const found = async () => (await page.evaluate(watchForbidden(60))) as { wrong: unknown[]; seen: number };
    let seen = 0;
    await expect
      .poll(
        async () => {
          const { wrong, seen: more } = await found();
          expect(wrong).toEqual([]);
          seen += more;
          return seen;
        },
        { timeout: patience },
      )
      .toBeGreaterThan(30);
    expect(thrown).toEqual([]);
    expect(await violations(page)).toEqual([]);
    await page.context().close();
  }
});

inPage("no option's text is cut, on a phone and on a desk, in both languages", async (site) => {
  const arrow = 20; // CSS pixels, as Chromium draws it
  for (const locale of ["en-US", "zh-CN"]) {
    const page = await site.visit("env=CartPole-v1", { locale });
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      const cut = await page.evaluate((arrow) => {
        for (const each of document.querySelectorAll("details")) each.open = true;
        return [...document.querySelectorAll("select")].flatMap((select) => {
          const { font, paddingLeft, paddingRight } = getComputedStyle(select);
          const probe = document.createElement("canvas").getContext("2d")!;
          probe.font = font;
          const room = select.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight) - arrow;
          const texts = [...select.options].map(({ text }) => text);
          return texts.filter((text) => probe.measureText(text).width > room);
        });
      }, arrow);
      expect({ locale, width, cut }).toEqual({ locale, width, cut: [] });
    }
    await page.context().close();
  }
});

inPage("a curve of a single point shows it", async (site) => {
  const once = short.replace(/teacher\.evaluationInterval=\d+/, `teacher.evaluationInterval=${shortTeacher.envSteps}`);
  const page = await site.visit(once);
  await button(page, "Train").click();
  await page.locator(".outcome .headline").waitFor();
  const curve = page.locator(".curve", { hasText: "Return of the teacher" });
  const ofTeacher = () =>
    curve.locator("canvas").evaluate((canvas: HTMLCanvasElement) => {
      const probe = document.createElement("span");
      probe.style.color = "var(--teacher)";
      document.body.append(probe);
      const colour = getComputedStyle(probe).color.match(/\d+/g)!.map(Number);
      probe.remove();
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let i = 0; i < data.length; i += 4) if (colour.every((part, k) => data[i + k] === part)) count++;
      return count;
    });
  await expect.poll(ofTeacher, { timeout: patience }).toBeGreaterThan(8);
});

inPage("the boxes of the loop are as high at the end of a run as before it", async (site) => {
  for (const [locale, width] of [
    ["en-US", 1280],
    ["en-US", 1000],
    ["zh-CN", 360],
  ] as const) {
    const page = await site.visit(short, { locale, viewport: { width, height: 900 } });
    const height = () => page.locator(".boxes").evaluate(({ clientHeight }) => clientHeight);
    const before = await height();
    await page.locator(".setup .primary").first().click();
    await page.locator(".outcome .headline").waitFor();
    expect({ locale, width, height: await height() }).toEqual({ locale, width, height: before });
    await page.context().close();
  }
});

inPage("a slow task is alive before its first evaluation", async (site) => {
  const page = await site.visit("env=MinAtar/Breakout-v1&run=1");
  await page.locator(".actor.teacher .chosen").waitFor(); // the network acts
  await page.locator(".curve", { hasText: "Return of the teacher" }).locator("canvas").waitFor();
  expect(await page.locator(".box.teacher .note").textContent()).toBe(""); // nothing was evaluated yet
  await screenshot(page, "alive");
});

inPage(
  "a file dropped anywhere is taken, its sizes are in the form, and keys push from everywhere but fields",
  async (site) => {
    const page = await site.visit(short);
    const drop = (name: string, file: Buffer) =>
      page.evaluate(
        ([name, bytes]) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([new Uint8Array(bytes)], name));
          const event = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
          document.querySelector("header")?.dispatchEvent(event);
          return event.defaultPrevented;
        },
        [name, [...file]] as const,
      );
    await page.locator("#task").selectOption("MountainCar-v0");
    const teacher = readFileSync(foreign("sb3_dqn_cartpole.zip"));
    expect(await drop("sb3.zip", teacher)).toBe(true);
    await page.getByText("It fits CartPole-v1.").waitFor();
    await page.locator("#task").selectOption("CartPole-v1");
    await page.locator("#student-hidden").fill("6");
    await drop("sb3.zip", teacher);
    await page.locator(".box.teacher .note", { hasText: "sb3.zip" }).waitFor();
    expect(await page.locator("#teacher-hidden").inputValue()).not.toBe(
      String(teacherConfig("CartPole-v1", {}).hidden),
    );
    expect(await drop("other.zip", teacher)).toBe(true); // or the browser would leave the page
    await page.locator(".outcome .headline").waitFor();
    expect(await page.locator("#teacher-hidden").inputValue()).toBe(
      loadModel(new Uint8Array(await downloaded(page, "teacher.safetensors")))
        .widths.slice(1, -1)
        .join(","),
    );

    await page.evaluate(
      "globalThis.pushed = 0; addEventListener('keydown', (event) => { pushed += event.defaultPrevented; })",
    );
    const pushed = () => page.evaluate("pushed");
    await page.evaluate("document.activeElement.blur()");
    await page.keyboard.press("ArrowLeft");
    expect(await pushed()).toBe(1);
    await page.locator("#seed").focus();
    await page.keyboard.press("ArrowLeft");
    expect(await pushed()).toBe(1);
  },
);

inPage(
  "a brought teacher that is no better than chance has one attempt, and the advice is to bring another",
  async (site) => {
    const page = await site.visit(short);
    const parameters = new Float32Array(4 * 2 + 2); // always the same action
    const model = new Model({ environment: "CartPole-v1", widths: [4, 2], parameters });
    const file = { name: "poor.safetensors", mimeType: "", buffer: Buffer.from(saveModel(model)) };
    await page.locator("#bring").setInputFiles(file);
    await page.locator(".outcome .headline").waitFor();
    expect(await page.locator(".attempts li").count()).toBe(1);
    expect(await page.locator(".outcome p.bad").textContent()).toContain("Bring another one");
    expect(await page.locator("#teacher-hidden").inputValue()).toBe("none");
  },
);

inPage("plays every environment", async (site) => {
  const page = await site.visit();
  const errors: string[] = [];
  page.on("pageerror", ({ message }) => errors.push(message));
  const ids = await page
    .locator("#task option")
    .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
  for (const id of ids) {
    await page.locator("#task").selectOption(id);
    await page.locator(`canvas[aria-label*="${id}"]`).first().waitFor();
    await page.locator(".actor.teacher .standing", { hasText: "return" }).waitFor();
  }
  expect(ids.length).toBeGreaterThan(15);
  expect(errors).toEqual([]);
});
