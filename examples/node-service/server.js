// An HTTP service that answers an observation with a student's action, or with --learn one that learns from its users.
// Usage: node server.js student.safetensors [--port 8080], or node server.js --learn [agent.bin] [--port 8080]
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { loadModel } from "qstill";
import { learning } from "./learning.js";
import { allow, jsonOf, Refusal } from "./requests.js";

/** Requests that Node refuses before they are read, by its code: the status and why. */
const malformed = {
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "the request took too long"],
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "the headers are too large"],
};

const { learn, path, port } = await orQuit(readArguments);
const service = await orQuit(() => (learn ? learning(path) : acting(path)));
const graceMs = Number(process.env.GRACE_MS ?? 8000); // for requests under way when the service is told to end

// whoever takes longer than ten seconds to send so little is cut off
const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
  const [pathname] = request.url.split("?", 1);
  service.answer(request, pathname).then(
    (answer) => send(response, 200, answer),
    (error) => {
      if (error instanceof Refusal) {
        return send(response, error.status, { error: error.message }, error.headers);
      }
      console.error(error);
      send(response, 500, { error: "the service failed" });
    },
  );
});
server.on("error", ({ message }) => quit(message));
server.listen(port, () => console.log(`listening on http://localhost:${server.address().port}`));
// what is not HTTP gets an answer, too
server.on("clientError", ({ code }, socket) => {
  if (!socket.writable) return socket.destroy();
  const [status, error] = malformed[code] ?? ["400 Bad Request", "the request is not HTTP"];
  const body = JSON.stringify({ error });
  const head = `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}`;
  socket.end(`${head}\r\nConnection: close\r\n\r\n${body}`);
});
for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, end);

/** Takes no more connections and finishes the requests under way. Whoever is too slow is cut off, so that the process ends. */
function end() {
  server.close(() => orQuit(() => service.close()));
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), graceMs).unref();
}

/** The service that acts as a student does. */
function acting(path) {
  const model = loadModel(readFileSync(path));
  const size = model.widths[0];
  const mostBytes = 100 + 32 * size; // of a body: no number needs 32 characters
  return {
    async answer(request, pathname) {
      switch (pathname) {
        case "/health":
          allow(["GET", "HEAD"], request);
          return { status: "ok", environment: model.environment, observationSize: size };
        case "/action": {
          allow(["POST"], request);
          const observation = observationOf(await jsonOf(request, mostBytes, '{"observation": [numbers]}'), size);
          return { action: model.act(observation), qValues: [...model.qValues(observation)] };
        }
        default:
          throw new Refusal(404, "this path is not known: GET /health and POST /action are allowed");
      }
    },
    close() {},
  };
}

function observationOf(body, size) {
  const observation = body?.observation;
  if (!Array.isArray(observation)) {
    throw new Refusal(400, 'the body has no observation: {"observation": [numbers]} is needed');
  }
  if (observation.length !== size) {
    throw new Refusal(400, `an observation of length ${observation.length} was given: ${size} numbers are needed`);
  }
  const wrong = observation.findIndex((value) => typeof value !== "number" || !Number.isFinite(Math.fround(value)));
  if (wrong !== -1) {
    throw new Refusal(400, `the observation's value at index ${wrong} is no finite number that float32 can hold`);
  }
  return observation;
}

function send(response, status, answer, more = {}) {
  const body = JSON.stringify(answer);
  const headers = { ...more, "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  if (!server.listening) headers.connection = "close"; // or a client that keeps its connection would keep the process
  response.writeHead(status, headers).end(body);
}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { learn: { type: "boolean" }, port: { type: "string" } },
  });
  const learn = values.learn === true;
  if (learn && positionals.length === 0) positionals.push("agent.bin");
  if (positionals.length !== 1) {
    const needed = learn ? "one, or none, is allowed" : "one .safetensors is needed";
    throw new Error(`${positionals.length} ${learn ? "agents" : "models"} were given: ${needed}`);
  }
  const port = values.port ?? process.env.PORT ?? "8080";
  if (!/^\d+$/.test(port) || Number(port) > 65_535) {
    throw new Error(`the port ${port} was given: a whole number from 0 to 65535 is allowed`);
  }
  return { learn, path: positionals[0], port: Number(port) };
}

async function orQuit(work) {
  try {
    return await work();
  } catch ({ message }) {
    return quit(message);
  }
}

function quit(message) {
  console.error(message);
  process.exit(1);
}
