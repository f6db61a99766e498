// A store in a bucket: against moto's server, which checks signatures and rights, and against answers that only a fake gives.
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { cellsOf, runStudy, type Study } from "#dist/experiments/index.js";
import { openQueue, runWorker } from "#dist/queue/index.js";
import { openS3 } from "#dist/queue/s3-store.js";
import { missingMoto, moto } from "./moto.js";
import { folder, missingRedis, needing, redis } from "./redis.js";
import { freePort } from "./server.js";
import { studies } from "./slow.study.js";

const dist = fileURLToPath(new URL("../../dist", import.meta.url));
const qstill = (...words: readonly string[]) =>
  spawnSync(process.execPath, [join(dist, "cli", "main.js"), ...words], { encoding: "utf8", cwd: folder() });

const withMoto = needing(missingMoto);

let server: Awaited<ReturnType<typeof moto>>;
beforeAll(async () => {
  if (missingMoto === undefined) server = await moto();
});

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** Who asks from now on, and whom. */
function as({ id, secret } = { id: "AKIA1", secret: "s3cr3t" }, endpoint = server.endpoint): void {
  vi.stubEnv("AWS_ACCESS_KEY_ID", id);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", secret);
  vi.stubEnv("AWS_ENDPOINT_URL", endpoint);
}

const nowhere = "redis://127.0.0.1:1"; // who gets there has passed the check of the store

describe("files in a bucket", () => {
  withMoto("are written, read, replaced and removed", async () => {
    as(server.writer);
    const store = await openS3(`s3://${server.bucket}`);
    expect(await store.read("a")).toBeUndefined();
    await store.remove("a");
    const large = Uint8Array.from({ length: 5 * 2 ** 20 }, (_, i) => (i * i) >> 7);
    for (const bytes of [
      new Uint8Array(0),
      large,
      new Uint8Array([1, 2, 3]),
      large.subarray(7, 9),
      new Uint8Array(0),
    ]) {
      await store.write("a", bytes);
      expect(Buffer.compare((await store.read("a")) as Uint8Array, bytes)).toBe(0);
    }
    expect(await server.names()).toEqual(["a"]);
    await store.remove("a");
    expect(await store.read("a")).toBeUndefined();
    expect(await server.names()).toEqual([]);
  });

  withMoto("have the prefix and their name, whatever characters these have", async () => {
    as(server.writer);
    const [one, other] = [await openS3(`s3://${server.bucket}/a b/ü+(c)`), await openS3(`s3://${server.bucket}/x/`)];
    const name = "gymnasium-Taxi-v3 100% (é)'*~+&=?#!-0-0123456789ab.safetensors";
    await one.write(name, new Uint8Array([1]));
    await other.write(name, new Uint8Array([2]));
    expect(await server.names()).toEqual([`a b/ü+(c)/${name}`, `x/${name}`]);
    expect([await one.read(name), await other.read(name)].map((bytes) => bytes?.[0])).toEqual([1, 2]);
    for (const store of [one, other]) await store.remove(name);
    expect(await server.names()).toEqual([]);
    expect(other.placeOf("a")).toBe(`a in s3://${server.bucket}/x at ${server.endpoint}`);
  });

  withMoto("can be looked for by many at the same time, and leave nothing", async () => {
    as(server.writer);
    await Promise.all(Array.from({ length: 8 }, async () => (await openS3(`s3://${server.bucket}/x`)).check()));
    expect(await server.names()).toEqual([]);
  });
});

describe("a store is refused in one line before anything is done", () => {
  /** What a worker and who submits jobs are told. */
  async function refusals(store: string): Promise<string[]> {
    const given = [openQueue(nowhere, { store }), runWorker(nowhere, { store })].map((work) =>
      work.then(
        () => "",
        ({ name, message }) => `${name}: ${message}`,
      ),
    );
    return Promise.all(given);
  }
  const twice = (text: string) => [text, text];

  withMoto("if there is no such bucket", async () => {
    as(server.writer);
    const text = `ConfigError: the store s3://nowhere/x at ${server.endpoint} cannot be used: there is no such bucket`;
    expect(await refusals("s3://nowhere/x")).toEqual(twice(text));
  });

  withMoto("if the credentials are wrong, or have too few rights", async () => {
    const store = `s3://${server.bucket}/x`;
    const said = (why: string) => twice(`ConfigError: the store ${store} at ${server.endpoint} cannot be used: ${why}`);
    as({ ...server.writer, secret: "wr0ng" });
    expect(await refusals(store)).toEqual(said("it refuses the credentials (SignatureDoesNotMatch)"));
    as({ ...server.writer, id: "AKIAWR0NG" });
    expect(await refusals(store)).toEqual(said("it refuses the credentials (InvalidAccessKeyId)"));
    as(server.reader);
    const rights = "s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket are needed";
    expect(await refusals(store)).toEqual(said(`it refuses access (AccessDenied): ${rights}`));
    as(server.writer);
    for (const text of await refusals(store)) expect(text).toMatch(/^ConfigError: the queue /);
  });

  it("if no server answers", async () => {
    const endpoint = `http://127.0.0.1:${await freePort()}`;
    as(undefined, endpoint);
    const text = `ConfigError: the store s3://files at ${endpoint} cannot be used: no server answers there`;
    expect(await refusals("s3://files")).toEqual(twice(text));
  });

  it("if credentials are missing, or it is no address, by every command that takes one", () => {
    const search = ["shrink", "CartPole-v1", "--out", folder()];
    for (const words of [["worker"], search]) {
      const command = [...words, "--queue", nowhere, "--store"];
      expect(qstill(...command, "s3://files/x")).toMatchObject({
        ...{ status: 2, stdout: "" },
        stderr:
          "the store s3://files/x cannot be used: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY and AWS_REGION are not set\n",
      });
      for (const store of ["s3:/files", "gs://user:s3cr3t@files/x"]) {
        const { status, stderr } = qstill(...command, store);
        expect([status, stderr]).toEqual([
          2,
          expect.stringMatching(/^store is ".*": s3:\/\/bucket\/prefix is allowed, or a folder's path\n$/),
        ]);
        expect(stderr).not.toContain("s3cr3t");
      }
    }
  });

  it("if the package is missing", () => {
    const alone = folder();
    cpSync(dist, alone, { recursive: true });
    const module = JSON.stringify(new URL(`file://${alone}/queue/s3-store.js`).href);
    const program = `import(${module}).then(({ openS3 }) => openS3("s3://files")).catch((error) => console.log(String(error)))`;
    as(undefined, "http://127.0.0.1:1");
    const { stdout, stderr } = spawnSync(process.execPath, ["-e", program], { encoding: "utf8", cwd: alone });
    expect([stdout, stderr]).toEqual([
      "MissingPackageError: a store in S3 needs the package aws4fetch: npm install aws4fetch\n",
      "",
    ]);
  });
});

type Handler = (request: IncomingMessage, response: ServerResponse, body: Buffer) => unknown;

const fakes: Server[] = [];
afterAll(() => {
  for (const fake of fakes) fake.close().closeAllConnections();
});

/**
 * A store at a server that first answers in other ways, one for each request, and then keeps files in its memory.
 * @param always how it answers later, in place of that
 */
async function fake(first: readonly Handler[], always?: Handler) {
  const files = new Map<string, Buffer>();
  const requests: IncomingMessage[] = [];
  const works: Handler = ({ url = "", method }, response, body) => {
    if (method === "PUT") files.set(url, body);
    if (method === "DELETE") files.delete(url);
    const file = files.get(url);
    if (method === "GET") response.writeHead(file === undefined ? 404 : 200).end(file);
    else response.writeHead(method === "PUT" ? 200 : 204).end();
  };
  const server = createServer(async (request, response) => {
    requests.push(request);
    const handler = first[requests.length - 1] ?? always ?? works;
    const body = await buffer(request).catch(() => Buffer.of());
    handler(request, response, body);
  }).listen(0, "127.0.0.1");
  fakes.push(server);
  await once(server, "listening");
  const address = server.address();
  as(undefined, `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
  return { store: await openS3("s3://files/x"), requests, files };
}

const says =
  (status: number, code = "", headers = {}, more = ""): Handler =>
  (_, response) =>
    response.writeHead(status, headers).end(code && `<?xml?><Error><Code>${code}</Code>${more}</Error>`);
const busy = says(503, "SlowDown");
const hangsUp: Handler = (request) => request.socket.destroy();
const breaksOff: Handler = (request, response) => {
  response.writeHead(200, { "content-length": 100 }).write("half");
  setTimeout(() => request.socket.destroy(), 20);
};

describe("a server that is away or busy for a moment", () => {
  for (const [name, first] of Object.entries({
    "answers 503 twice": [busy, busy],
    "says that it is asked too often, and takes too long": [says(429), says(400, "RequestTimeout")],
    "ends the connection": [hangsUp, hangsUp],
  })) {
    it(`is asked again: it ${name}`, async () => {
      const bytes = new Uint8Array([1, 2, 3]);
      const written = await fake(first);
      await written.store.write("a", bytes);
      expect([...written.files]).toEqual([["/files/x/a", Buffer.from(bytes)]]);
      expect(written.requests.map(({ method }) => method)).toEqual(["PUT", "PUT", "PUT"]);

      const read = await fake(first);
      read.files.set("/files/x/a", Buffer.from(bytes));
      expect(await read.store.read("a")).toEqual(bytes);

      const removed = await fake(first);
      removed.files.set("/files/x/a", Buffer.from(bytes));
      await removed.store.remove("a");
      expect(removed.files.size).toBe(0);

      await (await fake(first)).store.check();
    });
  }

  it("and breaks off in the middle of a file gives all of it in the end", async () => {
    const { store, files } = await fake([breaksOff]);
    const whole = Buffer.alloc(100, "whole");
    files.set("/files/x/a", whole);
    expect(Buffer.compare((await store.read("a")) as Uint8Array, whole)).toBe(0);
  });

  it("is given up after five times, in one line", async () => {
    const { store, requests } = await fake([], busy);
    const place = store.placeOf("a");
    await Promise.all([
      expect(store.write("a", new Uint8Array(1))).rejects.toThrow(`cannot write ${place}: the server answers SlowDown`),
      expect(store.read("a")).rejects.toThrow(`cannot read ${place}: the server answers SlowDown`),
      expect(store.remove("a")).rejects.toThrow(`cannot remove ${place}: the server answers SlowDown`),
    ]);
    expect(requests).toHaveLength(3 * 5);
  });
});

describe("a server that says no", () => {
  const refused = async (...handlers: Parameters<typeof fake>) => {
    const { store, requests } = await fake(...handlers);
    const error = await store.check().then(
      () => "",
      ({ message }) => message.replace(/^.* cannot be used: /, ""),
    );
    return [error, requests.length];
  };

  it("is not asked again, and its reason is told, but not its words", async () => {
    const words = "<Message>s3cr3t of AKIA1</Message>";
    const denied = says(403, "AccessDenied", {}, words);
    expect(await refused([denied])).toEqual([expect.stringMatching(/^it refuses access \(AccessDenied\): s3:/), 1]);
    expect(await refused([says(403)])).toEqual([expect.stringMatching(/^it refuses access \(status 403\): s3:/), 1]);
    expect(await refused([says(403, "ExpiredToken", {}, words)])).toEqual([
      "it refuses the credentials (ExpiredToken)",
      1,
    ]);
    expect(await refused([says(404, "NoSuchBucket", {}, words)])).toEqual(["there is no such bucket", 1]);
    expect(await refused([says(501, "NotImplemented")], says(400, "EntityTooLarge", {}, words))).toEqual([
      "the server answers EntityTooLarge",
      2,
    ]);
  });

  it("is refused if it does not say which files are missing", async () => {
    const denied = says(403, "AccessDenied");
    const written = says(200);
    const read: Handler = (_, response) => response.end("qstill");
    expect(await refused([written, read, says(204), denied])).toEqual([
      expect.stringMatching(/^it refuses access \(AccessDenied\): .*ListBucket are needed$/),
      4,
    ]);
  });

  it("names the region that the bucket is in", async () => {
    const text = "the bucket is in the region eu-west-3: AWS_REGION is us-east-1";
    const elsewhere = { location: "http://127.0.0.1:1/", "x-amz-bucket-region": "eu-west-3" };
    expect(await refused([says(301, "PermanentRedirect", elsewhere)])).toEqual([text, 1]);
    expect(await refused([says(400, "AuthorizationHeaderMalformed", {}, "<Region>eu-west-3</Region>")])).toEqual([
      text,
      1,
    ]);
  });

  it("is no S3 if it answers anything with a page", async () => {
    const page: Handler = (_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>");
    expect(await refused([], page)).toEqual(["what answers there is not S3 (status 200)", 2]);
    expect(await refused([], says(302, "", { location: "/login" }))).toEqual([
      "what answers there is not S3 (status 302)",
      1,
    ]);
  });

  it("says nothing: it is not waited for, whatever is collected meanwhile", { timeout: 30_000 }, async () => {
    setFlagsFromString("--expose-gc");
    const collecting = setInterval(runInNewContext("gc"), 500);
    expect(await refused([], () => {})).toEqual(["no server answers there", 1]);
    clearInterval(collecting);
  });
});

it("a session's token is sent, and what is sent is signed with its hash", async () => {
  vi.stubEnv("AWS_SESSION_TOKEN", "t0k3n");
  vi.stubEnv("AWS_REGION", "eu-west-1");
  const { store, requests } = await fake([]);
  await store.write("a", new Uint8Array(0));
  expect(requests[0].headers).toMatchObject({
    "x-amz-security-token": "t0k3n",
    "x-amz-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "content-length": "0",
    authorization: expect.stringMatching(
      /^AWS4-HMAC-SHA256 Credential=AKIA1\/\d{8}\/eu-west-1\/s3\/aws4_request, SignedHeaders=[^,]*x-amz-content-sha256/,
    ),
  });
});

needing(missingMoto ?? missingRedis)(
  "a study on a queue keeps its teachers in the bucket, with the results of this machine",
  async () => {
    as(server.writer);
    const { url, ask } = await redis();
    const path = fileURLToPath(new URL("./slow.study.js", import.meta.url));
    const study = (studies as unknown as Study[])[1];
    const run = async (how: object) => {
      const out = folder();
      await runStudy(study, { out, cells: cellsOf(study), seeds: 2, ...how });
      return readFileSync(`${out}/results.jsonl`, "utf8").replace(/"wallSeconds":[\d.]+/g, "");
    };
    const here = await run({ module: new URL(`file://${path}`).href });
    const store = `s3://${server.bucket}/study`;
    const stop = new AbortController();
    const ended = [1, 2].map(() => runWorker(url, { store, modules: [{ path }], signal: stop.signal }));
    const queue = await openQueue(url, { store });
    try {
      expect(await run({ crew: queue })).toBe(here);
      expect(await server.names()).toEqual(
        [0, 1].map((seed) => expect.stringMatching(new RegExp(`^study/CartPole-v1-${seed}-\\w{12}\\.safetensors$`))),
      );
      expect(ask("keys", "qstill:file:*")).toBe("");
      const [name] = await server.names();
      expect((await queue.store.read(name.replace("study/", "")))?.length).toBeGreaterThan(1000);
    } finally {
      stop.abort();
      queue.close();
      await Promise.all(ended);
    }
  },
);
