// A local server of a folder's files: by default the repository's, and one page in which the built library can be imported.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const types = {
  ".html": "text/html",
  ".css": "text/css",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
};

/** What stands at "/": what a page needs to import the library without a bundler, and nothing else. */
const page = `<!doctype html><meta charset="utf-8"><title>qstill</title>
<script type="importmap">
  { "imports": { "qstill": "/dist/index.js" } }
</script>
`;

/** What makes a page cross-origin isolated: only such a page has SharedArrayBuffer. */
const isolation = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

/**
 * @param {string} folder what is served
 * @param {Record<string, string>} headers what every answer has beside its type
 * @param {string} index what stands at "/"
 * @returns {Promise<{ origin: string, close: () => void }>}
 */
export async function serve(folder = root, headers = isolation, index = page) {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    const type = path === "/" ? types[".html"] : types[extname(path)];
    try {
      if (type === undefined) throw new Error(`no file of a known type: ${path}`);
      const body = path === "/" ? index : await readFile(join(folder, path));
      response.writeHead(200, { "content-type": type, ...headers }).end(body);
    } catch (error) {
      response.writeHead(404, { "content-type": "text/plain" }).end(error.message);
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  // an address of the machine itself, so that the page counts as secure and has Web Cryptography
  return { origin: `http://127.0.0.1:${server.address().port}`, close };
}
