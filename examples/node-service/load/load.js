// Loads the service and prints what it does: requests a second, and how long one takes, in whole milliseconds.
// Usage: node load.js http://localhost:8080
import autocannon from "autocannon";
import { measure } from "./measure.js";

const url = process.argv[2];
const body = JSON.stringify({ observation: [0.01, 0.02, -0.03, 0.04] }); // of CartPole-v1

await measure((connections, duration) =>
  autocannon({
    url: `${url}/action`,
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
    connections,
    duration,
  }),
);
