// Measures the peers in turns, so that what else the machine does hits all alike, and sums the rounds up.
import { ask } from "./ask.js";
import { cases, flops } from "./shared/cases.js";

/**
 * @param {{ peers: string[], ids: string[], rounds: number }} what
 * @param {(text: string) => void} note takes a line about the progress or about what cannot be measured
 * @returns {Promise<object[]>} for each peer and case `{ peer, version, case, usPerOp, min, max, rounds, gflops, ratio }`
 */
export async function measure({ peers, ids, rounds }, note) {
  const found = new Map(); // peer + case → its line of every round
  const complaints = new Set();
  const hopeless = new Set();

  for (let round = 0; round < rounds; round++) {
    note(`round ${round + 1} of ${rounds}`);
    for (const peer of rotated(peers, round)) {
      if (hopeless.has(peer)) continue;
      // the first case bears the cost of a library that is still cold: in each round another one
      for (const line of await ask(peer, "time", rotated(ids, round))) {
        if (line.error !== undefined) {
          complaints.add(`${[peer, line.case].filter(Boolean).join(" ")}: ${line.error}`);
          if (line.case === undefined) hopeless.add(peer);
          continue;
        }
        const key = `${peer} ${line.case}`;
        found.set(key, [...(found.get(key) ?? []), line]);
      }
    }
  }
  for (const complaint of complaints) note(`– ${complaint}`);

  const summaries = [...found.values()].map(summary);
  return summaries.map((each) => {
    const own = summaries.find((other) => other.peer === "qstill" && other.case === each.case);
    return { ...each, ratio: own === undefined ? null : each.usPerOp / own.usPerOp };
  });
}

function summary(lines) {
  const times = lines.map(({ usPerOp }) => usPerOp).sort((a, b) => a - b);
  const usPerOp = median(times);
  const { peer, version, case: id } = lines[0];
  return {
    peer,
    version,
    case: id,
    usPerOp,
    min: times[0],
    max: times.at(-1),
    rounds: times.length,
    gflops: flops(cases.find((each) => each.id === id)) / usPerOp / 1000,
  };
}

/** Of sorted values. */
function median(values) {
  const last = values.length - 1;
  return (values[Math.floor(last / 2)] + values[Math.ceil(last / 2)]) / 2;
}

function rotated(list, by) {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}
