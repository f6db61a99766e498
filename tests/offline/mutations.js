// Damaged logs for the readers: JSON lines, gzip, and Minari's HDF5 files and metadata, changed at random.
import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { changes, countMessage, damaged, structureOf } from "../damage.js";

/** A log with every field. */
const steps = Array.from({ length: 24 }, (_, i) => ({
  episode: i % 3 === 0 ? "a" : Math.floor(i / 9),
  observation: [i / 7, -i],
  action: i % 2,
  reward: i * 1.5,
  terminated: i === 17,
  truncated: i === 23,
  mask: [1, 1],
  propensity: 1 / (1 + (i % 4)),
  ...(i === 23 && { next: [i, 0.5], nextMask: [1, 0] }),
}));

function written(log) {
  return new TextEncoder().encode(log.map((step) => `${JSON.stringify(step)}\n`).join(""));
}

/** Another value for a field: mostly one that another line or another field could have. */
const value = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...steps.flatMap((step) => Object.values(step))) },
  { weight: 2, arbitrary: fc.array(fc.oneof(fc.integer({ min: -1, max: 2 }), fc.double()), { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.jsonValue() },
  { weight: 1, arbitrary: fc.constant(undefined) },
);
const fields = Object.keys(steps[23]);

/** A log whose fields have other values. */
const otherValues = fc
  .array(fc.tuple(fc.nat(23), fc.constantFrom(...fields, "__proto__", "other"), value), { minLength: 1, maxLength: 4 })
  .map((all) => {
    const log = steps.map((step) => ({ ...step }));
    for (const [line, field, other] of all)
      Object.defineProperty(log[line], field, { value: other, enumerable: true, configurable: true });
    return written(log);
  });

const golden = (set, name) => readFileSync(new URL(`../golden/minari/${set}/${name}`, import.meta.url));
const metadata = (set) => new Uint8Array(golden(set, "metadata.json"));
const hdf5 = (set) => new Uint8Array(gunzipSync(golden(set, "main_data.hdf5.gz")));

/** For each kind of file the real ones, and how a damaged one is read. */
function readersOf({ readLog, readMinari }) {
  const text = (bytes) => new TextDecoder().decode(bytes);
  return {
    jsonValues: { damage: otherValues.map((file) => ({ file })), read: (file) => readLog(file) },
    jsonLines: { files: [{ file: written(steps) }], read: (file) => readLog(file) },
    gzip: { files: [{ file: new Uint8Array(gzipSync(written(steps))) }], read: (file) => readLog([file]) },
    minari: {
      files: ["taxi", "parts"].map((set) => ({ file: hdf5(set), set })),
      read: (data, set) => readMinari({ data, metadata: text(metadata(set)) }),
    },
    minariMetadata: {
      files: ["taxi", "parts"].map((set) => ({ file: metadata(set), set })),
      read: (file, set) => readMinari({ data: hdf5(set), metadata: text(file) }),
    },
  };
}

export const logReaders = ["jsonValues", "jsonLines", "gzip", "minari", "minariMetadata"];

const marks = /HDF\r|TREE|SNOD|HEAP|OHDR|OCHK|GCOL|FRHP|FHDB|FHIB|FSHD|FSSE|BTHD|BTLF|BTIN|EAHD|EAIB|FAHD|FADB/g;

/** One of the files, changed at random. */
function damageTo(files) {
  const originals = files.map(({ file, set }) => ({ file, set, structure: structureOf(file, marks) }));
  return fc.tuple(fc.constantFrom(...originals), changes).map(([{ file, set, structure }, all]) => ({
    file: damaged(file, structure, all),
    set,
  }));
}

/**
 * Reads changed logs: each must end in columns of the lengths that belong together, or in a ConfigError of one line.
 * @param library what qstill/offline and qstill/minari export
 * @returns how many ended in which
 */
export async function checkLogReader(reader, library, { seed, runs }) {
  const { files, read, damage = damageTo(files) } = readersOf(library)[reader];
  const counts = { logs: 0, errors: 0 };
  const messages = new Map();
  await fc.assert(
    fc.asyncProperty(damage, async ({ file, set }) => {
      let log;
      try {
        log = await read(file, set);
      } catch (error) {
        countMessage(messages, error, "ConfigError");
        counts.errors++;
        return;
      }
      counts.logs++;
      try {
        library.inEpisodes(log);
      } catch (error) {
        if (error.message !== "no step of the log can be used: none says what it led to") throw error;
      }
    }),
    { seed, numRuns: runs },
  );
  return { ...counts, messages };
}
