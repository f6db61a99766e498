// The S3 of tests: moto's server. Without a Python that has moto a test is skipped and says why; where CI is set it fails.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

const python = process.env.QSTILL_MOTO || "python3";

const { stderr, status, error } = spawnSync(python, ["-c", "import boto3, moto.server"], { encoding: "utf8" });
/** Why there is no moto here. */
export const missingMoto =
  status === 0
    ? undefined
    : `${python} cannot import moto (${error?.message ?? stderr.trim().split("\n").pop()}): QSTILL_MOTO names a Python that can`;
if (missingMoto !== undefined) console.warn(`skipped: ${missingMoto}`); // Vitest keeps the note of a skip to itself

/** A user of the server. */
interface User {
  readonly id: string;
  readonly secret: string;
}

const started: ChildProcess[] = [];
afterAll(() => {
  for (const server of started) server.kill();
});

/** A server of its own with a bucket, which ends after the tests of the file. */
export async function moto() {
  const server = spawn(python, [fileURLToPath(new URL("bucket.py", import.meta.url))], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  started.push(server);
  const lines = createInterface(server.stdout);
  const ended = once(server, "exit").then(() => {
    throw new Error("moto has ended");
  });
  ended.catch(() => {}); // who asks later is told
  const answer = async () => JSON.parse((await Promise.race([once(lines, "line"), ended]))[0]);
  const { port, bucket, writer, reader } = await answer();
  return {
    endpoint: `http://127.0.0.1:${port}`,
    bucket: bucket as string,
    /** Who may do all that a store does, and who may only read. */
    writer: writer as User,
    reader: reader as User,
    /** The names in the bucket. */
    async names(): Promise<string[]> {
      server.stdin.write("\n");
      return answer();
    },
  };
}
