// Files on their way into a message: checked here first (the server checks again), sent up at once,
// shown with a preview and the share that has arrived. A message goes out when all are up.

import { upload } from './link.js';
import { button, icon, make } from './parts.js';

const FILES_MAX = 5;

export const makeTray = ({ texts, say, changed }) => {
  let files = [];
  const node = make('.tray');

  const start = async entry => {
    entry.failed = false;
    draw();
    try {
      entry.id = await upload(entry.file, share => { entry.bar.value = share; });
    } catch {
      entry.failed = true;
      say(`${entry.name}: ${texts.failed}`);
    }
    draw();
  };

  const draw = () => {
    node.replaceChildren(...files.map(entry => make('.chip', {},
      entry.preview ? make('img', { src: entry.preview, alt: '' }) : icon('file'),
      make('span', { textContent: entry.name }),
      entry.failed && button('retry', `${texts.retry}: ${entry.name}`, () => start(entry)),
      button('close', `${texts.remove}: ${entry.name}`, () => { files = files.filter(other => other !== entry); draw(); }),
      !entry.id && !entry.failed && entry.bar)));
    changed();
  };

  return {
    node,
    add(list, { max_bytes, mimes }, limits) {
      for (const file of list) {
        const { name, size, type } = file;
        if (!mimes.includes(type) || size > max_bytes) say(`${name}: ${limits}`);
        else if (files.length < FILES_MAX) {
          const entry = { file, name, size, mime: type, preview: /^image/.test(type) && URL.createObjectURL(file) };
          entry.bar = make('progress', { value: 0, ariaLabel: `${texts.sending} ${name}` });
          files.push(entry);
          start(entry);
        }
      }
    },
    count: () => files.length,
    ready: () => files.every(entry => entry.id),
    /** Hands over what is up, and is empty again. */
    empty() {
      const up = files.map(({ id, name, size, mime }) => ({ id, name, size, mime }));
      files = [];
      draw();
      return up;
    },
  };
};
