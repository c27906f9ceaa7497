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

// All but these is of one person, by number: what a tab still reads or writes of one is never the next
// one's, although a change of localStorage reaches other tabs later than the word of it.
const PAGES = /^(config|invited|open|person)$/;
const path = key => prefix + (PAGES.test(key) ? '' : `${person}:`) + key;

export const kept = key => JSON.parse(disk[path(key)] || 'null');

export const keep = (key, value) => {
  try {
    if (value == null) delete disk[path(key)];
    else disk[path(key)] = JSON.stringify(value);
  } catch { disk = { ...disk, [path(key)]: JSON.stringify(value) }; }
};

export const keptKeys = start =>
  Object.keys(disk).filter(key => key.startsWith(path(start))).map(key => key.slice(path('').length));

/** Counts whoever sat here. */
export let person = kept('person') || 0;

/** Forgets the person for the `next`; what is the page's stays. */
export const become = next => {
  for (const key of keptKeys('')) keep(key, null);
  keep('person', person = next);
};
