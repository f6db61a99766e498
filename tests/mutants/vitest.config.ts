// The tests that mutants must get past: those of the mutated folders, short files first, as most mutants fall to them.
import { statSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

class ShortFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const size = ({ moduleId }: TestSpecification) => statSync(moduleId).size;
    return [...files].sort((a, b) => size(a) - size(b));
  }
}

export default defineConfig({
  test: {
    include: ["tests/{training,dqn,distill,evaluate}/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // a mutant's run loads each module once, and not once for each file of tests
    isolate: false,
    fileParallelism: false,
    sequence: { sequencer: ShortFilesFirst },
  },
});
