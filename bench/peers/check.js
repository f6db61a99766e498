// Holds the peers' first answers against those of plain JavaScript: everything starts from the same numbers.
import Table from "cli-table3";
import { pythonPeers, startAll } from "./peer-process.js";

const reference = "plain-js";
const tolerance = 1e-4;

/**
 * Losses of the first ten updates, first ten actions, or the Q-values of a batch.
 * @returns {Promise<{ case: string, peer: string, difference: number, agrees: boolean }[]>} the largest difference,
 * relative to the largest of the reference's answers; Infinity where the peer fails
 */
export async function check({ peers, ids }, note) {
  // the peers in Python draw their own numbers
  const names = peers.filter((name) => name !== reference && !pythonPeers.includes(name));
  const started = await startAll([reference, ...names], note);
  const results = [];
  for (const id of ids) {
    let expected;
    for (const peer of started.filter(({ cases }) => cases.includes(id))) {
      try {
        const answers = await peer.answers(id);
        if (peer.name === reference) expected = answers;
        else results.push({ case: id, peer: peer.name, difference: largestDifference(answers, expected) });
      } catch (error) {
        note(`– ${peer.name} ${id}: ${error.message}`);
        if (peer.name !== reference) results.push({ case: id, peer: peer.name, difference: Number.POSITIVE_INFINITY });
      }
    }
  }
  for (const peer of started) peer.close();
  return results.map((result) => ({ ...result, agrees: result.difference <= tolerance }));
}

/** Infinity for another number of answers, and for one that is not a number. */
function largestDifference(answers, expected) {
  if (answers.length !== expected.length) return Number.POSITIVE_INFINITY;
  const scale = Math.max(...expected.map(Math.abs));
  const largest = Math.max(...answers.map((answer, i) => Math.abs(answer - expected[i])));
  if (largest === 0) return 0;
  return Number.isNaN(largest) ? Number.POSITIVE_INFINITY : largest / scale;
}

export function checkTable(results, { peers, ids }) {
  const compared = peers.filter((peer) => results.some((each) => each.peer === peer));
  const table = new Table({
    head: [`against ${reference}`, ...compared],
    colAligns: ["left", ...compared.map(() => "right")],
    style: { head: [], border: [], compact: true },
  });
  for (const id of ids) {
    const cells = compared.map((peer) => {
      const found = results.find((each) => each.peer === peer && each.case === id);
      if (found === undefined) return "–";
      return `${found.difference.toExponential(0)}${found.agrees ? "" : " DIFFERS"}`;
    });
    table.push([id, ...cells]);
  }
  return table.toString();
}
