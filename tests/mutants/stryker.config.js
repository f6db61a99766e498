// Changes the code of four folders on purpose, one place at a time: a change that no test notices is a gap in the tests.
export default {
  // presets are data: what they are worth is measured by training, which takes hours
  mutate: ["src/{dqn,distill,evaluate,training}/**/*.ts", "!src/dqn/presets.ts", "!src/dqn/presets/*.ts"],
  testRunner: "vitest",
  vitest: { configFile: "tests/mutants/vitest.config.ts" },
  plugins: ["@stryker-mutator/vitest-runner", "./tests/mutants/messages.js"],
  ignorers: ["messages"],
  coverageAnalysis: "perTest",
  concurrency: 2,
  // what is worked out while a module loads, tables of options above all: each of its mutants would need every test
  ignoreStatic: true,
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
