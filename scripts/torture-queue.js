// Tries to make a queue lose, repeat or hang a study. See docs/scale.md.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { hasRedis } from "../tests/queue/server.js";
import { tortureQueue } from "./torture/queue.js";

const number = (text) => {
  const value = Number(text);
  if (value >= 0) return value;
  throw new InvalidArgumentError("A number from 0 on is allowed.");
};

const options = new Command("torture:queue")
  .description("run a study of 300 runs on a queue while workers are killed and the server is killed, full and cut off")
  .option("--seeds <number>", "15 runs each", number, 20)
  .option("--workers <number>", "at the same time", number, 4)
  .option("--kill-every <seconds>", "from one killed worker to the next", number, 4)
  .option("--away <seconds>", "for which the server is full, and then cut off", number, 60)
  .option("--seed <number>", "the accidents are drawn from it", number, 0)
  .parse()
  .opts();

if (!hasRedis) {
  console.error("redis-server is not installed");
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), "qstill-torture-queue-"));
const { runs, accidents, seconds, faults } = await tortureQueue({
  ...options,
  study: "slow",
  folder,
  say: console.log,
});
const { workers, server, full, cut } = accidents;
console.log(
  `${runs} runs in ${seconds} s: ${workers} workers killed, the server ${server} times killed, ${full} times full, ${cut} times cut off`,
);
for (const fault of faults) console.log(`LOST ${fault}`);
if (faults.length > 0) console.log(`the files are left in ${folder}`);
else rmSync(folder, { recursive: true });
console.log(`${faults.length} faults`);
process.exit(faults.length > 0 ? 1 : 0);
