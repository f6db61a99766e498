// The machine's peak for 128-bit vectors: a loop of multiplications and additions in registers only.
import type { CoreExports } from "#dist/core/abi.js";
import { decoded, instantiate } from "#dist/core/instance.js";
import { wasmText } from "./wasm.generated.js";

/** What assembly/bench.ts exports: the core's functions, and a few of its own. */
interface BenchExports extends CoreExports {
  readonly PEAK_FLOPS: { valueOf(): number };
  peak(turns: number, ones: number): number;
  learner_part(learner: number, part: number, n: number): void;
}

/** The bench's own module: the core, the peak's loop, and the parts of an update. */
export const bench = instantiate<BenchExports>(new WebAssembly.Module(decoded(wasmText)));

const turns = 4000;
const samples = 12;
const ones = bench.allocate(32);
new Float32Array(bench.memory.buffer, ones, 8).fill(1);
const warmUpMilliseconds = 100;
let warm = false;

/** The best of a few samples of about 0.2 ms each, in GFLOP/s. */
export function measurePeak(): number {
  if (!warm) {
    const start = performance.now();
    while (performance.now() - start < warmUpMilliseconds) bench.peak(turns, ones);
    warm = true;
  }
  let best = Number.POSITIVE_INFINITY;
  for (let sample = 0; sample < samples; sample++) {
    const start = performance.now();
    for (let i = 0; i < 10; i++) bench.peak(turns, ones);
    best = Math.min(best, performance.now() - start);
  }
  return (10 * turns * Number(bench.PEAK_FLOPS)) / best / 1e6;
}
