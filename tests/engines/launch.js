// The engines to run the library in, where they are installed: versions of Node, Bun, Deno, headless Chromium and Firefox.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { serve } from "./serve.js";

const packages = fileURLToPath(new URL("node_modules", import.meta.url));

/** The engine is not installed; the message says how to get it. */
export class MissingEngineError extends Error {}

/** The versions of Node that this folder's package.json installs. */
export const nodeVersions = [20, 22, 24];

/**
 * The path of a version of Node.
 * @param {number} version one of {@link nodeVersions}
 * @throws {MissingEngineError}
 */
export function nodeBinary(version) {
  return installed(`Node ${version}`, join(`node-${version}`, "bin", "node"));
}

/**
 * How to start a script in each engine that needs no page: the engine's path, and its arguments up to the script's text.
 * @type {[name: string, command: () => string[]][]}
 */
export const runtimes = [
  ["this Node", () => [process.execPath, "--input-type=module", "-e"]],
  ...nodeVersions.map((version) => [`Node ${version}`, () => [nodeBinary(version), "--input-type=module", "-e"]]),
  ["Bun", () => [installed("Bun", join("bun", "bin", "bun")), "-e"]],
  ["Deno", () => [installed("Deno", join("deno", "deno")), "eval", "--no-lock"]],
];

function installed(name, file) {
  const path = join(packages, file);
  if (existsSync(path)) return path;
  throw new MissingEngineError(`no ${name} found: npm install --prefix tests/engines gets it on Linux x64`);
}

/**
 * A page, open where `import("qstill")` gives the built library and "/" is the root of the repository.
 * @typedef {{ evaluate: (expression: string) => Promise<any>, goto: (url: string) => Promise<any> }} Page
 */

/**
 * What `use` gives, called with a page in headless Chromium.
 * @template T
 * @param {(page: Page) => Promise<T>} use
 * @returns {Promise<T>}
 * @throws {MissingEngineError}
 */
export function withChromium(use) {
  return withPage(launchChromium, use);
}

/**
 * Headless Chromium, driven by Playwright.
 * @returns {Promise<import("playwright-core").Browser>}
 * @throws {MissingEngineError}
 */
export async function launchChromium() {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
  const executablePath = executable("Chromium", names);
  const { chromium } = await import("playwright-core");
  const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"];
  return chromium.launch({ executablePath, args });
}

/**
 * What `use` gives, called with a page in headless Firefox.
 * @template T
 * @param {(page: Page) => Promise<T>} use
 * @returns {Promise<T>}
 * @throws {MissingEngineError}
 */
export function withFirefox(use) {
  return withPage(launchFirefox, use);
}

/**
 * Headless Firefox, driven by Puppeteer.
 * @throws {MissingEngineError}
 */
export async function launchFirefox() {
  const executablePath = executable("Firefox", ["firefox", "firefox-esr"]);
  if (!existsSync(join(packages, "puppeteer-core"))) {
    throw new MissingEngineError("no driver for Firefox found: npm install --prefix tests/engines");
  }
  // Playwright drives only a Firefox of its own; Puppeteer any, over the standard WebDriver BiDi
  const { launch } = await import("puppeteer-core");
  return launch({ browser: "firefox", executablePath, headless: true });
}

/** The path of an installed browser, from the environment variable of its name or by a file name on the PATH. */
function executable(browser, names) {
  const variable = browser.toUpperCase();
  const folders = (process.env.PATH ?? "").split(delimiter);
  const candidates = [process.env[variable], ...names.flatMap((name) => folders.map((folder) => join(folder, name)))];
  const found = candidates.find((path) => path !== undefined && existsSync(path));
  if (found !== undefined) return found;
  throw new MissingEngineError(`no ${browser} found: set ${variable} to one, or put it on the PATH`);
}

async function withPage(launch, use) {
  const { origin, close } = await serve();
  try {
    const browser = await launch();
    try {
      const page = await browser.newPage();
      await page.goto(origin);
      return await use(page);
    } finally {
      await browser.close();
    }
  } finally {
    close();
  }
}
