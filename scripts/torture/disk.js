// A disk that is full at every write: each call that writes fails once, alone or with all that follow. The command must say
// so in a line and end with status 1, or do the same later and miss nothing. What is left is whole, and work goes on from it.
import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { loadModel } from "../../dist/index.js";
import { readSafetensors } from "../../dist/model/safetensors.js";
import { reachedBy } from "../../dist/training/checkpoint.js";
import { ended, inLanes, say } from "./processes.js";
import { differences, filesOf, makeShortWorks, outcomeOf, startWork } from "./works.js";

const shim = new URL("faults.js", import.meta.url).href;
const disks = { "fails once": {}, "stays full": { FAULT_LASTS: "yes" } };

export async function disk({ faults: most, folder, jobs, short }) {
  const works = await makeShortWorks(join(folder, "given"));
  const rows = [];
  const faults = [];
  let total = 0;
  for (const [index, work] of works.entries()) {
    const out = join(folder, `truth-${index}`);
    const { status, stderr } = await ended(startWork(work, out));
    if (status !== 0 && status !== 1) throw new Error(`${work.name} does not work: ${stderr}`);
    const truth = { status, outcome: await outcomeOf(out) };
    // in short: one call of each work
    const [first, last] = short ? [1 + 4 * index, 1 + 4 * index] : [1, most];
    for (const [disk, env] of Object.entries(disks).filter((_, which) => !short || which === index % 2)) {
      const row = { failed: 0, complete: 0, same: 0 };
      let next = first;
      let over = false;
      await inLanes(jobs, () => {
        if (over || next > last) return undefined;
        const call = next++;
        return async () => {
          const where = join(folder, `${index}-${Object.keys(disks).indexOf(disk)}-${call}`);
          const given = { ...env, FAULT: String(call), FAULT_CALLS: `${where}.calls` };
          const result = await tried(work, where, truth, given);
          if (result === "over") over = true;
          else if (result.fault !== undefined) {
            faults.push(`${work.name}, the disk ${disk} at call ${call}: ${result.fault} (${where})`);
            say(`LOST ${faults.at(-1)}`);
          } else row.same++;
          if (result !== "over") row[result.complete ? "complete" : "failed"]++;
          if (result === "over" || result.fault === undefined) rmSync(where, { recursive: true, force: true });
        };
      });
      const calls = row.failed + row.complete;
      total += calls;
      say(`${work.name}, the disk ${disk}: ${calls} calls, ${faults.length} faults so far`);
      rows.push([work.kind, disk, ...[calls, row.failed, row.complete].map(String), `${row.same} of ${calls}`]);
    }
  }
  return {
    head: [
      "work",
      "the disk",
      "calls that failed",
      "said so, status 1",
      "did it later",
      "whole, and the same hash after --resume",
    ],
    rows,
    summary: `${total} calls failed one after another; ${total - faults.length} of ${total} lost nothing`,
    faults,
  };
}

/** A work with a fault, and again without it. */
async function tried(work, out, truth, env) {
  const { status, stderr, hung } = await ended(startWork(work, out, { env, preload: [shim] }));
  if (statSync(env.FAULT_CALLS).size < env.FAULT) return "over"; // it has fewer calls
  const complete = status === truth.status && differences(truth.outcome, await outcomeOf(out)) === undefined;
  const fault = (text) => ({ complete, fault: text });
  if (hung) return fault("it hung");
  if (/^ {4}at /m.test(stderr)) return fault(`it failed with a trace: ${stderr}`);
  if (!complete && status !== 1) return fault(`status ${status} though something is missing: ${stderr}`);
  if (!complete && !/the disk is full/.test(stderr)) return fault(`it does not say that the disk is full: ${stderr}`);
  for (const name of filesOf(out)) {
    const why = await whyNotWhole(join(out, name));
    if (why !== undefined) return fault(`${name} is left: ${why}`);
  }
  const again = await ended(startWork(work, out, { resume: true }));
  if (again.status !== truth.status) return fault(`then status ${again.status}: ${again.stderr}`);
  const differs = differences(truth.outcome, await outcomeOf(out));
  return differs === undefined ? { complete } : fault(`then ${differs}`);
}

/** Why a file is not whole; undefined if it is. */
async function whyNotWhole(path) {
  try {
    if (/\.(tmp|lock.*)$/.test(path)) throw new Error("it should have been removed");
    const bytes = readFileSync(path);
    const text = bytes.toString();
    if (path.endsWith(".checkpoint")) reachedBy(bytes);
    else if (path.includes("/teachers/")) readSafetensors(bytes);
    else if (path.endsWith(".safetensors")) loadModel(bytes);
    else if (path.endsWith(".mjs")) await import(pathToFileURL(path).href);
    else if (path.endsWith(".json")) JSON.parse(text);
    else if (text !== "" && !text.endsWith("\n") && !text.endsWith("</html>")) throw new Error("it is cut");
    if (path.endsWith(".jsonl")) for (const line of text.split("\n").slice(0, -1)) JSON.parse(line);
    return undefined;
  } catch (error) {
    return error.message;
  }
}
