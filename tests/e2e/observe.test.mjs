// What whoever runs a center sees of it: one message's way as a trace, figures, and a log that says
// nothing that people wrote.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Collector } from './support/collector.mjs';
import { Desk } from './support/desk.mjs';
import { eventually } from './support/eventually.mjs';
import { Graph } from './support/graph.mjs';
import { Server, needsControl } from './support/server.mjs';
import { ACCESS_TOKEN, APP_SECRET, Customer, VERIFY_TOKEN, configure, post } from './support/whatsapp.mjs';

const SAID = 'el-canario-canta';

let collector;
let graph;
let server;
let luis;

before(async () => {
  if (needsControl) return;
  collector = await Collector.start();
  graph = await Graph.start();
  const { environment } = collector;
  server = await Server.start({ variables: { graph_base_url: graph.url }, environment, options: ['--', '--log-format', 'json'] });
  await configure(server);
  luis = await Desk.login(server, 'luis');
  await luis.goOnline();
});

after(async () => {
  await luis?.goOffline();
  await server?.stop();
  await graph?.stop();
  await collector?.stop();
});

/** The whole trace that ends with this thing on a desk and passes `test`. */
const traceTo = (id, test = () => true) => eventually(`a trace to ${id} is complete`, () => {
  const shown = collector.spans.filter(({ name, attributes }) => name === 'tell desks' && attributes.id === id);
  return shown.map(({ traceId }) => collector.trace(traceId)).find(trace => isWhole(trace) && test(componentsOf(trace)));
});

/** One beginning, and no span whose parent is missing. */
const isWhole = trace => {
  const known = new Set(trace.map(({ spanId }) => spanId));
  const begins = trace.filter(({ parentSpanId }) => !known.has(parentSpanId));
  return begins.length === 1 && !begins[0].parentSpanId;
};

const componentsOf = trace => new Set(trace.map(({ attributes }) => attributes['centralita.component']));
const rootOf = trace => trace.find(({ parentSpanId }) => !parentSpanId);

test('one trace leads from the webhook over bot and router to the desk', { skip: needsControl }, async () => {
  const vera = new Customer(server, { phone: '34600222001', name: 'Vera Montes' });
  const offer = await vera.toPerson(graph, luis, `La factura, ${SAID}`);
  const offered = await traceTo(offer.id, components => components.has('router'));
  assert.equal(rootOf(offered).name, 'POST /webhooks/whatsapp/...');
  for (const component of ['channel-whatsapp', 'flow', 'router', 'desk-events']) {
    assert.ok(componentsOf(offered).has(component), `${component} among ${[...componentsOf(offered)]}`);
  }
  const { startMs: begin } = rootOf(offered);
  for (const { startMs, endMs } of offered) assert.ok(begin - 1 <= startMs && startMs <= endMs);
  const cpu = offered.reduce((sum, { attributes }) => sum + Number(attributes['centralita.cpu_seconds'] ?? 0), 0);
  assert.ok(cpu > 0, 'the trace says what the message cost');

  const active = await luis.answer(offer);
  await vera.post(vera.text(`Una cosa más, ${SAID}`));
  const message = await eventually('the agent sees it', async () =>
    (await luis.messages(active.conversation_id)).find(({ text }) => text?.startsWith('Una cosa más')));
  const told = await traceTo(message.id);
  assert.equal(rootOf(told).name, 'POST /webhooks/whatsapp/...');
  assert.notEqual(rootOf(told).traceId, rootOf(offered).traceId);
  assert.ok(!JSON.stringify(collector.spans).includes(SAID));
  await luis.close(active);
});

test('figures are for the bearer of a token, and speak of the center and of the host', { skip: needsControl }, async () => {
  const secrets = await readFile(path.join(server.data, 'secrets.env'), 'utf8');
  const [, token] = secrets.match(/^SPIN_VARIABLE_METRICS_TOKEN=(.+)$/m);
  const ask = async bearer => {
    const response = await fetch(`${server.url}/metrics`, { headers: bearer && { authorization: `Bearer ${bearer}` } });
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  };
  assert.equal((await ask()).status, 401);
  assert.equal((await ask(luis.token)).status, 401, 'an agent does not collect');
  const { status, type, text } = await ask(token);
  assert.equal(status, 200);
  assert.match(type, /^application\/openmetrics-text/);
  assert.match(text, /^centralita_agents\{status="available"\} 1$/m);
  assert.match(text, /^centralita_database_up 1$/m);
  assert.match(text, /^centralita_requests_total\{component="channel-whatsapp",status="2xx"\} [1-9]/m);
  assert.match(text, /^centralita_guest_cpu_seconds_total\{component="flow"\} 0*\.?\d/m);
  assert.match(text, /^process_cpu_seconds_total /m);
  assert.ok(text.endsWith('# EOF\n') && text.indexOf('# EOF') === text.length - 6);
});

test('the log tells what goes wrong, in JSON, and nothing that people wrote or that is secret', { skip: needsControl }, async () => {
  const nora = new Customer(server, { phone: '34600222002', name: 'Nora Campos' });
  const active = await luis.answer(await nora.toPerson(graph, luis, `Otra factura, ${SAID}`));
  graph.fail(401, 190, `the token is not good for ${SAID}`);
  await luis.send(active, `Hola, ${SAID}`);
  const lines = () => server.output.filter(line => line.startsWith('{')).map(line => JSON.parse(line));
  const alarm = await eventually('the refused token raises an alarm', () =>
    lines().find(({ level, message }) => level === 'ERROR' && message?.includes('The provider refuses the account')));
  assert.equal(alarm.component, 'channel-whatsapp');
  assert.match(alarm.trace_id, /^[0-9a-f]{32}$/);
  await eventually('it leads to its trace', () => collector.trace(alarm.trace_id).length > 0);
  graph.accept();
  assert.equal(await post(server, `{"${SAID}": [`), 200);
  await luis.close(active);

  const said = server.output.join('\n') + JSON.stringify(collector.spans);
  const secrets = await readFile(path.join(server.data, 'secrets.env'), 'utf8');
  const values = secrets.match(/(?<==).+$/gm);
  for (const secret of [SAID, APP_SECRET, ACCESS_TOKEN, VERIFY_TOKEN, luis.token, server.adminToken, ...values, nora.phone]) {
    assert.ok(!said.includes(secret), `${secret.slice(0, 8)}… is said`);
  }
});
