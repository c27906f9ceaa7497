// The real Caddy with the Caddyfile that is shipped, in front of hosts on this machine.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from './eventually.mjs';
import { freePort } from './port.mjs';
import { end, start } from './program.mjs';
import { root } from './server.mjs';

const CADDYFILE = path.join(root, 'deploy/compose/Caddyfile');

export class Proxy {
  /** What Caddy itself found to be an error: a request that no host answered. */
  errors = [];
  /** Attempts at a host that failed, whether another host was asked then or not. */
  failedAttempts = 0;

  /** Serves the hosts at these URLs, without TLS, on a free port. */
  static async start(urls) {
    const proxy = new Proxy();
    proxy.folder = await mkdtemp(path.join(tmpdir(), 'centralita-proxy-'));
    proxy.url = `http://127.0.0.1:${await freePort()}`;
    const config = path.join(proxy.folder, 'Caddyfile');
    // Options that concern the process, not the site: no port for its administration, and a log of attempts.
    await writeFile(config, `{\n\tadmin off\n\tdebug\n}\nimport ${CADDYFILE}\n`);
    const env = {
      ...process.env,
      CENTRALITA_SITE: proxy.url,
      CENTRALITA_HOSTS: urls.map(url => new URL(url).host).join(' '),
      XDG_DATA_HOME: proxy.folder,
      XDG_CONFIG_HOME: proxy.folder,
    };
    const options = ['run', '--config', config, '--adapter', 'caddyfile'];
    proxy.process = start('caddy', options, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    proxy.process.once('error', error => proxy.errors.push(error.message));
    createInterface({ input: proxy.process.stderr }).on('line', line => proxy.#hear(line));
    await eventually('the proxy answers', () => fetch(`${proxy.url}/.well-known/spin/health`).then(({ ok }) => ok), 20_000);
    return proxy;
  }

  #hear(line) {
    let said;
    try {
      said = JSON.parse(line);
    } catch {
      return;
    }
    if (said.logger?.startsWith('http.log.error')) this.errors.push(`${said.request?.method} ${said.request?.uri}: ${said.msg}`);
    // A client that hung up has not met a failing host.
    const gaveUp = /context canceled/.test(said.error ?? '');
    if (said.msg === 'upstream roundtrip' && said.error && !gaveUp) this.failedAttempts += 1;
  }

  async stop() {
    await end(this.process);
    await rm(this.folder, { recursive: true, force: true });
  }
}
