// PostgreSQL or Redis goes away in the middle of conversations and comes back: nothing that was
// acknowledged is lost, nothing happens twice, and screens go on without a reload.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { Agent, Visitor, launch } from './support/browser.mjs';
import { Cluster, needsPostgres } from './support/cluster.mjs';
import { Desk } from './support/desk.mjs';
import { eventually } from './support/eventually.mjs';
import { Graph } from './support/graph.mjs';
import { needsControl, psql } from './support/server.mjs';
import { WebchatVisitor } from './support/webchat.mjs';
import { Customer, configure, post, wamid } from './support/whatsapp.mjs';

const AWAY_MS = 3000;
/** A browser that lost its server asks again after 15 s at the latest. */
const BACK_MS = 40_000;
const skip = needsControl || needsPostgres;
const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

let graph;
let cluster;
let browser;

before(async () => {
  if (skip) return;
  graph = await Graph.start();
  cluster = await Cluster.start(2, { variables: { graph_base_url: graph.url }, ownPostgres: true });
  await configure(cluster);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await cluster?.stop();
  await graph?.stop();
});

const ask = statement => psql(cluster.servers.urls.postgres, statement);

/** A customer whose provider brings each message until somebody says 200. */
class Writer {
  statuses = new Set();
  acknowledged = [];

  constructor(phone, name) {
    this.customer = new Customer(cluster, { phone, name });
  }

  async write(text) {
    const body = this.customer.text(text, wamid());
    for (;;) {
      const status = await post(cluster, body).catch(() => 0);
      this.statuses.add(status);
      if (status === 200) break;
      await pause(100);
    }
    this.acknowledged.push(text);
  }

  /** To a person who does bills: that is Luis. */
  async toLuis(luis) {
    const { phone } = this.customer;
    await this.write('Hola');
    await eventually('the bot greets', () => graph.sentTo(phone).length >= 2);
    await this.write('persona');
    await eventually('the bot asks', () => graph.sentTo(phone).length >= 3);
    await this.write('Una factura');
    return luis.answer(await luis.offered(({ contact }) => contact.name === this.customer.name));
  }

  /** Writes on and on; returns when the writing is over. */
  async keepWriting(words, isOver) {
    for (let number = 1; !isOver(); number += 1) {
      await this.write(`${words} ${number}`);
      await pause(100);
    }
  }

  /** No provider was told that something is kept which is not, nor that it need not come again. */
  isKept() {
    const { phone } = this.customer;
    for (const status of this.statuses) assert.ok(status === 200 || status === 0 || status >= 500, `a provider was told ${status}`);
    const stored = ask(`SELECT m.content FROM message m JOIN conversation c ON c.id = m.conversation_id
      WHERE m.direction = 'in' AND c.value LIKE '%${phone}' ORDER BY m.seq`);
    const texts = stored.split('\n').map(content => JSON.parse(content).text);
    assert.deepEqual(texts.sort(), [...this.acknowledged].sort());
  }
}

/** Every text was told to the desk's stream, which nobody had to load anew. */
const toldAll = (desk, texts) => eventually('the stream told everything', () => {
  const told = new Set(desk.events.filter(({ event }) => event === 'message').map(({ data }) => data.message.text));
  assert.deepEqual(texts.filter(text => !told.has(text)), []);
  assert.ok(!desk.events.some(({ event }) => event === 'resync'));
  return true;
}, BACK_MS);

const nothingWaits = () => eventually('nothing is left to do', () => {
  assert.equal(ask('SELECT COUNT(*) FROM due_work WHERE due_at_ms <= EXTRACT(EPOCH FROM now()) * 1000'), '0');
  assert.equal(ask("SELECT COUNT(*) FROM webhook WHERE state <> 'digested'"), '0');
  assert.equal(ask("SELECT COUNT(*) FROM message WHERE direction = 'out' AND status = 'sending'"), '0');
  return true;
}, 60_000);

test('PostgreSQL crashes in the middle of conversations: what was written meanwhile arrives once, and screens go on', { skip }, async () => {
  const luis = await Desk.login(cluster, 'luis');
  await luis.follow();
  const writer = new Writer('34600333001', 'Berta Gil');
  const bill = await writer.toLuis(luis);
  const ana = await Agent.arrive(browser, cluster, 'ana');
  await ana.becomeAvailable();
  const visitor = await Visitor.arrive(browser, cluster);
  await visitor.open();
  await visitor.write('Hola');
  await visitor.sees('¿En qué te puedo ayudar?');
  await visitor.askForPerson('Quiero comprar dos lámparas');
  await ana.at('offer-answer').first().click();
  await ana.sees('comprar dos lámparas');
  for (const page of [ana.page, visitor.page]) await page.evaluate(() => { window.neverReloaded = true; });

  let over = false;
  const writing = writer.keepWriting('Y otra factura', () => over);
  await cluster.servers.tell('kill postgres');
  await visitor.write('¿Siguen ahí?');
  await ana.say('Un momento, por favor.');
  const clientId = crypto.randomUUID();
  const answering = eventually('the answer is taken', () => luis.send(bill, 'Te la mando.', clientId), BACK_MS);
  await pause(AWAY_MS);
  await cluster.servers.tell('start postgres');
  await answering;
  await pause(1000);
  over = true;
  await writing;

  await ana.at('message').filter({ hasText: '¿Siguen ahí?' }).last().waitFor({ timeout: BACK_MS });
  await visitor.page.locator('centralita-chat .bubble', { hasText: 'Un momento' }).last().waitFor({ timeout: BACK_MS });
  await toldAll(luis, writer.acknowledged.filter(text => text.startsWith('Y otra')));
  await eventually('the answer is delivered', () => graph.sentTo(writer.customer.phone).some(({ body }) => body.text?.body === 'Te la mando.'), BACK_MS);
  for (const page of [ana.page, visitor.page]) {
    assert.equal(await page.evaluate(() => window.neverReloaded), true);
    assert.deepEqual(page.problems, []);
  }
  await nothingWaits();
  writer.isKept();
  assert.ok([...writer.statuses].some(status => status >= 500), 'it was away while the customer wrote');
  const said = graph.sentTo(writer.customer.phone).map(({ body }) => body.biz_opaque_callback_data);
  assert.equal(new Set(said).size, said.length, 'nothing was delivered twice');
  for (const text of ['¿Siguen ahí?', 'Un momento, por favor.']) {
    assert.equal((await visitor.bubbles()).filter(bubble => bubble.includes(text)).length, 1, text);
  }
  await luis.close(bill);
  await luis.goOffline();
  await ana.page.close();
  await visitor.page.close();
});

test('PostgreSQL is restarted while a customer writes: no stream misses a word', { skip }, async () => {
  const luis = await Desk.login(cluster, 'luis');
  await luis.follow();
  const writer = new Writer('34600333002', 'Nora Paz');
  const bill = await writer.toLuis(luis);
  let over = false;
  const writing = writer.keepWriting('Sigo escribiendo', () => over);
  for (let restarts = 0; restarts < 3; restarts += 1) {
    await pause(1000);
    await cluster.servers.tell('restart postgres');
  }
  await pause(1000);
  over = true;
  await writing;
  await toldAll(luis, writer.acknowledged.filter(text => text.startsWith('Sigo')));
  await nothingWaits();
  writer.isKept();
  await luis.close(bill);
  await luis.goOffline();
});

test('Redis is away: customers notice nothing, agents wait, and when it has forgotten everything they log in again', { skip }, async () => {
  const luis = await Desk.login(cluster, 'luis');
  await luis.follow();
  const before = new Writer('34600333003', 'Olga Mar');
  const bill = await before.toLuis(luis);
  await cluster.servers.tell('kill redis');
  await assert.rejects(luis.get('/api/me'), /503/, 'the session is not over: it cannot be looked up now');
  const meanwhile = new Writer('34600333004', 'Pia Sol');
  await meanwhile.write('Hola');
  await eventually('the bot greets', () => graph.sentTo('34600333004').length >= 2, 30_000);
  await meanwhile.write('persona');
  await eventually('the bot asks', () => graph.sentTo('34600333004').length >= 3, 30_000);
  await meanwhile.write('Una factura');
  await before.write('¿Hola?');
  assert.deepEqual([...meanwhile.statuses, ...before.statuses].filter(status => status !== 200), []);

  await cluster.servers.tell('start redis');
  await eventually('the agent goes on', () => luis.get('/api/me'), BACK_MS);
  await toldAll(luis, ['¿Hola?']);
  const waited = await luis.offered(({ contact }) => contact.name === 'Pia Sol', BACK_MS);
  await luis.answer(waited);

  await forget(cluster.servers.urls.redis);
  await assert.rejects(luis.get('/api/me'), /401/);
  // Whoever was logged out follows nothing any more, whether the stream knows it yet or not.
  luis.closing.abort();
  const again = await Desk.login(cluster, 'luis');
  const { interactions } = await again.get('/api/desk');
  assert.deepEqual(interactions.map(({ id, state }) => `${id} ${state}`).sort(), [bill, waited].map(({ id }) => `${id} active`).sort());
  await again.send(bill, 'Sigo aquí.');
  await eventually('it is delivered', () => graph.sentTo('34600333003').some(({ body }) => body.text?.body === 'Sigo aquí.'));
  for (const one of [bill, waited]) await again.close(one);
  await again.goOffline();
  await nothingWaits();
});

test('fifty visitors with open streams on one host keep nobody from the database', { skip }, async () => {
  const closing = new AbortController();
  const host = cluster.first;
  const visitors = await Promise.all(Array.from({ length: 50 }, () => WebchatVisitor.arrive(host)));
  const streams = visitors.map(async ({ token }) => {
    const headers = { authorization: `Bearer ${token}`, origin: host.url };
    const response = await fetch(`${host.url}/webchat/demo/events?since=0`, { headers, signal: closing.signal });
    assert.equal(response.status, 200);
    return response.body;
  });
  await Promise.all(streams);
  await pause(1000);
  const began = Date.now();
  await Promise.all(visitors.map(visitor => visitor.write('Hola')));
  await Promise.all(visitors.map(visitor => visitor.sees('Soy Lumi')));
  assert.ok(Date.now() - began < 20_000);
  closing.abort();
});

/** Redis as it is after a machine was replaced. */
async function forget(url) {
  const { hostname, port } = new URL(url);
  await new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.end('FLUSHALL\r\nQUIT\r\n'));
    socket.on('error', reject).on('close', resolve).resume();
  });
}
