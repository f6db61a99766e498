// qstill bench: how fast this machine is in each case, compared with its own peak.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { MissingPackageError } from "../core/missing-package.js";

interface BenchOptions {
  readonly json?: boolean;
  readonly breakdown?: boolean;
  readonly cases?: string;
}

export function addBench(program: Command): void {
  program
    .command("bench")
    .description(
      "measure updates, distillation, actions and environments and compare them with this machine's peak (two minutes)",
    )
    .option("--json", "print one JSON object a line and nothing else")
    .option("--breakdown", "show where the time of an update goes, part by part")
    .option("--cases <names>", "only these cases, e.g. A1,C1")
    .action(async ({ json, breakdown, cases }: BenchOptions) => {
      checkBenny();
      const args = [
        ...(json ? ["--json"] : []),
        ...(breakdown ? ["--breakdown"] : []),
        ...(cases ? ["--cases", cases] : []),
      ];
      // in a process of its own: otherwise what was compiled and collected here would be measured, too
      const script = fileURLToPath(new URL("../bench/run.js", import.meta.url));
      const [status, signal] = await once(spawn(process.execPath, [script, ...args], { stdio: "inherit" }), "exit");
      process.exitCode = signal === null ? status : 128 + constants.signals[signal as NodeJS.Signals];
    });
}

/** @throws MissingPackageError if the package that measures is not installed */
function checkBenny(): void {
  try {
    createRequire(import.meta.url).resolve("benny");
  } catch {
    throw new MissingPackageError("qstill bench", "benny");
  }
}
