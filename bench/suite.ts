// The cases of one subject, measured one after another. The machine's peak is measured before and after each.
import b from "benny";
import { measurePeak } from "./peak.js";

/** A case that can be prepared. */
export interface Case {
  readonly name: string;
  readonly what: string;
  /** Floating-point operations in one operation; 0 if the case is not about these. */
  readonly flops: number;
  /** Operations in one call of `run`: enough that the clock's resolution does not matter. */
  readonly operations: number;
  /** Operations per second that are published for the Python reference, if there are such figures. */
  readonly published?: number;
  /** Sets the case up. `run` is measured; `dispose` gives its memory back. */
  prepare(): { run(): unknown; dispose(): void };
}

export interface Result {
  readonly case: string;
  readonly what: string;
  /** The median of the samples, in microseconds. */
  readonly usPerOp: number;
  /** Half the distance between the samples' quartiles, as a share of the median. */
  readonly spread: number;
  readonly samples: number;
  readonly opsPerSecond: number;
  readonly gflops: number | null;
  /** The best result of the register-only loop before and after the case. */
  readonly peakGflops: number;
  readonly shareOfPeak: number | null;
  /** Operations per second that are published for the Python reference. */
  readonly published: number | null;
}

const options = { minSamples: 20, maxTime: 1.5, minTime: 0.02 };

/** Runs the cases whose names are wanted. `report` gets each result as soon as it is there. */
export async function runSuite(
  name: string,
  cases: readonly Case[],
  isWanted: (name: string) => boolean,
  report: (result: Result) => void,
): Promise<void> {
  for (const wanted of cases.filter((candidate) => isWanted(candidate.name))) {
    const { run, dispose } = wanted.prepare();
    const before = measurePeak();
    await b.suite(
      name,
      b.add(wanted.name, () => run, options),
      b.complete(({ results: [measured] }) => {
        const peak = Math.max(before, measurePeak());
        report(summarised(wanted, measured.details.sampleResults, peak));
      }),
    );
    dispose();
  }
}

/** @param seconds the time of each call */
function summarised(
  { name, what, flops, operations, published }: Case,
  seconds: readonly number[],
  peak: number,
): Result {
  const sorted = [...seconds].sort((x, y) => x - y);
  const quantile = (share: number) => sorted[Math.round(share * (sorted.length - 1))];
  const median = quantile(0.5);
  const gflops = flops === 0 ? null : (flops * operations) / median / 1e9;
  return {
    case: name,
    what,
    usPerOp: (median / operations) * 1e6,
    spread: (quantile(0.75) - quantile(0.25)) / 2 / median,
    samples: sorted.length,
    opsPerSecond: operations / median,
    gflops,
    peakGflops: peak,
    shareOfPeak: gflops === null ? null : gflops / peak,
    published: published ?? null,
  };
}
