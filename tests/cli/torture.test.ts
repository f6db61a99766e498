// The short form of `npm run torture`: nothing is lost by kills, damage, a full disk or long use.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const script = fileURLToPath(new URL("../../scripts/torture.js", import.meta.url));

function torture(...args: string[]) {
  const { status, stdout } = spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
  return { status, stdout };
}

it("loses nothing, and says how much was tried", () => {
  const { status, stdout } = torture("--short");
  expect(stdout).not.toContain("LOST");
  expect(status).toBe(0);
  const line = (part: string) => stdout.split("\n").find((each) => each.startsWith(`${part}: `));
  expect(line("kills")).toMatch(/^kills: [1-9]\d* kills in [1-9]\d* works; (\d+) of \1 ended with the same hash$/);
  expect(line("damage")).toMatch(/^damage: ([1-9]\d*) of \1 damaged checkpoints were refused in one line$/);
  expect(line("disk")).toMatch(/^disk: [1-9]\d* calls failed one after another; ([1-9]\d*) of \1 lost nothing$/);
  expect(line("soak")).toMatch(/^soak: .* [1-9]\d* trainings, /);
}, 600_000);

it("explains itself, and refuses parts that it does not know", () => {
  expect(torture("--help")).toMatchObject({ status: 0, stdout: expect.stringContaining("--kills <number>") });
  expect(torture("kill").status).toBe(2);
});
