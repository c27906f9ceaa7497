// A center is brought to a new version while people write and work: its hosts end and start one after
// another behind the proxy that is shipped, and nobody is turned away. And a dump of its database, made
// while it runs, is a center again.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Cluster, needsPostgres } from './support/cluster.mjs';
import { Desk } from './support/desk.mjs';
import { eventually } from './support/eventually.mjs';
import { Graph } from './support/graph.mjs';
import { Proxy } from './support/proxy.mjs';
import { needsControl, psql } from './support/server.mjs';
import { WebchatVisitor } from './support/webchat.mjs';
import { ACCOUNT, Customer, configure, signature } from './support/whatsapp.mjs';

// What the guide says.
const SHUTDOWN_DELAY_MS = 3000;
const WEBHOOK_EVERY_MS = 100;
/** Generous, since a test may run on a busy machine. */
const STREAM_AWAY_MS_MAX = 15_000;
const skip = needsControl || needsPostgres;
const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

let graph;
let cluster;
/** The hosts that are upgraded. The first of the cluster has set it up, and serves the shop. */
let hosts;
let proxy;
let center;

before(async () => {
  if (skip) return;
  graph = await Graph.start();
  const options = ['--shutdown-delay', String(SHUTDOWN_DELAY_MS)];
  cluster = await Cluster.start(4, { variables: { graph_base_url: graph.url }, options });
  hosts = cluster.hosts.slice(1);
  proxy = await Proxy.start(hosts.map(({ url }) => url));
  center = { url: proxy.url, adminToken: cluster.adminToken };
  await configure(center);
});

after(async () => {
  await proxy?.stop();
  await cluster?.stop();
  await graph?.stop();
});

/** Calls `ask` at a steady pace, whether earlier calls were answered or not, until it is told to stop. */
class Load {
  sent = 0;
  /** Answers 503 of the center itself, on a machine too busy for the load: then a provider asks again. */
  putOff = 0;
  failures = [];
  #over = false;

  constructor(everyMs, ask) {
    this.ended = this.#run(everyMs, ask);
  }

  async #run(everyMs, ask) {
    const asked = [];
    while (!this.#over) {
      const number = (this.sent += 1);
      asked.push(this.#send(number, ask));
      await pause(everyMs);
    }
    await Promise.all(asked);
  }

  async #send(number, ask) {
    try {
      await ask(number);
    } catch (error) {
      const why = error.cause?.message ?? error.message;
      // That the proxy had nobody to ask is 503, too; but then it is among the proxy's errors.
      if (!/\b503\b/.test(why)) return this.failures.push(`${number}: ${why}`);
      this.putOff += 1;
      await pause(500);
      return this.#send(number, ask);
    }
  }

  async stop() {
    this.#over = true;
    await this.ended;
  }
}

const webhooks = run =>
  new Load(WEBHOOK_EVERY_MS, async number => {
    const customer = new Customer(center, { phone: `34611${String(100_000 + (number % 50))}`, name: `Cliente ${number % 50}` });
    const body = customer.text(`Mensaje ${number}`, `wamid.${run}.${number}`);
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signature(body) };
    const answer = await fetch(`${center.url}/webhooks/whatsapp/${ACCOUNT}`, { method: 'POST', headers, body });
    assert.ok(answer.ok, `${answer.status} ${await answer.text()}`);
  });

/** An agent whose desk opens its event stream again whenever it ends. */
async function work(login, isOver) {
  const desk = await Desk.login(center, login);
  const seen = { streams: 0, gapMsMax: 0 };
  while (!isOver()) {
    const began = Date.now();
    await desk.goOnline();
    if (seen.streams > 0) seen.gapMsMax = Math.max(seen.gapMsMax, Date.now() - began);
    seen.streams += 1;
    await Promise.race([desk.streamEnded, eventually('the end', isOver, 600_000)]);
  }
  desk.closing.abort();
  return seen;
}

test('hosts are replaced one after another and nobody is turned away', { skip }, async t => {
  const ask = statement => psql(cluster.first.environment.SPIN_VARIABLE_DATABASE_URL, statement);
  const before = Number(ask("SELECT COUNT(*) FROM message WHERE direction = 'in'"));
  const supervisor = await Desk.login(center, 'marta');
  const visitor = await WebchatVisitor.arrive(center);
  let over = false;
  const agents = ['ana', 'luis', 'carmen'].map(login => work(login, () => over));
  const loads = {
    webhooks: webhooks('upgrade'),
    looks: new Load(50, () => supervisor.get('/api/desk')),
    chats: new Load(500, async number =>
      assert.equal(await visitor.post({ kind: 'message', text: `Línea ${number}`, client_id: `upgrade-${number}` }), 200)),
    // A page of the desk, as a browser loads it.
    pages: new Load(100, async () => assert.equal((await fetch(`${center.url}/desk/`)).status, 200)),
  };
  try {
    await pause(1000);
    for (const host of hosts) {
      assert.equal(await cluster.endHost(host), 0, 'it ended in an orderly way');
      await cluster.startHost(host);
      // Until the proxy has seen that it is there again, and a little work.
      await pause(2000);
    }
  } finally {
    await Promise.all(Object.values(loads).map(load => load.stop()));
    over = true;
  }
  const desks = await Promise.all(agents);
  for (const [name, { sent, putOff, failures }] of Object.entries(loads)) t.diagnostic(`${name}: ${sent} sent, ${putOff} put off, ${failures.length} failed`);
  t.diagnostic(`attempts at a host that failed: ${proxy.failedAttempts}`);
  t.diagnostic(`event streams: ${desks.map(({ streams, gapMsMax }) => `${streams} (${gapMsMax} ms)`).join(', ')}`);
  assert.deepEqual(proxy.errors, []);
  for (const [name, { failures }] of Object.entries(loads)) assert.deepEqual(failures, [], name);
  for (const { streams, gapMsMax } of desks) {
    assert.ok(1 < streams, 'its stream ended with its host and came back');
    assert.ok(gapMsMax < STREAM_AWAY_MS_MAX, `an event stream was away for ${gapMsMax} ms`);
  }
  const { sent } = loads.webhooks;
  await eventually('every message is stored', () =>
    Number(ask("SELECT COUNT(*) FROM message WHERE direction = 'in'")) === before + sent + loads.chats.sent, 180_000);
});

test('a dump made while the center runs is a center that goes on', { skip }, async t => {
  const database = cluster.first.environment.SPIN_VARIABLE_DATABASE_URL;
  const load = webhooks('dump');
  await eventually('something is under way', () => load.sent > 20);
  const acknowledged = webhooksIn(database);
  const dump = path.join(cluster.folder, 'center.dump');
  run('pg_dump', ['--format=custom', '--file', dump, database]);
  await load.stop();
  assert.deepEqual(load.failures, []);

  const restored = new URL(database);
  restored.pathname = `${restored.pathname}_restored`;
  psql(database, `CREATE DATABASE ${restored.pathname.slice(1)}`);
  run('pg_restore', ['--exit-on-error', '--no-owner', '--dbname', restored.href, dump]);
  const kept = webhooksIn(restored.href);
  t.diagnostic(`webhooks: ${acknowledged} before the dump, ${kept} in it, ${webhooksIn(database)} in the end`);
  assert.ok(acknowledged <= kept, 'what was acknowledged before the dump is in it');

  const host = { data: path.join(cluster.folder, 'restored'), environment: { SPIN_VARIABLE_DATABASE_URL: restored.href } };
  await cluster.startHost(host);
  try {
    const { url } = host;
    const ana = await Desk.login({ url }, 'ana');
    assert.equal((await ana.get('/api/me')).login, 'ana');
    // Sealed secrets open: a signed webhook is believed, and the answer is sent with the account's token.
    const customer = new Customer({ url }, { phone: '34622000001', name: 'Después' });
    assert.equal(await customer.post(customer.text('Hola')), 200);
    await eventually('the customer is answered', () => graph.sentTo('34622000001').length > 0, 60_000);
    await eventually('what the dump held undone is done', () =>
      psql(restored.href, "SELECT COUNT(*) FROM webhook WHERE state = 'received'") === '0', 180_000);
    assert.equal(psql(restored.href, `SELECT COUNT(*) FROM message WHERE direction = 'in' AND account_id = '${ACCOUNT}'`), String(kept + 1));
  } finally {
    await cluster.endHost(host);
  }
});

const webhooksIn = database => Number(psql(database, `SELECT COUNT(*) FROM webhook WHERE account_id = '${ACCOUNT}'`));

function run(program, options) {
  const { status, error, stderr } = spawnSync(program, options, { encoding: 'utf8' });
  assert.equal(status, 0, `${program}: ${error ?? stderr}`);
}
