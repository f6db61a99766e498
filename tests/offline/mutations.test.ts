// Damaged logs end in columns or in one line, whatever is changed; scripts/fuzz-readers.js runs a hundred times as many.
import { expect, test } from "vitest";
import { readMinari } from "../../src/minari/index.js";
import { inEpisodes, readLog } from "../../src/offline/index.js";
import { checkLogReader, logReaders } from "./mutations.js";

test.each(logReaders)("%s", async (reader) => {
  const { logs, errors, messages } = await checkLogReader(
    reader,
    { inEpisodes, readLog, readMinari },
    { seed: 1, runs: 1000 },
  );
  // the changes reach deep: some leave a log, the others end in different places
  if (reader !== "gzip")
    expect(logs).toBeGreaterThan(9); // its checksum finds every change but of its header
  else expect(logs).toBeLessThan(10);
  expect(errors).toBeGreaterThan(300);
  expect(messages.size).toBeGreaterThan(5);
});
