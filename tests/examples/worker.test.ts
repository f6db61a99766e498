// The example of training in a worker, in Chromium and Firefox: it ends well, its student acts on the page, it can be cancelled.
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { patience } from "../engines/patience.js";
import { orSkip } from "../engines/skip.js";
import { withFirefoxPage, withPage } from "./pages.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const path = "examples/worker/index.html";
/** What the library needs; and the import map within the page. */
const policy = "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'";
const finished = /^A student of (\d+) parameters: mean return ([\d.]+) over 100 episodes\.$/;

it("trains a student of 475 and more, with which the page acts", { timeout: 4 * patience }, ({ skip }) =>
  orSkip(skip, () =>
    withPage(root, path, policy, {}, async (page) => {
      const stage = page.locator("canvas");
      const picture = () => stage.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
      const still = await picture();
      const status = page.getByRole("status");
      await page.getByRole("button", { name: "Train" }).click();
      await status.getByText(/^Training a teacher: mean return \d/).waitFor();
      expect(await picture()).toBe(still); // there is nothing to act with
      await status.getByText(finished).waitFor();
      const [, parameters, mean] = finished.exec((await status.textContent())!)!;
      expect(Number(parameters)).toBe(114);
      expect(Number(mean)).toBeGreaterThanOrEqual(475);
      await expect.poll(picture, { timeout: patience }).not.toBe(still);
    }),
  ),
);

it("can be cancelled, and trains again", { timeout: 4 * patience }, ({ skip }) =>
  orSkip(skip, () =>
    withPage(root, path, policy, {}, async (page) => {
      const [train, cancel] = ["Train", "Cancel"].map((name) => page.getByRole("button", { name }));
      const status = page.getByRole("status");
      expect(await cancel.isDisabled()).toBe(true);
      for (let time = 0; time < 2; time++) {
        await train.click();
        await status.getByText(/^Training a teacher: mean return \d/).waitFor();
        expect(await train.isDisabled()).toBe(true);
        await cancel.click();
        await status.getByText("Cancelled.").waitFor();
      }
      await train.click();
      await status.getByText(finished).waitFor();
    }),
  ),
);

it("does the same in Firefox", { timeout: 4 * patience }, ({ skip }) =>
  orSkip(skip, () =>
    withFirefoxPage(root, path, async (page) => {
      const said = () => page.$eval("#status", ({ textContent }: Element) => textContent ?? "");
      await page.click("#train");
      await expect.poll(said, { timeout: patience }).toMatch(/^Training a teacher: mean return \d/);
      await page.click("#cancel");
      await expect.poll(said, { timeout: patience }).toBe("Cancelled.");
      await page.click("#train");
      await expect.poll(said, { timeout: patience }).toMatch(finished);
      expect(Number(finished.exec(await said())![2])).toBeGreaterThanOrEqual(475);
    }),
  ),
);
