// The code blocks of a page: which language, which lines, and which are marked as not to run.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** A code block between its fences. */
export interface Block {
  /** What stands behind the fence; "" where nothing does. */
  readonly language: string;
  readonly code: string;
  /** The number of its first line, from 1. */
  readonly line: number;
  /** Why it is not to run, as `<!-- not run: why -->` above it says; undefined where it is. */
  readonly reason: string | undefined;
}

/** The README and every page of docs/ that is in git, as paths from the root; the README first. */
export function pages(): string[] {
  const below = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap(({ name, parentPath }) => {
      const path = relative(root, join(parentPath, name));
      if (name.endsWith(".md")) return [path];
      return name.includes(".") || path === join("docs", "api") ? [] : below(path);
    });
  return ["README.md", ...below("docs").sort()];
}

export function blocksOf(page: string): Block[] {
  const text = readFileSync(join(root, page), "utf8");
  const fenced = /(?:^<!-- not run: ([^\n]+) -->\n+)?^```(\w*)\n([\s\S]*?)^```$/gm;
  return [...text.matchAll(fenced)].map(({ 1: reason, 2: language, 3: code, 0: whole, index }) => ({
    language,
    code,
    line: text.slice(0, index + whole.indexOf("```")).split("\n").length + 1,
    reason,
  }));
}
