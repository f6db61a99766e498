// Requests a second, and how long one takes in whole milliseconds, as a table: the median of several runs.
const runs = 5; // of which each figure is the median
const seconds = 5;

/** @param load does so many seconds of requests on so many connections, and gives autocannon's result */
export async function measure(load) {
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
}

function median(values) {
  return values.sort((a, b) => a - b)[values.length >> 1];
}
