// The example of a recommender's log: the estimate's interval holds what the policy earns when it is tried.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { patience } from "../engines/patience.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

it("estimates a policy from a log, and tries it", { timeout: 4 * patience }, () => {
  const said = execFileSync("node", ["examples/recommender-log/main.js"], { cwd: root, encoding: "utf8" });
  const pattern =
    /estimated \(doublyRobust\): \d+, 95 % interval (\d+) to (\d+)\ntried on 1,000 simulated sessions: (\d+)\n$/;
  const [, low, high, truth] = pattern.exec(said)!.map(Number);
  expect(truth).toBeGreaterThanOrEqual(low);
  expect(truth).toBeLessThanOrEqual(high);
});
