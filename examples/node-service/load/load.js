// Loads the service and prints what it does: requests a second, and how long one takes, in whole milliseconds.
// Usage: node load.js http://localhost:8080
import autocannon from "autocannon";

const url = process.argv[2];
const runs = 5; // of which each figure is the median
const seconds = 5;
const body = JSON.stringify({ observation: [0.01, 0.02, -0.03, 0.04] }); // of CartPole-v1

const load = (connections, duration) =>
  autocannon({
    url: `${url}/action`,
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
    connections,
    duration,
  });

await load(10, seconds); // the first seconds compile
console.log("| connections | requests/s | p50 in ms | p99 in ms | largest in ms |");
console.log("| ----------- | ---------- | --------- | --------- | ------------- |");
for (const connections of [1, 10, 100]) {
  const results = [];
  for (let run = 0; run < runs; run++) results.push(await load(connections, seconds));
  const failed = results.reduce((sum, { non2xx, errors }) => sum + non2xx + errors, 0);
  if (failed > 0) throw new Error(`${failed} of the requests failed`);
  const rate = median(results.map(({ requests }) => requests.average)).toFixed(0);
  const times = ["p50", "p99", "max"].map((which) => median(results.map(({ latency }) => latency[which])) || "< 1");
  console.log(`| ${[connections, rate, ...times].join(" | ")} |`);
}

function median(values) {
  return values.sort((a, b) => a - b)[values.length >> 1];
}
