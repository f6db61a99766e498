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
  test: { include: process.env.MT_TESTS!.split(" "), isolate: false, fileParallelism: false, testTimeout: 60_000, sequence: { sequencer: ShortFilesFirst } },
});
