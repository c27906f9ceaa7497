// The desk's API, as an agent, a supervisor or the administrator calls it.

import assert from 'node:assert/strict';
import { eventually } from './eventually.mjs';

export const PASSWORD = 'casa-lumen';

export class Desk {
  constructor(url, token) {
    this.url = url;
    this.token = token;
  }

  static async login(server, login, password = PASSWORD) {
    const { token } = await new Desk(server.url).post('/api/login', { login, password });
    return new Desk(server.url, token);
  }

  static admin(server) {
    return new Desk(server.url, server.adminToken);
  }

  get = path => this.#call('GET', path);
  post = (path, body) => this.#call('POST', path, body);
  put = (path, body) => this.#call('PUT', path, body);
  patch = (path, body) => this.#call('PATCH', path, body);

  async #call(method, path, body) {
    const headers = { 'content-type': 'application/json' };
    if (this.token) headers.authorization = `Bearer ${this.token}`;
    const response = await fetch(this.url + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }

  /** Opens the event stream, without which nothing is offered, and says we are here. */
  async goOnline() {
    this.closing = new AbortController();
    const headers = { authorization: `Bearer ${this.token}` };
    const response = await fetch(`${this.url}/api/events`, { headers, signal: this.closing.signal });
    assert.equal(response.status, 200);
    this.events = [];
    this.streamEnded = this.#read(response.body).catch(() => {});
    await this.put('/api/presence', { status: 'available' });
  }

  async goOffline() {
    await this.put('/api/presence', { status: 'offline' });
    this.closing?.abort();
  }

  /**
   * Follows the events as the console does: whenever the stream ends it is opened again after the last
   * event that was seen. Nothing is fetched anew.
   */
  async follow() {
    const { seq } = await this.get('/api/desk');
    Object.assign(this, { events: [], seq, closing: new AbortController() });
    const { signal } = this.closing;
    const once = async () => {
      const headers = { authorization: `Bearer ${this.token}` };
      const response = await fetch(`${this.url}/api/events?since=${this.seq}`, { headers, signal });
      if (response.ok) await this.#read(response.body);
      return response.status;
    };
    const again = async () => {
      while (!signal.aborted && await once().catch(() => 0) !== 401) await new Promise(resolve => setTimeout(resolve, 500));
    };
    this.streamEnded = again();
    await eventually('the stream is open', async () => (await this.put('/api/presence', { status: 'available' })).connected);
  }

  async #read(body) {
    let rest = '';
    for await (const text of body.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + text).split('\n\n');
      rest = blocks.pop();
      for (const block of blocks) {
        const event = block.match(/^event: ?(.*)$/m)?.[1];
        const data = block.match(/^data: ?(.*)$/m)?.[1];
        this.seq = Number(block.match(/^id: ?(\d+)$/m)?.[1] ?? this.seq);
        if (event && data) this.events.push({ event, data: JSON.parse(data), atMs: Date.now() });
      }
    }
  }

  /** The interaction that rings here and passes `test`. */
  offered(test = () => true, limitMs = 20_000) {
    return eventually('an offer rings', async () => {
      const { interactions } = await this.get('/api/desk');
      return interactions.find(interaction => interaction.state === 'offered' && test(interaction));
    }, limitMs);
  }

  answer = interaction => this.post(`/api/interactions/${interaction.id}/answer`);
  send = (interaction, text, clientId = crypto.randomUUID()) =>
    this.post(`/api/interactions/${interaction.id}/messages`, { client_id: clientId, text });
  /** Uploads a file and gives the whole response. */
  upload = (name, mime, bytes) => fetch(`${this.url}/api/attachments?name=${encodeURIComponent(name)}`, {
    method: 'POST', headers: { authorization: `Bearer ${this.token}`, 'content-type': mime }, body: bytes,
  });
  download = id => fetch(`${this.url}/api/attachments/${id}`, { headers: { authorization: `Bearer ${this.token}` } });
  messages = async conversation => (await this.get(`/api/conversations/${conversation}/messages?limit=100`)).messages;

  async close(interaction, disposition = 'resuelto') {
    await this.post(`/api/interactions/${interaction.id}/wrap-up`);
    await this.post(`/api/interactions/${interaction.id}/dispose`, { disposition });
  }
}
