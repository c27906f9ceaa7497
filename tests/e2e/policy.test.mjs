// A routing policy that traps, hangs or lies harms nobody: the default decides, and an alarm says so.

import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { Desk } from './support/desk.mjs';
import { eventually } from './support/eventually.mjs';
import { Server, needsControl, root } from './support/server.mjs';
import { WebchatVisitor } from './support/webchat.mjs';

/** What is wrong with each, and what the alarm says of it. */
const BROKEN = [
  ['trap', 'traps', /the routing policy may have failed; the default decides this round/],
  ['hang', 'never comes to an end', /the routing policy may have failed; the default decides this round/],
  ['nonsense', 'offers to an agent who does not exist', /the routing policy: agent nobody is no candidate; the default decides this round/],
];

for (const [policy, what, alarm] of BROKEN) {
  test(`a routing policy that ${what}: the customer gets the agent of the default`, { skip: needsControl }, async t => {
    const server = await Server.start({ manifest: await manifestWith(policy) });
    t.after(() => server.stop());
    const ana = await Desk.login(server, 'ana');
    await ana.goOnline();
    const visitor = await WebchatVisitor.arrive(server);
    await visitor.toPerson('Quiero comprar', 'Dos lámparas');
    const offer = await ana.offered(undefined, 60_000);
    // The default gives its strategy's name as the reason; none of the broken ones gives any.
    assert.equal(offer.offer.why, 'longest_idle');
    const active = await ana.answer(offer);
    await ana.send(active, 'Hola, te atiendo yo.');
    await visitor.sees('te atiendo yo');
    await eventually('the alarm is in the log', () => server.output.some(line => alarm.test(line)));
    await ana.goOffline();
  });
}

/** spin.toml with a broken policy in the place of the default. */
async function manifestWith(policy) {
  const manifest = await readFile(path.join(root, 'spin.toml'), 'utf8');
  const folder = path.join(root, 'target/e2e');
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `policy-${policy}.toml`);
  const broken = manifest.replaceAll('policy-default.wasm', `policy-${policy}.wasm`);
  assert.notEqual(broken, manifest, 'spin.toml names the default policy');
  await writeFile(file, broken.replaceAll(/(source = ")target\//g, `$1${root}/target/`));
  return file;
}
