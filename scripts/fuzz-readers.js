// Damages real files at random and reads them: node scripts/fuzz-readers.js [runs, 100000 by default] [seed] [reader].
import { importModel } from "../dist/import/index.js";
import { readMinari } from "../dist/minari/index.js";
import { inEpisodes, readLog } from "../dist/offline/index.js";
import { checkReader, readers } from "../tests/import/mutations.js";
import { checkLogReader, logReaders } from "../tests/offline/mutations.js";

const [runs = 100_000, seed = 100, only] = process.argv.slice(2);
const options = { seed: Number(seed), runs: Number(runs) };
for (const reader of only === undefined ? [...readers, ...logReaders] : [only]) {
  const started = performance.now();
  const { models, logs, errors, messages } = logReaders.includes(reader)
    ? await checkLogReader(reader, { inEpisodes, readLog, readMinari }, options)
    : checkReader(reader, importModel, options);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const memory = (process.resourceUsage().maxRSS / 1024).toFixed(0);
  const sound = models === undefined ? `${logs} logs` : `${models} models`;
  console.log(
    `${reader}: ${sound}, ${errors} errors of ${messages.size} kinds in ${seconds} s; at most ${memory} MiB so far`,
  );
}
