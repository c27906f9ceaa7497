// Starts the app. The version in this file's own address is handed on, so that the three files of
// one build always come together and may be cached for ever.
const version = new URL(import.meta.url).search;
const wasm = new URL(`console_bg.wasm${version}`, import.meta.url);
const { default: start } = await import(`./console.js${version}`);
await start({ module_or_path: wasm });

// A program that failed leaves the screen in doubt: begin again, at most once a minute. What was
// being written is kept by the browser.
function beginAgain(error) {
  if (!(error instanceof WebAssembly.RuntimeError)) return;
  const last = Number(sessionStorage.getItem('centralita:begun-again'));
  if (Date.now() - last < 60_000) return;
  sessionStorage.setItem('centralita:begun-again', String(Date.now()));
  location.reload();
}
addEventListener('error', (event) => beginAgain(event.error));
addEventListener('unhandledrejection', (event) => beginAgain(event.reason));

if ('serviceWorker' in navigator) {
  navigator.serviceWorker.register('/desk/service-worker.js').catch(() => {
    // Without it everything works; only a reload on a bad line is slower.
  });
}
