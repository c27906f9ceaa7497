// The visitor's conversation: what is known of it, kept over reloads and shared between tabs.
//
// Whatever arrives may arrive again, late, or through another tab: messages are keyed by id, own ones
// also by `client_id`, and marks only move forward. That is all that replaying by sequence needs.

import { account, become, keep, kept, keptKeys, person } from './shelf.js';

const KEPT = 60; // Messages a reload shows before the network does.

/** By id. Those that came while this page was open carry `fresh`. */
let messages, seq, state, outbox, seen, marks;
let tellView = () => {};
const tabs = self.BroadcastChannel && new BroadcastChannel(`centralita:${account}`);

const load = () => {
  const log = kept('log') || { messages: [], seq: 0, state: {} };
  messages = new Map(log.messages.map(message => [message.id, message]));
  ({ seq, state } = log);
  marks = kept('marks') || { delivered: 0, read: 0 }; // Theirs, on our messages.
  seen = kept('seen') || 0;                           // Ours, on their messages.
  outbox = new Map();
  for (const key of keptKeys('out:')) put(kept(key), true);
};

const sorted = () => [...messages.values()].sort((a, b) => a.seq - b.seq);
const own = message => message.author.kind === 'contact';
const save = () => keep('log', { messages: sorted().slice(-KEPT), seq, state });
const tell = (event, data) => tabs?.postMessage({ of: person, event, data });

/** Who shows the conversation is told of each event. */
export const onChange = listener => { tellView = listener; };

/** An event of the server, `heard` from another tab or not. */
export const apply = (event, data, heard) => {
  if (event === 'message') {
    data.fresh = !messages.has(data.id) && data.seq > seq;
    messages.set(data.id, data);
    seq = Math.max(seq, data.seq);
    drop(data.client_id);
  } else if (event === 'status') {
    for (const mark of data.status === 'read' ? ['delivered', 'read'] : ['delivered']) marks[mark] = Math.max(marks[mark], data.up_to_seq);
    keep('marks', marks);
  } else if (event === 'state') state = data;
  else if (event === 'outbox') put(data, true);
  else if (event === 'seen') seen = Math.max(seen, data);
  else if (event === 'forget') {
    // What the server took in belongs to the visitor of before, shown by it or not.
    for (const { client_id, fate } of waiting()) if (fate === 'sent') drop(client_id);
    for (const key of ['log', 'marks', 'seen', 'told']) keep(key, null);
    load();
  } else if (event === 'left') {
    become(data);
    load();
  }
  if (event === 'message' || event === 'state') save();
  if (!heard) tell(event, data);
  tellView(event, data, heard);
};
// What another tab says of somebody who left comes too late; of somebody new, it tells that they came.
if (tabs) tabs.onmessage = ({ data: { of, event, data } }) => {
  if (of > person) apply('left', of, true);
  if (of === person && event !== 'left') apply(event, data, true);
};

/** A message on its way out; kept until the server shows it in the conversation. */
export const put = (item, heard) => {
  if (sorted().some(message => message.client_id === item.client_id)) return;
  outbox.set(item.client_id, item);
  keep(`out:${item.client_id}`, item);
  if (!heard) { tell('outbox', item); tellView('outbox'); }
};

const drop = client_id => {
  outbox.delete(client_id);
  keep(`out:${client_id}`, null);
};

/** The visitor saw everything up to the last message. */
export const see = () => {
  if (lastTheirs() > seen) apply('seen', lastTheirs());
  keep('seen', seen);
};

/** The server knows this visitor no more: begin anew, but never lose what is still to be sent. */
export const forget = () => apply('forget');

/** Somebody else sits here now: nothing of the one before is left, not even what was to be sent. */
export const leave = () => apply('left', person + 1);

/** Everything to show, oldest first; what is not yet confirmed comes last. */
export const entries = () => [
  ...sorted().map(message => ({
    ...message, mine: own(message),
    fate: message.seq <= marks.read ? 'read' : message.seq <= marks.delivered ? 'delivered' : 'sent',
  })),
  ...waiting().map(item => ({ ...item, mine: true, author: { kind: 'contact' } })),
];

export const waiting = () => [...outbox.values()].sort((a, b) => a.at_ms - b.at_ms);
export const lastSeq = () => seq;
export const firstSeq = () => messages.size ? sorted()[0].seq : 1;
export const lastTheirs = () => sorted().reduce((last, message) => own(message) ? last : message.seq, 0);
export const unread = () => sorted().filter(message => !own(message) && message.seq > seen).length;
export const begun = () => messages.size + outbox.size > 0;
export const now = () => state;
/** Whether the next message begins something new. */
export const idle = () => !state.state || state.state === 'disposed';
export const ended = () => /wrap_up|disposed/.test(state.state);

load();
