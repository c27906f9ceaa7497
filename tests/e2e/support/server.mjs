// The system under test: `cargo xtask up --demo` with the real components, on a free port and a
// fresh data folder; or a server that already runs, when CENTRALITA_URL names one.

import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { LibSql } from './libsql.mjs';
import { built, end, start } from './program.mjs';

export const root = path.resolve(fileURLToPath(import.meta.url), '../../../..');
const READY_MS = 120_000;

/** Why a test that controls the server is skipped, or false. */
export const needsControl = process.env.CENTRALITA_URL ? 'needs a server of its own' : false;

/** What PostgreSQL says to `statement`, one line a row, columns between bars. */
export function psql(database, statement) {
  const told = spawnSync('psql', [database, '--quiet', '--no-align', '--tuples-only', '--command', statement], { encoding: 'utf8' });
  if (told.status !== 0) throw new Error(`psql: ${told.error ?? told.stderr}`);
  return told.stdout.trim();
}

/** Everything is stored on a libSQL server, which each server under test has of its own. */
export const onLibSql = process.env.CENTRALITA_TEST_DATABASE === 'libsql';

/** Variables that lead to a new database, where CENTRALITA_TEST_DATABASE names a PostgreSQL. */
function databaseOfItsOwn() {
  const { CENTRALITA_TEST_DATABASE: postgres } = process.env;
  if (!postgres || onLibSql) return {};
  const name = `e2e_${crypto.randomUUID().replaceAll('-', '')}`;
  psql(postgres, `CREATE DATABASE ${name}`);
  const url = new URL(postgres);
  url.pathname = name;
  return { database_url: url.href, database_host: url.host };
}

export class Server {
  /** `variables` are the app's, e.g. `{ graph_base_url }`; `manifest` replaces spin.toml; `options` are for `up`, `environment` is for all. */
  static async start({ variables = {}, manifest, options = [], environment = {} } = {}) {
    if (process.env.CENTRALITA_URL) {
      const token = process.env.CENTRALITA_ADMIN_TOKEN;
      if (!token) throw new Error('say the admin token in CENTRALITA_ADMIN_TOKEN');
      return Object.assign(new Server(), { url: process.env.CENTRALITA_URL.replace(/\/$/, ''), adminToken: token });
    }
    const server = new Server();
    server.data = await mkdtemp(path.join(tmpdir(), 'centralita-e2e-'));
    // Compiled components are the same for every server: the second one starts warm.
    const cache = path.join(root, 'target/e2e/cache');
    await mkdir(cache, { recursive: true });
    await symlink(cache, path.join(server.data, 'cache'));
    server.adminToken = 'e2e-admin-token';
    server.environment = { ...process.env, ...environment };
    if (!variables.database_url) variables = { ...databaseOfItsOwn(), ...variables };
    for (const [name, value] of Object.entries(variables)) {
      server.environment[`SPIN_VARIABLE_${name.toUpperCase()}`] = value;
    }
    if (onLibSql) {
      server.libsql = await LibSql.start(server.data);
      options = [...options, '--runtime-config-file', server.libsql.config];
    }
    Object.assign(server, { manifest, options });
    await server.run('127.0.0.1:0').catch(async error => {
      await server.libsql?.stop();
      throw error;
    });
    return server;
  }

  async run(listen) {
    const options = ['up', '--no-build', '--demo', '--listen', listen, '--data', this.data, '--admin-token', this.adminToken, ...this.options];
    if (this.manifest) options.push('--manifest', this.manifest);
    this.output = [];
    const began = Date.now();
    const { CENTRALITA_XTASK: xtask = built('xtask') } = process.env;
    this.process = start(xtask, options, { cwd: root, env: this.environment, stdio: ['ignore', 'pipe', 'pipe'] });
    this.url = await new Promise((resolve, reject) => {
      const fail = why => reject(new Error(`${why}\n${this.output.join('\n')}`));
      const timer = setTimeout(() => fail(`not ready within ${READY_MS} ms`), READY_MS);
      this.process.ended.then(code => fail(`the server ended with ${code}`));
      createInterface({ input: this.process.stderr }).on('line', line => this.output.push(line));
      createInterface({ input: this.process.stdout }).on('line', line => {
        this.output.push(line);
        const [, host] = line.match(/^started centralita as process (\d+)/) ?? [];
        if (host) this.hostProcess = Number(host);
        const [, url] = line.match(/^ready (http:\S+)/) ?? [];
        if (url) {
          clearTimeout(timer);
          resolve(url);
        }
      });
    });
    this.startedInMs = Date.now() - began;
  }

  /** Ends the host as a power cut would. Everything else that `up` started ends with it. */
  async kill() {
    process.kill(this.hostProcess, 'SIGKILL');
    await this.process.ended;
  }

  /** Starts again over the same data and at the same address. */
  async restart() {
    await this.run(new URL(this.url).host);
  }

  async stop() {
    if (!this.process) return;
    await end(this.process);
    await this.libsql?.stop();
    await rm(this.data, { recursive: true, force: true });
  }
}
