// Files in a folder: whole when they are read, and nothing else in the folder is touched.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { FolderStore } from "../../src/experiments/folder-store.js";

const root = mkdtempSync(join(tmpdir(), "qstill-store-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

it("keeps, replaces, removes and clears files; what is not there is nothing", async () => {
  const place = join(root, "kept");
  const store = new FolderStore(place);
  store.clear(".checkpoint");
  store.tidy();
  expect(await store.read("a.checkpoint")).toBeUndefined();
  await store.write("a.checkpoint", Uint8Array.of(1, 2));
  await store.write("a.checkpoint", Uint8Array.of(1, 2, 3));
  await store.write("b.checkpoint", Uint8Array.of(3));
  writeFileSync(join(place, "note.txt"), "mine");
  expect([...((await store.read("a.checkpoint")) ?? [])]).toEqual([1, 2, 3]);
  await store.remove("a.checkpoint");
  await store.remove("a.checkpoint");
  expect(readdirSync(place).sort()).toEqual(["b.checkpoint", "note.txt"]);
  store.clear(".checkpoint");
  store.tidy();
  expect(readdirSync(place)).toEqual(["note.txt"]);
  rmSync(join(place, "note.txt"));
  store.tidy();
  expect(existsSync(place)).toBe(false);
});

it("says in one line what cannot be read", async () => {
  await expect(new FolderStore(root).read(".")).rejects.toThrow(/^cannot read \S+: it is a folder$/);
});
