// Keeps the files of one build, so that the page works without a network. vite.config.ts inserts the files and the
// hash.
// All pages of an origin share its caches, so the name has the page's folder. Only such a cache is ever deleted.
const { pathname } = new URL(registration.scope);
const own = `qstill ${pathname} `;
const build = `${own}BUILD`;
const files = ["FILES"];

addEventListener("install", (event) => {
  event.waitUntil(caches.open(build).then((cache) => cache.addAll(files)));
});

// not until every page of an older build is closed
addEventListener("activate", (event) => {
  event.waitUntil(deleteOld());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && new URL(request.url).origin === location.origin) event.respondWith(answer(request));
});

async function deleteOld() {
  for (const name of await caches.keys()) {
    if (name !== build && (name.startsWith(own) || (await isOfVersion010(name)))) await caches.delete(name);
  }
}

/** Version 0.1.0 named its caches without the folder: its cache is this page's if it holds the page. */
async function isOfVersion010(name) {
  if (!/^qstill-[0-9a-f]{16}$/.test(name)) return false;
  return (await (await caches.open(name)).match(registration.scope)) !== undefined;
}

/** Answers with the kept file. A file that is not kept is fetched, and kept from then on. */
async function answer(request) {
  const cache = await caches.open(build);
  const kept = await cache.match(request, { ignoreSearch: true });
  if (kept !== undefined) return kept;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}
