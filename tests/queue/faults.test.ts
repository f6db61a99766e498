// The short form of `npm run torture:queue`: workers are killed, the server is killed and full, two submit the same study.
import { expect } from "vitest";
import { tortureQueue } from "../../scripts/torture/queue.js";
import { folder, withRedis } from "./redis.js";

withRedis("a study under faults has the results of this machine, each once, and nothing hangs", async () => {
  const result = await tortureQueue({
    folder: folder(),
    study: "slow",
    seeds: 1,
    workers: 3,
    killEvery: 4,
    away: 3,
    seed: 1,
  });
  expect(result.faults).toEqual([]);
  expect(result).toMatchObject({ runs: 15, accidents: { server: 1 } });
  expect(result.accidents.workers).toBeGreaterThan(0);
});
