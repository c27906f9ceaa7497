// A PostgreSQL and a Redis of a test's own, which it can crash and start again.

import { createInterface } from 'node:readline';
import { built, start } from './program.mjs';

export class Servers {
  /** `names` are of `postgres` and `redis`; their URLs are in `urls`. */
  static async start(...names) {
    const servers = new Servers();
    servers.process = start(built('test-servers'), names, { stdio: ['pipe', 'pipe', 'inherit'] });
    servers.lines = createInterface({ input: servers.process.stdout })[Symbol.asyncIterator]();
    servers.urls = JSON.parse(await servers.#line());
    return servers;
  }

  /** Obeys a command such as `kill postgres`; returns when it is done. */
  async tell(command) {
    this.process.stdin.write(`${command}\n`);
    await this.#line();
  }

  async stop() {
    this.process.stdin.end();
    await this.process.ended;
  }

  async #line() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error('the servers have ended');
    return value;
  }
}
