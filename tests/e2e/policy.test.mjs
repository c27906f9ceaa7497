// A routing policy that traps, hangs or lies harms nobody: the default decides, and an alarm says so.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, test } from 'node:test';
import { Desk } from './support/desk.mjs';
import { eventually } from './support/eventually.mjs';
import { Server, needsControl, root } from './support/server.mjs';
import { WebchatVisitor } from './support/webchat.mjs';

let server;

after(() => server?.stop());

for (const [broken, alarm] of [
  ['trap', 'the routing policy may have failed; the default decides this round'],
  ['nonsense', 'the routing policy: '],
  ['hang', 'the routing policy may have failed; the default decides this round'],
]) {
  test(`a policy with a ${broken}: the customer gets a person`, { skip: needsControl }, async () => {
    server = await Server.start({ manifest: await manifestWith(broken) });
    const luis = await Desk.login(server, 'luis');
    await luis.goOnline();
    const visitor = await WebchatVisitor.arrive(server);
    // The bot traps, too, so that the visitor is handed over at once.
    await visitor.write('Hola');
    const offer = await eventually('it rings', async () => {
      const { interactions } = await luis.get('/api/desk');
      return interactions.find(({ state }) => state === 'offered');
    }, 120_000);
    const active = await luis.answer(offer);
    await luis.send(active, 'Hola, te atiendo yo.');
    await visitor.sees('te atiendo yo');
    await eventually('the alarm is told', () => server.output.some(line => line.includes(alarm)));
    await luis.goOffline();
    await server.stop();
    server = undefined;
  });
}

/** spin.toml with a broken policy, and a bot that hands everybody over. */
async function manifestWith(broken) {
  const manifest = await readFile(path.join(root, 'spin.toml'), 'utf8');
  const folder = path.join(root, 'target/e2e');
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `policy-${broken}.toml`);
  const changed = manifest
    .replaceAll('bot-script.wasm', 'bot-trap.wasm')
    .replaceAll('policy-default.wasm', `policy-${broken}.wasm`);
  await writeFile(file, changed.replaceAll(/(source = ")target\//g, `$1${root}/target/`));
  return file;
}
