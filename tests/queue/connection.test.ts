// Queues that cannot be used, each refused in one line with status 2: by the library and by every command that takes one.
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { openQueue } from "#dist/queue/index.js";
import { folder, redis, withRedis } from "./redis.js";
import { freePort } from "./server.js";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const qstill = (words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  spawnSync(process.execPath, [main, ...words], { encoding: "utf8", cwd: folder(), env: { ...process.env, ...env } });

const fakes: Server[] = [];
afterAll(() => {
  for (const fake of fakes) fake.close();
});

/** Something that answers every command with the same text. */
async function fake(answer: string): Promise<string> {
  const server = createServer((socket) => {
    socket.on("data", (data) => socket.write(answer.repeat(String(data).match(/\*\d+\r\n/g)?.length ?? 1)));
    socket.on("error", () => {});
  }).listen(0, "127.0.0.1");
  fakes.push(server);
  await once(server, "listening");
  const address = server.address();
  return `redis://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

/** How a server says what it is. */
const info = (text: string) => `$${text.length}\r\n${text}\r\n`;

describe("a queue is refused in one line", () => {
  const commands = [["worker"], ["queue", "status"], ["experiment", "losses"], ["tune", "CartPole-v1"]];

  it("by every command, if no server answers", async () => {
    const url = `redis://user:s3cr3t@127.0.0.1:${await freePort()}/0`;
    for (const words of commands) {
      const { status, stderr, stdout } = qstill([...words, "--queue", url]);
      expect([words, status]).toEqual([words, 2]);
      expect(stderr).toMatch(/^the queue redis:\/\/127\.0\.0\.1:\d+\/0 cannot be used: no server answers there\n$/);
      expect(stderr + stdout).not.toContain("s3cr3t");
    }
  });

  it("if it is no address, or none is given", () => {
    for (const words of commands) {
      const { status, stderr } = qstill([...words, "--queue", "localhost:6379"]);
      expect([words, status]).toEqual([words, 2]);
      expect(stderr).toMatch(
        /^queue is "localhost:6379": redis:\/\/host:port\/db is allowed, or rediss:\/\/ for TLS\n$/,
      );
    }
    for (const words of commands.slice(0, 2)) {
      expect(qstill(words)).toMatchObject({
        status: 2,
        stderr: expect.stringMatching(/^no queue given: --queue or QSTILL_QUEUE needs [^\n]+\n$/),
      });
    }
  });

  it("of the variable QSTILL_QUEUE, too, by the commands that need one", () => {
    for (const words of commands.slice(0, 2)) {
      const { status, stderr } = qstill(words, { QSTILL_QUEUE: "user:s3cr3t@host" });
      expect([words, status]).toEqual([words, 2]);
      expect(stderr).toMatch(/^queue is "…@host": redis:/);
    }
  });

  it.each([
    [["shrink", "CartPole-v1", "--store", "files"], /^--store is given without --queue: [^\n]+\n$/],
    [["worker", "--env-options", "{}"], /^--env-options is given: it needs --module with an environment\n$/],
    [["worker", "--python", "python3"], /^--python is for an environment of Gymnasium, [^\n]+\n$/],
  ])("if other options do not go with it: %o", (words, line) => {
    const { status, stderr } = qstill(words, { QSTILL_QUEUE: "redis://127.0.0.1:1" });
    expect(stderr).toMatch(line);
    expect(status).toBe(2);
  });

  it("if the server is too old", async () => {
    const old = await fake(info("redis_version:5.0.14\r\nmaxmemory_policy:noeviction\r\n"));
    await expect(openQueue(old)).rejects.toThrow(/^the queue \S+ is Redis 5\.0\.14: 6\.2 or later is needed$/);
  });

  it("if the server takes the connection and says nothing", async () => {
    await expect(openQueue(await fake(""))).rejects.toThrow(/^the queue \S+ cannot be used: no server answers there$/);
  });

  it("if it is no Redis at all", async () => {
    const other = await fake("HTTP/1.1 400 Bad Request\r\n\r\n");
    await expect(openQueue(other)).rejects.toThrow(/^the queue \S+ cannot be used: [^\n]+$/);
  });

  withRedis("if the password is wrong, or missing", async () => {
    const { url } = await redis({ options: ["--requirepass", "s3cr3t"] });
    await expect(openQueue(url)).rejects.toThrow(/cannot be used: it refuses the password$/);
    const wrong = url.replace("redis://", "redis://:wr0ng@");
    await expect(openQueue(wrong)).rejects.toThrow(
      /^the queue redis:\/\/127\S+ cannot be used: it refuses the password$/,
    );
    const right = await openQueue(url.replace("redis://", "redis://:s3cr3t@"));
    expect(await right.state()).toMatchObject({ waiting: 0, workers: [] });
    await right.close();
  });

  withRedis("if all its workers are of another version", async () => {
    const { url, ask } = await redis();
    const abilities = { version: "0.0.1", studies: ["losses"], environments: { "CartPole-v1": null } };
    ask("set", "qstill:abilities:old", JSON.stringify(abilities));
    ask("set", "qstill:worker:old", JSON.stringify({ name: "host:1", concurrency: 1, busy: 0, abilities: "old" }));
    ask("sadd", "qstill:workers", "old");
    const { status, stderr } = qstill(["experiment", "losses", "--seeds", "1", "--queue", url]);
    expect(stderr).toMatch(/^no worker of redis:\S+ can do this: it is of version \S+, and the worker of 0\.0\.1\n$/);
    expect(status).toBe(2);
    expect(ask("keys", "qstill:jobs:*-*")).toBe(""); // nothing was queued
  });

  withRedis("if it has no such database", async () => {
    const { url } = await redis();
    await expect(openQueue(url.replace(/0$/, "99"))).rejects.toThrow(/\/99 cannot be used: it has no such database$/);
  });

  withRedis("if it drops what it was told when its memory is full", async () => {
    const { url } = await redis({ options: ["--maxmemory-policy", "allkeys-lru"] });
    await expect(openQueue(url)).rejects.toThrow(
      /has maxmemory-policy allkeys-lru, which loses jobs .*: noeviction is needed$/,
    );
  });
});

withRedis(
  "over TLS with a password, a worker and who submits work together, and nobody prints the password",
  async () => {
    const keys = folder();
    const [key, certificate] = [join(keys, "key.pem"), join(keys, "certificate.pem")];
    const made = spawnSync("openssl", [
      ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"],
      ...["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
    ]);
    expect(made.status).toBe(0);
    const tls = await freePort();
    await redis({
      options: [
        ...["--requirepass", "s3cr3t", "--tls-port", String(tls), "--tls-auth-clients", "no"],
        ...["--tls-cert-file", certificate, "--tls-key-file", key],
      ],
    });
    const url = `rediss://default:s3cr3t@localhost:${tls}/1`;
    const trusting = { NODE_EXTRA_CA_CERTS: certificate };
    const module = fileURLToPath(new URL("./slow.study.js", import.meta.url));
    const study = ["experiment", "quick", "--module", module, "--seeds", "1", "--queue", url];
    const untrusted = qstill([...study, "--quiet"]);
    expect(untrusted).toMatchObject({ status: 2, stderr: expect.stringMatching(/cannot be used: .*certificate\n$/) });
    const { spawn } = await import("node:child_process");
    const submitter = spawn(process.execPath, [main, ...study], {
      cwd: folder(),
      env: { ...process.env, ...trusting },
    });
    let said = "";
    for (const stream of [submitter.stdout, submitter.stderr]) stream.on("data", (data) => (said += data));
    const ended = once(submitter, "exit");
    while (!said.includes("no worker is there yet")) await setTimeout(20);
    const worker = qstill(["worker", "--queue", url, "--module", module, "--once"], trusting);
    expect([(await ended)[0], worker.status]).toEqual([0, 0]);
    expect(worker.stderr).toMatch(/takes one job at a time.*\n(?:.*\n)*4 done, 0 failed\n$/);
    const status = qstill(["queue", "status", "--queue", url], trusting);
    expect(status.stdout).toMatch(/│ waiting │ being done │ done │/);
    expect(said + worker.stderr + worker.stdout + status.stdout + untrusted.stderr).not.toContain("s3cr3t");
  },
);
