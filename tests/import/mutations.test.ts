// Damaged files end in a model or in one line, whatever is changed; scripts/fuzz-readers.js runs a hundred times as many.
import { expect, test } from "vitest";
import { importModel } from "../../src/import/import-model.js";
import { checkReader, readers } from "./mutations.js";

test.each(readers)("%s", (reader) => {
  const { models, errors, messages } = checkReader(reader, importModel, { seed: 1, runs: 1000 });
  // the changes reach deep: some leave a model, the others end in many different places
  expect(models).toBeGreaterThan(20);
  expect(errors).toBeGreaterThan(300);
  expect(messages.size).toBeGreaterThan(10);
});
