// Results for people: a table, and the shares of an update.
import { table as fitted } from "#dist/cli/terminal.js";
import type { Breakdown } from "./breakdown.js";
import type { Result } from "./suite.js";

/**
 * One row for each case: µs per operation, GFLOP/s and share of the peak, each the median of the samples, with its
 * spread.
 */
export function resultTable(results: readonly Result[]): string {
  const rows = results.map(
    ({ case: name, what, usPerOp, spread, opsPerSecond, gflops, shareOfPeak, published, samples }) => [
      name,
      what,
      digits(usPerOp),
      `±${percent(spread)}`,
      Math.round(opsPerSecond).toLocaleString("en"),
      gflops === null ? "" : gflops.toFixed(1),
      shareOfPeak === null ? "" : percent(shareOfPeak),
      published === null ? "" : Math.round(published).toLocaleString("en"),
      String(samples),
    ],
  );
  return table(["case", "what", "µs", "spread", "a second", "GFLOP/s", "of peak", "in Python", "samples"], rows);
}

export function breakdownTable({ case: name, wholeUs, parts }: Breakdown): string {
  const rows = parts.map(({ part, what, us, share }) => [part, what, digits(us), percent(share)]);
  rows.push([`${name}, whole`, "", digits(wholeUs), "100.0 %"]);
  return table(["part", "", "µs", "share"], rows);
}

export function table(head: readonly string[], rows: readonly string[][]): string {
  return fitted(head, rows, undefined, 2);
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Three digits, or more if there are more before the point. */
function digits(value: number): string {
  const before = Math.floor(Math.log10(Math.max(Math.abs(value), 1e-3)));
  return value.toFixed(Math.min(3, Math.max(0, 2 - before)));
}
