// Keeps the shell of the desk, so that a reload on a bad line is instant. Data is never kept here:
// only the files of one build, fetched whole before the build before it is let go.
const BUILD = '__BUILD__';
const SHELL = [
  '/desk/',
  `/desk/main.js?v=${BUILD}`,
  `/desk/style.css?v=${BUILD}`,
  `/desk/console.js?v=${BUILD}`,
  `/desk/console_bg.wasm?v=${BUILD}`,
  '/desk/icon.svg',
];

self.addEventListener('install', (event) => {
  const fresh = SHELL.map((path) => new Request(path, { cache: 'no-cache' }));
  event.waitUntil(caches.open(BUILD).then((cache) => cache.addAll(fresh)));
  self.skipWaiting();
});

self.addEventListener('activate', (event) => {
  const old = (names) => names.filter((name) => name !== BUILD);
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))));
  event.waitUntil(self.clients.claim());
});

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== location.origin) return;
  if (event.request.mode === 'navigate' && url.pathname.startsWith('/desk/')) {
    event.respondWith(page(event.request));
  } else if (SHELL.includes(url.pathname + url.search)) {
    event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request)));
  }
});

// The page comes from the network while the line is good, so that a new build is seen at once.
async function page(request) {
  const kept = await caches.match('/desk/');
  if (!kept) return fetch(request);
  const late = new Promise((resolve) => setTimeout(resolve, 800, kept.clone()));
  return Promise.race([fetch(request).catch(() => kept), late]);
}
