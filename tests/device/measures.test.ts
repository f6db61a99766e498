// The table of docs/device.md: what CartPole's student takes on a microcontroller, measured here.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { exportC } from "../../src/export/c.js";
import { type Description, describe } from "../../src/export/description.js";
import { quantizeByPlay } from "../../src/export/int8.js";
import { loadModel } from "../../src/model/files.js";
import { orSkip } from "../engines/skip.js";
import { type Device, m0, m4, m4f, run, tool, withProgram } from "./devices.js";

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const student = loadModel(readFileSync(at("examples/arduino/qstill_cartpole/student.safetensors")));
const quantized = quantizeByPlay(student);
const guide = readFileSync(at("docs/device.md"), "utf8");

/** 100 actions for each of the examples; the same loop with another body is what the program takes without a network. */
function programOf(body: string, { examples }: Description): string {
  return `#include "platform.h"
#include "student.h"
static float observations[] = { ${[...examples.observations].map((value) => `${value.toPrecision(9)}f`).join(", ")} };
static volatile int action;
static void act(void) { const float *observation = observations; ${body} }
static void actions(void) {
  for (int i = 0; i < 400; i++) {
    const float *observation = observations + 4 * (i & 3);
    ${body}
  }
}
int main(void)
{
  put_word(instructions_of(actions));
  put_word(stack_of(act));
  return 0;
}
`;
}

const options = ["-Os", "-std=c99", "-ffp-contract=off", "-ffunction-sections", "-Wl,--gc-sections"];

/** Bytes of flash and of variables, instructions for 400 actions, bytes of stack. */
function measured(device: Device, header: string, body: string, description: Description): number[] {
  const files = { "student.h": header, "program.c": programOf(body, description) };
  return withProgram(device, options, files, (program) => {
    const [text, data, bss] = tool("arm-none-eabi-size", [program]).split("\n")[1].trim().split(/\s+/).map(Number);
    const [instructions, stack] = run(device, program)
      .trim()
      .split(" ")
      .map((word) => Number.parseInt(word, 16));
    return [text + data, data + bss, instructions, stack];
  });
}

const rows = [m0, m4, m4f].flatMap((device) => [
  { device, kind: "float", network: student },
  { device, kind: "int8", network: quantized },
]);

test.for(rows)("$kind on a $device.name takes what the guide says", async ({ device, kind, network }, { skip }) => {
  const description = describe(network);
  const header = exportC(network, description);
  const [flash, variables, instructions, stack] = await orSkip(skip, async () => {
    const without = measured(device, header, "action = (int)(intptr_t)observation;", description);
    const whole = measured(device, header, "action = cartpole_v1_act(observation);", description);
    return [whole[0] - without[0], whole[1] - without[1], (whole[2] - without[2]) / 400, whole[3]];
  });
  expect(variables).toBe(0);
  const [, ...cells] = new RegExp(`^\\| ${device.name} +\\| ${kind} +\\|(.*)\\|(.*)\\|(.*)\\|$`, "m").exec(guide) ?? [];
  const told = cells.map((cell) => Number(cell.replaceAll(",", "")));
  const values = [flash, stack, Math.round(instructions)];
  // another compiler may take a little more or less
  const isNear = values.every((value, i) => Math.abs(value / told[i] - 1) < 0.15);
  expect(isNear, `flash, stack, instructions: ${values.join(", ")}; the guide says ${told.join(", ")}`).toBe(true);
});
