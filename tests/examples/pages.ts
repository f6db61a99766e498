// The examples' pages, served as files and nothing else, in a browser that collects what goes wrong in them.
import type { BrowserContextOptions, Page } from "playwright-core";
import { launchChromium, launchFirefox } from "../engines/launch.js";
import { patience } from "../engines/patience.js";
import { serve } from "../engines/serve.js";

/**
 * What `use` gives, called with an open page; afterwards nothing may have gone wrong in it.
 * @param folder what is served
 * @param path of the page in it
 * @throws MissingEngineError
 */
export async function withPage<T>(
  folder: string,
  path: string,
  policy: string,
  options: BrowserContextOptions,
  use: (page: Page) => Promise<T>,
): Promise<T> {
  const browser = await launchChromium();
  const { origin, close } = await serve(folder, { "content-security-policy": policy });
  try {
    const context = await browser.newContext(options);
    context.setDefaultTimeout(patience);
    const page = await context.newPage();
    const wrong: string[] = [];
    page.on("pageerror", ({ message }) => wrong.push(message));
    page.on("console", (message) => {
      if (message.type() === "error") wrong.push(message.text());
    });
    await page.goto(`${origin}/${path}`);
    const result = await use(page);
    if (wrong.length > 0) throw new Error(`in ${path}: ${wrong.join("; ")}`);
    return result;
  } finally {
    await browser.close();
    close();
  }
}

type FirefoxPage = Awaited<ReturnType<Awaited<ReturnType<typeof launchFirefox>>["newPage"]>>;

/**
 * Calls `use` with a page that is open in Firefox.
 * @param folder what is served
 * @param path of the page in it
 * @throws MissingEngineError
 */
export async function withFirefoxPage(
  folder: string,
  path: string,
  use: (page: FirefoxPage) => Promise<void>,
): Promise<void> {
  const browser = await launchFirefox();
  const { origin, close } = await serve(folder, {});
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(patience);
    await page.goto(`${origin}/${path}`);
    await use(page);
  } finally {
    await browser.close();
    close();
  }
}
