// Holds the peers' first answers against those of plain JavaScript: everything starts from the same numbers.
import Table from "cli-table3";
import { ask, pythonPeers } from "./ask.js";

const reference = "plain-js";
const tolerance = 1e-4;

/**
 * Losses of the first ten updates, first ten actions, or the Q-values of a batch.
 * @returns {Promise<{ case: string, peer: string, difference: number, agrees: boolean }[]>} the largest difference,
 * relative to the largest of the reference's answers
 */
export async function check({ peers, ids }, note) {
  const expected = new Map((await answersOf(reference, ids, note)).map((line) => [line.case, line.answers]));
  const results = [];
  // the peers in Python draw their own numbers
  for (const peer of peers.filter((each) => each !== reference && !pythonPeers.includes(each))) {
    for (const { case: id, answers } of await answersOf(peer, ids, note)) {
      const difference = largestDifference(answers, expected.get(id) ?? []);
      results.push({ case: id, peer, difference, agrees: difference <= tolerance });
    }
  }
  return results;
}

async function answersOf(peer, ids, note) {
  const lines = await ask(peer, "answers", ids);
  for (const line of lines.filter(({ error }) => error !== undefined)) {
    note(`– ${[peer, line.case].filter(Boolean).join(" ")}: ${line.error}`);
  }
  return lines.filter(({ answers }) => answers !== undefined);
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
