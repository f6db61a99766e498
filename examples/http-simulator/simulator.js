// A simulator behind HTTP, as one may be given: a water tank whose level should stay in the middle. Any number of sessions.
// Usage: node simulator.js [--port 8090]
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { port: { type: "string", default: "8090" } } });
const sessions = new Map();
const mostSessions = 1000; // whoever goes away says nothing: the oldest make room
let begun = 0;

const server = createServer(async (request, response) => {
  const [status, answer] = answerTo(request, await text(request).catch(() => ""));
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
});
server.listen(Number(values.port), () => console.log(`listening on http://localhost:${server.address().port}`));
process.once("SIGTERM", () => process.exit());

/** POST /sessions begins an episode; POST /sessions/ID with {"action": 0, 1 or 2} is a step of it. */
function answerTo({ method, url }, body) {
  const [, digits] = /^\/sessions(?:\/(\d+))?$/.exec(url) ?? [null, null];
  if (method !== "POST" || digits === null) return [404, { error: `${method} ${url} is not known` }];
  if (digits === undefined) {
    const tank = { level: 0.2 + 0.6 * Math.random(), demand: Math.random(), steps: 0 };
    sessions.set(begun, tank);
    if (sessions.size > mostSessions) sessions.delete(sessions.keys().next().value);
    return [200, { session: begun++, observation: observe(tank) }];
  }
  const tank = sessions.get(Number(digits));
  if (tank === undefined) return [404, { error: `session ${digits} is not open` }];
  const action = actionIn(body);
  if (![0, 1, 2].includes(action)) return [400, { error: `action is ${action}: 0, 1 or 2 is allowed` }];
  const result = step(tank, action);
  if (result.terminated || result.truncated) sessions.delete(Number(digits));
  return [200, result];
}

/** The pump is off, at half or at full power. People take more water or less, and change their minds slowly. */
function step(tank, action) {
  tank.level += 0.05 * (action / 2 - tank.demand);
  tank.demand = Math.min(1, Math.max(0, tank.demand + 0.2 * (Math.random() - 0.5)));
  tank.steps++;
  const terminated = tank.level <= 0 || tank.level >= 1;
  const reward = 1 - 2 * Math.abs(tank.level - 0.5);
  return { observation: observe(tank), reward, terminated, truncated: tank.steps === 100 };
}

function observe({ level, demand }) {
  return [level, demand];
}

function actionIn(body) {
  try {
    return JSON.parse(body)?.action;
  } catch {
    return undefined;
  }
}
