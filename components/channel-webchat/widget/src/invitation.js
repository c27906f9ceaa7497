// The business speaks first: once a day, on the pages it chose, and never into somebody's hands.

import { keep, kept } from './shelf.js';

const matches = pattern => {
  const place = pattern.startsWith('/') ? location.pathname : location.origin + location.pathname + location.search;
  return new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(place);
};

let timer;

/** Shows the first of the account's invitations that is for this page, when its time has come. */
export const plan = (invitations, mayShow, show) => {
  clearTimeout(timer);
  const fitting = invitations?.find(({ pages }) => !pages.length || pages.some(matches));
  if (!fitting) return;
  timer = setTimeout(() => {
    const today = new Date().toDateString();
    if (kept('invited') === today || !mayShow()) return;
    keep('invited', today);
    show(fitting);
  }, fitting.after_s * 1000);
};
