// The Arduino sketch balances its pole on emulated processors, and its header is what the export writes today.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { exportC } from "../../src/export/c.js";
import { describe } from "../../src/export/description.js";
import { loadModel } from "../../src/model/files.js";
import { orSkip } from "../engines/skip.js";
import { m0, m4f, run, withProgram } from "./devices.js";

const sketch = fileURLToPath(new URL("../../examples/arduino/qstill_cartpole/", import.meta.url));
const text = (path: string) => readFileSync(path, "utf8");

test("its header is the export of the student beside it", () => {
  const student = loadModel(readFileSync(`${sketch}student.safetensors`));
  expect(text(`${sketch}cartpole.h`)).toBe(exportC(student, describe(student)));
});

test.for([m0, m4f])("it tests itself and balances for ten seconds on a $name", async (device, { skip }) => {
  const files = {
    "Arduino.h": text(fileURLToPath(new URL("arduino/Arduino.h", import.meta.url))),
    "cartpole.h": text(`${sketch}cartpole.h`),
    "sketch.cpp": `#include "Arduino.h"\n${text(`${sketch}qstill_cartpole.ino`)}`,
  };
  // what Arduino's cores pass to the compiler; no option about contraction
  const options = ["-Os", "-fno-exceptions", "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections"];
  const printed = await orSkip(skip, async () =>
    withProgram(device, options, files, (program) => run(device, program)),
  );
  const [first, ...lines] = printed.trim().split("\n");
  expect(first).toBe("CartPole-v1: self test passed");
  expect(lines).toHaveLength(10);
  for (const [i, line] of lines.entries()) {
    const [, steps, angle] = /^(\d+) steps, angle (-?\d\.\d{4}), push (?:left|right)$/.exec(line) ?? [];
    expect(Number(steps)).toBe(50 * (i + 1));
    expect(Math.abs(Number(angle))).toBeLessThan(0.2095); // where an episode ends
  }
});
