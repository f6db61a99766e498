// --data reads JSON lines and Minari's data sets; its errors name the file and the line.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { readData, readStatesAt } from "../../src/cli/data.js";
import { UsageError } from "../../src/cli/errors.js";

const folder = mkdtempSync(join(tmpdir(), "data-"));
const step = `${JSON.stringify({ episode: 1, observation: [1, 2], action: 0, reward: 1, terminated: false })}\n`;

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

it("steps and states, packed or not, whatever the name", async () => {
  for (const path of [file("a.jsonl", step.repeat(3)), file("b", gzipSync(step.repeat(3)))]) {
    expect((await readData(path)).actions.length).toBe(3);
    expect((await readStatesAt(path)).observations.length).toBe(6);
  }
});

it("a data set of Minari", async () => {
  const golden = (name: string) => readFileSync(new URL(`../golden/minari/cartpole/${name}`, import.meta.url));
  const path = mkdtempSync(join(folder, "set-"));
  writeFileSync(join(path, "metadata.json"), golden("metadata.json"));
  await expect(readData(path)).rejects.toThrow(
    new UsageError(`cannot read ${join(path, "main_data.hdf5")}: no such file or folder`),
  );
  writeFileSync(join(path, "main_data.hdf5"), "damaged");
  await expect(readData(path)).rejects.toThrow(
    new UsageError(`${path}: main_data.hdf5 is no sound HDF5 file: file signature not found`),
  );
  writeFileSync(join(path, "main_data.hdf5"), gunzipSync(golden("main_data.hdf5.gz")));
  expect((await readData(path)).actions.length).toBe(111);
  expect((await readData(join(path, "main_data.hdf5"))).actions.length).toBe(111);
  expect((await readStatesAt(path)).observations.length).toBe(4 * 111);
});

it.each([readData, readStatesAt])("%o names the file and the line", async (read) => {
  const path = file("damaged.jsonl", `${step}{"observation":`);
  await expect(read(path)).rejects.toThrow(new UsageError(`${path}: line 2 is not JSON: "{\\"observation\\":"`));
  const none = join(folder, "none.jsonl");
  await expect(read(none)).rejects.toThrow(new UsageError(`cannot read ${none}: no such file or folder`));
});
