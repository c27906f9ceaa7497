// The parts of the panel that are made of somebody else's words. Everything goes in as text: there is
// no markup to parse.

import { base } from './shelf.js';

// Drawn on a 24x24 grid (Lucide's shapes, ISC licence).
const ICONS = {
  chat: 'M7.9 20A9 9 0 1 0 4 16.1L2 22Z',
  close: 'M18 6 6 18M6 6l12 12',
  down: 'm6 9 6 6 6-6',
  mail: 'M4 5h16a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1m-1 2 9 6 9-6',
  end: 'M9 21H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2h4M16 17l5-5-5-5M21 12H9',
  clip: 'm21.4 11-9.2 9.3a6 6 0 0 1-8.5-8.5l9.3-9.2a4 4 0 1 1 5.6 5.7l-9.2 9.2a2 2 0 1 1-2.9-2.8l8.5-8.5',
  send: 'M12 19V5m-7 7 7-7 7 7',
  file: 'M15 2H6a2 2 0 0 0-2 2v16a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V7zM14 2v5h6',
  retry: 'M3 12a9 9 0 1 0 3-6.7L3 8m0-5v5h5',
  sending: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18m0 4v5l3 2',
  sent: 'M20 6 9 17l-5-5',
  delivered: 'M18 6 7 17l-5-5m20-5-7.5 7.5L13 16',
  failed: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18m0 4v6m0 3v.01',
};

export const icon = name => {
  const [svg, path] = ['svg', 'path'].map(tag => document.createElementNS('http://www.w3.org/2000/svg', tag));
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', true);
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
};

/** An element: its class (the tag's, when it is not a div, after a dot before it), properties, children. */
export const make = (name, properties, ...children) => {
  const [, tag, className] = name.match(/^(\w*)\.?(.*)$/);
  const node = document.createElement(tag || 'div');
  node.append(...children.filter(child => child));
  return Object.assign(node, { className }, properties);
};

export const button = (name, label, onclick, look = 'tool') =>
  make(`button.${look}`, { type: 'button', title: label, ariaLabel: label, onclick }, icon(name));

// Text with its web addresses as links. Only http and https become links.
const withLinks = text => text.split(/(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]}])/i).map((part, index) =>
  index % 2 ? make('a', { href: part, target: '_blank', rel: 'noopener noreferrer nofollow', textContent: part }) : part);

export const sizeText = (bytes, locale) => {
  const [value, unit] = bytes < 1e6 ? [bytes / 1024, ' KB'] : [bytes / 1048576, ' MB'];
  return value.toLocaleString(locale, { maximumFractionDigits: 1 }) + unit;
};

const fileView = (file, locale) => {
  const link = make('a.file', { target: '_blank', rel: 'noopener noreferrer' });
  const url = file.url && new URL(file.url, base);
  if (url && /^http/.test(url.protocol)) link.href = url;
  const plain = () => {
    link.className = 'file';
    link.replaceChildren(icon('file'), make('span', { textContent: file.name || 'PDF' }), make('.size', { textContent: file.size ? sizeText(file.size, locale) : '' }));
  };
  plain();
  if (link.href && /^image/.test(file.mime)) {
    link.className = 'file photo';
    link.replaceChildren(make('img', { src: url, alt: file.name || '', onerror: plain }));
  }
  return link;
};

/** Who wrote it. The bot and a notice have a name of ours when the business gave none. */
export const authorName = ({ author }, texts) => author.name || texts[author.kind];

/**
 * A message is built once; what may change later (its fate, its menu, its files' links) is patched, so
 * that a screen reader is not told the same twice.
 */
export const messageView = (entry, { texts, locale, clock, choose, retry }) => {
  const text = entry.kind === 'unsupported' ? texts.unsupported : entry.text;
  const files = make(''), menu = make('.menu', { role: 'group', ariaLabel: text }), meta = make('.meta');
  const time = make('time', { dateTime: new Date(entry.at_ms).toISOString(), textContent: clock.format(entry.at_ms) });
  const node = make('', {}, make('.who', { textContent: authorName(entry, texts) }), text && make('.bubble', { dir: 'auto' }, ...withLinks(text)), files, menu, meta);
  const drawn = {};
  const when = (part, value, draw) => { if (drawn[part] !== value) { drawn[part] = value; draw(); } };

  node.update = ({ entry, first, last, answer }) => {
    const { mine, fate, options, attachments, author } = entry;
    node.className = `msg ${author.kind} ${mine ? 'mine' : ''} ${first ? 'first' : ''} ${last ? 'last' : ''}`;
    when('files', JSON.stringify(attachments), () => files.replaceChildren(...(attachments || []).map(file => fileView(file, locale))));
    when('menu', answer?.text || !!answer, () => menu.replaceChildren(...(options || []).map(option => make('button.pill', {
      type: 'button', textContent: option.title, disabled: !!answer, ariaPressed: option.title === answer?.text, onclick: () => choose(option),
    }))));
    when('fate', fate, () => {
      const label = texts[fate];
      const sign = make(`span.${fate}`, { role: 'img', title: label, ariaLabel: label }, mine && icon(fate === 'read' ? 'delivered' : fate));
      meta.className = `meta ${fate === 'failed' ? fate : ''}`;
      meta.replaceChildren(...(!mine ? [time] : fate !== 'failed' ? [time, sign] : [
        sign, label, make('button', { type: 'button', textContent: texts.retry, onclick: () => retry(entry.client_id) }),
      ]));
    });
  };
  return node;
};
