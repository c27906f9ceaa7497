// A stand-in of a provider's API on loopback: keeps what it is asked and answers as it is told.

import { once } from 'node:events';
import { createServer } from 'node:http';

/** What `answer` gives instead of the JSON of a 200. */
export class Refusal {
  constructor(status, body) {
    Object.assign(this, { status, body });
  }
}

export class Provider {
  /** Every request: `{ method, path, headers, body, answer }`, JSON and forms as objects. */
  requests = [];

  /** `answer(request)` gives the JSON of a 200, its bytes, or a `Refusal`. */
  static async start(answer) {
    const provider = new Provider();
    provider.server = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const asked = { method: request.method, path: request.url, headers: request.headers, body: read(request.headers, Buffer.concat(chunks).toString()) };
      asked.answer = answer(asked);
      provider.requests.push(asked);
      const { status, body } = asked.answer instanceof Refusal ? asked.answer : new Refusal(200, asked.answer);
      const file = Buffer.isBuffer(body);
      response.writeHead(status, { 'content-type': file ? 'application/octet-stream' : 'application/json' });
      response.end(file ? body : JSON.stringify(body));
    });
    provider.server.listen(0, '127.0.0.1');
    await once(provider.server, 'listening');
    provider.url = `http://127.0.0.1:${provider.server.address().port}`;
    return provider;
  }

  async stop() {
    this.server.close();
    this.server.closeAllConnections();
  }
}

function read(headers, text) {
  const [type] = (headers['content-type'] ?? '').split(';');
  if (type === 'application/json') return JSON.parse(text);
  return type === 'application/x-www-form-urlencoded' ? Object.fromEntries(new URLSearchParams(text)) : text;
}
