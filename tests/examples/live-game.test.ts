// The example of a game in a page with the learner in a worker, in Chromium and Firefox: it learns, it stops, and the page plays.
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { patience } from "../engines/patience.js";
import { orSkip } from "../engines/skip.js";
import { withFirefoxPage, withPage } from "./pages.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const path = "examples/live-game/index.html";
/** What the library needs; and the import map within the page. */
const policy = "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'";

it("learns, stops, and plays with what was learned", { timeout: 6 * patience }, ({ skip }) =>
  orSkip(skip, () =>
    withPage(root, path, policy, {}, async (page) => {
      await page.getByRole("slider", { name: "Speed" }).fill("250");
      const mean = async () => Number(await page.locator("#mean").textContent());
      const status = page.getByRole("status");
      await page.getByRole("button", { name: "Learn" }).click();
      await status.getByText("Learning.").waitFor();
      await expect.poll(mean, { timeout: 4 * patience }).toBeGreaterThan(0); // random play: about -6
      await page.getByRole("button", { name: "Stop" }).click();
      await status.getByText("Playing with what was learned.").waitFor();
      await page.getByRole("button", { name: "Learn" }).waitFor();
      await expect.poll(mean, { timeout: 2 * patience }).toBeGreaterThan(3);
    }),
  ),
);

it("stops while it waits for the page, and learns anew", { timeout: 3 * patience }, ({ skip }) =>
  orSkip(skip, () =>
    withPage(root, path, policy, {}, async (page) => {
      const status = page.getByRole("status");
      const stage = page.locator("canvas");
      const picture = () => stage.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
      for (let time = 0; time < 2; time++) {
        await page.getByRole("button", { name: "Learn" }).click();
        await status.getByText("Learning.").waitFor();
        const still = await picture();
        await expect.poll(picture, { timeout: patience }).not.toBe(still); // the game goes on
        await page.getByRole("button", { name: "Stop" }).click();
        await status.getByText("Playing with what was learned.").waitFor();
      }
    }),
  ),
);

it("learns in Firefox, too", { timeout: 6 * patience }, ({ skip }) =>
  orSkip(skip, () =>
    withFirefoxPage(root, path, async (page) => {
      const textOf = (id: string) => page.$eval(id, ({ textContent }: Element) => textContent ?? "");
      await page.$eval("#speed", (speed: Element) => {
        (speed as HTMLInputElement).value = "250";
      });
      await page.click("#learn");
      await expect.poll(async () => Number(await textOf("#mean")), { timeout: 4 * patience }).toBeGreaterThan(0);
      await page.click("#learn");
      await expect.poll(() => textOf("#status"), { timeout: patience }).toBe("Playing with what was learned.");
    }),
  ),
);
