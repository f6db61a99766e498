// Loads the service that learns: each connection plays CartPole. Prints the same table as load.js, and what was learned.
// Usage: node play.js http://localhost:8080
import autocannon from "autocannon";
import { makeEnv } from "../../../dist/index.js"; // this folder is a package of its own
import { measure } from "./measure.js";

const url = process.argv[2];
let seed = 0;

/** A connection that plays one episode after another. */
function player(client) {
  const env = makeEnv("CartPole-v1");
  let next; // the path and the body of the request to come
  const begin = () => {
    next = ["/episodes", { observation: Array.from(env.reset({ seed: seed++ })) }];
  };
  begin();
  let episode;
  client.setRequests([
    {
      method: "POST",
      setupRequest: (request) => ({ ...request, path: next[0], body: JSON.stringify(next[1]) }),
      onResponse(status, body) {
        if (status !== 200) return begin();
        const answer = JSON.parse(body);
        if (answer.ended) return begin();
        episode = answer.episode ?? episode;
        const { observation, reward, terminated, truncated } = env.step(answer.action);
        const step = { observation: Array.from(observation), reward, terminated, truncated };
        next = [`/episodes/${episode}/step`, step];
      },
    },
  ]);
}

const health = async () => (await fetch(`${url}/health`)).json();
const before = await health();
await measure((connections, duration) => autocannon({ url, connections, duration, setupClient: player }));
const { envSteps, updates, due } = await health();
console.log(`${envSteps - before.envSteps} steps, ${updates - before.updates} updates, ${due} due`);
