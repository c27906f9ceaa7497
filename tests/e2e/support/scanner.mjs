// The gateway with the real clamd behind it, which knows one virus: the EICAR test file, which is none.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { built, end, start } from './program.mjs';

// In two pieces: whoever scans this folder finds nothing.
export const EICAR = Buffer.from(['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join(''));

const TOKEN = 'the scanner of the tests';

async function line(program, wanted) {
  for await (const text of createInterface({ input: program.stdout })) if (text.includes(wanted)) return text;
  throw new Error(`it ended without saying ${wanted}`);
}

export class Scanner {
  static async start() {
    const scanner = new Scanner();
    const folder = scanner.folder = await mkdtemp(path.join(tmpdir(), 'centralita-clamd-'));
    const [database, socket] = [path.join(folder, 'database'), path.join(folder, 'clamd.socket')];
    await mkdir(database);
    await writeFile(path.join(database, 'test.ndb'), `Test.Eicar:0:*:${EICAR.toString('hex')}\n`);
    await writeFile(path.join(folder, 'clamd.conf'), `Foreground yes\nLogTime no\nDatabaseDirectory ${database}\nLocalSocket ${socket}\n`);
    scanner.clamd = start('/usr/sbin/clamd', ['--config-file', path.join(folder, 'clamd.conf')], { stdio: ['ignore', 'pipe', 'inherit'] });
    await line(scanner.clamd, 'Self checking');
    scanner.options = ['--data', path.join(folder, 'gateway'), '--clamd', `unix:${socket}`];
    await scanner.run('127.0.0.1:0');
    return scanner;
  }

  async run(listen) {
    const env = { ...process.env, GATEWAY_TOKEN: TOKEN };
    this.gateway = start(built('centralita-gateway'), [...this.options, '--listen', listen], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    this.url = (await line(this.gateway, 'ready ')).split(' ')[1];
  }

  get variables() {
    return { scanner_url: `${this.url}/scan`, scanner_host: this.url, scanner_token: TOKEN };
  }

  goAway = () => end(this.gateway);
  comeBack = () => this.run(new URL(this.url).host);

  async stop() {
    await end(this.gateway);
    await end(this.clamd);
    await rm(this.folder, { recursive: true, force: true });
  }
}
