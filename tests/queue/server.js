// A Redis of its own for a test: its folder, its port, and what can become of it.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout } from "node:timers/promises";

/** Whether redis-server is installed here. */
export const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;

/** A port that nobody uses. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/**
 * Starts a server that keeps what it was told on disk.
 * @param {string} folder
 * @param {{ host?: string, options?: readonly string[] }} [how]
 */
export async function startRedis(folder, { host = "127.0.0.1", options = [] } = {}) {
  const port = await freePort();
  const flags = [
    ...["--port", String(port), "--bind", "127.0.0.1", ...(host === "127.0.0.1" ? [] : [host])],
    ...["--protected-mode", "no", "--dir", folder, "--appendonly", "yes", "--save", "", ...options],
  ];
  let process;
  const start = async () => {
    process = spawn("redis-server", flags, { stdio: "ignore" });
    for (let tries = 0; tries < 200; tries++) {
      if (/^(PONG|NOAUTH)/.test(ask("ping"))) return;
      await setTimeout(50);
    }
    throw new Error("redis-server does not answer");
  };
  const ask = (...words) => spawnSync("redis-cli", ["-p", String(port), ...words], { encoding: "utf8" }).stdout.trim();
  const end = async (signal) => {
    const ended = once(process, "exit");
    process.kill(signal);
    await ended;
  };
  await start();
  return {
    port,
    url: `redis://${host}:${port}/0`,
    /** What redis-cli answers. */
    ask,
    start,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
}
