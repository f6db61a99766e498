// The page, built and served, and browsers that open it.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { launchChromium, MissingEngineError } from "../engines/launch.js";
import { patience } from "../engines/patience.js";
import { serve } from "../engines/serve.js";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const dist = join(root, "web", "dist");
const screenshots = join(root, "web", "screenshots");

export class Site {
  readonly origin: string;
  readonly browser: Browser;
  readonly #close: () => void;

  private constructor(origin: string, browser: Browser, close: () => void) {
    this.origin = origin;
    this.browser = browser;
    this.#close = close;
  }

  /** @throws MissingEngineError where something that it needs is not installed */
  static async open(): Promise<Site> {
    if (!existsSync(join(root, "web", "node_modules", "vite"))) {
      throw new MissingEngineError("the page's packages are not installed: npm run build:web gets them");
    }
    const browser = await launchChromium();
    execFileSync(process.execPath, ["web/make.js", "build"], { cwd: root });
    const { origin, close } = await serve(dist, {}, readFileSync(join(dist, "index.html"), "utf8"));
    return new Site(origin, browser, close);
  }

  /** Ends every visit. */
  async leave(): Promise<void> {
    for (const context of this.browser.contexts()) await context.close();
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.#close();
  }

  /** A new visitor. */
  async visit(
    hash = "",
    options: BrowserContextOptions = {},
    before?: (context: BrowserContext) => Promise<unknown>,
  ): Promise<Page> {
    const context = await this.browser.newContext({
      locale: "en-US",
      viewport: { width: 1280, height: 900 },
      ...options,
    });
    context.setDefaultTimeout(patience);
    await before?.(context);
    const page = await context.newPage();
    await page.goto(`${this.origin}/${hash === "" ? "" : `#${hash}`}`);
    await page.locator("main").waitFor();
    return page;
  }
}

export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
}

const axe = () => createRequire(join(root, "web", "package.json")).resolve("axe-core/axe.min.js");

/** What axe finds wrong with the page as it is now, a line each. */
export async function violations(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: axe() });
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    // colours on their way from one theme to the other are neither's
    await Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => {})));
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  });
}
