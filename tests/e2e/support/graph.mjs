// A stand-in of Meta's Graph API on loopback. It refuses what Meta would refuse, so that a request
// of the wrong shape fails a test, and it can be told to be down, slow or full of errors.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { ACCESS_TOKEN, NUMBER_ID, wamid } from './whatsapp.mjs';

const BODY_MAX = 4096;
const BUTTONS_MAX = 3;
const BUTTON_TITLE_MAX = 20;
const ROWS_MAX = 10;
const ROW_TITLE_MAX = 24;

export class Graph {
  /** Every message that was accepted: `{ id, body, atMs }`. */
  accepted = [];
  /** Requests that Meta would have refused, each with what is wrong with it. */
  refused = [];
  /** What to answer next, instead of accepting: see `fail`, `down` and `accept`. */
  #trouble;
  /** Files that customers sent: by id, `{ bytes, mime }`. */
  media = new Map();
  /** The templates of the business account, as Meta lists them. */
  templates = [];
  /** How many requests came, whatever became of them. */
  requests = 0;

  static async start() {
    const graph = new Graph();
    graph.server = createServer((request, response) => graph.#answer(request, response));
    await graph.#listen(0);
    graph.port = graph.server.address().port;
    graph.url = `http://127.0.0.1:${graph.port}`;
    return graph;
  }

  async stop() {
    if (this.server.listening) await this.down();
  }

  /** Answers with an error of the Graph API from now on. */
  fail(status, code, message = 'refused by the test') {
    this.#trouble = response => json(response, status, { error: { message, type: 'OAuthException', code, fbtrace_id: 'x' } });
  }

  /** Refuses every connection from now on. */
  async down() {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  /** Takes requests again, after `fail` or `down`. */
  async accept() {
    this.#trouble = undefined;
    if (!this.server.listening) await this.#listen(this.port);
  }

  async #listen(port) {
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  sentTo = phone => this.accepted.filter(({ body }) => body.to === phone);

  async #answer(request, response) {
    this.requests += 1;
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    if (this.#trouble) return this.#trouble(response);
    if (request.method === 'GET' && request.url.includes('/message_templates')) return this.#listed(request, response);
    if (request.method === 'GET') return this.#file(request, response);
    if (request.url.endsWith('/media')) return this.#upload(request, Buffer.concat(chunks), response);
    const wrong = this.#wrong(request, Buffer.concat(chunks).toString());
    if (wrong) {
      this.refused.push(wrong);
      return json(response, wrong.startsWith('bearer') ? 401 : 400, { error: { message: wrong, code: 100, type: 'OAuthException' } });
    }
    const body = JSON.parse(Buffer.concat(chunks).toString());
    if (body.status === 'read') return json(response, 200, { success: true });
    const id = wamid();
    this.accepted.push({ id, body, atMs: Date.now() });
    const contacts = [{ input: body.to ?? body.recipient, wa_id: body.to }];
    return json(response, 200, { messaging_product: 'whatsapp', contacts, messages: [{ id }] });
  }

  /** One template a page, so that pages are followed. */
  #listed(request, response) {
    if (request.headers.authorization !== `Bearer ${ACCESS_TOKEN}`) return json(response, 401, { error: { code: 190, message: 'bearer token' } });
    const at = Number(new URL(request.url, this.url).searchParams.get('after') ?? 0);
    const next = at + 1 < this.templates.length ? { next: 'there is more' } : {};
    return json(response, 200, { data: this.templates.slice(at, at + 1), paging: { cursors: { after: String(at + 1) }, ...next } });
  }

  /** A file in two steps, as Meta serves it: where it is, then its bytes; both for the token alone. */
  #file(request, response) {
    const [, step, id] = request.url.match(/^\/(v\d+\.0|download)\/([\w.-]+)/) ?? [];
    const file = this.media.get(id);
    if (request.headers.authorization !== `Bearer ${ACCESS_TOKEN}`) return json(response, 401, { error: { code: 190, message: 'bearer token' } });
    if (!file) return json(response, 404, { error: { code: 100, message: `no file ${request.url}` } });
    if (step === 'download') {
      response.writeHead(200, { 'content-type': file.mime });
      return response.end(file.bytes);
    }
    const sha256 = createHash('sha256').update(file.bytes).digest('hex');
    return json(response, 200, { messaging_product: 'whatsapp', id, mime_type: file.mime, sha256, file_size: String(file.bytes.length), url: `${this.url}/download/${id}` });
  }

  /** A file of the business: a multipart form with its bytes. */
  async #upload(request, body, response) {
    const headers = { 'content-type': request.headers['content-type'] };
    const form = await new Response(body, { headers }).formData().catch(error => error);
    const file = form instanceof FormData && form.get('file');
    const right =
      new RegExp(`^/v\\d+\\.0/${NUMBER_ID}/media$`).test(request.url) &&
      request.headers.authorization === `Bearer ${ACCESS_TOKEN}` &&
      file instanceof File && form.get('messaging_product') === 'whatsapp';
    if (!right) {
      this.refused.push(`upload ${request.url}: ${form}`);
      return json(response, 400, { error: { message: 'upload', code: 100, type: 'OAuthException' } });
    }
    const id = String(this.media.size + 9_000_000_000);
    this.media.set(id, { bytes: Buffer.from(await file.arrayBuffer()), mime: file.type });
    return json(response, 200, { id });
  }

  /** What is wrong with a request, in words; nothing when Meta would take it. */
  #wrong(request, text) {
    if (request.method !== 'POST') return `method ${request.method}`;
    if (!new RegExp(`^/v\\d+\\.0/${NUMBER_ID}/messages$`).test(request.url)) return `path ${request.url}`;
    if (request.headers.authorization !== `Bearer ${ACCESS_TOKEN}`) return 'bearer token';
    if (!/^application\/json/.test(request.headers['content-type'])) return `content type ${request.headers['content-type']}`;
    let body;
    try {
      body = JSON.parse(text);
    } catch {
      return 'body is no JSON';
    }
    if (body.messaging_product !== 'whatsapp') return 'messaging_product';
    if (body.status === 'read') return typeof body.message_id === 'string' ? undefined : 'message_id';
    if (!/^\d{7,15}$/.test(body.to ?? '') && !body.recipient) return `to: ${body.to}`;
    const check = shapes[body.type];
    return check ? check(body[body.type]) : `type ${body.type}`;
  }
}

const shapes = {
  template: template => (template?.name && template.language?.code && template.components?.every(({ type, parameters }) =>
    type && parameters?.length && parameters.every(({ text }) => text !== '')) ? undefined : 'template'),
  text: text => (text?.body && text.body.length <= BODY_MAX ? undefined : 'text.body'),
  image: media,
  document: media,
  interactive(interactive) {
    if (!interactive?.body?.text) return 'interactive.body.text';
    if (interactive.type === 'button') {
      const buttons = interactive.action?.buttons ?? [];
      const titles = buttons.map(button => button.reply?.title ?? '');
      if (!buttons.length || buttons.length > BUTTONS_MAX) return `${buttons.length} buttons`;
      if (titles.some(title => !title || [...title].length > BUTTON_TITLE_MAX)) return 'button title';
      return buttons.every(button => button.type === 'reply' && button.reply.id) ? undefined : 'button reply';
    }
    if (interactive.type === 'list') {
      const rows = (interactive.action?.sections ?? []).flatMap(section => section.rows ?? []);
      if (!rows.length || rows.length > ROWS_MAX) return `${rows.length} rows`;
      if (!interactive.action.button) return 'list button';
      return rows.every(row => row.id && row.title && [...row.title].length <= ROW_TITLE_MAX) ? undefined : 'row';
    }
    return `interactive.type ${interactive.type}`;
  },
};

function media(media) {
  return media?.id || /^https?:/.test(media?.link ?? '') ? undefined : 'media id or link';
}

function json(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
