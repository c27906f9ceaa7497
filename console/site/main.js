// Starts the app. The version in this file's own address is handed on, so that the three files of
// one build always come together and may be cached for ever.
const version = new URL(import.meta.url).search;
const wasm = new URL(`console_bg.wasm${version}`, import.meta.url);
const { default: start } = await import(`./console.js${version}`);
await start({ module_or_path: wasm });

if ('serviceWorker' in navigator) {
  navigator.serviceWorker.register('/desk/service-worker.js').catch(() => {
    // Without it everything works; only a reload on a bad line is slower.
  });
}
