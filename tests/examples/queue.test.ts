// The example of a queue on many machines: its files are what Docker Compose and Kubernetes take, its commands are those
// of the command line, and a Redis that is started as they say is a queue.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { openQueue } from "#dist/queue/index.js";
import { folder, redis, withRedis } from "../queue/redis.js";
import { freePort } from "../queue/server.js";
import { compose, kubernetes } from "./schemas.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const at = (file: string) => join(root, "examples", "queue", file);
const read = (file: string) => readFileSync(at(file), "utf8");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const readme = read("README.md");
const password = "0123456789abcdef";

/** Writes a file that differs in one place, or as the README says. */
function written(text: string): string {
  const file = join(folder(), "written.yaml");
  writeFileSync(file, text);
  return file;
}

function damaged(file: string, from: string, to: string): string {
  const text = read(file);
  expect(text).toContain(from);
  return written(text.replace(from, to));
}

const services = parse(read("compose.yaml").replace(/\$\{REDIS_PASSWORD(:[^}]*)?\}/g, password)).services;

interface Container {
  readonly args: readonly string[];
  readonly env: readonly { name: string; valueFrom: { secretKeyRef: { name: string; key: string } } }[];
  readonly resources: { readonly limits: { readonly cpu: string } };
}

const objects = parseAllDocuments(read("kubernetes.yaml").replaceAll("change-me", password)).map((one) => one.toJS());
const [secret, service, statefulSet, job] = objects;
const [redisContainer]: Container[] = statefulSet.spec.template.spec.containers;
const [workerContainer]: Container[] = job.spec.template.spec.containers;

/** The arguments of a container, with the variables that the Secret fills. */
function argumentsOf({ args, env }: Container): string[] {
  const filled = (name: string) => {
    const { secretKeyRef } = env.find((variable) => variable.name === name)!.valueFrom;
    expect(secretKeyRef.name).toBe(secret.metadata.name);
    return secret.stringData[secretKeyRef.key];
  };
  return args.map((arg) => arg.replace(/\$\((\w+)\)/g, (_, name) => filled(name)));
}

const [, entryPoint] = /^ENTRYPOINT (.*)$/m.exec(read("Dockerfile"))!;
const [program, ...command]: string[] = JSON.parse(entryPoint);

/** What the workers are started with, where the queue is at an address. */
const workers = (url: string) =>
  Object.entries({ "compose.yaml": services.worker.command, "kubernetes.yaml": argumentsOf(workerContainer) }).map(
    ([file, args]: [string, string[]]) => ({
      file,
      args: [...command, ...args.map((arg) => (arg.startsWith("redis://") ? url : arg))],
    }),
  );

/** Every `npx qstill` of the README. */
const commands = (url: string) =>
  [...readme.matchAll(/npx qstill ([^\n`]+)/g)].map(([, line]) =>
    line
      .replace(/ &$/, "")
      .split(" ")
      .map((word) => (word === '"$QUEUE"' ? url : word)),
  );

const main = join(root, "dist", "cli", "main.js");
const qstill = (args: readonly string[]) =>
  spawnSync(process.execPath, [main, ...args], { cwd: folder(), encoding: "utf8" });

describe("the schemas of others", () => {
  compose.it("allow compose.yaml", () => {
    expect(compose.check(at("compose.yaml"))).toMatchObject({ allowed: true });
  });

  compose.it("refuse a damaged compose.yaml", () => {
    const { allowed, said } = compose.check(damaged("compose.yaml", "healthcheck:", "healthchek:"));
    expect([allowed, said]).toEqual([false, expect.stringContaining("healthchek")]);
  });

  kubernetes.it("allow kubernetes.yaml", () => {
    const { allowed, said } = kubernetes.check(at("kubernetes.yaml"));
    expect([allowed, said]).toEqual([true, expect.stringContaining("passed for resource job/qstill-worker")]);
  });

  kubernetes.it("refuse a damaged kubernetes.yaml", () => {
    for (const [from, to, named] of [
      ["parallelism: 8", "parallelism: eight", "spec.parallelism"],
      ["backoffLimit: 20", "backofLimit: 20", "backofLimit"],
    ]) {
      const { allowed, said } = kubernetes.check(damaged("kubernetes.yaml", from, to));
      expect([allowed, said]).toEqual([false, expect.stringContaining(named)]);
    }
  });

  kubernetes.it("allow kubernetes.yaml with the password and the registry that the README puts in", () => {
    const [, sed] = /^(sed .*) > queue\.yaml$/m.exec(readme)!;
    const env = { ...process.env, REDIS_PASSWORD: password, REGISTRY: "registry.my.org" };
    const { stdout } = spawnSync("sh", ["-euc", sed], { cwd: at("."), encoding: "utf8", env });
    expect(parseAllDocuments(stdout)[0].toJS().stringData).toEqual(secret.stringData);
    expect(stdout).toContain("image: registry.my.org/qstill-worker");
    expect(stdout.replace(/^ *#.*$/gm, "")).not.toMatch(/change-me|example\.com/);
    expect(kubernetes.check(written(stdout))).toMatchObject({ allowed: true });
  });
});

describe("the files fit one another", () => {
  it("a worker has the 30 s that it may need to give its job back", () => {
    expect(services.worker.stop_grace_period).toBe("30s");
    expect(job.spec.template.spec.terminationGracePeriodSeconds).toBe(30);
  });

  it("a worker has a core for its one job", () => {
    expect(services.worker.deploy.resources.limits.cpus).toBe("1");
    expect(workerContainer.resources.limits.cpu).toBe("1");
  });

  it("the workers look for the queue where it is", () => {
    const [, url] = services.worker.command;
    expect(Object.keys(services)).toContain(new URL(url).hostname);
    const { hostname, port } = new URL(secret.stringData.url);
    expect([hostname, Number(port)]).toEqual([service.metadata.name, service.spec.ports[0].port]);
    expect(statefulSet.spec.template.metadata.labels).toMatchObject(service.spec.selector);
  });

  it("what Redis keeps is on a volume", () => {
    expect(services.redis.volumes).toEqual(["queue:/data"]);
    const [{ name }] = statefulSet.spec.template.spec.containers[0].volumeMounts;
    expect(statefulSet.spec.volumeClaimTemplates[0].metadata.name).toBe(name);
  });

  it("the two labels that the README applies are those of all objects", () => {
    const [queue, worker] = [...readme.matchAll(/kubectl apply .* -l app=(\S+)/g)].map(([, label]) => label);
    expect(objects.map(({ metadata }) => metadata.labels.app)).toEqual([queue, queue, queue, worker]);
  });

  it("the README names every file", () => {
    const files = readdirSync(at(".")).filter((file) => !/^(README\.md|\.env|queue\.yaml)$|\.tgz$/.test(file));
    for (const file of files) expect(readme).toContain(`| \`${file}\``);
  });

  it("the image has the packages that a queue needs, a program of this package, and no rights", () => {
    const packages = /npm install \.\/qstill-\*\.tgz (.*?) &&/.exec(read("Dockerfile"))![1].split(" ");
    const needed = ["bullmq", "ioredis"].map((name) => {
      const [major] = /\d+/.exec(manifest.peerDependencies[name])!;
      return `${name}@${major}`;
    });
    expect(packages).toEqual(needed);
    expect(program).toBe(`node_modules/.bin/${Object.keys(manifest.bin)[0]}`);
    expect(read("Dockerfile")).toMatch(/^USER [1-9]\d*$/m);
    expect(job.spec.template.spec.securityContext.runAsNonRoot).toBe(true);
  });
});

describe("the commands are understood: without a server, that is all that is wrong", () => {
  let nobody: string;
  beforeAll(async () => {
    nobody = `redis://:${password}@127.0.0.1:${await freePort()}/0`;
  });

  it("of the workers", () => {
    for (const { file, args } of workers(nobody)) {
      const { status, stderr } = qstill(args);
      expect({ file, status, stderr }).toEqual({ file, status: 2, stderr: expect.stringMatching(noServer) });
    }
  });

  it("of the README", () => {
    const all = commands(nobody);
    expect(new Set(all.map(([name]) => name))).toEqual(new Set(["experiment", "queue", "worker"]));
    for (const args of all) {
      const { status, stderr } = qstill(args);
      expect({ args, status, stderr }).toEqual({ args, status: 2, stderr: expect.stringMatching(noServer) });
    }
  });
});

const noServer = /^the queue redis:\/\/127\.0\.0\.1:\d+\/0 cannot be used: no server answers there\n$/;

describe.each([
  { file: "compose.yaml", args: services.redis.command as string[], probe: services.redis.healthcheck.test.slice(1) },
  {
    file: "kubernetes.yaml",
    args: argumentsOf(redisContainer),
    probe: statefulSet.spec.template.spec.containers[0].readinessProbe.exec.command,
  },
])("a Redis with the flags of $file", ({ file, args, probe }) => {
  withRedis("is a queue, which keeps what it is told and wants the password", async () => {
    const [name, ...flags] = args;
    expect(name).toBe("redis-server");
    const worse = ["--appendonly", "no", "--maxmemory-policy", "allkeys-lru"]; // the flags come after, so they count
    const { port, ask } = await redis({ options: [...worse, ...flags] });
    const setting = (of: string) => ask("-a", password, "config", "get", of).split("\n")[1];
    expect([setting("appendonly"), setting("maxmemory-policy")]).toEqual(["yes", "noeviction"]);

    const healthy = (REDISCLI_AUTH: string) =>
      spawnSync(probe[0], ["-p", String(port), ...probe.slice(1)], { env: { ...process.env, REDISCLI_AUTH } }).status;
    expect([healthy(password), healthy("another")]).toEqual([0, 1]);

    const url = `redis://:${password}@127.0.0.1:${port}/0`;
    const queue = await openQueue(url);
    expect(await queue.state()).toMatchObject({ waiting: 0, workers: [] });
    queue.close();
    await expect(openQueue(url.replace(password, "another"))).rejects.toThrow("it refuses the password");

    const { args: command } = workers(url).find((one) => one.file === file)!;
    const isOnce = command.includes("--once");
    expect(isOnce).toBe(file === "kubernetes.yaml");
    // a Job starts another worker for each that did not end by itself
    expect(await statusOf(command, "SIGTERM")).toBe(isOnce ? 130 : 0);
    if (isOnce) expect(await statusOf(command)).toBe(0);
  });
});

/** With which status a worker ends that is told to when it is ready, or by itself. */
async function statusOf(command: readonly string[], signal?: "SIGTERM"): Promise<number> {
  const worker = spawn(process.execPath, [main, ...command], { stdio: ["ignore", "ignore", "pipe"] });
  onTestFinished(() => void worker.kill("SIGKILL"));
  const ended = once(worker, "exit");
  const [line] = await once(worker.stderr, "data");
  expect(String(line)).toMatch(/^worker \S+ takes one job at a time/);
  if (signal !== undefined) worker.kill(signal);
  const [status] = await ended;
  return status;
}
