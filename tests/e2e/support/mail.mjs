// A real mail server: Debian's python3-aiosmtpd, by the script that the gateway's own tests use.

import path from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from './eventually.mjs';
import { end, start } from './program.mjs';
import { root } from './server.mjs';

export class MailServer {
  /** `port` 0 takes a free one. */
  static async start(port = 0) {
    const server = Object.assign(new MailServer(), { letters: [] });
    const script = path.join(root, 'crates/gateway/tests/mail_server.py');
    server.process = start('/usr/bin/python3', [script, '--port', String(port)], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: server.process.stdout });
    server.port = await new Promise((resolve, reject) => {
      server.process.ended.then(code => reject(new Error(`the mail server ended with ${code}: is python3-aiosmtpd there?`)));
      lines.on('line', line => {
        if (line.startsWith('ready ')) return resolve(Number(line.slice(6)));
        const { content, ...envelope } = JSON.parse(line);
        server.letters.push({ ...envelope, content: Buffer.from(content ?? '', 'base64').toString() });
      });
    });
    return server;
  }

  get url() {
    return `smtp://127.0.0.1:${this.port}?tls=none`;
  }

  arrives = test => eventually('the letter arrives', () => this.letters.find(test));
  stop = () => end(this.process);
}
