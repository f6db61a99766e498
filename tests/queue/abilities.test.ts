// What workers can do, as they announce it: thousands of them, others' data, and those that are gone.
import { expect, it } from "vitest";
import { AbilityWatch, needsOf, type Present, refusalOf } from "../../src/queue/abilities.js";
import { jobOf } from "../../src/training/job.js";

const job = jobOf("quick", "a cell", 0, { env: "A-v0" });
const worker: Present = {
  ...{ name: "host:1", concurrency: 1, busy: 0, version: job.version },
  ...{ studies: ["quick"], environments: { "A-v0": null, "B-v0": '{"length":8}' } },
  codes: { 'study "quick"': "1f", 'environment "A-v0"': "2e" },
};

it.each([
  ["can", {}, {}, undefined],
  ["has no such study", { study: "slow" }, {}, /^the worker has no study "slow"/],
  ["has no such environment", { configuration: { env: "toString" } }, {}, /^the worker has no environment "toString"/],
  ["has another version", {}, { version: "0.0.1" }, /^it is of version \S+, and the worker of 0\.0\.1$/],
  [
    "has other options of the environment",
    { configuration: { env: "B-v0", envOptions: '{"length":9}' } },
    {},
    /^the worker's environment "B-v0" has the options \{"length":8\}, and \{"length":9\} are needed$/,
  ],
  ["has options where none are needed", { configuration: { env: "B-v0" } }, {}, /8\}, and none are needed$/],
  ["has the same files", { configuration: { env: "A-v0", codes: { 'study "quick"': "1f" } } }, {}, undefined],
  [
    "has an older file of the study",
    { configuration: { env: "A-v0", codes: { 'study "quick"': "3d" } } },
    {},
    /^the worker's study "quick" comes from another file, or an older one/,
  ],
  [
    "has the environment from no file",
    { configuration: { env: "A-v0", codes: { 'environment "A-v0"': "2e" } } },
    { codes: {} },
    /^the worker's environment "A-v0" comes from another file/,
  ],
  ["trains teachers without the study", { study: "teacher" }, { studies: [] }, undefined],
  ["tries options without the study", { study: "tune" }, { studies: [] }, undefined],
  ["tries sizes without the study", { study: "shrink" }, { studies: [] }, undefined],
])("a worker that %s", (_, jobs, workers, refusal) => {
  const found = refusalOf(needsOf({ ...job, ...jobs }), { ...worker, ...workers });
  if (refusal === undefined) expect(found).toBeUndefined();
  else expect(found).toMatch(refusal);
});

it.each([
  ["version", { version: "\u001b[2J\u009b31m" }],
  ["study", { study: "\u009b31m" }],
  ["environment", { configuration: { env: "\u009b31m" } }],
  ["options", { configuration: { env: "A-v0", envOptions: "\u001b]0;x\u0007" } }],
  ["file", { configuration: { env: "A-v0", codes: { "\u001b[2J": "1f" } } }],
])("a refusal of a job's %s does nothing to a terminal", (_, jobs) => {
  expect(refusalOf(needsOf({ ...job, ...jobs }), worker)).toMatch(/^\P{Cc}+$/u);
});

it("one worker that can is enough, and no worker at all is no refusal", () => {
  const watch = new AbilityWatch([job]);
  const unable = { ...worker, studies: [] };
  const looks = [[], [unable], [unable, worker], []].map((workers) => {
    watch.look(workers);
    return watch.refusal !== undefined;
  });
  expect(looks).toEqual([false, true, false, false]);
  expect(watch.isHopeless).toBe(false);
});
