// The logs: TensorBoard's records beside those that its own writer made, checksums beside published ones, CSV.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { csvHeader, csvOf } from "../../src/log/csv.js";
import { csvLog, tensorBoardLog } from "../../src/log/logs.node.js";
import { checksum, scalarsRecord, versionRecord } from "../../src/log/records.js";
import { scalarsOf } from "../../src/log/scalars.js";
import type { TrainingEvent } from "../../src/training/events.js";

const folder = mkdtempSync(join(tmpdir(), "qstill-log-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const evaluated = { kind: "evaluation", network: "teacher", envSteps: 1000, updates: 900 } as const;
const evaluation: TrainingEvent = {
  ...evaluated,
  episodes: 20,
  mean: 123.25,
  std: 0.1,
  min: -9,
  best: true,
  loss: 0.5,
};
const progress: TrainingEvent = {
  ...{ kind: "progress", network: "student", attempt: 2, envSteps: 0, updates: 300 },
  ...{ share: 0.25, loss: 0.5, mean: null },
};

/** The records of an event file: each with its frame, which is as long as its first 8 bytes say. */
function records(file: Uint8Array): Uint8Array[] {
  const all: Uint8Array[] = [];
  for (let at = 0; at < file.length; at += (all.at(-1) as Uint8Array).length) {
    const length = Number(new DataView(file.buffer, file.byteOffset + at).getBigUint64(0, true));
    all.push(file.subarray(at, at + 16 + length));
  }
  return all;
}

it("checksums are those of RFC 3720, appendix B.4, and of the catalogue's check value", () => {
  const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);
  expect(checksum(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(checksum(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
  expect(checksum(ascending)).toBe(0x46dd794e);
  expect(checksum(ascending.toReversed())).toBe(0x113fdb5c);
  expect(checksum(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
});

it("records are those of TensorBoard's own writer, byte for byte", () => {
  const [, ...theirs] = records(readFileSync(new URL("events.tfevents", import.meta.url))); // the first names its writer
  const ours = [
    versionRecord(1699999999.75),
    scalarsRecord(1700000000, 0, [{ tag: "teacher/loss", value: 0.5 }]),
    scalarsRecord(1700000000.25, 1000, scalarsOf(evaluation).scalars),
    scalarsRecord(1700000001.5, 1_000_000_000, [{ tag: "student/loss", value: 0 }]),
    scalarsRecord(1700000002.125, 127, [{ tag: `Rückgabe/${"long".repeat(40)}`, value: 1e-12 }]),
    scalarsRecord(1700000003, 128, [{ tag: "student/return_ratio", value: 3.4e38 }]),
  ];
  expect(ours.map((bytes) => Buffer.from(bytes).toString("hex"))).toEqual(
    theirs.map((bytes) => Buffer.from(bytes).toString("hex")),
  );
});

it("each kind of event has its numbers; a student's step counts updates", () => {
  expect(scalarsOf(progress)).toEqual({ step: 300, scalars: [{ tag: "student/loss", value: 0.5 }] });
  expect(scalarsOf({ ...progress, loss: null }).scalars).toEqual([]);
  expect(scalarsOf({ ...progress, evaluated: 0.5 }).scalars).toEqual([]);
  const tags = ({ step, scalars }: ReturnType<typeof scalarsOf>) => [step, ...scalars.map(({ tag }) => tag)];
  expect(tags(scalarsOf(evaluation))).toEqual([1000, "teacher/return", "teacher/return_std", "teacher/return_min"]);
  const attempt = {
    kind: "attempt",
    attempt: 1,
    hidden: [16],
    returnRatio: 0.9,
    satisfied: false,
    envSteps: 5,
    updates: 70,
  } as const;
  expect(scalarsOf(attempt)).toEqual({ step: 70, scalars: [{ tag: "student/return_ratio", value: 0.9 }] });
  expect(scalarsOf({ ...attempt, returnRatio: null }).scalars).toEqual([]);
  const joint = { network: "teacher", envSteps: 5, updates: 1 } as const;
  const episode: TrainingEvent = { kind: "episode", ...joint, episode: 3, reward: 7 };
  expect(scalarsOf(episode)).toEqual({ step: 5, scalars: [{ tag: "teacher/episode_return", value: 7 }] });
  const notice: TrainingEvent = { kind: "notice", ...joint, code: "c", message: "m", remedy: "r", values: {} };
  expect(scalarsOf(notice).scalars).toEqual([]);
});

it("tensorBoardLog makes a folder and, with the first number, one file that it adds to", () => {
  const directory = join(folder, "runs", "one");
  const log = tensorBoardLog(directory);
  log({ ...progress, loss: null });
  expect(existsSync(directory)).toBe(false);
  log(progress);
  log(evaluation);
  const names = readdirSync(directory);
  expect(names).toEqual([expect.stringMatching(/^events\.out\.tfevents\.\d{10}\.\d+\.qstill$/)]);
  const [version, ...rest] = records(readFileSync(join(directory, names[0])));
  const wallTime = (record: Uint8Array) => new DataView(record.buffer, record.byteOffset).getFloat64(13, true);
  expect(version).toEqual(Buffer.from(versionRecord(wallTime(version))));
  expect(rest).toEqual(
    [progress, evaluation].map((event, i) => {
      const { step, scalars } = scalarsOf(event);
      return Buffer.from(scalarsRecord(wallTime(rest[i]), step, scalars));
    }),
  );
});

it("csvLog writes one header, and a line of as many columns for each event", () => {
  const path = join(folder, "new", "log.csv");
  csvLog(path)(evaluation);
  csvLog(path)(progress); // a later program adds to it
  const [header, first, second, end] = readFileSync(path, "utf8").split("\n");
  expect(`${header}\n`).toBe(csvHeader);
  expect(header).toBe(
    "time,kind,network,attempt,envSteps,updates,share,loss,mean,std,min,best,returnRatio,satisfied,episode,reward,evaluated,code,message,remedy,actionAgreement,qMse,qR2,evaluationSteps,episodes,random,constantAction,constant,hidden",
  );
  expect(first).toMatch(
    /^\d{4}-\d\d-\d\dT[\d:.]+Z,evaluation,teacher,,1000,900,,0\.5,123\.25,0\.1,-9,true,,,,,,,,,,,,,20,,,,$/,
  );
  expect(second).toMatch(/Z,progress,student,2,0,300,0\.25,0\.5,,,,,,,,,,,,,,,,,,,,,$/);
  expect(end).toBe("");
});

it("CSV has a column for every field of every event, and quotes what has commas, quotes and line ends", () => {
  const notice = { kind: "notice", network: "teacher", envSteps: 0, updates: 0, values: {} } as const;
  const line = csvOf({ ...notice, code: "no-worker", message: 'a "b", c', remedy: "d\ne" }, "now");
  expect(line).toBe('now,notice,teacher,,0,0,,,,,,,,,,,,no-worker,"a ""b"", c","d\ne",,,,,,,,,\n');
  expect(
    csvOf(
      { kind: "attempt", attempt: 1, hidden: [8, 6], returnRatio: null, satisfied: false, envSteps: 5, updates: 7 },
      "now",
    ),
  ).toBe('now,attempt,student,1,5,7,,,,,,,,false,,,,,,,,,,,,,,,"8,6"\n');
  const agreement: TrainingEvent = {
    ...{ kind: "agreement", network: "student", attempt: 1, envSteps: 0, updates: 7, loss: 0.5, best: true },
    ...{ actionAgreement: 0.75, qMse: 2, qR2: null },
  };
  expect(csvOf(agreement, "now")).toBe("now,agreement,student,1,0,7,,0.5,,,,true,,,,,,,,,0.75,2,,,,,,,\n");
  expect(scalarsOf(agreement)).toEqual({
    step: 7,
    scalars: [
      { tag: "student/action_agreement", value: 0.75 },
      { tag: "student/q_mse", value: 2 },
    ],
  });
  const source = readFileSync(new URL("../../src/training/events.ts", import.meta.url), "utf8");
  const events = source.slice(0, source.indexOf("export type NetworkListener"));
  const fields = [...events.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name);
  for (const name of fields) {
    if (name !== "baseline") expect(csvHeader.trim().split(",")).toContain(name);
  }
  const baseline = { random: 1.5, constant: { action: 2, mean: 3.25 } };
  const compared = csvOf({ ...evaluation, evaluationSteps: 400, baseline }, "now");
  expect(compared).toBe("now,evaluation,teacher,,1000,900,,0.5,123.25,0.1,-9,true,,,,,,,,,,,,400,20,1.5,2,3.25,\n");
  const unknown = csvOf({ ...evaluation, baseline: { random: null, constant: null } }, "now");
  expect(unknown).toMatch(/,,20,,,,\n$/);
});

it.each([
  ["directory", () => tensorBoardLog("")],
  ["path", () => csvLog(undefined as unknown as string)],
])("an empty %s is refused", (name, call) => {
  expect(call).toThrow(new RegExp(`^${name} is .*: a path is needed$`));
});

it("a file that cannot be written is said so in one line", () => {
  writeFileSync(join(folder, "taken"), "");
  expect(() => tensorBoardLog(join(folder, "taken"))(progress)).toThrow(
    /^cannot write .*: a part of the path is not a folder$/,
  );
  expect(() => csvLog(folder)(progress)).toThrow(/^cannot write .*: it is a folder$/);
});
