// The guide's pieces are one program, which prints what their comments say.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("docs/import.md does what it says", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const page = readFileSync(join(root, "docs", "import.md"), "utf8");
  const program = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(([, piece]) => piece).join("\n");
  const place = mkdtempSync(join(root, "build", "import-")); // inside the package, so that "qstill" is found
  try {
    const files = ["sb3_dqn_cartpole.zip", "relu_odd_widths.safetensors", "refuse_evil.pt", "refuse_conv.onnx"];
    for (const file of files) copyFileSync(join(root, "tests", "foreign", file), join(place, file));
    writeFileSync(join(place, "guide.mjs"), program);
    const printed = execFileSync(process.execPath, ["guide.mjs"], { cwd: place, encoding: "utf8" }).trim().split("\n");
    const promised = [...program.matchAll(/console\.log\(.*\/\/ (.*)/g)].map(([, comment]) => comment);
    expect(printed.length).toBe(promised.length);
    for (const [line, text] of promised.entries()) expect(printed[line]).toContain(text.replace(/ ?…$/, ""));
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});
