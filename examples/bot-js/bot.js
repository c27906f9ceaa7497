// The bot of a bicycle workshop, in JavaScript: the interface `bot` of ../../wit/bot/bot.wit.
// Where the conversation is stands in its memory: equal arguments have to give equal answers.

const prompt = text => ({ text, interruptible: true });
const say = text => ({ tag: 'say', val: prompt(text) });
const ask = (text, expected) => ({ tag: 'ask', val: { prompt: prompt(text), expected, hints: [] } });

const MENU = [{ id: 'ready', title: 'Is my bike ready?' }, { id: 'person', title: 'Talk to a person' }];
const menu = text => ({ tag: 'menu', val: { prompt: prompt(text), options: MENU } });
const atMenu = (...said) => ({ actions: [...said, menu('What can I do for you?')], place: 'menu' });

const ready = () => ({ actions: [ask('What is the number on your ticket?', 'number')], place: 'ticket' });
const order = number => ({
  actions: [{ tag: 'call', val: { id: 'order', system: 'shop', method: 'get', path: `/orders/${number}`, headers: [], body: '', attempts: 2, withinMs: 4000 } }],
  place: 'look',
});
const person = topic => ({
  actions: [
    say('One of us will answer in a moment.'),
    { tag: 'transfer', val: { to: { tag: 'queue', val: 'soporte' }, topic, priority: 0, skills: [] } },
  ],
  place: 'person',
});

const toldBy = ({ status, body }) => {
  if (status === 200) return `Your bike is: ${JSON.parse(body).state}.`;
  return status === 404 ? 'There is no such ticket.' : 'I cannot look it up right now.';
};

function next({ tag, val }, place) {
  if (tag === 'started') return atMenu(say('Hello, this is the bot of the workshop.'));
  if (tag === 'choice') return val === 'ready' ? ready() : person('');
  if (tag === 'outcome') return atMenu(say(toldBy(val.found.val)));
  if (tag === 'silence' || tag === 'hang-up') return { actions: [{ tag: 'end' }], place };
  const said = tag === 'speech' || tag === 'media' ? val.text : tag === 'text' || tag === 'digits' ? val : '';
  if (/\b(person|human)\b/i.test(said)) return person(said.slice(0, 200));
  const number = place === 'ticket' && said.match(/\d{1,8}/);
  return number ? order(number[0]) : place === 'ticket' ? ready() : atMenu(say('Sorry, I did not get that.'));
}

export const bot = {
  step(event, context) {
    const { actions, place } = next(event, context.memory);
    return { actions, memory: place, path: [place] };
  },
};
