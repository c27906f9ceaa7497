// What the account asks before the first message. The browser checks what it can; the server checks all.

import { make } from './parts.js';

const TYPES = { name: 'text', email: 'email', phone: 'tel', text: 'text', consent: 'checkbox' };
const COMPLETE = { name: 'name', email: 'email', phone: 'tel' };

/** The form for `fields`; `given` is what is known of the visitor, `done` gets the answers. */
export const makeAsking = (fields, texts, given, done) => {
  const inputs = {};
  const line = ({ name, kind, label, required, options, url }) => {
    const shared = { name, required, maxLength: 1000, oninput: () => input.setCustomValidity('') };
    const input = inputs[name] = kind === 'choice'
      ? make('select', shared, ...[{ value: '', label: '' }, ...options].map(({ value, label }) => make('option', { value, textContent: label })))
      : make('input', { ...shared, type: TYPES[kind], autocomplete: COMPLETE[kind] || 'on', value: given?.[name] || '' });
    if (kind !== 'consent') return make('label.asked', {}, make('span', { textContent: required ? label : `${label} (${texts.optional})` }), input);
    return make('.consent', {}, make('label', {}, input, label), url && make('a', { href: url, target: '_blank', rel: 'noopener', textContent: texts.terms }));
  };
  const node = make('form.asking', {
    onsubmit: event => {
      event.preventDefault();
      done(Object.fromEntries(fields.map(({ name, kind }) => [name, kind === 'consent' ? inputs[name].checked : inputs[name].value.trim()])));
    },
  }, ...fields.map(line), make('button.pill', { textContent: texts.begin }));
  return {
    node,
    focus: () => Object.values(inputs)[0].focus(),
    /** Says what the server did not take. */
    refuse(problems) {
      for (const name in problems) inputs[name]?.setCustomValidity(texts.invalid);
      node.reportValidity();
    },
  };
};
