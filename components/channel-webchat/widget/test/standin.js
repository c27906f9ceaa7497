// A stand-in of the component: the same protocol, in memory, on a free port, with what a test needs to
// break it. It also serves a shop's page from a second origin under a strict policy, so that CORS and
// CSP are tried by every test.
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { BUNDLE } from '../build.js';

export const CONFIG = {
  title: 'Tienda Sol', greeting: '¡Hola! ¿En qué podemos ayudarte?', accent: '#0b6e4f',
  attachments: { max_bytes: 5_242_880, mimes: ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'application/pdf'] },
};

async function listen(handler) {
  const server = createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${server.address().port}` };
}

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export class Standin {
  log = []; posts = []; files = new Map(); tokens = new Map(); streams = new Set(); sockets = new Set();
  state = null; // Of a conversation that never began there is nothing to tell.
  down = false; buffering = false; refuse = null; streamsOpened = 0; config = CONFIG;

  static async start() {
    const it = new Standin();
    const api = await listen((request, response) => it.answer(request, response));
    const shop = await listen((request, response) => it.page(request, response));
    it.url = api.url;
    it.shop = shop.url;
    it.servers = [api.server, shop.server];
    api.server.on('connection', socket => { it.sockets.add(socket); socket.on('close', () => it.sockets.delete(socket)); });
    return it;
  }

  stop() {
    for (const server of this.servers) { server.close(); server.closeAllConnections(); }
  }

  /** The network is gone: what is open breaks, what comes is cut. */
  cut() {
    this.down = true;
    for (const socket of this.sockets) socket.destroy();
  }
  mend() { this.down = false; }

  page(request, response) {
    const settings = new URL(request.url, this.shop).searchParams;
    const lang = settings.get('lang') ?? 'es';
    settings.delete('lang');
    const data = [...settings].map(([name, value]) => ` data-${name}="${value}"`).join('');
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.setHeader('Content-Security-Policy', `default-src 'none'; script-src ${this.url}; connect-src ${this.url}; img-src ${this.url} blob:; style-src 'self'; require-trusted-types-for 'script'`);
    response.end(`<!doctype html><html lang="${lang}"><meta name="viewport" content="width=device-width"><title>Tienda Sol</title><h1>Tienda Sol</h1><p>Zapatos de verano, al 20 %.</p><script src="${this.url}/webchat/widget.js" data-account="demo"${data} async></script></html>`);
  }

  /** A message of the business, or of the visitor once it is digested. */
  say(fields) {
    const message = { id: randomUUID(), seq: this.log.length + 1, direction: 'out', author: { kind: 'bot' }, kind: 'text', text: '', options: [], attachments: [], at_ms: Date.now(), ...fields };
    this.log.push(message);
    this.emit('message', message);
    return message;
  }

  emit(event, data) {
    if (event === 'state') this.state = data;
    for (const stream of this.streams) if (!this.buffering) stream.write(frame(event, data));
  }

  async answer(request, response) {
    if (this.down) return request.socket.destroy();
    const url = new URL(request.url, this.url);
    const reply = (status, value) => { response.writeHead(status, { 'Content-Type': 'application/json' }); response.end(JSON.stringify(value)); };
    if (url.pathname === '/webchat/widget.js') { response.setHeader('Content-Type', 'text/javascript'); return response.end(await readFile(BUNDLE)); }
    if (request.headers.origin === this.shop) response.setHeader('Access-Control-Allow-Origin', this.shop);
    response.setHeader('Access-Control-Allow-Headers', 'authorization, content-type');
    if (request.method === 'OPTIONS') { response.writeHead(204); return response.end(); }
    const [, base, account, what, id] = url.pathname.match(/^\/(webchat|webhooks\/webchat)\/(\w+)(?:\/(\w+))?(?:\/([\w-]+))?$/) ?? [];
    if (account !== 'demo') return reply(404, {});
    if (what === 'config') return reply(200, this.config);
    if (what === 'attachments' && id && url.searchParams.has('sig')) {
      const file = this.files.get(id);
      response.setHeader('Content-Type', file.mime);
      return response.end(file.bytes);
    }
    if (what === 'session') {
      const { token, identity } = JSON.parse(await body(request));
      const sub = identity && JSON.parse(Buffer.from(identity.split('.')[1], 'base64url')).sub;
      if (sub === 'forged') return reply(403, { code: 'identity_refused', detail: 'the identity is refused: a forgery' });
      const visitor_id = sub ? `customer-${sub}` : this.tokens.get(token) ?? randomUUID();
      const fresh = randomUUID();
      this.tokens.set(fresh, visitor_id);
      return reply(200, { token: fresh, visitor_id, expires_ms: Date.now() + 86_400_000, identified: /^customer/.test(visitor_id) });
    }
    if (!this.tokens.has(request.headers.authorization?.replace('Bearer ', ''))) return reply(401, {});
    const since = Number(url.searchParams.get('since'));
    if (what === 'events') return this.stream(response, since);
    if (what === 'messages') return reply(200, { events: this.replay(since) });
    if (what === 'attachments') {
      const file = { bytes: await body(request), mime: request.headers['content-type'], name: url.searchParams.get('name') };
      const key = randomUUID();
      this.files.set(key, file);
      return reply(200, { id: key });
    }
    if (base === 'webhooks/webchat') return this.inbound(JSON.parse(await body(request)), reply);
    reply(404, {});
  }

  replay(since) {
    const messages = this.log.filter(message => message.seq > since).map(data => ({ event: 'message', data }));
    return this.state ? [...messages, { event: 'state', data: this.state }] : messages;
  }

  stream(response, since) {
    this.streamsOpened++;
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.flushHeaders();
    this.streams.add(response);
    response.on('close', () => this.streams.delete(response));
    if (this.buffering) return;
    response.write(': hello\n\n');
    for (const { event, data } of this.replay(since)) response.write(frame(event, data));
  }

  inbound(post, reply) {
    if (this.refuse && post.kind === (this.refuseKind ?? 'message')) return reply(this.refuse, { code: 'refused', fields: this.problems });
    this.posts.push(post);
    reply(200, {});
    if (post.kind !== 'message' || this.log.some(message => message.client_id === post.client_id)) return;
    const attachments = post.attachments.map(id => {
      const { mime, name, bytes } = this.files.get(id);
      return { id, kind: /^image/.test(mime) ? 'image' : 'document', mime, name, size: bytes.length, url: `/webchat/demo/attachments/${id}?sig=x` };
    });
    this.say({ direction: 'in', author: { kind: 'contact' }, text: post.text ?? '', client_id: post.client_id, attachments });
    if (!this.state) this.emit('state', { state: 'bot' });
  }
}

function frame(event, data) {
  return `${data.seq ? `id: ${data.seq}\n` : ''}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
