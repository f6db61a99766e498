// The Arduino sketch's header is what the export writes today.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { exportC } from "../../src/export/c.js";
import { describe } from "../../src/export/description.js";
import { loadModel } from "../../src/model/files.js";

const sketch = fileURLToPath(new URL("../../examples/arduino/qstill_cartpole/", import.meta.url));
const text = (path: string) => readFileSync(path, "utf8");

test("its header is the export of the student beside it", () => {
  const student = loadModel(readFileSync(`${sketch}student.safetensors`));
  expect(text(`${sketch}cartpole.h`)).toBe(exportC(student, describe(student)));
});
