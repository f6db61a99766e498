// The tests that mutants must get past: those of the mutated folders.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["tests/{training,dqn,distill,evaluate}/*.test.ts"], testTimeout: 60_000, hookTimeout: 60_000 },
});
