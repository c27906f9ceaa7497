// What bounds a message on its way out: the channel's window and its approved templates, and who wants none.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Agent, PHONE, launch, screenshot } from './support/browser.mjs';
import { Desk } from './support/desk.mjs';
import { eventually } from './support/eventually.mjs';
import { Graph } from './support/graph.mjs';
import { Provider } from './support/provider.mjs';
import { Server, needsControl } from './support/server.mjs';
import { ACCOUNT, Customer, NUMBER_ID, configure, post } from './support/whatsapp.mjs';

const BUSINESS = '102290129340398';
const SECRET = 'e2e-secret';

const named = (name, status, body) => ({
  name, language: 'es', status, category: 'UTILITY',
  components: [{ type: 'BODY', text: body }, { type: 'FOOTER', text: 'Casa Lumen' }],
});

let browser;
let graph;
let sms;
let server;
let admin;

before(async () => {
  if (needsControl) return;
  graph = await Graph.start();
  graph.templates = [
    named('pedido_en_camino', 'APPROVED', 'Hola, {{1}}. Su pedido {{2}} llega mañana.'),
    named('encuesta', 'PAUSED', '¿Qué tal le fue?'),
    named('cita', 'APPROVED', 'Le esperamos el {{1}}.'),
  ];
  let next = 0;
  sms = await Provider.start(() => ({ sid: `SM${(next += 1)}`, status: 'queued' }));
  server = await Server.start({ variables: { graph_base_url: graph.url, twilio_base_url: sms.url } });
  await configure(server);
  admin = Desk.admin(server);
  const account = await admin.get(`/api/accounts/${ACCOUNT}`);
  await admin.put(`/api/accounts/${ACCOUNT}`, { ...account, bot: false, settings: { ...account.settings, business_account_id: BUSINESS } });
  await admin.put('/api/accounts/sms-1', {
    id: 'sms-1', channel: 'sms', name: 'sms-1', address: '+34911222333', queue: account.queue, bot: false,
    settings: { provider: 'twilio', account_sid: 'AC1' }, secrets: { secret: SECRET },
  });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
  await graph?.stop();
  await sms?.stop();
});

test('a day after their last word a customer gets an approved template, and nothing else', { skip: needsControl }, async () => {
  await eventually('the templates are known', async () => (await admin.get(`/api/accounts/${ACCOUNT}/templates`)).length === 3);
  const agent = await Agent.arrive(browser, server, 'luis');
  await agent.becomeAvailable();
  const vera = new Customer(server, { phone: '34600444001', name: 'Vera Sanz' });
  const yesterday = Math.floor(Date.now() / 1000) - 26 * 3600;
  assert.equal(await vera.post(vera.text('¿Cuándo llega mi pedido?', undefined, yesterday)), 200);
  await agent.at('offer-answer').first().click();
  await agent.at('window-over').waitFor();
  assert.ok(await agent.at('composer').isDisabled(), 'no free text');

  await agent.at('choose-template').click();
  assert.deepEqual(await agent.at('template').evaluateAll(all => all.map(({ dataset }) => dataset.name)), ['cita', 'pedido_en_camino']);
  await agent.at('template-search').fill('mañana');
  await agent.at('template').click();
  assert.ok(await agent.at('template-send').isDisabled(), 'its places are empty');
  await agent.at('value-body.1').fill('Vera');
  await agent.at('value-body.2').fill('LU-77');
  assert.match(await agent.at('template-preview').textContent(), /Hola, Vera\. Su pedido LU-77 llega mañana\./);
  await screenshot(agent.page, 'template');
  await agent.page.setViewportSize(PHONE);
  await screenshot(agent.page, 'template-phone');
  await agent.page.setViewportSize({ width: 1366, height: 768 });
  await agent.at('template-send').click();
  await agent.sees('Su pedido LU-77 llega mañana.');
  const sent = await eventually('Meta gets it', () => graph.sentTo(vera.phone)[0]);
  assert.deepEqual(sent.body.template, {
    name: 'pedido_en_camino', language: { code: 'es' },
    components: [{ type: 'body', parameters: [{ type: 'text', text: 'Vera' }, { type: 'text', text: 'LU-77' }] }],
  });
  assert.deepEqual(graph.refused, []);
  assert.deepEqual(agent.page.problems, []);
  await agent.page.context().close();
});

test('a template that the provider pauses cannot be sent a moment later', { skip: needsControl }, async () => {
  graph.templates[0].status = 'PAUSED';
  const change = { field: 'message_template_status_update', value: { event: 'PAUSED', message_template_name: 'pedido_en_camino', message_template_language: 'es' } };
  const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: BUSINESS, time: 1, changes: [change] }] });
  assert.equal(await post(server, body), 200);
  await eventually('it is known', async () => {
    const all = await admin.get(`/api/accounts/${ACCOUNT}/templates`);
    return all.find(({ name }) => name === 'pedido_en_camino').status === 'paused';
  }, 30_000);
  assert.equal(NUMBER_ID, (await admin.get(`/api/accounts/${ACCOUNT}`)).address);
});

test('BAJA: nobody is written to who asked for silence, until they ask for words', { skip: needsControl }, async () => {
  const luis = await Desk.login(server, 'luis');
  await luis.goOnline();
  const say = async (id, text) => {
    const form = { MessageSid: id, AccountSid: 'AC1', From: '+34600444002', To: '+34911222333', Body: text, NumMedia: '0' };
    const url = `${server.url}/webhooks/sms/sms-1`;
    const signature = createHmac('sha1', SECRET).update(url + Object.keys(form).sort().map(key => key + form[key]).join('')).digest('base64');
    const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form), headers: { 'x-twilio-signature': signature } });
    assert.equal(response.status, 200);
  };
  await say('SM-a', 'Hola');
  const active = await luis.answer(await luis.offered(({ channel }) => channel === 'sms'));
  await say('SM-b', 'BAJA');
  const contact = await eventually('it is recorded', async () => {
    const found = await luis.get(`/api/contacts/${active.contact.id}`);
    return found.opt_outs?.length ? found : undefined;
  });
  assert.deepEqual(contact.opt_outs.map(({ channel, extent, reason }) => [channel, extent, reason]), [['sms', 'all', 'asked']]);
  const [{ state }] = (await luis.get(`/api/contacts/${contact.id}/history`)).items;
  assert.equal(state, 'wrap_up', 'they have left');
  await luis.post(`/api/interactions/${active.id}/dispose`, { disposition: (await luis.get('/api/desk')).dispositions[0].code });

  await say('SM-c', '¿Seguís ahí?');
  const again = await luis.answer(await luis.offered(({ channel }) => channel === 'sms'));
  await assert.rejects(luis.send(again, 'Sí'), /409.*wants no messages on this channel/);
  const sent = () => sms.requests.filter(({ method }) => method === 'POST').length;
  assert.equal(sent(), 0, 'the provider was asked to send nothing');
  await say('SM-d', 'ALTA');
  await eventually('it is over', async () => !(await luis.get(`/api/contacts/${contact.id}`)).opt_outs);
  await luis.send(again, 'Sí, dígame.');
  await eventually('it goes out', () => sent() === 1);
  await luis.close(again);
  await luis.goOffline();
});
