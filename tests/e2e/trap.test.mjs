// A bot that traps harms nobody: its customer gets an apology and a person.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Desk } from './support/desk.mjs';
import { eventually } from './support/eventually.mjs';
import { Server, needsControl, root } from './support/server.mjs';
import { WebchatVisitor } from './support/webchat.mjs';

let server;

before(async () => {
  if (needsControl) return;
  server = await Server.start({ manifest: await manifestWithTrappingBot() });
});

after(() => server?.stop());

test('a bot that traps: the customer gets an apology and a person', { skip: needsControl }, async () => {
  const luis = await Desk.login(server, 'luis');
  const ana = await Desk.login(server, 'ana');
  await Promise.all([luis.goOnline(), ana.goOnline()]);
  const visitor = await WebchatVisitor.arrive(server);
  await visitor.write('Hola');
  await visitor.sees('Disculpa, he tenido un problema');
  const [agent, offer] = await eventually('it rings at one of them', async () => {
    for (const desk of [luis, ana]) {
      const { interactions } = await desk.get('/api/desk');
      const ringing = interactions.find(({ state }) => state === 'offered');
      if (ringing) return [desk, ringing];
    }
  }, 60_000);
  const active = await agent.answer(offer);
  await agent.send(active, 'Hola, te atiendo yo.');
  await visitor.sees('te atiendo yo');
  await Promise.all([luis.goOffline(), ana.goOffline()]);
});

/** spin.toml with the trapping bot in the place of the demo's. */
async function manifestWithTrappingBot() {
  const manifest = await readFile(path.join(root, 'spin.toml'), 'utf8');
  const folder = path.join(root, 'target/e2e');
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, 'trap.toml');
  const trapping = manifest.replaceAll('bot-script.wasm', 'bot-trap.wasm');
  await writeFile(file, trapping.replaceAll(/(source = ")target\//g, `$1${root}/target/`));
  return file;
}
