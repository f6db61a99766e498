// Keeps the files of one build, so that the page works without a network. vite.config.ts inserts the files and the
// hash.
const build = "BUILD";
const files = ["FILES"];

addEventListener("install", (event) => {
  event.waitUntil(caches.open(build).then((cache) => cache.addAll(files)));
});

// not until every page of an older build is closed
addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name !== build);
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && new URL(request.url).origin === location.origin) event.respondWith(answer(request));
});

/** Answers with the kept file. A file that is not kept is fetched, and kept from then on. */
async function answer(request) {
  const cache = await caches.open(build);
  const kept = await cache.match(request, { ignoreSearch: true });
  if (kept !== undefined) return kept;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}
