// What a visit loads: every file that a page requests, gzipped as a host would send it.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/**
 * Watches what a page loads from now on.
 * @param {import("playwright-core").Page} page
 * @param {string} folder the folder of the files
 * @returns {() => Promise<{ file: string, bytes: number }[]>} the files loaded so far, the largest first
 */
export function followLoads(page, folder) {
  const paths = new Set();
  page.on("request", (request) => {
    const { protocol, pathname } = new URL(request.url());
    if (protocol.startsWith("http")) paths.add(pathname === "/" ? "/index.html" : pathname);
  });
  return async () => {
    const loads = [...paths].map(async (file) => {
      const content = await readFile(join(folder, file));
      return { file, bytes: gzipSync(content, { level: 9 }).length };
    });
    return (await Promise.all(loads)).sort((a, b) => b.bytes - a.bytes);
  };
}
