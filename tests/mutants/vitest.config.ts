// The tests that mutants must get past: those of the mutated folders, quick files first, as most mutants fall to them.
import { statSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** They take half of the time of all files, and hold little that no other one holds. */
const leftOut = ["dqn/agent-saved", "training/abort", "training/acting", "distill/budget", "evaluate/masks"];
/** They take a second or more each. */
const slow = [
  ...["dqn/bytes", "dqn/diagnosis", "dqn/masks", "training/episodes"],
  ...["distill/crew", "distill/multi-task", "distill/proximal", "distill/shrink", "distill/wider"],
];

class QuickFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isSlow = ({ moduleId }: TestSpecification) => slow.some((name) => moduleId.endsWith(`/${name}.test.ts`));
    const [quick, others] = [files.filter((file) => !isSlow(file)), files.filter(isSlow)];
    const shortest = (a: TestSpecification, b: TestSpecification) =>
      statSync(a.moduleId).size - statSync(b.moduleId).size;
    return [...quick.sort(shortest), ...others.sort(shortest)];
  }
}

export default defineConfig({
  test: {
    include: ["tests/{training,dqn,distill,evaluate}/*.test.ts"],
    exclude: leftOut.map((name) => `tests/${name}.test.ts`),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // a mutant's run loads each module once, and not once for each file of tests
    isolate: false,
    fileParallelism: false,
    sequence: { sequencer: QuickFilesFirst },
  },
});
