// Minari's data sets are read as Minari itself reads them and Gymnasium flattens them; what cannot be read says why.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type MinariFiles, readMinari } from "../../src/minari/index.js";
import { inEpisodes } from "../../src/offline/index.js";

const sets = ["cartpole", "taxi", "parts"];

/** What scripts/record/minari_sets.py wrote beside each data set. */
interface Expected {
  readonly observations: readonly (readonly number[])[];
  readonly actions: readonly number[];
  readonly rewards: readonly number[];
  readonly terminated: boolean;
  readonly masks?: readonly (readonly number[])[];
}

const file = (set: string, name: string) => readFileSync(new URL(`../golden/minari/${set}/${name}`, import.meta.url));

function files(set: string): MinariFiles {
  const data = gunzipSync(file(set, "main_data.hdf5.gz"));
  return { data, metadata: file(set, "metadata.json").toString() };
}

function expected(set: string): readonly Expected[] {
  return JSON.parse(file(set, "expected.json").toString());
}

/** Metadata with other fields. */
function changed(set: string, fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...JSON.parse(files(set).metadata), ...fields });
}

describe.each(sets)("%s", (set) => {
  it("has the numbers that Minari and Gymnasium give", async () => {
    const log = inEpisodes(await readMinari(files(set)));
    const episodes = expected(set);
    expect(log.starts.length).toBe(episodes.length + 1);
    expect(log.dropped).toBe(0);
    const { observationSize: size, actionCount: count } = log;
    episodes.forEach(({ observations, actions, rewards, terminated, masks }, index) => {
      const [from, to] = [log.starts[index], log.starts[index + 1]];
      expect([...log.observations.slice(from * size, to * size)]).toEqual(observations.slice(0, -1).flat());
      expect([...log.lastObservations.slice(index * size, (index + 1) * size)]).toEqual(observations.at(-1));
      expect([...log.actions.slice(from, to)]).toEqual(actions);
      expect([...log.rewards.slice(from, to)]).toEqual(rewards);
      expect(log.terminated[index]).toBe(terminated ? 1 : 0);
      if (masks === undefined) return;
      expect([...log.masks!.slice(from * count, to * count)]).toEqual(masks.slice(0, -1).flat());
      const last = [...log.lastMasks!.slice(index * count, (index + 1) * count)];
      expect(last).toEqual(terminated ? last.map(() => 1) : masks.at(-1)); // nothing is chosen after the end
    });
    expect(log.masks === undefined).toBe(set === "cartpole");
  });

  it("is the same from its folder, from the folder in it, and from its file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "minari-"));
    const { data, metadata } = files(set);
    writeFileSync(join(folder, "main_data.hdf5"), data);
    writeFileSync(join(folder, "metadata.json"), metadata);
    const inMemory = await readMinari(files(set));
    expect(await readMinari(folder)).toEqual(inMemory);
    expect(await readMinari(join(folder, "main_data.hdf5"))).toEqual(inMemory);
  });
});

it("covers ends of both kinds", () => {
  const ends = sets.flatMap((set) => expected(set).map(({ terminated }) => terminated));
  expect(new Set(ends)).toEqual(new Set([true, false]));
});

it("reads two data sets at the same time", async () => {
  const [one, other] = await Promise.all([readMinari(files("parts")), readMinari(files("taxi"))]);
  expect([one.observationSize, other.observationSize]).toEqual([21, 500]);
});

it("reports each episode, and stops when it is asked to", async () => {
  const seen: number[] = [];
  await readMinari(files("cartpole"), { onProgress: ({ episodes, of }) => seen.push(episodes / of) });
  expect(seen).toEqual([1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1]);
  const reason = new Error("enough");
  await expect(readMinari(files("cartpole"), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

const box = (fields: object) =>
  JSON.stringify({ type: "Box", dtype: "float32", shape: [4], low: 0, high: 1, ...fields });
const image = box({ dtype: "uint8", shape: [32, 32, 3], high: 255 });

it.each([
  ["metadata that is not JSON", "{", "metadata.json is not JSON"],
  ["metadata that is a list", "null", "metadata.json is null: an object is needed"],
  ["another format", { data_format: "arrow" }, 'the data set is stored as "arrow": record it with data_format="hdf5"'],
  ["no space", { observation_space: undefined }, "metadata.json does not say the observation space"],
  ["a broken space", { observation_space: "{" }, "metadata.json: the observation space is not JSON"],
  [
    "a text",
    { observation_space: '{"type":"Text","max_length":4}' },
    'the observation space is "Text": Box, Discrete, MultiBinary, MultiDiscrete, Tuple and Dict work',
  ],
  [
    "a text within",
    { observation_space: '{"type":"Dict","subspaces":{"a":{"type":"Text"}}}' },
    `the observation space's part a is "Text": Box, Discrete, MultiBinary, MultiDiscrete, Tuple and Dict work`,
  ],
  [
    "an image",
    { observation_space: image },
    "the observation space is an image as JPEG: record the data set with jpeg_encoding=False",
  ],
  [
    "an image that is not packed, in a file without one",
    { observation_space: image, jpeg_encoding: false },
    "episode_0/observations has 28 rows of 4: 28 rows of 3072 are needed",
  ],
  [
    "a shape that is none",
    { observation_space: box({ shape: [-1] }) },
    "the observation space has a shape that is not a list of whole numbers above 0",
  ],
  [
    "too many numbers",
    { observation_space: box({ shape: [1000, 1000] }) },
    "observations have 1000000 numbers: 1 to 65536 are allowed",
  ],
  [
    "spaces without an end",
    { observation_space: `${'{"type":"Tuple","subspaces":['.repeat(40)}${"]}".repeat(40)}` },
    "the observation space is more than 32 spaces deep",
  ],
  ["continuous actions", { action_space: box({}) }, 'the action space is "Box": only Discrete works'],
  [
    "too many actions",
    { action_space: '{"type":"Discrete","n":100000,"start":0}' },
    "the action space has 100000 actions: 1 to 1024 are allowed",
  ],
  [
    "an action that is not in the space",
    { action_space: '{"type":"Discrete","n":1,"start":0}' },
    /^episode_0: action 1 in row \d+: 0 to 0 are allowed$/,
  ],
  [
    "a part that is missing",
    { observation_space: `{"type":"Dict","subspaces":{"a":${box({})}}}` },
    "episode_0/observations/a is missing",
  ],
])("refuses %s", async (_, metadata, message) => {
  const text = typeof metadata === "string" ? metadata : changed("cartpole", metadata);
  const read = readMinari({ data: files("cartpole").data, metadata: text });
  await expect(read).rejects.toThrow(expect.objectContaining({ name: "ConfigError" }));
  await expect(read).rejects.toThrow(message);
});

it("refuses a value that a space does not have", async () => {
  const { data } = files("taxi");
  const metadata = changed("taxi", { observation_space: '{"type":"Discrete","n":3,"start":0}' });
  await expect(readMinari({ data, metadata })).rejects.toThrow(
    "episode_0: observations has a value in row 0 that its space does not have, or float32 cannot hold",
  );
});

it("refuses a mask of another length than the actions", async () => {
  const { data } = files("taxi");
  const metadata = changed("taxi", { action_space: '{"type":"Discrete","n":9,"start":0}' });
  await expect(readMinari({ data, metadata })).rejects.toThrow(
    "episode_0/infos/action_mask has 7 rows of 6: 7 rows of 9 are needed",
  );
});

it("refuses a file that is not HDF5, or is cut off", async () => {
  const { data, metadata } = files("cartpole");
  const other = { data: new Uint8Array(5000), metadata };
  await expect(readMinari(other)).rejects.toThrow("main_data.hdf5 is no sound HDF5 file: file signature not found");
  const cut = { data: data.subarray(0, data.length / 2), metadata };
  await expect(readMinari(cut)).rejects.toThrow(/^main_data.hdf5 is no sound HDF5 file: .{5,120}$/);
});

it("says which file is missing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "minari-"));
  await expect(readMinari(folder)).rejects.toThrow(/ENOENT.*metadata\.json/);
});
