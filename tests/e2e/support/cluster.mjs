// Several hosts on one PostgreSQL and one Redis, behind the proxy that is shipped.

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { built, end, start } from './program.mjs';
import { Proxy } from './proxy.mjs';
import { Server, onLibSql, root } from './server.mjs';
import { Servers } from './servers.mjs';

/** Why a test of several hosts is skipped, or false. */
export const needsPostgres = process.env.CENTRALITA_TEST_DATABASE && !onLibSql ? false : 'needs a PostgreSQL: CENTRALITA_TEST_DATABASE';

export class Cluster {
  hosts = [];

  /** With `ownPostgres`, on a PostgreSQL that nobody else has: `cluster.servers` can crash it. */
  static async start(count, { variables = {}, options = [], ownPostgres = false } = {}) {
    const cluster = Object.assign(new Cluster(), { options });
    cluster.folder = await mkdtemp(path.join(tmpdir(), 'centralita-cluster-'));
    cluster.servers = await Servers.start('redis', ...(ownPostgres ? ['postgres'] : []));
    const { redis, postgres } = cluster.servers.urls;
    if (postgres) variables = { database_url: postgres, database_host: new URL(postgres).host, ...variables };
    const config = path.join(cluster.folder, 'runtime-config.toml');
    await writeFile(config, `[key_value_store.default]\ntype = "redis"\nurl = "${redis}"\n`);
    cluster.config = config;
    cluster.first = await Server.start({ variables, options: ['--runtime-config-file', config] });
    cluster.hosts.push({ url: cluster.first.url });
    for (let number = 1; number < count; number += 1) {
      const host = { data: path.join(cluster.folder, `host-${number}`) };
      cluster.hosts.push(host);
      await cluster.startHost(host);
    }
    await cluster.#startProxy();
    cluster.adminToken = cluster.first.adminToken;
    return cluster;
  }

  /** One more host over the same backends, as the first one was started. */
  async startHost(host) {
    await mkdir(host.data, { recursive: true });
    await symlink(path.join(root, 'target/e2e/cache'), path.join(host.data, 'cache')).catch(() => {});
    const secrets = path.join(this.first.data, 'secrets.env');
    // Once more at the same address, where the proxy looks for it.
    const options = ['up', '--listen', host.address ?? '127.0.0.1:0', '--data', host.data, '--env-file', secrets, '--runtime-config-file', this.config, ...this.options];
    const environment = { ...this.first.environment, SPIN_VARIABLE_ADMIN_TOKEN: this.first.adminToken, ...host.environment };
    host.process = start(built('centralita'), options, { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'ignore'] });
    const lines = createInterface({ input: host.process.stdout });
    for await (const line of lines) {
      const [, url] = line.match(/^ready (http:\S+)/) ?? [];
      if (!url) continue;
      host.url = url;
      host.address = new URL(url).host;
      host.process.stdout.resume();
      return;
    }
    throw new Error('a host did not start');
  }

  /** Ends a host as a power cut would. */
  async killHost(host) {
    host.url = undefined;
    await end(host.process, 'SIGKILL');
  }

  /** Ends a host as an upgrade does; gives its exit code. */
  async endHost(host) {
    const code = await end(host.process);
    host.url = undefined;
    return code;
  }

  async stop() {
    await this.proxy?.stop();
    await Promise.all(this.hosts.map(({ process }) => process && end(process)));
    await this.first?.stop();
    await this.servers.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** The shipped proxy, which takes turns and leaves out who is not there. */
  async #startProxy() {
    this.proxy = await Proxy.start(this.hosts.map(({ url }) => url));
    this.url = this.proxy.url;
  }
}
