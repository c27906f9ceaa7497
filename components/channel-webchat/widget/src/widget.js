// The custom element: launcher, panel, and what the visitor does with them. A page has one.

import { makeAsking } from './asking.js';
import { palette } from './colour.js';
import * as talk from './conversation.js';
import * as invitation from './invitation.js';
import * as link from './link.js';
import { authorName, button, icon, make, messageView, sizeText } from './parts.js';
import { account, keep, kept, settings } from './shelf.js';
import css from './style.css';
import { chooseLocale, textsFor } from './texts.js';
import { makeTray } from './tray.js';

const DAY_MS = 86_400_000, RUN_MS = 300_000;

const locale = chooseLocale(settings.locale), texts = textsFor(locale);
const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
const days = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' });
const opening = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit' });
const near = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });

let host, config = kept('config') || { title: 'Chat' };
let views = new Map(), drawing, typingEnds, who, asking, recheck;

// ---- what it is made of

const hidden = { hidden: true };
const badge = make('span.badge', hidden), teaser = make('button.teaser', { ...hidden, type: 'button', onclick: () => open() });
const opener = make('button.launcher', { type: 'button', ariaHasPopup: 'dialog', onclick: () => open() }, icon('chat'), badge);
const news = make('.sr', { role: 'status' }), invite = make('section.invite', { ...hidden, ariaLabel: texts.newer });
const corner = make('.corner', {}, news, invite, teaser, opener);

const heading = make('h2', { id: 'title' }), sub = make('', { role: 'status' }), face = make('.face', { ariaHidden: true });
const ender = button('end', texts.end, () => { confirm.hidden = false; confirm.firstChild.focus(); });
const answerEnd = yes => () => {
  confirm.hidden = true;
  field.focus();
  if (yes) link.post('end').catch(() => say(texts.failed));
};
const confirm = make('.bar', hidden,
  make('button.pill', { type: 'button', textContent: texts.end, onclick: answerEnd(true) }),
  make('button.pill', { type: 'button', textContent: texts.cancel, onclick: answerEnd() }));
const mailer = button('mail', texts.mail, () => { mailing.hidden = !mailing.hidden; address.value ||= who?.email || ''; address.focus(); });
const address = make('input', { type: 'email', required: true, autocomplete: 'email', placeholder: texts.address, ariaLabel: texts.address });
const mailing = make('form.bar', {
  ...hidden,
  onsubmit: async event => {
    event.preventDefault();
    const email = address.value.trim();
    try {
      await link.post('transcript', { email });
      mailing.hidden = true;
      say(`${texts.mailed} ${email}`, true);
    } catch (status) { say(status === 429 ? texts.tooMany : texts.failed); }
    field.focus();
  },
}, address, make('button.pill', { textContent: texts.send }));
const bar = make('.bar', { ...hidden, role: 'status' });

const greeting = make('.msg first', {}, make('.bubble'));
const dots = make('.dots', hidden);
const asked = make('', hidden);
const log = make('.log', { role: 'log', ariaLive: 'polite', ariaLabel: texts.log, tabIndex: 0, onscroll: () => { pinned = atEnd(); see(); } }, greeting, asked, dots);
const newer = make('button.pill newer', { ...hidden, type: 'button', textContent: `↓ ${texts.newer}`, onclick: () => toEnd() });

const say = (words, good) => { note.textContent = words; note.hidden = !words; note.classList.toggle('good', !!good); };
const note = make('.note', { ...hidden, role: 'status' });
const picker = make('input', { ...hidden, type: 'file', multiple: true, onchange: () => { attach(picker.files); picker.value = ''; } });
const clip = button('clip', '', () => picker.click());
const field = make('textarea', {
  rows: 1, maxLength: 4000, placeholder: texts.write, ariaLabel: texts.write, value: kept('draft') || '',
  oninput: () => { wrote(); if (field.value) link.typing(); },
  onkeydown: event => { if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) submit(event); },
  onpaste: event => drop(event, event.clipboardData),
});
const go = button('send', texts.send, event => submit(event), 'tool go');
const over = make('.over', hidden);
const writer = make('form.write', {}, picker, clip, field, go);
const tray = makeTray({ texts, say, changed: () => drawSend() });

const panel = make('.panel', {
  ...hidden, role: 'dialog', onkeydown: event => key(event),
  ondragover: event => { event.preventDefault(); over.hidden = !config.attachments; },
  ondragleave: event => { over.hidden ||= !panel.contains(event.relatedTarget); },
  ondrop: event => { over.hidden = true; drop(event, event.dataTransfer); },
},
make('header', {}, face, make('.head', {}, heading, sub), mailer, ender, button('down', texts.close, () => close())),
confirm, mailing, bar, log, newer, tray.node, note, writer, over);
panel.setAttribute('aria-labelledby', 'title');

// ---- opening and closing

const isOpen = () => !panel.hidden;

const show = opened => {
  panel.hidden = !opened;
  corner.hidden = opened;
  host.classList.toggle('open', opened);
  keep('open', opened || null);
  draw();
};

const open = focus => {
  panel.ariaModal = innerWidth <= 480;
  invite.hidden = true;
  show(true);
  fit();
  toEnd();
  if (focus !== false) toWriting();
  link.listen();
};

const toWriting = () => { asked.hidden ? field.focus() : asking.focus(); };

const close = () => {
  show(false);
  opener.focus();
};

// The keyboard of a phone must not cover the line being written.
const fit = () => panel.style.setProperty('--height', `${self.visualViewport?.height}px`);

// Who reads the end of the log keeps reading it, whatever grows above or below.
let pinned = true;
new ResizeObserver(() => { if (pinned) toEnd(); }).observe(log);

// ---- drawing

const paint = () => {
  const dark = settings.theme ? settings.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  host.classList.toggle('dark', dark);
  const wish = getComputedStyle(host).getPropertyValue('--centralita-accent');
  const colours = palette(wish || settings.accent || config.accent || '#1f5fbf', dark);
  for (const name in colours) host.style.setProperty(`--${name}`, `rgb(${colours[name]})`);
};

// A frame later, since events come in swarms; a hidden tab has no frames.
const drawSoon = () => { drawing ||= setTimeout(draw, 16); };

const draw = () => {
  clearTimeout(drawing);
  drawing = 0;
  const { state, agent } = talk.now(), { title, attachments } = config, ended = talk.ended(), end = pinned;
  heading.textContent = title;
  face.textContent = (agent?.name || title)[0];
  sub.textContent = agent?.name ? `${texts.with} ${agent.name}` : /queued|offered/.test(state) ? texts.queued : state === 'bot' ? texts.bot : texts.ready;
  ender.hidden = !state || ended;
  const { closed } = config, shut = closed && talk.idle(), first = kept('answering')?.text || config.greeting;
  bar.hidden = !link.lost && !ended && !shut;
  bar.textContent = link.lost ? texts.lost : shut ? closedText(closed) : texts.ended;
  greeting.hidden = !first || talk.begun();
  greeting.firstChild.textContent = first;
  mailer.hidden = !config.transcript || !talk.begun();
  drawAsking();
  writer.hidden = !asked.hidden || (shut && !closed.message);
  clip.hidden = !attachments;
  over.textContent = clip.title = attachments ? `${texts.limits} ${sizeText(attachments.max_bytes, locale)}` : '';
  clip.ariaLabel = `${texts.attach}. ${clip.title}`;
  picker.accept = attachments?.mimes;
  drawLog(talk.entries());
  drawSend();
  const unread = talk.unread();
  badge.hidden = !unread;
  badge.textContent = unread;
  opener.ariaLabel = unread ? `${texts.open}. ${texts.newer}: ${unread}` : texts.open;
  teaser.hidden ||= !unread;
  newer.hidden = !unread;
  if (end && asked.hidden) toEnd();
};

const closedText = ({ text, opens_ms, message }) =>
  text || [texts.closed, opens_ms && `${texts.opens} ${opening.format(opens_ms)}.`, message && texts.leave].filter(part => part).join(' ');

// Built once for what is to be asked, so that nobody's typing is lost to a redraw.
const drawAsking = () => {
  const { fields, closed } = config, known = link.known();
  const open = fields?.filter(({ name }) => !known.includes(name)) || [];
  const signature = JSON.stringify(open);
  if (asking?.signature !== signature && open.length) {
    asking = makeAsking(open, texts, who, answers => {
      keep('answers', answers);
      draw();
      field.focus();
      link.retry();
    });
    asking.signature = signature;
    asked.replaceChildren(asking.node);
  }
  asked.hidden = !open.length || !talk.idle() || !!kept('answers') || (closed && !closed.message);
};

const drawSend = () => {
  go.disabled = !tray.ready() || !(field.value.trim() || tray.count());
  field.style.height = 0;
  field.style.height = `${field.scrollHeight + 2}px`;
};

// Keyed by our own id where there is one, so that a confirmed message stays where it was drawn.
const drawLog = entries => {
  const shown = new Map(), today = new Date().setHours(0, 0, 0, 0);
  let place = greeting;
  const put = (id, build) => {
    const view = views.get(id) || build();
    shown.set(id, view);
    if (place.nextSibling !== view) place.after(view);
    return place = view;
  };
  const day = entry => entry && new Date(entry.at_ms).setHours(0, 0, 0, 0);
  // Two entries of one run: one author, one day, and little time between.
  const run = (one, other) => one && other && one.author.kind === other.author.kind && one.author.name === other.author.name
    && other.at_ms - one.at_ms < RUN_MS && day(one) === day(other);
  entries.forEach((entry, index) => {
    const before = entries[index - 1], date = day(entry);
    if (day(before) !== date) put(date, () => make('.day', { textContent: today - date > 1.5 * DAY_MS ? days.format(date) : near.format(date < today ? -1 : 0, 'day') }));
    put(entry.client_id || entry.id, () => messageView(entry, { texts, locale, clock, choose, retry })).update({
      entry, first: !run(before, entry), last: !run(entry, entries[index + 1]),
      answer: entries.slice(index).find((later, ahead) => ahead && later.mine),
    });
  });
  for (const [id, view] of views) if (!shown.has(id)) view.remove();
  views = shown;
};

const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 60;
const toEnd = () => { log.scrollTop = log.scrollHeight; see(); };

// Read means: open, in a visible tab, scrolled to the end.
const see = () => {
  if (isOpen() && !document.hidden && atEnd() && talk.lastTheirs()) {
    talk.see();
    link.mark('read');
  }
};

const changed = (event, data, heard) => {
  const left = event === 'left';
  if (left || event === 'forget') {
    if (heard) left ? link.replace() : link.restart();
    if (left) {
      who = asking = undefined;
      tray.empty();
      say('');
      for (const part of [teaser, invite, dots, mailing, confirm]) part.hidden = true;
      address.value = '';
    }
    field.value = kept('draft') || '';
  }
  if (event === 'state' && !talk.idle()) keep('answers', null);
  if (event === 'typing' || event === 'message') {
    clearTimeout(typingEnds);
    dots.hidden = event === 'message';
    if (!dots.hidden) {
      dots.textContent = `${data.name || texts.agent} ${texts.types}…`;
      typingEnds = setTimeout(() => { dots.hidden = true; }, data.for_ms);
      if (pinned) toEnd();
      return;
    }
    if (data.fresh && data.author.kind !== 'contact') {
      link.mark('delivered');
      teaser.hidden = false;
      teaser.replaceChildren(make('b', { textContent: authorName(data, texts) }), data.text || '');
    }
  }
  if (event === 'outbox') draw(); else drawSoon();
};

// ---- what the visitor does

const wrote = () => {
  keep('draft', field.value || null);
  say('');
  drawSend();
};

const submit = event => {
  event.preventDefault();
  if (go.disabled) return;
  const text = field.value.trim();
  field.value = '';
  deliver({ text, attachments: tray.empty() });
  wrote();
};

const choose = option => deliver({ text: option.title, choice: option.id });
const retry = client_id => { link.retry(client_id); field.focus(); };

const deliver = message => {
  field.focus();
  introduce();
  const invitation = kept('answering')?.id;
  keep('answering', null);
  link.send({ ...message, invitation });
  toEnd();
};

// Who the visitor says to be: told once, with the first message, or now when there was one.
const introduce = () => {
  const told = JSON.stringify(who);
  if (who && kept('who') !== told) link.post('identify', who).then(() => keep('who', told), () => {});
};

const refused = problems => {
  keep('answers', null);
  configure();
  draw();
  asking?.refuse(problems);
};

const inviteTo = ({ id, text }) => {
  const dismiss = () => { invite.hidden = true; };
  invite.replaceChildren(make('p', { textContent: text }), button('close', texts.dismiss, dismiss),
    make('button.pill', { type: 'button', textContent: texts.reply, onclick: () => { keep('answering', { id, text }); open(); } }));
  invite.hidden = false;
  news.textContent = text;
};

const mayInvite = () => !isOpen() && !talk.begun() && !config.closed && !host.hidden;

const attach = files => tray.add(files, config.attachments, clip.title);

const drop = (event, data) => {
  if (!config.attachments || !data.files.length) return;
  event.preventDefault();
  attach(data.files);
};

const key = event => {
  if (event.key === 'Escape') {
    event.stopPropagation();
    if (!mailing.hidden) { mailing.hidden = true; field.focus(); }
    else confirm.hidden ? close() : answerEnd()();
  }
  if (event.key !== 'Tab' || innerWidth > 480) return;
  // Full screen it is modal: Tab goes round in it.
  const stops = [...panel.querySelectorAll('button:enabled,textarea,input,select,a,.log')].filter(node => node.offsetParent);
  const [edge, other] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
  if (host.shadowRoot.activeElement === edge) { event.preventDefault(); other.focus(); }
};

// What the account says now; when that changes, again. Without a network, what the last visit left will do.
const configure = async () => {
  const response = await link.configuration(locale).catch(() => ({}));
  host.hidden = /40[34]/.test(response.status);
  if (host.hidden) console.warn(`centralita: account ${account} does not serve ${origin}`);
  if (!response.ok) return;
  keep('config', config = await response.json());
  clearTimeout(recheck);
  // A timer holds no more than 24 days.
  if (config.changes_ms) recheck = setTimeout(configure, Math.min(Math.max(config.changes_ms - Date.now(), 0) + 1000, 1e9));
  paint();
  draw();
  invitation.plan(config.invitations, mayInvite, inviteTo);
};

// ---- the element

class CentralitaChat extends HTMLElement {
  connectedCallback() {
    if (host) return;
    host = this;
    const sheet = new CSSStyleSheet(), root = this.attachShadow({ mode: 'open' });
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    root.append(panel, corner);
    if (settings.position) this.dataset.position = settings.position;
    matchMedia('(prefers-color-scheme: dark)').onchange = paint;
    self.visualViewport?.addEventListener('resize', fit);
    for (const sign of ['focus', 'visibilitychange']) addEventListener(sign, see);
    paint();
    talk.onChange(changed);
    link.connect({ locale, isOpen, draw, refused });
    const { name, phone, email } = settings;
    if (name || phone || email) this.identify({ name, phone, email });
    if (kept('open') && innerWidth > 480) open(false); else draw();
    configure();
  }

  open() { open(); }
  close() { close(); }
  login(identity) { link.login(identity); draw(); link.listen(); }
  logout() { link.login(); draw(); }
  identify(person) { who = person; if (talk.begun()) introduce(); }
}

if (!customElements.get('centralita-chat')) {
  customElements.define('centralita-chat', CentralitaChat);
  const start = () => document.body.append(document.createElement('centralita-chat'));
  document.body ? start() : addEventListener('DOMContentLoaded', start);
}
