// The measurements as a table: a row for each case, a column for each peer.
import Table from "cli-table3";
import { cases } from "./shared/cases.js";

/** @param summaries what `measure` gives */
export function table(summaries, { peers, ids }) {
  const of = (peer, id) => summaries.find((each) => each.peer === peer && (id === undefined || each.case === id));
  const result = new Table({
    head: ["case", ...peers.map((peer) => [peer, of(peer)?.version].filter(Boolean).join("\n"))],
    colAligns: ["left", ...peers.map(() => "right")],
    style: { head: [], border: [], compact: true, "padding-left": 1, "padding-right": 1 },
  });
  for (const id of ids) {
    result.push([describe(id), ...peers.map((peer) => cell(of(peer, id)))]);
  }
  return result.toString();
}

function describe(id) {
  const { kind, widths, batch, teacher } = cases.find((each) => each.id === id);
  const labeller = teacher === undefined ? "" : `, teacher ${teacher.join("-")}`;
  return `${id} ${kind}, batch ${batch}\n${widths.join("-")}${labeller}`;
}

/** The time with its spread, and below it how many times qstill's it is. */
function cell(summary) {
  if (summary === undefined) return "–";
  const { usPerOp, lower, upper, ratio } = summary;
  const spread = `±${Math.round((50 * (upper - lower)) / usPerOp)}%`;
  return `${digits(usPerOp)} ${spread}\n${ratio === null ? "" : `${digits(ratio)}×`}`;
}

/** Three digits, and all of those before the point. */
function digits(value) {
  return value.toFixed(Math.max(0, 2 - Math.floor(Math.log10(value))));
}
