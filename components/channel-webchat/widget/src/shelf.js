// What outlives the page. localStorage may be full or forbidden; then it lasts as long as the page.

// The script's own tag says which account and how; a page has one chat.
const script = document.currentScript;
export const settings = script.dataset;
export const account = settings.account;
/** Where the server is: the script's address without `webchat/widget.js`. */
export const base = new URL('../', script.src);

const prefix = `centralita:${account}:`;
let disk = {};
try { disk = localStorage; } catch { /* forbidden */ }

export const kept = key => JSON.parse(disk[prefix + key] || 'null');

export const keep = (key, value) => {
  try {
    if (value == null) delete disk[prefix + key];
    else disk[prefix + key] = JSON.stringify(value);
  } catch { disk = { ...disk, [prefix + key]: JSON.stringify(value) }; }
};

/** Forgets the person; what is the page's stays. */
export const clear = () => {
  for (const key of keptKeys('')) if (!/^(config|invited|open)$/.test(key)) keep(key, null);
};

export const keptKeys = start =>
  Object.keys(disk).filter(key => key.startsWith(prefix + start)).map(key => key.slice(prefix.length));
