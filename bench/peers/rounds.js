// Measures the peers in turns, so that what else the machine does hits all alike, and sums the rounds up.
import { startAll } from "./peer-process.js";
import { cases, flops } from "./shared/cases.js";

/**
 * @param {{ peers: string[], ids: string[], rounds: number }} what
 * @param {(text: string) => void} note takes a line about the progress or about what cannot be measured
 * @returns {Promise<object[]>} for each peer and case the median of its rounds, their quartiles, and the median of how
 * many times qstill's time it was: `{ peer, version, case, usPerOp, lower, upper, rounds, gflops, ratio }`
 */
export async function measure({ peers, ids, rounds }, note) {
  const started = await startAll(peers, note);
  const found = []; // { id, peer, times, ratios, failed }, one for each case of each peer
  for (const id of ids) {
    for (const peer of started.filter(({ cases }) => cases.includes(id))) {
      found.push({ id, peer, times: [], ratios: [], failed: false });
    }
  }
  for (let round = 0; round < rounds; round++) {
    note(`round ${round + 1} of ${rounds}`);
    for (const id of ids) {
      const entries = found.filter((each) => each.id === id && !each.failed);
      await oneRound(rotated(entries, round), note);
    }
  }
  for (const peer of started) peer.close();
  return found.filter(({ failed }) => !failed).map(summary);
}

/** Times one case on each peer, right after one another. */
async function oneRound(entries, note) {
  const times = new Map();
  for (const entry of entries) {
    try {
      times.set(entry, await entry.peer.time(entry.id));
    } catch (error) {
      entry.failed = true;
      note(`– ${entry.peer.name} ${entry.id}: ${error.message}`);
    }
  }
  const own = times.get(entries.find(({ peer }) => peer.name === "qstill"));
  for (const [entry, time] of times) {
    entry.times.push(time);
    if (own !== undefined) entry.ratios.push(time / own);
  }
}

function summary({ id, peer, times, ratios }) {
  const usPerOp = quantile(times, 0.5);
  return {
    peer: peer.name,
    version: peer.version,
    case: id,
    usPerOp,
    lower: quantile(times, 0.25),
    upper: quantile(times, 0.75),
    rounds: times.length,
    gflops: flops(cases.find((each) => each.id === id)) / usPerOp / 1000,
    ratio: ratios.length === 0 ? null : quantile(ratios, 0.5),
  };
}

/** Between two of the values, in proportion. */
function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.ceil(at);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

function rotated(list, by) {
  const at = by % Math.max(1, list.length);
  return [...list.slice(at), ...list.slice(0, at)];
}
