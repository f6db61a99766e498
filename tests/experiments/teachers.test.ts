// The teachers of a study: trained once, and the same bits when they are read.
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import "../../src/env/tic-tac-toe/index.js";
import { digestOf } from "../../src/core/digest.js";
import { distill } from "../../src/distill/student.js";
import type { Teacher } from "../../src/dqn/teacher.js";
import { FolderTeachers, KeptTeachers } from "../../src/experiments/teachers.js";
import { Interrupted } from "../../src/training/checkpoint.js";
import type { Store } from "../../src/training/store.js";
import { shortStudent, shortTeacher } from "../short-training.js";

const folder = mkdtempSync(join(tmpdir(), "qstill-teachers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let trained: Teacher;
let path: string;
beforeAll(async () => {
  trained = await new FolderTeachers(folder).teacher("CartPole-v1", 7, shortTeacher);
  path = join(folder, readdirSync(folder)[0]);
});

it("keeps a teacher in one file, named by environment and seed", () => {
  expect(readdirSync(folder)).toHaveLength(1);
  expect(path).toMatch(/CartPole-v1-7-[0-9a-f]{12}\.safetensors$/);
});

it("reads the very same teacher, its replay memory and its record included", async () => {
  const read = await new FolderTeachers(folder).teacher("CartPole-v1", 7, shortTeacher);
  expect(read).not.toBe(trained);
  expect(read.wallSeconds).toBe(trained.wallSeconds); // it was not trained again
  expect({ ...read }).toEqual({ ...trained });
  const students = await Promise.all(
    [trained, read].map((teacher) => distill(teacher, { ...shortStudent, states: "replay", seed: 7 })),
  );
  expect(students[1].parameters).toEqual(students[0].parameters);
});

it("trains none that its store may not take", async () => {
  const written: string[] = [];
  const store: Store = {
    ...{ largest: 9599, placeOf: (name) => `${name} there`, read: async () => undefined, remove: async () => {} },
    write: async (name) => void written.push(name),
  };
  const teachers = new KeptTeachers(store);
  // 600 observations of 4 numbers
  const asked = teachers.teacher("CartPole-v1", 7, { ...shortTeacher, envSteps: 600 });
  await expect(asked).rejects.toThrow(
    /^CartPole-v1-7-\w+\.safetensors there may have 1 MiB with its replay memory: at most 1 /,
  );
  await teachers.teacher("CartPole-v1", 7, { ...shortTeacher, envSteps: 599 });
  expect(written).toHaveLength(1);
});

it("reads the masks of the replay memory again, too", async () => {
  const teachers = new FolderTeachers(join(folder, "masked"));
  const short = { ...shortTeacher, hidden: [8], envSteps: 500 };
  const [made, read] = [
    await teachers.teacher("TicTacToe-v0", 7, short),
    await teachers.teacher("TicTacToe-v0", 7, short),
  ];
  expect(made.masks).toContain(0);
  expect(read.masks).toEqual(made.masks);
});

it("trains another teacher for other options or another seed", async () => {
  const teachers = new FolderTeachers(join(folder, "others"));
  await teachers.teacher("CartPole-v1", 7, { ...shortTeacher, envSteps: 500 });
  await teachers.teacher("CartPole-v1", 8, { ...shortTeacher, envSteps: 500 });
  await teachers.teacher("CartPole-v1", 8, { ...shortTeacher, envSteps: 600 });
  expect(readdirSync(join(folder, "others"))).toHaveLength(3);
  teachers.clear();
  expect(readdirSync(join(folder, "others"))).toEqual([]);
});

it("keeps nothing of a training that is stopped", async () => {
  const teachers = new FolderTeachers(join(folder, "stopped"), AbortSignal.abort());
  await expect(teachers.teacher("CartPole-v1", 7, shortTeacher)).rejects.toThrow(Interrupted);
  new FolderTeachers(join(folder, "stopped")).clear(); // there is not even a folder
});

it("says in one line that its folder cannot be made", async () => {
  const inFile = join(path, "teachers");
  await expect(
    new FolderTeachers(inFile).teacher("CartPole-v1", 7, { ...shortTeacher, envSteps: 400 }),
  ).rejects.toThrow(`cannot write ${inFile}: a part of the path is not a folder`);
});

it("refuses a file that is damaged or of other work, in one line", async () => {
  const bytes = readFileSync(path);
  const again = () => new FolderTeachers(folder).teacher("CartPole-v1", 7, shortTeacher);
  truncateSync(path, bytes.length - 4);
  await expect(again()).rejects.toThrow(/^\S+\.safetensors cannot be used: [^\n]+$/);
  const other = Buffer.from(bytes.toString("latin1").replace('seed\\":7', 'seed\\":8'), "latin1");
  other.set(digestOf(other.subarray(0, -16)), other.length - 16);
  writeFileSync(path, other);
  await expect(again()).rejects.toThrow(/cannot be used: it was made with seed 8, but 7 is asked for$/);
  writeFileSync(path, bytes);
  expect((await again()).parameters).toEqual(trained.parameters);
});

it("notices one flipped bit, wherever it is", async () => {
  const bytes = readFileSync(path);
  const bit = fc.integer({ min: 0, max: 8 * bytes.length - 1 });
  await fc.assert(
    fc.asyncProperty(bit, async (at) => {
      const damaged = Buffer.from(bytes); // slice would share its bytes
      damaged[at >> 3] ^= 1 << (at & 7);
      writeFileSync(path, damaged);
      const again = new FolderTeachers(folder).teacher("CartPole-v1", 7, shortTeacher);
      await expect(again).rejects.toThrow(/^\S+\.safetensors cannot be used: [^\n]+$/);
    }),
    { numRuns: 200 },
  );
  writeFileSync(path, bytes);
});
