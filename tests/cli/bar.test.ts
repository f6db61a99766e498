// A progress bar on a terminal: it ends full or says "enough", and it says when a network is evaluated.
import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { Progress } from "../../src/cli/terminal.js";
import type { EvaluationEvent, ProgressEvent } from "../../src/training/events.js";

/** A terminal, and the lines that stay on it. */
function terminal() {
  const stream = Object.assign(new PassThrough({ encoding: "utf8" }), { isTTY: true, columns: 80 });
  const lines = () =>
    String(stream.read() ?? "")
      .split("\n")
      .map((line) => stripVTControlCharacters(line.split("\u001b[1G").at(-1) ?? "").trim()) // what a line held last
      .filter((line) => line !== "");
  return { stream: stream as unknown as NodeJS.WriteStream, lines };
}

const progress = (share: number, more: Partial<ProgressEvent> = {}): ProgressEvent => ({
  ...{ kind: "progress", network: "teacher", share, envSteps: 20_000 * share, updates: 0, loss: null, mean: 12 },
  ...more,
});
const evaluation = { kind: "evaluation", network: "teacher", mean: 500, envSteps: 10_700 } as EvaluationEvent;

function shown(use: (progress: Progress) => void): string[] {
  const { stream, lines } = terminal();
  use(new Progress(true, stream));
  return lines();
}
const full = "━".repeat(24);

it("is full at the end", () => {
  const lines = shown((bar) => {
    bar.update(progress(0.5));
    bar.update(progress(1));
    bar.finish();
  });
  expect(lines).toEqual([`teacher   ${full} 100 % · 20,000 steps · return 12.0`]);
});

it('says "enough" where the goal came early, also right after an evaluation that was shown', () => {
  const lines = shown((bar) => {
    bar.update(progress(0.5, { evaluated: 0.4 }));
    bar.update(evaluation);
    bar.finish();
  });
  expect(lines).toEqual([`teacher   ${"━".repeat(12)}${"─".repeat(12)} enough · 10,700 steps · return 500.0`]);
});

it("says how far an evaluation is, and only the whole is 100 %", () => {
  const lines = shown((bar) => {
    bar.update(progress(0.999, { evaluated: 0.409 }));
    bar.stop();
  });
  expect(lines).toEqual([expect.stringMatching(/99 % · 19,980 steps · evaluating, 40 %$/)]);
});

it('never says "enough" of a network that only lets the other have its turn', () => {
  const lines = shown((bar) => {
    bar.update(progress(0.3, { evaluated: 0.9 }));
    bar.update(evaluation);
    bar.update(progress(0.3, { network: "student", evaluated: 0.1 }));
    bar.stop();
  });
  expect(lines).toEqual([
    expect.stringMatching(/^teacher .* 30 % · 10,700 steps · return 500.0$/),
    expect.stringMatching(/^student .* 30 % · 6,000 steps · evaluating, 10 %$/),
  ]);
});

it("has a bar for each student, and one for the final evaluation", () => {
  const lines = shown((bar) => {
    for (const attempt of [1, 2]) bar.update(progress(1, { network: "student", attempt }));
    bar.finish();
    bar.evaluating(0.25);
    bar.evaluating(1);
    bar.stop();
  });
  expect(lines).toEqual([
    expect.stringContaining(`student 1 ${full} 100 %`),
    expect.stringContaining(`student 2 ${full} 100 %`),
    `evaluation ${full} 100 %`,
  ]);
});

it("is not there where it is not wanted, or where nobody looks", () => {
  const { stream, lines } = terminal();
  for (const bar of [new Progress(false, stream), new Progress(true, Object.assign(stream, { isTTY: false }))]) {
    bar.update(progress(1));
    bar.evaluating(1);
    bar.finish();
  }
  expect(lines()).toEqual([]);
});

it("says how much of a file is read", () => {
  const lines = shown((bar) => {
    bar.reading(0.5, "lines", 1234);
    bar.reading(1, "lines", 2500);
    bar.finish();
  });
  expect(lines).toEqual([`reading   ${full} 100 % · 2,500 lines`]);
});
