// WhatsApp: signed webhooks in, checked Graph API calls out, statuses back.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk } from './support/desk.mjs';
import { eventually } from './support/eventually.mjs';
import { Graph } from './support/graph.mjs';
import { Server, needsControl } from './support/server.mjs';
import { WebchatVisitor } from './support/webchat.mjs';
import { ACCOUNT, Customer, VERIFY_TOKEN, configure } from './support/whatsapp.mjs';

const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

let graph;
let server;
let luis;

before(async () => {
  if (needsControl) return;
  graph = await Graph.start();
  server = await Server.start({ variables: { graph_base_url: graph.url } });
  await configure(server);
  luis = await Desk.login(server, 'luis');
  await luis.goOnline();
});

after(async () => {
  await luis?.goOffline();
  await server?.stop();
  await graph?.stop();
});

test('Meta verifies the webhook by its token, and nobody else does', { skip: needsControl }, async () => {
  const ask = token =>
    fetch(`${server.url}/webhooks/whatsapp/${ACCOUNT}?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${token}`);
  const good = await ask(VERIFY_TOKEN);
  assert.equal(good.status, 200);
  assert.equal(await good.text(), '1158201444');
  assert.equal((await ask('wrong')).status, 403);
});

test('a message reaches an agent, the answer leaves through the Graph API, delivered and read come back', { skip: needsControl }, async () => {
  const sofia = new Customer(server, { phone: '34600111001', name: 'Sofía Marín' });
  const interaction = await toAgent(sofia, 'Mi factura está mal');
  assert.equal(interaction.channel, 'whatsapp');
  assert.equal(interaction.contact.name, 'Sofía Marín');
  assert.ok(interaction.window_until_ms > Date.now());
  const active = await luis.answer(interaction);
  assert.equal(active.state, 'active');

  const message = await luis.send(active, 'Hola, Sofía. La corrijo ahora.');
  const sent = await eventually('the Graph API gets the answer', () =>
    graph.sentTo(sofia.phone).find(({ body }) => body.text?.body === 'Hola, Sofía. La corrijo ahora.'));
  assert.equal(sent.body.biz_opaque_callback_data, message.id);

  const status = async () =>
    (await luis.messages(active.conversation_id)).find(({ id }) => id === message.id).status;
  for (const [report, shown] of [['delivered', 'delivered'], ['read', 'read'], ['delivered', 'read']]) {
    assert.equal(await sofia.post(sofia.status(report, sent.id)), 200);
    await eventually(`it is ${shown} after ${report}`, async () => (await status()) === shown);
  }
  assert.deepEqual(graph.refused, []);
  await luis.close(active);
});

test('the same person on both channels, once known by phone, is one contact with one history', { skip: needsControl }, async () => {
  const phone = '34600111002';
  const elena = new Customer(server, { phone, name: 'Elena Prieto' });
  const first = await luis.answer(await toAgent(elena, 'Quiero la factura de mi lámpara'));
  await luis.close(first);

  const visitor = await WebchatVisitor.arrive(server);
  await visitor.askCallback('La factura sigue sin llegar', `+${phone}`);
  const second = await luis.answer(await luis.offered(({ channel }) => channel === 'webchat'));
  assert.equal(second.contact.id, first.contact.id);
  assert.equal(second.contact.name, 'Elena Prieto');
  assert.ok(second.contact.merges.length > 0, 'the merge is explained');
  const { items } = await luis.get(`/api/contacts/${second.contact.id}/history`);
  assert.deepEqual(new Set(items.map(({ channel }) => channel)), new Set(['whatsapp', 'webchat']));
  await luis.close(second);
});

test('fifty parallel posts of one message are one message, one bot run and fifty 200s', { skip: needsControl }, async () => {
  const raul = new Customer(server, { phone: '34600111003', name: 'Raúl Gil' });
  const body = raul.text('Hola');
  const statuses = await Promise.all(Array.from({ length: 50 }, () => raul.post(body)));
  assert.deepEqual(statuses, Array(50).fill(200));
  await eventually('the bot has answered', () => graph.sentTo(raul.phone).length >= 2);
  const [contact] = await luis.get(`/api/contacts?q=${raul.phone}`);
  const { items } = await luis.get(`/api/contacts/${contact.id}/history`);
  assert.equal(items.length, 1);
  const messages = await luis.messages(items[0].conversation_id);
  assert.equal(messages.filter(({ direction }) => direction === 'in').length, 1);
  assert.equal(messages.filter(({ text }) => text.includes('Soy Lumi')).length, 1);
  assert.equal(graph.sentTo(raul.phone).length, messages.filter(({ direction }) => direction === 'out').length);
});

test('a photo is copied from Meta at once and the agent sees it', { skip: needsControl }, async () => {
  const nora = new Customer(server, { phone: '34600111004', name: 'Nora Blanco' });
  const active = await luis.answer(await toAgent(nora, 'La factura, mira la foto'));
  graph.media.set('1234567890', { bytes: PIXEL, mime: 'image/png' });
  assert.equal(await nora.post(nora.photo('1234567890', 'image/png', 'La factura')), 200);
  const photo = await eventually('the photo is stored', async () => {
    const messages = await luis.messages(active.conversation_id);
    return messages.flatMap(({ attachments }) => attachments).find(({ state }) => state === 'stored');
  });
  const response = await fetch(`${server.url}/api/attachments/${photo.id}`, { headers: { authorization: `Bearer ${luis.token}` } });
  assert.equal(response.headers.get('content-type'), 'image/png');
  assert.deepEqual(Buffer.from(await response.arrayBuffer()), PIXEL);
  const stranger = await fetch(`${server.url}/api/attachments/${photo.id}`);
  assert.equal(stranger.status, 401);
  await luis.close(active);
});

test('an agent sends a document and Meta gets its bytes first', { skip: needsControl }, async () => {
  const sara = new Customer(server, { phone: '34600111005', name: 'Sara León' });
  const active = await luis.answer(await toAgent(sara, 'Mándame la factura'));
  const pdf = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n');
  const uploaded = await fetch(`${server.url}/api/attachments?name=factura.pdf`, {
    method: 'POST',
    headers: { authorization: `Bearer ${luis.token}`, 'content-type': 'application/pdf' },
    body: pdf,
  });
  assert.ok(uploaded.ok, await uploaded.clone().text());
  const { id } = await uploaded.json();
  await luis.post(`/api/interactions/${active.id}/messages`, { client_id: crypto.randomUUID(), text: 'Tu factura', attachments: [id] });
  const sent = await eventually('the document leaves', () => graph.sentTo(sara.phone).find(({ body }) => body.type === 'document'));
  assert.equal(sent.body.document.filename, 'factura.pdf');
  assert.deepEqual(graph.media.get(sent.body.document.id).bytes, pdf);
  assert.deepEqual(graph.refused, []);
  await luis.close(active);
});

const toAgent = (customer, topic) => customer.toPerson(graph, luis, topic);
