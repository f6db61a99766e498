// Where an exported C header is tried: this machine, and emulated Cortex-M processors.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MissingEngineError } from "../engines/launch.js";

const here = fileURLToPath(new URL(".", import.meta.url));

export interface Device {
  readonly name: string;
  readonly compiler: string;
  readonly flags: readonly string[];
  /** What qemu calls the board; none for this machine. */
  readonly board?: string;
}

const arm = (name: string, board: string, ...flags: string[]): Device => ({
  name,
  compiler: "arm-none-eabi-gcc",
  flags: ["-mthumb", ...flags],
  board,
});

export const host: Device = { name: "this machine", compiler: "gcc", flags: [] };
export const m0 = arm("Cortex-M0", "microbit", "-mcpu=cortex-m0", "-mfloat-abi=soft");
/** Without and with its floating-point unit, which adds and multiplies in one instruction where it may. */
export const m4 = arm("Cortex-M4", "mps2-an386", "-mcpu=cortex-m4", "-mfloat-abi=soft");
export const m4f = arm("Cortex-M4F", "mps2-an386", "-mcpu=cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16");
/** It has numbers of 16 bits, which GCC says by a FLT_EVAL_METHOD of 16. */
export const m55 = arm("Cortex-M55", "mps3-an547", "-mcpu=cortex-m55", "-mfloat-abi=hard");

const strict = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wdouble-promotion", "-Werror"];
export const c99 = ["-O2", "-std=c99", "-ffp-contract=off"];

/**
 * Compiles, with every warning an error, and links a program of these files (`*.c`, `*.cpp`, and headers), and does with it
 * what is to be done.
 * @throws {MissingEngineError} where a compiler is not installed
 */
export function withProgram<T>(
  device: Device,
  options: readonly string[],
  files: Readonly<Record<string, string>>,
  use: (program: string) => T,
): T {
  const place = mkdtempSync(join(tmpdir(), "qstill-device-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text);
    const sources = Object.keys(files).filter((name) => !name.endsWith(".h"));
    const own = device.board
      ? ["-nostartfiles", `-T${join(here, "cortex_m.ld")}`, join(here, "cortex_m.c"), "-lm"]
      : [join(here, "host.c")];
    const program = join(place, "program.elf");
    tool(device.compiler, [...device.flags, ...strict, ...options, `-I${here}`, ...sources, ...own, "-o", program], {
      cwd: place,
    });
    return use(program);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/**
 * What the program prints. On a Cortex-M, qemu counts one nanosecond an instruction.
 * @throws {MissingEngineError} where qemu is not installed; Error where it ends with another status than 0
 */
export function run(device: Device, program: string): string {
  if (!device.board) return execFileSync(program, { encoding: "utf8" });
  const machine = ["-M", device.board, "-icount", "shift=0", "-display", "none", "-monitor", "none", "-serial", "none"];
  const console = ["-chardev", "stdio,id=out", "-semihosting-config", "enable=on,target=native,chardev=out"];
  return tool("qemu-system-arm", [...machine, ...console, "-kernel", program]);
}

/**
 * Compiles C, with every warning an error, and keeps nothing: for processors that are not there to run it.
 * @throws {MissingEngineError} where the compiler is not installed
 */
export function compile(device: Device, options: readonly string[], source: string): void {
  tool(device.compiler, [...device.flags, ...strict, ...options, "-S", "-x", "c", "-", "-o", "-"], { input: source });
}

/**
 * The value of a macro of `<float.h>`, as the device's compiler gives it with these options.
 * @throws {MissingEngineError} where the compiler is not installed, or does not know the options
 */
export function floatMacro(device: Device, options: readonly string[], macro: string): string {
  const args = [...device.flags, ...options, "-E", "-P", "-x", "c", "-"];
  try {
    return tool(device.compiler, args, { input: `#include <float.h>\n${macro}\n` }).trim();
  } catch (error) {
    if (error instanceof MissingEngineError) throw error;
    throw new MissingEngineError(`${device.compiler} does not know ${[...device.flags, ...options].join(" ")}`);
  }
}

/** Runs a program that may be missing: what it prints. */
export function tool(
  name: string,
  args: readonly string[],
  { cwd, input }: { cwd?: string; input?: string } = {},
): string {
  const { error, status, stdout, stderr } = spawnSync(name, args, { cwd, input, encoding: "utf8", timeout: 60_000 });
  if (error && "code" in error && error.code === "ENOENT") {
    throw new MissingEngineError(
      `no ${name} found: apt-get install gcc gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm`,
    );
  }
  if (error) throw error;
  if (status !== 0) throw new Error(`${name} ended with status ${status}\n${stdout}${stderr}`);
  return stdout;
}
