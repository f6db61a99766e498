// Changes the code of four folders on purpose, one place at a time: a change that no test notices is a gap in the tests.
export default {
  mutate: ["src/{dqn,distill,evaluate,training}/**/*.ts", "!src/dqn/presets/*.ts"],
  testRunner: "vitest",
  vitest: { configFile: "tests/mutants/vitest.config.ts" },
  plugins: ["@stryker-mutator/vitest-runner", "./tests/mutants/messages.js"],
  ignorers: ["messages"],
  coverageAnalysis: "perTest",
  concurrency: 2,
  // what no test of these folders reads
  ignorePatterns: ["/*", "!/src", "!/tests", "!/package.json", "!/tsconfig.json", "/tests/engines", "/tests/onnx", "/tests/web"],
  tempDirName: "build/mutants",
  reporters: ["clear-text", "json", "html", "progress-append-only"],
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false, reportMutants: true },
  jsonReporter: { fileName: "build/mutants.json" },
  htmlReporter: { fileName: "build/mutants.html" },
  incremental: true,
  incrementalFile: "build/mutants-incremental.json",
  timeoutMS: 10_000,
};
