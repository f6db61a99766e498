// A model card: it says what the model is and how to run it, its code runs, and no name can break out of it.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { modelHash } from "../../src/export/description.js";
import { saveModel } from "../../src/model/files.js";
import { Model } from "../../src/model/model.js";
import { modelCard } from "../../src/report/card.js";

const folder = mkdtempSync(join(tmpdir(), "qstill-card-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const data = {
  environment: "CartPole-v1",
  widths: [4, 16, 2],
  parameters: Float32Array.from({ length: 114 }, (_, i) => Math.fround(Math.sin(i))),
  training: { seed: 7, envSteps: 20_000, updates: 5000, wallSeconds: 1.5, config: {} },
};
const model = new Model(data);
const evaluation = { episodes: 100, mean: 487.254, std: 20, min: 400, ci95: [483.1049, 490.9] as const };
const teacher = {
  parameters: 4610,
  evaluation: { ...evaluation, mean: 500, ci95: [500, 500] as const },
  returnRatio: 0.974,
};
const card = modelCard({ model, hash: modelHash(model), evaluation, teacher });

it("says sizes, the return with its interval, seed, effort, arithmetic, hash, and that a licence is wanted", () => {
  for (const row of [
    "| layers | 4, 16, 2, relu |",
    "| parameters | 114, 456 bytes as float32 |",
    "| return | 487.3 [483.1, 490.9] over 100 episodes |",
    "| its teacher | 4,610 parameters, return 500 [500, 500] over 100 episodes; 97.4 % of its return above random play is kept |",
    "| seed | 7 |",
    "| training | 20,000 environment steps, 5,000 updates |",
    `| SHA-256 | \`${modelHash(model)}\` |`,
  ])
    expect(card).toContain(`\n${row}\n`);
  expect(card).toMatch(/^---\nlicense: unknown\n/);
  expect(card).not.toContain("1.5"); // nothing that differs when the model is made again
});

it("its code runs", () => {
  writeFileSync(join(folder, "model.safetensors"), saveModel(model));
  const code = /```js\n(.*?)```/s.exec(card)?.[1] ?? "";
  const dist = new URL("../../dist/index.js", import.meta.url).href;
  const program = `const observation = [0.1, 0.2, 0.3, 0.4];\n${code.replace('"qstill"', JSON.stringify(dist))}\nprocess.stdout.write(String(action));`;
  writeFileSync(join(folder, "run.mjs"), program);
  const said = execFileSync(process.execPath, ["run.mjs"], { cwd: folder, encoding: "utf8" });
  expect(Number(said)).toBe(model.act([0.1, 0.2, 0.3, 0.4]));
});

it("leaves out what is not known", () => {
  const bare = new Model({ environment: "", widths: [4, 2], parameters: new Float32Array(10) });
  const text = modelCard({ model: bare, hash: modelHash(bare) });
  expect(text).toContain("It acts in an environment that is not known.");
  expect(text).not.toMatch(/\| (return|seed|training|its teacher) \|/);
});

it.each(["a`b", "a``b``", "two\nlines\n# heading", "a|b", "<script>alert(1)</script>", "\u001b[31m"])(
  "a name like %j stays in its place",
  (environment) => {
    const text = modelCard({ model: { ...data, environment }, hash: "" });
    const title = text.split("\n").find((line) => line.startsWith("# "));
    expect(title).toMatch(/^# (`+).+\1: a network of 114 parameters$/);
    expect(text.split("\n").filter((line) => line.startsWith("# "))).toHaveLength(1);
    expect(text).not.toContain("\u001b");
  },
);
