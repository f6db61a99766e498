// The example game: its opponent is what its script trains, plays well and is small; the page needs nothing else and works.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import type { BrowserContextOptions, Page } from "playwright-core";
import { expect, it } from "vitest";
import { checkEnv, type Env } from "../../src/env/index.js";
import { patience } from "../engines/patience.js";
import { orSkip } from "../engines/skip.js";
import { withPage } from "./pages.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "examples", "game");
const load = (file: string) => import(pathToFileURL(join(folder, file)).href);

it("trains again to the very opponent that is there", { timeout: 600_000 }, () => {
  const scratch = mkdtempSync(join(tmpdir(), "qstill-game-"));
  try {
    execFileSync(process.execPath, [join(folder, "train.js"), scratch], { cwd: root });
    for (const file of ["opponent.mjs", "opponent.json"]) {
      expect(readFileSync(join(scratch, file), "utf8")).toBe(readFileSync(join(folder, file), "utf8"));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
});

it("has an opponent of at most a kilobyte, gzipped", () => {
  expect(gzipSync(readFileSync(join(folder, "opponent.mjs"))).length).toBeLessThanOrEqual(1024);
});

it("has an environment in which nothing is wrong, and no function that engines compute differently", async () => {
  expect(checkEnv((await load("env.js")).makeRally)).toEqual([]);
  for (const file of ["rules.js", "env.js"]) {
    const used = readFileSync(join(folder, file), "utf8").matchAll(/Math\.(\w+)/g);
    for (const [, name] of used) expect(["abs", "max", "min", "sign"]).toContain(name);
  }
});

it("wins five of six points and more against the player of the training, in 100 games that it never saw", async () => {
  const [{ makeRally }, { act }] = await Promise.all([load("env.js"), load("opponent.mjs")]);
  expect(wins(makeRally(), act)).toBeGreaterThanOrEqual(84);
  expect(wins(makeRally(), () => 1)).toBeLessThan(40); // who stays where it is
});

/** Points won of 100. */
function wins(env: Env, act: (observation: Float32Array) => number): number {
  let won = 0;
  for (let seed = 20_000; seed < 20_100; seed++) {
    let observation = env.reset({ seed });
    for (let ended = false; !ended; ) {
      const step = env.step(act(observation));
      observation = step.observation;
      ended = step.terminated || step.truncated;
      if (step.terminated && step.reward > 0) won++;
    }
  }
  return won;
}

it("loads files of its own folder only", () => {
  const page = readFileSync(join(folder, "index.html"), "utf8");
  const loaded = new Set([...page.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(([, file]) => file));
  for (const file of loaded) {
    const imports = readFileSync(join(folder, file), "utf8").matchAll(/\b(?:from|import)\s*\(?\s*"([^"]+)"|url\(/g);
    for (const [, path] of imports) {
      expect(path).toMatch(/^\.\/\w+\.m?js$/);
      loaded.add(path.slice(2));
    }
  }
  expect([...loaded].sort()).toEqual(["game.js", "opponent.mjs", "picture.js", "rules.js", "style.css"]);
});

const inGame = <T>(options: BrowserContextOptions, use: (page: Page) => Promise<T>) =>
  withPage(folder, "index.html", "default-src 'self'; img-src 'self' data:", options, use);

/** The middles of both paddles as they are drawn, from 0 to 1. */
function paddles(page: Page): Promise<{ upper: number; lower: number }> {
  return page.locator("canvas").evaluate((canvas: HTMLCanvasElement) => {
    const { width, height } = canvas;
    const middleOfRow = (y: number) => {
      const { data } = canvas.getContext("2d")!.getImageData(0, Math.round(y), width, 1);
      const filled = Array.from({ length: width }, (_, x) => x).filter((x) => data[4 * x + 3] === 255);
      return filled.reduce((sum, x) => sum + x, 0) / filled.length / width;
    };
    return { upper: middleOfRow(0.055 * width), lower: middleOfRow(height - 0.055 * width) };
  });
}

const points = async (page: Page) =>
  (await page.locator(".points").allTextContents()).reduce((sum, text) => sum + Number(text), 0);

it("is played with keys, to the end of a match", { timeout: 4 * patience }, ({ skip }) =>
  orSkip(skip, () =>
    inGame({ viewport: { width: 1100, height: 800 } }, async (page) => {
      await page.getByRole("button", { name: "Play" }).click();
      await page.keyboard.down("d");
      await expect.poll(async () => (await paddles(page)).lower, { timeout: patience }).toBeGreaterThan(0.85);
      await page.keyboard.up("d");
      await page.keyboard.down("ArrowLeft");
      await expect.poll(async () => (await paddles(page)).lower, { timeout: patience }).toBeLessThan(0.15);
      await page.keyboard.up("ArrowLeft");

      const upper = new Set<number>();
      while (upper.size < 5 || (await points(page)) === 0) upper.add((await paddles(page)).upper);
      expect(await page.getByRole("status").textContent()).toMatch(/point.*: \d to \d$/i);

      await page.keyboard.press("Space");
      await page.getByText("Paused").waitFor();
      const held = await paddles(page);
      await page.waitForTimeout(300);
      expect(await paddles(page)).toEqual(held);
      await page.getByRole("button", { name: "Go on" }).press("Enter");

      // whoever stands still loses, but for one match in 25
      await page.getByText(/^(The network wins|You win) 7 : \d$/).waitFor();
      await page.getByRole("button", { name: "Play again" }).click();
      expect(await points(page)).toBe(0);
    }),
  ),
);

it("is played with a finger on a phone, and holds still before that where it is asked to", { timeout: 4 * patience }, ({
  skip,
}) => {
  const phone = {
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    colorScheme: "dark",
    reducedMotion: "reduce",
  } as const;
  return orSkip(skip, () =>
    inGame(phone, async (page) => {
      const before = await page.screenshot();
      await page.waitForTimeout(300);
      expect((await page.screenshot()).equals(before)).toBe(true);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);

      await page.getByRole("button", { name: "Play" }).tap();
      const { x, y, width } = (await page.locator("canvas").boundingBox())!;
      for (const share of [0.75, 0.3]) {
        await page.touchscreen.tap(x + share * width, y + 100);
        await expect.poll(async () => (await paddles(page)).lower, { timeout: patience }).toBeCloseTo(share, 1);
      }
    }),
  );
});
