// The line to the server: session, sending, and the stream of events with everything that keeps it
// honest on a bad network.
//
// A stream is read with fetch, so that the visitor's token travels as a header and never in a URL.
// Each (re)connection says `since=SEQ`; a stream that dies although plain requests work (a proxy that
// buffers) gives way to polling for a while.

import * as talk from './conversation.js';
import { account, base, keep, kept, person, settings } from './shelf.js';

const QUIET_MS = 40_000;    // The server sends a heartbeat each 15 s; longer silence is a dead line.
const FIRST_MS = 8_000;     // It begins with a comment, so silence at the start is a proxy that buffers.
const STEADY_MS = 5_000;    // A stream that lived this long was a good one.
const POLLS = 40;           // Before a stream is tried again: two minutes.
const REFRESH_MS = 900_000; // Signed links to files live for an hour: ask for them again in time.
const WOKE = 'woke';

const patience = failures => Math.random() * Math.min(30_000, 800 * 2 ** failures) + 200;

let page;                        // What the link asks and tells its page: isOpen(), locale, draw(), refused(fields).
let identity;                    // The site's signed word on who the visitor is.
export let lost = false;
let told = kept('told') || {};   // The marks that the business was told.
let opening, flushing, typed = 0, marking, listening, abort, flowed, heard, hurry, elected, resign, refreshed = 0;

// ---- requests

const request = (path, options) => fetch(new URL(path, base), { credentials: 'omit', ...options });

const json = (path, value, headers) =>
  request(path, { method: 'POST', body: JSON.stringify(value), headers: { ...headers, 'Content-Type': 'application/json' } });

// Fails with the status where the server refuses, and with GONE where somebody else sits here meanwhile:
// what was asked for one person is not for the next.
const GONE = 'gone';
const proven = async ask => {
  const mine = person;
  const same = value => { if (mine !== person) throw GONE; return value; };
  const headers = async token => ({ Authorization: `Bearer ${same(await token)}` });
  let response = await ask(await headers(token()));
  if (response.status === 401) response = await ask(await headers(session()));
  same();
  if (response.status === 422) page.refused((await response.json()).fields);
  if (!response.ok) throw response.status;
  return response;
};

const proofOf = identity => identity?.slice(-43);

const token = () => {
  const known = kept('token');
  return known?.renew_ms > Date.now() && (!identity || known.proof === proofOf(identity)) ? known.token : session();
};

/** What a token says. Only the server knows whether it is true. */
const claims = token => {
  try { return JSON.parse(decodeURIComponent([...atob(token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'))].map(c => `%${c.charCodeAt().toString(16).padStart(2, 0)}`).join(''))); } catch { return {}; }
};

/** Names of what need not be asked. */
export const known = () => {
  const { name, email, phone, phone_number } = claims(identity || '');
  return [name && 'name', email && 'email', (phone || phone_number) && 'phone'];
};

/** Nobody's answer of before reaches whoever sits here now. */
export const restart = () => {
  opening = null;
  told = {};
  abort?.abort(WOKE);
};

/** Another tab knows better than this page who sits here. */
export const replace = () => {
  identity = null;
  restart();
};

/** The customer whom the site's server signed for; nobody: logged out. */
export const login = signed => {
  // Whoever has no token yet may have a draft.
  const before = kept('token')?.sub || kept('sub'), now = signed && `${claims(signed).sub}`;
  identity = signed;
  if (before && before !== now) leave();
  // Whoever was nobody in particular stays that until the server believes the token.
  else if (signed && talk.begun()) token().catch?.(() => {});
  keep('sub', now);
};

const leave = () => { restart(); talk.leave(); };

// Renews the token, or begins a new visitor. Concurrent callers share one request.
const session = () => {
  const mine = opening ||= openSession().finally(() => { if (opening === mine) opening = null; });
  return mine;
};

const openSession = async () => {
  const known = kept('token');
  const mine = person, proof = proofOf(identity), known_proof = proof && known?.proof === proof;
  const response = await json(`webchat/${account}/session`, { token: known?.token, identity: known_proof ? undefined : identity });
  if (response.status === 403 && identity) {
    // The site's mistake: the visitor is nobody in particular, and never the customer of before.
    console.error(`centralita: ${(await response.json()).detail}`);
    if (mine !== person) throw GONE;
    identity = null;
    if (known?.sub) leave();
    return openSession();
  }
  if (!response.ok) throw response.status;
  const { token, visitor_id, expires_ms, identified } = await response.json();
  if (mine !== person) throw GONE;
  const sub = identified && (proof ? `${claims(identity).sub}` : known?.sub);
  if (known && known.visitor_id !== visitor_id) {
    if (sub || known.sub) leave();
    else { talk.forget(); told = {}; }
  }
  keep('token', { token, visitor_id, renew_ms: (Date.now() + expires_ms) / 2, sub, proof: identified && (proof || known?.proof) });
  return token;
};

export const post = (kind, fields) => {
  const body = { kind, client_id: newId(), at_ms: Date.now(), locale: page.locale, ...fields };
  return proven(headers => json(`webhooks/webchat/${account}`, body, headers));
};

export const configuration = locale => request(`webchat/${account}/config?locale=${locale}`);

// ---- out

// What begins a conversation says what was asked first, what it answers, and from which page it comes.
const beginning = () => talk.idle() ? { answers: kept('answers'), page: location.origin + location.pathname } : {};

export const send = fields => {
  talk.put({ client_id: newId(), at_ms: Date.now(), fate: 'sending', attachments: [], ...beginning(), ...fields });
  flush();
};

/** One message, or all that failed. */
export const retry = client_id => {
  for (const item of talk.waiting()) {
    if (client_id ? item.client_id === client_id : item.fate === 'failed') talk.put({ ...item, ...beginning(), fate: 'sending' });
  }
  flush();
};

// One at a time and in order. The server's `client_id` makes a repeat harmless, so a request
// without an answer is simply made again.
const flush = async () => {
  if (flushing) return;
  flushing = true;
  let failures = 0;
  for (let item; (item = talk.waiting().find(item => item.fate === 'sending'));) {
    const { client_id, at_ms, text, choice, attachments, answers, invitation, page } = item;
    try {
      await post('message', { client_id, at_ms, text, choice, attachments: attachments.map(file => file.id), answers, invitation, page });
      talk.put({ ...item, fate: 'sent' });
      failures = 0;
    } catch (status) {
      if (status === GONE) continue;
      // Refused for good, or out of patience: then the next sign of a network tries again.
      const final = status >= 400 && status < 500 && status !== 429;
      if (final || ++failures > 5) talk.put({ ...item, fate: 'failed', again: !final });
      else await pause(patience(failures));
    }
    listen();
  }
  flushing = false;
};

/** Gives the id of the stored file. XMLHttpRequest, since fetch cannot tell how much went up. */
export const upload = async (file, progress) => {
  const proof = await token();
  return new Promise((resolve, reject) => {
    const ask = new XMLHttpRequest();
    ask.open('POST', new URL(`webchat/${account}/attachments?name=${encodeURIComponent(file.name)}`, base));
    ask.setRequestHeader('Authorization', `Bearer ${proof}`);
    ask.setRequestHeader('Content-Type', file.type);
    ask.upload.onprogress = event => progress(event.loaded / event.total);
    ask.onload = () => ask.status < 300 ? resolve(JSON.parse(ask.response).id) : reject(ask.status);
    ask.onerror = reject;
    ask.send(file);
  });
};

export const typing = () => {
  if (Date.now() - typed < 3000 || !talk.begun()) return;
  typed = Date.now();
  post('typing').catch(() => {});
};

/** Tells the business how far its messages came: `delivered`, or `read`, which includes it. */
export const mark = kind => {
  clearTimeout(marking);
  marking = setTimeout(async () => {
    const up_to_seq = talk.lastTheirs();
    if (up_to_seq <= Math.max(told.read || 0, kind === 'read' ? 0 : told.delivered || 0)) return;
    const before = told;
    keep('told', told = { ...told, [kind]: up_to_seq });
    await post(kind, { up_to_seq }).catch(error => { if (error !== GONE) keep('told', told = before); });
  }, 300);
};

// ---- in

// Nobody pays for a line that nobody needs: none before the visitor's first message, none for an
// ended conversation that is closed, one for all hidden tabs together.
const wanted = () => kept('token') && talk.begun() && (page.isOpen() || !talk.ended()) && (!document.hidden || elected);

// A web lock elects one of the hidden tabs; without locks each keeps its line.
const hide = () => {
  elected = !navigator.locks;
  navigator.locks?.request(`centralita:${account}`, () => document.hidden && new Promise(done => {
    elected = true;
    resign = done;
    listen();
  }));
};

const wake = () => {
  if (document.hidden) return hide();
  resign?.();
  if (heard && Date.now() - heard > 20_000) abort.abort(WOKE); // The machine slept.
  hurry?.();
  for (const item of talk.waiting()) if (item.again) talk.put({ ...item, fate: 'sending' });
  flush();
  listen();
};

// Ends early when something woke the page.
const pause = ms => new Promise(resolve => {
  const before = hurry, timer = setTimeout(resolve, ms);
  hurry = () => { before?.(); clearTimeout(timer); resolve(); hurry = null; };
});

export const listen = async () => {
  if (listening) return;
  listening = true;
  for (let failures = 0, broken = 0; wanted();) {
    const began = Date.now();
    try {
      if (broken < 3) await stream();
      else for (let polls = 0; polls < POLLS && wanted(); polls++) { await sync(); await pause(document.hidden ? 15_000 : 3_000); }
      broken = 0;
    } catch (error) {
      if (error === WOKE || error === GONE || !wanted()) continue;
      if (error === 403 || error === 404) break;
      if (flowed && Date.now() - began > STEADY_MS) broken = 0;
      // Does a plain request get through? Then the stream is at fault, not the network.
      try { await sync(); broken++; failures = 0; } catch { failures++; setLost(true); }
    }
    await pause(patience(failures));
  }
  listening = false;
};

const setLost = value => {
  if (lost !== value) { lost = value; page.draw(); }
};

// Once in a while everything on show is asked for again, so that links to files stay fresh.
const since = () => {
  if (Date.now() - refreshed < REFRESH_MS) return talk.lastSeq();
  refreshed = Date.now();
  return talk.firstSeq() - 1;
};

const sync = async () => {
  const mine = person;
  const response = await proven(headers => request(`webchat/${account}/messages?since=${since()}`, { headers }));
  const { events } = await response.json();
  if (mine !== person) throw GONE;
  for (const { event, data } of events) talk.apply(event, data);
  setLost(false);
};

const stream = async () => {
  const began = heard = Date.now(), mine = person;
  const { signal } = abort = new AbortController();
  flowed = false;
  const watch = setInterval(() => {
    if (Date.now() - heard > (flowed ? QUIET_MS : FIRST_MS) || !wanted()) abort.abort();
  }, 1000);
  try {
    const response = await proven(headers => request(`webchat/${account}/events?since=${since()}`, { headers, signal }));
    const reader = response.body.getReader(), decoder = new TextDecoder();
    for (let rest = ''; ;) {
      const { value, done } = await reader.read();
      if (mine !== person) throw GONE;
      if (done && Date.now() - began < STEADY_MS) throw 0;
      if (done) return;
      heard = Date.now();
      flowed = true;
      setLost(false);
      const parts = (rest + decoder.decode(value, { stream: true })).split('\n\n');
      rest = parts.pop();
      for (const part of parts) {
        const [, event, data] = part.match(/^event: ?(.*)\n(?:id:.*\n)?data: ?(.*)$/m) || [];
        if (event) talk.apply(event, JSON.parse(data));
      }
    }
  } finally {
    clearInterval(watch);
    heard = 0;
  }
};

// randomUUID needs https, and a shop's test page may not have it.
const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, 0)).join('');

export const connect = asking => {
  page = asking;
  if ('identity' in settings) login(settings.identity);
  for (const sign of ['online', 'focus', 'pageshow', 'visibilitychange']) addEventListener(sign, wake);
  wake();
};
