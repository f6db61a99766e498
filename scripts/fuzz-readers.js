// Damages real files at random and reads them: node scripts/fuzz-readers.js [runs, 100000 by default] [seed] [reader].
import { importModel } from "../dist/import/index.js";
import { checkReader, readers } from "../tests/import/mutations.js";

const [runs = 100_000, seed = 100, only] = process.argv.slice(2);
for (const reader of only === undefined ? readers : [only]) {
  const started = performance.now();
  const { models, errors, messages } = checkReader(reader, importModel, { seed: Number(seed), runs: Number(runs) });
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const memory = (process.resourceUsage().maxRSS / 1024).toFixed(0);
  console.log(
    `${reader}: ${models} models, ${errors} errors of ${messages.size} kinds in ${seconds} s; at most ${memory} MiB so far`,
  );
}
