// Changes the code of four folders on purpose, one place at a time: a change that no test notices is a gap in the tests.
export default {
  mutate: ["src/{dqn,distill,evaluate,training}/**/*.ts"],
  testRunner: "vitest",
  vitest: { configFile: "tests/mutants/vitest.config.ts", related: false },
  plugins: ["@stryker-mutator/vitest-runner", "./tests/mutants/messages.js"],
  ignorers: ["messages"],
  coverageAnalysis: "perTest",
  concurrency: 2,
  // A mutant of what is worked out while a module loads, the tables of options above all, would need every test: it is
  // left out. A mutant that a test reaches, too, is tried with the tests that reach it, not with all: two thirds of all
  // run while something loads, as some files of tests train before their first one. What holds the tables:
  // tests/dqn/options.test.ts (defaults, ranges, docs/options.md) and tests/dqn/configure.test.ts. With `false` here and
  // `--mutate src/dqn/config.ts` they are tried, too.
  ignoreStatic: true,
  thresholds: { high: 95, low: 90, break: 90 },
  timeoutMS: 10_000,
  ignorePatterns: ["/build", "/bench", "/examples", "/runs", "/web"],
  tempDirName: "build/mutants",
  reporters: ["clear-text", "json", "html", "progress-append-only"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: "build/mutants.json" },
  htmlReporter: { fileName: "build/mutants.html" },
  incremental: true,
  incrementalFile: "build/mutants-incremental.json",
};
