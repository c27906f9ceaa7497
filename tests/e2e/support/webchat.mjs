// A web chat customer without a browser: the widget's protocol, spoken directly.

import assert from 'node:assert/strict';
import { ASKS_TOPIC, HANDS_OVER, HELLO_MENU } from './bot.mjs';
import { eventually } from './eventually.mjs';

const ACCOUNT = 'demo';

export class WebchatVisitor {
  static async arrive(server, account = ACCOUNT) {
    const visitor = Object.assign(new WebchatVisitor(), { server, account });
    const response = await fetch(`${server.url}/webchat/${account}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: server.url },
      body: JSON.stringify({ page: `${server.url}/demo/` }),
    });
    assert.equal(response.status, 200, await response.clone().text());
    visitor.token = (await response.json()).token;
    return visitor;
  }

  /** Posts something of the visitor's; returns the status. */
  async post(body) {
    const response = await fetch(`${this.server.url}/webhooks/webchat/${this.account}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.token}`, origin: this.server.url },
      body: JSON.stringify({ client_id: crypto.randomUUID(), at_ms: Date.now(), locale: 'es', ...body }),
    });
    await response.arrayBuffer();
    return response.status;
  }

  async write(text) {
    assert.equal(await this.post({ kind: 'message', text }), 200);
  }

  async choose({ id, title }) {
    assert.equal(await this.post({ kind: 'message', text: title, choice: id }), 200);
  }

  async messages(since = 0) {
    const headers = { authorization: `Bearer ${this.token}`, origin: this.server.url };
    const response = await fetch(`${this.server.url}/webchat/${this.account}/messages?since=${since}`, { headers });
    assert.equal(response.status, 200);
    const { events } = await response.json();
    return events.filter(({ event }) => event === 'message').map(({ data }) => data);
  }

  /** The last message that holds `text`, or matches it. */
  sees = text =>
    eventually(`the visitor sees ${text}`, async () => (await this.messages()).findLast(message => message.text?.match(text)));

  /** Through the bot to a person who knows about `topic`. */
  async toPerson(topic) {
    await this.write('Hola');
    await this.choose(option(await this.sees(HELLO_MENU), 'Hablar con alguien'));
    await this.sees(ASKS_TOPIC);
    await this.write(topic);
    await this.sees(HANDS_OVER);
  }

  /** Through the bot to a call back at `phone`. */
  async askCallback(topic, phone) {
    await this.write('Hola');
    await this.sees(HELLO_MENU);
    await this.write('quiero que me llaméis');
    await this.sees('¿Sobre qué es?');
    await this.write(topic);
    await this.sees('¿A qué número te llamamos?');
    await this.write(phone);
    await this.sees('Te llamamos al');
  }
}

export function option(message, title) {
  const found = message.options.find(option => option.title === title);
  assert.ok(found, `no option ${title} in ${JSON.stringify(message.options)}`);
  return found;
}
