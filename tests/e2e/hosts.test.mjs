// Three hosts on one PostgreSQL and one Redis, all at the same work: nothing happens twice, nothing is
// lost, and nobody has more than they can do, also when one of them dies.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Cluster, needsPostgres } from './support/cluster.mjs';
import { Desk } from './support/desk.mjs';
import { eventually } from './support/eventually.mjs';
import { Graph } from './support/graph.mjs';
import { needsControl, psql } from './support/server.mjs';
import { ACCOUNT, Customer, configure, post, wamid } from './support/whatsapp.mjs';

const CUSTOMERS = 90;
/** Requests that may fail when a host dies without notice: those it was at. */
const FAILED_MAX = 10;
const AGENTS = ['ana', 'luis', 'carmen'];
const skip = needsControl || needsPostgres;

let graph;
let cluster;

before(async () => {
  if (skip) return;
  graph = await Graph.start();
  cluster = await Cluster.start(3, { variables: { graph_base_url: graph.url } });
  await configure(cluster);
  const admin = Desk.admin(cluster);
  const account = await admin.get(`/api/accounts/${ACCOUNT}`);
  await admin.put(`/api/accounts/${ACCOUNT}`, { ...account, bot: false });
});

after(async () => {
  await cluster?.stop();
  await graph?.stop();
});

/** As a provider does: again and again until somebody says 200, and now and then twice. */
async function deliver(customer) {
  const body = customer.text('Hola', wamid());
  const once = async () => {
    while (await post(cluster, body).catch(() => 0) !== 200) await new Promise(resolve => setTimeout(resolve, 50));
  };
  await Promise.all([once(), ...(Math.random() < 0.3 ? [once()] : [])]);
}

/** An agent who answers whatever rings, says one word and closes, until nobody is left. */
async function serve(login, isOver) {
  const desk = await Desk.login(cluster, login);
  const streaming = (async () => {
    while (!isOver()) {
      await desk.goOnline().catch(() => {});
      await desk.streamEnded?.catch(() => {});
    }
  })();
  while (!isOver()) {
    const { interactions } = await desk.get('/api/desk').catch(() => ({ interactions: [] }));
    for (const interaction of interactions) {
      const work = async () => {
        if (interaction.state === 'offered') await desk.answer(interaction);
        if (interaction.state === 'active') {
          // The same id however often it is tried: the interaction's.
          await desk.send(interaction, 'Listo', `once-${interaction.id}`);
          await desk.post(`/api/interactions/${interaction.id}/wrap-up`);
        }
        if (interaction.state === 'wrap_up') await desk.post(`/api/interactions/${interaction.id}/dispose`, { disposition: 'resuelto' });
      };
      // A host may die under it, or the offer is over: what is so shows in the next look.
      await work().catch(() => {});
    }
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  desk.closing?.abort();
  await streaming;
}

test('three hosts, one of which dies in the middle', { skip }, async t => {
  const database = cluster.first.environment.SPIN_VARIABLE_DATABASE_URL;
  const ask = statement => psql(database, statement);
  const overfull = [];
  let over = false;
  const agents = AGENTS.map(login => serve(login, () => over));
  const customers = Array.from({ length: CUSTOMERS }, (_, number) =>
    new Customer(cluster, { phone: `3460000${1000 + number}`, name: `Cliente ${number}` }));
  const delivered = customers.map(async (customer, number) => {
    await new Promise(resolve => setTimeout(resolve, number * 20));
    await deliver(customer);
  });
  const watch = (async () => {
    while (!over) {
      const rows = ask(`SELECT a.id, COUNT(*) FROM interaction i JOIN agent a ON a.id = i.agent_id
        WHERE i.state IN ('offered', 'active', 'wrap_up') GROUP BY a.id, a.chats_max HAVING COUNT(*) > a.chats_max`);
      if (rows) overfull.push(rows);
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  })();
  const closed = () => Number(ask("SELECT COUNT(*) FROM interaction WHERE state = 'disposed'"));
  try {
    await eventually('a third is served', () => closed() >= CUSTOMERS / 3, 120_000);
    const [, , victim] = cluster.hosts;
    await cluster.killHost(victim);
    await eventually('two thirds are served', () => closed() >= (2 * CUSTOMERS) / 3, 120_000);
    await cluster.startHost(victim);
    await Promise.all(delivered);
    await eventually('everybody is served', () => closed() >= CUSTOMERS, 120_000);
    await eventually('nothing is left to do', () => ask("SELECT COUNT(*) FROM due_work WHERE due_at_ms <= EXTRACT(EPOCH FROM now()) * 1000") === '0', 60_000);
  } finally {
    over = true;
    await Promise.allSettled([...agents, watch]);
  }
  // What was in flight when it died, and nothing once the proxy had noticed.
  const { errors, failedAttempts } = cluster.proxy;
  t.diagnostic(`attempts at a host that failed: ${failedAttempts}; requests that heard of it: ${errors.length}`);
  assert.ok(errors.length <= FAILED_MAX, errors.join('\n'));
  assert.deepEqual(overfull, [], 'nobody had more than they can do');
  assert.equal(ask("SELECT COUNT(*) || ' ' || COUNT(DISTINCT provider_id) FROM message WHERE direction = 'in'"), `${CUSTOMERS} ${CUSTOMERS}`);
  assert.equal(ask('SELECT COUNT(*) FROM interaction'), String(CUSTOMERS));
  assert.equal(ask("SELECT COUNT(*) FROM webhook WHERE state <> 'digested'"), '0');
  const sent = ask("SELECT COUNT(*) FROM message WHERE direction = 'out' AND status IN ('sent', 'delivered', 'read')");
  const unknown = ask("SELECT COUNT(*) FROM message WHERE direction = 'out' AND status = 'unknown'");
  assert.equal(Number(sent) + Number(unknown), CUSTOMERS, 'one answer for each, and of each it is known what is known');
  for (const { phone } of customers) {
    const answers = graph.sentTo(phone).length;
    assert.ok(answers <= 1, `${phone} got ${answers} answers`);
  }
  assert.ok(graph.accepted.length >= Number(sent));
});
