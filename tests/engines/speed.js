// The same cases on Node 20, 22, 24 and in headless Chromium, in turns: their times, and how far they are apart.
import { execFileSync } from "node:child_process";
import Table from "cli-table3";
import { MissingEngineError, nodeBinary, nodeVersions, withChromium } from "./launch.js";

const rounds = 5;
const script = new URL("measure.js", import.meta.url);
const inNode = (version) => () => {
  const program = `import(${JSON.stringify(script.href)}).then(({ measure }) => console.log(JSON.stringify(measure())))`;
  return JSON.parse(execFileSync(nodeBinary(version), ["-e", program], { encoding: "utf8" }));
};
const inChromium = () =>
  withChromium((page) => page.evaluate('import("/tests/engines/measure.js").then(({ measure }) => measure())'));

const engines = new Map(nodeVersions.map((version) => [`Node ${version}`, inNode(version)]));
engines.set("Chromium", inChromium);

const samples = new Map();
for (let round = 1; round <= rounds; round++) {
  for (const [engine, run] of engines) {
    try {
      samples.set(engine, [...(samples.get(engine) ?? []), await run()]);
    } catch (error) {
      if (!(error instanceof MissingEngineError)) throw error;
      process.stderr.write(`${engine} is left out: ${error.message}\n`);
      engines.delete(engine);
    }
  }
  process.stderr.write(`round ${round} of ${rounds}\n`);
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const head = ["µs", ...engines.keys(), "slowest / fastest"];
const table = new Table({ head, style: { head: [], border: [], compact: true }, colAligns: head.map(() => "right") });
const [first] = samples.values();
for (const name of Object.keys(first[0])) {
  const times = [...engines.keys()].map((engine) => median(samples.get(engine).map((sample) => sample[name])));
  const ratio = Math.max(...times) / Math.min(...times);
  table.push([name, ...times.map((time) => time.toPrecision(3)), ratio.toFixed(2)]);
}
console.log(table.toString());
console.log(`median of ${rounds} rounds, each the best of 15 samples of 20 ms`);
