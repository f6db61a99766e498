// The example service: its answers are the library's, it says what is wrong with a request, and it ends without losing one.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadModel, Pcg64 } from "../../src/index.js";
import { failure, killAll, root, service } from "./service.js";

const student = "examples/arduino/qstill_cartpole/student.safetensors";

let origin: string; // of a service that goes on whatever it is given

beforeAll(async () => {
  ({ origin } = await service([student]));
});
afterAll(killAll);

const post = (body: BodyInit) => fetch(`${origin}/action`, { method: "POST", body });

it("answers with the library's own action and Q-values", async () => {
  const model = loadModel(readFileSync(`${root}/${student}`));
  const random = new Pcg64(0);
  for (let i = 0; i < 200; i++) {
    const observation = Array.from({ length: 4 }, () => random.normal(0, 2));
    const response = await post(JSON.stringify({ observation }));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toEqual({
      action: model.act(observation),
      qValues: [...model.qValues(observation)],
    });
  }
});

it("says that it is well, and of what, at the port of the environment variable", async () => {
  const other = await service([student], { PORT: "0" }, []);
  const health = await fetch(`${other.origin}/health`);
  expect([health.status, await health.json()]).toEqual([
    200,
    { status: "ok", environment: "CartPole-v1", observationSize: 4 },
  ]);
});

const observation = (values: string) => `{"observation":[${values}]}`;

it.each([
  ["three numbers", observation("1,2,3"), 400, "an observation of length 3 was given: 4 numbers are needed"],
  ["no numbers", observation(""), 400, "of length 0 was given: 4 numbers are needed"],
  ["NaN", observation("1,2,NaN,4"), 400, "the body is not JSON"],
  ["null", observation("1,2,null,4"), 400, "value at index 2 is no finite number"],
  ["text", observation('1,2,3,"4"'), 400, "value at index 3 is no finite number"],
  ["infinity", observation("1e999,2,3,4"), 400, "value at index 0 is no finite number"],
  ["more than float32 holds", observation("1,-1e39,3,4"), 400, "value at index 1 is no finite number"],
  ["nothing", "", 400, "the body is not JSON"],
  ["half an object", '{"observation":', 400, "the body is not JSON"],
  ["null alone", "null", 400, "the body has no observation"],
  ["another name", '{"state":[1,2,3,4]}', 400, "the body has no observation"],
  ["an object", '{"observation":{"length":4}}', 400, "the body has no observation"],
  ["a body a little too large", observation(`1,2,3,4${" ".repeat(300)}`), 413, "more bytes than the 228"],
  ["a huge body", new Uint8Array(5_000_000), 413, "more bytes than the 228"],
])("refuses %s, and goes on", async (_, body, status, reason) => {
  const response = await post(body);
  const { error } = await response.json();
  expect([response.status, error]).toEqual([status, expect.stringContaining(reason)]);
  expect(error).not.toContain("\n");
  expect((await post(observation("1,2,3,4"))).status).toBe(200);
});

it.each([
  ["GET", "/action", 405, "the method GET was given: POST is allowed"],
  ["DELETE", "/health", 405, "the method DELETE was given: GET or HEAD is allowed"],
  ["POST", "/", 404, "this path is not known: GET /health and POST /action are allowed"],
  ["GET", "//", 404, "this path is not known: GET /health and POST /action are allowed"],
])("refuses %s %s", async (method, path, status, error) => {
  const response = await fetch(`${origin}${path}`, { method });
  expect([response.status, await response.json()]).toEqual([status, { error }]);
});

it.each([
  [[], "0 models were given: one .safetensors is needed"],
  [["no-such-file.safetensors"], "no such file"],
  [["package.json"], "safetensors"],
  [[student, "--port", "8o8o"], "the port 8o8o was given: a whole number from 0 to 65535 is allowed"],
  [[student, "--port", "65536"], "the port 65536 was given: a whole number from 0 to 65535 is allowed"],
  [[student, "--host", "x"], "--host"],
])("does not start with %j, and says why", async (args, reason) => {
  const { status, said } = await failure(args);
  expect([status, said]).toEqual([1, expect.stringContaining(reason)]);
  expect(said.trim().split("\n")).toHaveLength(1);
});

it("finishes what is under way when it is told to end, and takes nothing more", async () => {
  const { child, origin } = await service([student]);
  const body = observation("1,2,3,4");
  const halves = await halfSent(origin, body);
  child.kill("SIGTERM");
  // refused as soon as the signal is obeyed
  await expect
    .poll(
      () =>
        fetch(`${origin}/health`).then(
          () => "open",
          () => "closed",
        ),
      { timeout: 30_000 },
    )
    .toBe("closed");
  expect(child.exitCode).toBe(null);

  halves.end(body.slice(10));
  const [response]: IncomingMessage[] = await once(halves, "response");
  expect([response.statusCode, response.headers.connection]).toEqual([200, "close"]);
  response.resume();
  expect(await once(child, "exit")).toEqual([0, null]);
});

/** A request whose service knows of it, but has not got all of it. */
async function halfSent(origin: string, body: string): Promise<ClientRequest> {
  const headers = { "content-length": body.length, expect: "100-continue" };
  const sent = request(`${origin}/action`, { method: "POST", headers });
  sent.flushHeaders();
  await once(sent, "continue"); // so much of it has arrived
  sent.write(body.slice(0, 10));
  return sent;
}

it("says with 405 which methods are allowed", async () => {
  const allowed = async (method: string, path: string) =>
    (await fetch(`${origin}${path}`, { method })).headers.get("allow");
  expect(await allowed("GET", "/action")).toBe("POST");
  expect(await allowed("POST", "/health")).toBe("GET, HEAD");
});

it("answers HEAD with the headers of GET and no body", async () => {
  const [head, get] = await Promise.all(["HEAD", "GET"].map((method) => fetch(`${origin}/health`, { method })));
  expect([head.status, head.headers.get("content-length")]).toEqual([200, get.headers.get("content-length")]);
  expect(await head.text()).toBe("");
});

it.each([
  ["text that is not HTTP", "hello\r\n\r\n", 400, "the request is not HTTP"],
  ["headers that are too large", `GET /health HTTP/1.1\r\nX: ${"x".repeat(20_000)}`, 431, "the headers are too large"],
])("answers %s, and goes on", async (_, sent, status, error) => {
  const socket = connected(origin);
  socket.write(sent);
  const answer = await text(socket);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(JSON.parse(answer.split("\r\n\r\n")[1])).toEqual({ error });
  expect((await fetch(`${origin}/health`)).status).toBe(200);
});

it("ends although clients are slow, idle, or never finish", async () => {
  const { child, origin } = await service([student], { GRACE_MS: "300" });
  const idle = connected(origin);
  const slow = connected(origin);
  await Promise.all([once(idle, "connect"), once(slow, "connect")]);
  const neverEnding = await halfSent(origin, observation("1,2,3,4"));
  neverEnding.on("error", () => {}); // it is cut off
  let at = 0;
  const letters = "POST /action HTTP/1.1\r\nHost: x\r\nX: ";
  const timer = setInterval(() => slow.write(letters[at++] ?? "x"), 20); // a byte at a time
  try {
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  } finally {
    clearInterval(timer);
  }
});

function connected(origin: string): Socket {
  const { hostname, port } = new URL(origin);
  return connect(Number(port), hostname).on("error", () => {}); // a socket that is cut off is expected
}
