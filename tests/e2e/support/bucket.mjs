// An S3 server over a folder, which a test can take away and bring back.

import { mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { built, end, start } from './program.mjs';

const BUCKET = 'center';

export class Bucket {
  static async start() {
    const bucket = new Bucket();
    bucket.folder = await mkdtemp(path.join(tmpdir(), 'centralita-bucket-'));
    await mkdir(path.join(bucket.folder, BUCKET));
    await bucket.run('127.0.0.1:0');
    return bucket;
  }

  async run(listen) {
    this.process = start(built('test-bucket'), [this.folder, '--listen', listen], { stdio: ['pipe', 'pipe', 'inherit'] });
    const { value } = await createInterface({ input: this.process.stdout })[Symbol.asyncIterator]().next();
    this.url = value;
  }

  /** The variables of a center that keeps its files here. */
  get variables() {
    return { s3_url: `${this.url}/${BUCKET}`, s3_host: this.url, s3_access_key: 'test', s3_secret_key: 'test-secret' };
  }

  /** The bytes under `key`, or `undefined`. */
  object = key => readFile(path.join(this.folder, BUCKET, key)).catch(() => undefined);
  keys = async () => (await readdir(path.join(this.folder, BUCKET))).filter(name => !name.startsWith('.'));

  goAway = () => end(this.process);
  comeBack = () => this.run(new URL(this.url).host);

  async stop() {
    await end(this.process);
    await rm(this.folder, { recursive: true, force: true });
  }
}
