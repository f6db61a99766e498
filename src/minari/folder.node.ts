// A Minari data set in a folder. Its large file is read piece by piece.
import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Bytes } from "./hdf5.js";

/** A data set that is open. */
export interface Opened {
  readonly bytes: Bytes;
  readonly metadata: string;
  close(): void;
}

/**
 * Opens a data set.
 * @param path its folder, the folder `data` in it, or main_data.hdf5
 * @throws Error of Node for files that cannot be read
 */
export function openFolder(path: string): Opened {
  const file = fileOf(path);
  const metadata = readFileSync(join(dirname(file), "metadata.json"), "utf8");
  const descriptor = openSync(file, "r");
  const { size } = fstatSync(descriptor);
  const read = (into: Uint8Array, position: number) => {
    for (let done = 0; done < into.length; ) {
      const count = readSync(descriptor, into, done, into.length - done, position + done);
      if (count === 0) throw new Error(`${file} became shorter`);
      done += count;
    }
  };
  return { bytes: { size, read }, metadata, close: () => closeSync(descriptor) };
}

/** The large file of the data set at a path. */
export function fileOf(path: string): string {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  const within = join(path, "data");
  const folder = statSync(within, { throwIfNoEntry: false })?.isDirectory() ? within : path;
  return join(folder, "main_data.hdf5");
}
