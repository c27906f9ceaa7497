// Colleagues on the desk: help that is asked for, given and taken over, and one conversation that rings at
// several. The contact, who is on WhatsApp, sees what is written to them and nothing else.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Agent, PHONE, WIDE, launch, screenshot } from './support/browser.mjs';
import { Desk } from './support/desk.mjs';
import { eventually } from './support/eventually.mjs';
import { Graph } from './support/graph.mjs';
import { Server, needsControl } from './support/server.mjs';
import { Customer, configure } from './support/whatsapp.mjs';

let graph, server, browser, admin;

before(async () => {
  if (needsControl) return;
  graph = await Graph.start();
  server = await Server.start({ variables: { graph_base_url: graph.url } });
  await configure(server);
  admin = Desk.admin(server);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
  await graph?.stop();
});

/** Opens the desk of `login`, who becomes available. */
async function arrive(login, options) {
  const agent = await Agent.arrive(browser, server, login, options);
  agent.api = await Desk.login(server, login);
  await agent.becomeAvailable();
  return agent;
}

async function go(...agents) {
  for (const agent of agents) {
    assert.deepEqual(agent.page.problems, []);
    await agent.api.goOffline();
    await agent.page.context().close();
  }
}

const part = (agent, way) => agent.page.locator(`[data-testid="taking-part"][data-way="${way}"]`);
const gone = locator => locator.waitFor({ state: 'detached' });
const gets = (customer, text) =>
  eventually(`the contact gets: ${text}`, () => graph.sentTo(customer.phone).find(({ body }) => body.text?.body === text));

/** What stands on the screen at both sizes. No size scrolls sideways. */
async function shown(agent, name) {
  for (const [size, viewport] of [[WIDE.width, WIDE], [PHONE.width, PHONE]]) {
    await agent.page.setViewportSize(viewport);
    await screenshot(agent.page, `${name}-${size}`);
    const width = await agent.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= viewport.width, `${name} is ${width} pixels wide`);
  }
  await agent.page.setViewportSize(WIDE);
}

async function remark(agent, text, key = 'Enter') {
  await agent.at('remark-field').fill(text);
  await agent.at('remark-field').press(key);
  await agent.at('remark').filter({ hasText: text }).waitFor();
}

test('a supervisor advises, speaks, and takes over; what colleagues say among themselves stays there', { skip: needsControl }, async () => {
  const luis = await arrive('luis');
  const olga = new Customer(server, { phone: '34600222001', name: 'Olga Marín' });
  const { id, conversation_id: conversation } = await olga.toPerson(graph, luis.api, 'Mi factura está mal');
  await luis.at('offer-answer').click();
  await luis.sees('Mi factura está mal');
  assert.equal(await luis.at('between').count(), 0, 'nobody to talk with, nothing to see');

  const marta = await arrive('marta');
  await luis.page.keyboard.press('Alt+H');
  assert.ok(await luis.at('help-note').evaluate(field => field === document.activeElement), 'the note has the focus');
  await luis.at('help-note').fill('¿Puedo abonarle los portes?');
  await luis.page.locator('[data-testid="help-supervisor"]:enabled').waitFor();
  await luis.page.locator('[data-testid="help-queue"][data-id="ventas"]:enabled').waitFor();
  await shown(luis, 'desk-ask-help');
  await luis.at('help-supervisor').click();
  await luis.at('dialog').waitFor({ state: 'detached' });
  await luis.at('asking').filter({ hasText: 'Marta Ibáñez' }).waitFor();
  assert.ok(await luis.at('ask-help').isDisabled(), 'one question at a time');

  const offer = marta.page.locator('[data-testid="offer"][data-way="invited"]');
  await offer.waitFor();
  assert.match(await offer.innerText(), /Luis Herrera te pide consejo[\s\S]*¿Puedo abonarle los portes\?[\s\S]*Olga Marín/);
  assert.match(await offer.locator('.timer').first().innerText(), /^0:[0-3]\d$/);
  await shown(marta, 'desk-help-wanted');
  await marta.page.keyboard.press('Enter');
  await marta.sees('Mi factura está mal');
  await marta.page.locator('[data-testid="my-part"][data-way="consult"]').waitFor();
  assert.equal(await marta.at('composer').count(), 0, 'who advises cannot write to the contact');
  for (const theirs of ['end', 'transfer', 'ask-help']) assert.equal(await marta.at(theirs).count(), 0, theirs);
  await assert.rejects(marta.api.post(`/api/interactions/${id}/read`, { up_to_seq: 1 }), /409/, 'nor leave a read mark');
  await part(luis, 'consult').filter({ hasText: 'Marta Ibáñez' }).waitFor();

  await remark(luis, 'Dice que pagó dos veces');
  await marta.at('remark').filter({ hasText: 'Dice que pagó dos veces' }).waitFor();
  await remark(marta, 'Abónale los portes', 'Control+Enter');
  await luis.at('remark').filter({ hasText: 'Abónale los portes' }).waitFor();
  assert.equal(await marta.at('remark-field').inputValue(), '');
  await luis.say('Te abono los portes.');
  await gets(olga, 'Te abono los portes.');
  await marta.sees('Te abono los portes.');
  await shown(luis, 'desk-advised');
  await shown(marta, 'desk-advising');

  await luis.at('change-part').click();
  await part(luis, 'conference').waitFor();
  await marta.say('Hola, Olga, soy Marta.');
  await gets(olga, 'Hola, Olga, soy Marta.');
  await luis.sees('Hola, Olga, soy Marta.');
  await shown(marta, 'desk-in-the-talk');

  await marta.at('composer').fill('Lo reviso');
  await luis.at('hand-over').click();
  await gone(luis.at('conversation-item'));
  await luis.at('idle').waitFor();
  assert.deepEqual((await luis.api.get('/api/desk')).interactions, []);
  await marta.at('end').waitFor();
  assert.equal(await marta.at('composer').inputValue(), 'Lo reviso', 'what was being written stays');
  await marta.at('send').click();
  await gets(olga, 'Lo reviso');
  assert.equal(await marta.at('remark').count(), 2);

  const { interactions } = await marta.api.get('/api/desk');
  assert.deepEqual(interactions.map(({ agent, parts }) => [agent.id, parts.map(({ way }) => way)]), [['marta', ['active']]]);
  const said = [...graph.sentTo(olga.phone).map(({ body }) => JSON.stringify(body)), ...(await marta.api.messages(conversation)).map(({ text }) => text)];
  assert.deepEqual(said.filter(text => /pagó dos veces|Abónale|¿Puedo/.test(text)), []);
  assert.deepEqual(graph.refused, []);
  await marta.api.close({ id });
  await go(luis, marta);
});

test('a question is taken back, declined, and asked again; whoever came leaves or is sent out', { skip: needsControl }, async () => {
  const luis = await arrive('luis');
  const raul = new Customer(server, { phone: '34600222002', name: 'Raúl Gil' });
  await raul.toPerson(graph, luis.api, 'Mi factura está mal');
  await luis.at('offer-answer').click();
  const carmen = await arrive('carmen', { viewport: PHONE, locale: 'pt-BR' });
  const ask = async button => {
    await luis.at(button).click();
    await luis.page.locator('[data-testid="help-way"][data-way="conference"]').check({ force: true });
    await luis.page.locator('[data-testid="help-agent"][data-id="carmen"]:enabled').click();
    await carmen.at('offer').filter({ hasText: 'Luis Herrera pede que você entre na conversa' }).waitFor();
  };

  await ask('ask-help');
  await luis.at('withdraw').click();
  await gone(luis.at('asking'));
  await gone(carmen.at('offer'));
  assert.equal(await luis.at('nobody-came').count(), 0, 'whoever takes it back knows');

  await ask('ask-help');
  await carmen.at('offer-decline').click();
  await luis.at('nobody-came').waitFor();
  await shown(luis, 'desk-nobody-came');
  await ask('ask-again');
  await carmen.at('offer-answer').click();
  await part(luis, 'conference').waitFor();
  assert.equal(await luis.at('nobody-came').count(), 0);
  await carmen.say('Olá, sou a Carmen.');
  await gets(raul, 'Olá, sou a Carmen.');
  await remark(carmen, 'Falo com ele em português');
  await screenshot(carmen.page, 'desk-in-the-talk-pt-360');
  await carmen.at('leave').click();
  await carmen.at('notice').filter({ hasText: 'Você não participa mais da conversa com Raúl Gil' }).waitFor();
  await carmen.at('idle').waitFor();
  await gone(part(luis, 'conference'));

  await ask('ask-help');
  await carmen.at('offer-answer').click();
  await luis.at('send-out').click();
  await carmen.at('idle').waitFor();
  await luis.at('end').click();
  await luis.page.locator('[data-testid="disposition"][data-code="resuelto"]').click();
  assert.equal(await luis.at('remark').count(), 1, 'what was said helps to close it');
  assert.equal(await luis.at('remark-field').count(), 0, 'nobody is left to talk with');
  await luis.at('dispose').click();
  await luis.at('idle').waitFor();
  await go(luis, carmen);
});

test('it rings at two desks, one answers, and at the other it goes away', { skip: needsControl }, async () => {
  const queue = await admin.get('/api/queues/facturacion');
  await admin.put('/api/queues/facturacion', { ...queue, routing: { ...queue.routing, strategy: { by: 'ring_all', at_most: 5 } } });
  const [luis, carmen] = [await arrive('luis'), await arrive('carmen')];
  const nora = new Customer(server, { phone: '34600222003', name: 'Nora Blanco' });
  const { id } = await nora.toPerson(graph, luis.api, 'Mi factura está mal');
  for (const agent of [luis, carmen]) {
    await agent.at('offer').filter({ hasText: 'Nora Blanco' }).filter({ hasText: 'Suena a varios' }).waitFor();
    assert.match(await agent.at('offer').locator('.timer').first().innerText(), /^0:[0-2]\d$/);
  }
  await screenshot(carmen.page, 'desk-ring-all-1366');
  await carmen.at('offer-answer').click();
  await carmen.sees('Mi factura está mal');
  await gone(luis.at('offer'));
  await luis.at('idle').waitFor();
  assert.equal(await luis.at('notice').count(), 0, 'nobody is blamed');
  assert.equal(await luis.at('presence').getAttribute('data-status'), 'available');
  await carmen.api.close({ id });
  await go(luis, carmen);
  await admin.put('/api/queues/facturacion', queue);
});
