// qstill bench: what it prints, not how fast anything is.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const main = join(import.meta.dirname, "..", "..", "dist", "cli", "main.js");

function bench(...args: string[]) {
  return spawnSync(process.execPath, [main, "bench", ...args], { encoding: "utf8" });
}

const lines = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("qstill bench", () => {
  it("prints one JSON object a line, and nothing else, with --json", () => {
    const { status, stdout, stderr } = bench("--json", "--cases", "A5,C1");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const results = lines(stdout);
    expect(results.map((result) => result.case)).toEqual(["A5", "C1"]);
    for (const { usPerOp, gflops, peakGflops, shareOfPeak, samples } of results) {
      expect(usPerOp).toBeGreaterThan(0);
      expect(samples).toBeGreaterThanOrEqual(5);
      expect(shareOfPeak).toBeCloseTo(gflops / peakGflops, 9);
    }
    // 2·B·(5·P − I·H₁) with P = 4·64 + 64·2, and 2·P
    const [a5, c1] = results;
    expect(a5.gflops * a5.usPerOp * 1e3).toBeCloseTo(2 * 32 * (5 * 384 - 256), 3);
    expect(c1.gflops * c1.usPerOp * 1e3).toBeCloseTo(2 * (4 * 64 + 64 * 64 + 64 * 2), 3);
  });

  it("shows where an update's time goes, in shares that sum to the whole", () => {
    const { status, stdout } = bench("--breakdown", "--json", "--cases", "A5");
    expect(status).toBe(0);
    const [{ case: name, parts, wholeUs }] = lines(stdout);
    expect(name).toBe("A5");
    const sum = (of: (part: { us: number; share: number }) => number) =>
      parts.reduce((total: number, part: { us: number; share: number }) => total + of(part), 0);
    expect(sum((part) => part.share)).toBeCloseTo(1, 9);
    expect(sum((part) => part.us)).toBeCloseTo(wholeUs, 9);
  });

  it("refuses a case that there is not, in one line", () => {
    const { status, stdout, stderr } = bench("--cases", "A1,Z9");
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^unknown case "Z9": A1, A2, .* are allowed\n$/);
  });
});
