// The table of a study: its columns, and the Markdown of table.md.
import { version } from "../core/version.js";
import type { Study } from "./study.js";
import type { Estimate, Section } from "./summary.js";

/** A section's table: the head, then one line for each cell. All entries are text. */
export function tableOf(study: Study, { rows }: Section): { head: string[]; lines: string[][] } {
  const others = Object.keys(rows[0]?.others ?? {});
  const head = ["cell", "runs", `${study.score} [95 %]`, "P(better than the first) [95 %]", ...others];
  const lines = rows.map(({ cell, runs, score, improvement, others: values }) => [
    cell,
    String(runs),
    estimate(score),
    estimate(improvement),
    ...others.map((name) => figure(values[name])),
  ]);
  return { head, lines };
}

/**
 * table.md: the question, how it was asked, and a table for each section.
 * @param missing says which runs failed
 */
export function studyMarkdown(study: Study, sections: readonly Section[], seeds: number, missing?: string): string {
  const parts = sections.map((section) => {
    const { head, lines } = tableOf(study, section);
    const rule = head.map((_, column) => (column === 0 ? "---" : "---:"));
    const table = [head, rule, ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
    return `## ${section.environments.join(", ")}\n\n${table}\n`;
  });
  return `# ${study.name}\n\n${study.question}\n\n${setting(seeds)} ${explanation}\n\n${missing === undefined ? "" : `**${missing}.**\n\n`}${parts.join("\n")}`;
}

/** How the question was asked, in one sentence. */
export function setting(seeds: number): string {
  return `${seeds === 1 ? "Seed 0" : `Seeds 0–${seeds - 1}`}, qstill ${version}.`;
}

export const explanation =
  "Every score is the interquartile mean over the runs that have it, with its 95 % stratified bootstrap interval; P is how " +
  "likely a run of the cell is better than one of the first cell, a tie counting half (Agarwal et al. 2021).";

function estimate(given: Estimate | null): string {
  return given === null ? "–" : `${figure(given.value)} [${given.interval.map(figure).join(", ")}]`;
}

/** A measured number with as many digits as are useful. */
export function figure(value: number | null): string {
  if (value === null) return "–";
  const digits = Math.abs(value) >= 1000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 4 };
  return value.toLocaleString("en-US", digits).replace("-", "−");
}
