// The web chat's story, from the customer's first word to the disposition, in two real browsers.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Agent, PHONE, Visitor, launch, screenshot } from './support/browser.mjs';
import { HANDS_OVER, HELLO_MENU } from './support/bot.mjs';
import { Desk } from './support/desk.mjs';
import { eventually } from './support/eventually.mjs';
import { Server } from './support/server.mjs';
import { WebchatVisitor, option } from './support/webchat.mjs';

let server;
let browser;

before(async () => {
  server = await Server.start();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

test('a customer writes, the bot answers, an agent takes over, and a reload on either side loses nothing', async () => {
  const agent = await Agent.arrive(browser, server, 'ana');
  await agent.becomeAvailable();
  const customer = await Visitor.arrive(browser, server);
  await customer.open();
  await customer.write('Hola');
  await customer.sees('Soy Lumi');
  await customer.sees('¿En qué te puedo ayudar?');
  await screenshot(customer.page, 'webchat-bot-1366');

  // The bot asks the business system.
  await customer.choose('Estado del pedido');
  await customer.sees('número de tu pedido');
  await customer.write('1042');
  await customer.sees('Tu pedido 1042 está en camino con Correos');

  // It knows what it is about, and does not ask.
  await customer.choose('Hablar con alguien');
  await customer.sees(HANDS_OVER);
  await customer.write('La pantalla llegó rota');

  await agent.at('offer').first().waitFor();
  await screenshot(agent.page, 'desk-offer-1366');
  await agent.at('offer-answer').first().click();
  await agent.sees('La pantalla llegó rota');
  await agent.say('Hola, soy Ana. Ahora mismo te envío otra.');
  await customer.sees('soy Ana');
  await customer.write('¡Muchas gracias!');
  await agent.sees('¡Muchas gracias!');

  const said = await customer.bubbles();
  await customer.page.reload();
  await customer.sees('¡Muchas gracias!');
  await eventually('all bubbles are back', async () =>
    JSON.stringify(await customer.bubbles()) === JSON.stringify(said));
  await agent.page.reload();
  await agent.at('conversation-item').first().click();
  await agent.sees('¡Muchas gracias!');
  await screenshot(agent.page, 'desk-conversation-1366');

  await customer.write('Una cosa más');
  await agent.sees('Una cosa más');
  await agent.say('Dime.');
  await customer.sees('Dime.');
  await screenshot(customer.page, 'webchat-agent-1366');

  const note = `Se envía pantalla nueva (${Date.now()})`;
  await agent.at('end').first().click();
  await agent.at('disposition').first().waitFor();
  await screenshot(agent.page, 'desk-wrap-up-1366');
  await agent.page.locator('[data-testid=disposition][data-code=resuelto]').click();
  await agent.at('note').first().fill(note);
  await agent.at('dispose').first().click();
  const marta = await Desk.login(server, 'marta');
  await eventually('the contact has one closed interaction with its disposition', async () => {
    const contacts = await marta.get('/api/contacts?q=');
    const histories = contacts.map(({ id }) => marta.get(`/api/contacts/${id}/history`));
    const items = (await Promise.all(histories)).flatMap(({ items }) => items);
    return items.some(item => item.state === 'disposed' && item.disposition === 'resuelto' && item.note === note);
  });
  assert.deepEqual([...agent.page.problems, ...customer.page.problems], []);
  // Else the next test's customer would ring at her empty chair first.
  await (await Desk.login(server, 'ana')).put('/api/presence', { status: 'offline' });
  await agent.page.context().close();
  await customer.page.context().close();
});

test('the shop, the chat and the desk stand on a phone', async () => {
  const customer = await Visitor.arrive(browser, server, { viewport: PHONE });
  await screenshot(customer.page, 'shop-360');
  await customer.open();
  await customer.write('Hola');
  await customer.sees('¿En qué te puedo ayudar?');
  await screenshot(customer.page, 'webchat-360');
  await customer.askForPerson('Quiero comprar una lámpara para el salón');

  const agent = await Agent.arrive(browser, server, 'carmen', { viewport: PHONE });
  await agent.becomeAvailable();
  await agent.at('offer').first().waitFor();
  await screenshot(agent.page, 'desk-offer-360');
  await agent.at('offer-answer').first().click();
  await agent.sees('comprar una lámpara para el salón');
  await agent.say('Olá, sou a Carmen.');
  await customer.sees('sou a Carmen');
  await screenshot(agent.page, 'desk-conversation-360');
  await screenshot(customer.page, 'webchat-agent-360');
  const width = await agent.page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= PHONE.width, `the desk is ${width} pixels wide`);
  await agent.page.context().close();
  await customer.page.context().close();
});

test('an article answers what no state of the flow does, and that it helped is counted', async () => {
  const marta = await Desk.login(server, 'marta');
  const usage = async () => {
    const { articles } = await marta.get('/api/articles/figures?from_ms=0');
    return articles.find(({ id }) => id === 'envios')?.usage ?? { shown: 0, helped: 0 };
  };
  const before = await usage();
  const visitor = await WebchatVisitor.arrive(server);
  await visitor.write('Hola');
  await visitor.sees(HELLO_MENU);
  await visitor.write('¿cuánto cuesta el envío a Canarias?');
  await visitor.sees('12,90');
  await visitor.choose(option(await visitor.sees('¿Te ha servido?'), 'Sí, gracias'));
  await visitor.sees('¡Me alegro!');
  const after = await usage();
  assert.deepEqual([after.shown - before.shown, after.helped - before.helped], [1, 1]);
});

test('a supervisor sees queues and agents live', async () => {
  const marta = await Agent.arrive(browser, server, 'marta');
  await marta.at('nav-live').first().click();
  await marta.at('live-queues').first().waitFor();
  await marta.at('live-agents').first().getByText('Ana Torres').first().waitFor();
  await screenshot(marta.page, 'desk-live-1366');
  await marta.page.context().close();
});
