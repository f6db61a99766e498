// The Redis of tests. Where it is not installed a test is skipped and says why; where CI is set it fails.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, it } from "vitest";
import { hasRedis, startRedis } from "./server.js";

/** Why there is no Redis here. */
export const missingRedis = hasRedis ? undefined : "redis-server is not installed";
if (missingRedis !== undefined) console.warn(`skipped: ${missingRedis}`); // Vitest keeps the note of a skip to itself

const root = mkdtempSync(join(tmpdir(), "qstill-queue-"));
const servers: Awaited<ReturnType<typeof startRedis>>[] = [];
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(root, { recursive: true, force: true });
});

/** A folder of its own. */
export function folder(): string {
  return mkdtempSync(join(root, "of-"));
}

/** A server of its own, which ends after the tests of the file. */
export async function redis(how?: Parameters<typeof startRedis>[1]) {
  const server = await startRedis(folder(), how);
  servers.push(server);
  return server;
}

/** Milliseconds that a test may take: a job whose worker was killed is given to another one after 20 s at most. */
const patience = 300_000;

/** Tests that need something. @param missing why it is not here */
export function needing(missing: string | undefined): (name: string, test: () => Promise<void>) => void {
  return (name, test) =>
    it(name, { timeout: patience }, async ({ skip }) => {
      if (missing === undefined) return test();
      if (process.env.CI) throw new Error(missing);
      return skip(missing);
    });
}

/** A test that needs Redis. */
export const withRedis = needing(missingRedis);
