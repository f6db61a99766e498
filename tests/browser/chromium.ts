// A headless Chromium where one is installed, and a server for static files.
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { delimiter, extname, join, normalize } from "node:path";
import { type Browser, chromium } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/** The path of an installed Chromium, from CHROMIUM or the PATH; undefined where there is none. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const candidates = [process.env.CHROMIUM, ...names.flatMap((name) => folders.map((folder) => join(folder, name)))];
  return candidates.find((path) => path !== undefined && existsSync(path));
}

export function launchChromium(executablePath: string): Promise<Browser> {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"];
  return chromium.launch({ executablePath, args });
}

const types: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript" };

/** Serves files below `root`, and pages by their path. */
export async function serve(root: string, pages: Record<string, string>): Promise<{ server: Server; origin: string }> {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname));
    const file = join(root, path);
    const body = pages[path] ?? (existsSync(file) && extname(file) in types ? readFileSync(file) : undefined);
    response.writeHead(body === undefined ? 404 : 200, { "content-type": types[extname(path)] ?? "text/plain" });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no address");
  return { server, origin: `http://localhost:${address.port}` };
}
