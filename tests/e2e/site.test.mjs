// What the business's own site brings: a chat that asks, invites and knows its customers, and a form.
// The site is a page of another origin in a real browser.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { PHONE, launch, screenshot, visit } from './support/browser.mjs';
import { Desk } from './support/desk.mjs';
import { eventually } from './support/eventually.mjs';
import { Provider } from './support/provider.mjs';
import { Server, needsControl } from './support/server.mjs';

const SECRET = 'the secret of the site';
const QUESTIONS = [
  { kind: 'name', required: true },
  { kind: 'email' },
  { kind: 'choice', name: 'tema', label: 'Tema', label_en: 'Topic', required: true, options: [{ value: 'compra', label: 'Comprar', label_en: 'Buy' }, { value: 'otro', label: 'Otra cosa' }] },
  { kind: 'consent', required: true, url: 'https://shop.example/privacidad' },
];

let provider, server, shop, site, browser, luis;
let isPerson = true;

before(async () => {
  if (needsControl) return;
  let next = 0;
  provider = await Provider.start(({ path }) => (path === '/mail' ? { id: `<relay-${next += 1}@shop.example>` } : { success: isPerson }));
  const { url } = provider;
  server = await Server.start({ variables: { mail_relay_url: url, captcha_base_url: url } });
  shop = createServer(page).listen(0, '127.0.0.1');
  await once(shop, 'listening');
  site = `http://127.0.0.1:${shop.address().port}`;
  const admin = Desk.admin(server);
  const { queue } = await admin.get('/api/accounts/whatsapp-demo');
  const add = (id, channel, settings, secrets = {}) =>
    admin.put(`/api/accounts/${id}`, { id, channel, name: id, queue, bot: false, settings: { origins: [site], ...settings }, secrets });
  await admin.put('/api/accounts/mail', { id: 'mail', channel: 'email', name: 'mail', address: 'Casa Lumen <hola@shop.example>', queue, bot: true, settings: { provider: 'raw' }, secrets: { secret: 's' } });
  await add('asks', 'webchat', {
    title: 'Casa Lumen', prechat: QUESTIONS, mail_account: 'mail',
    invitations: [{ after_s: 0, pages: ['/nothing*'], text: 'No' }, { after_s: 0, pages: ['/chat*'], text: '¿Te ayudo a elegir?', text_en: 'Can I help you choose?' }],
  });
  await add('asleep', 'webchat', { hours: { week: {} }, mail_account: 'mail' });
  await add('knows', 'webchat', {}, { identity_secret: SECRET });
  await add('contacto', 'webform', { mail_account: 'mail', thanks_url: '/gracias', captcha_url: `${url}/siteverify` }, { secret: SECRET, captcha_secret: 'c' });
  luis = await Desk.login(server, 'luis');
  await luis.goOnline();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await luis?.goOffline();
  await server?.stop();
  await provider?.stop();
  shop?.close();
  shop?.closeAllConnections();
});

/** The shop: `/chat?account=…&identity=…`, `/form`, `/gracias`. */
function page(request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://shop');
  const identity = searchParams.has('identity') ? ` data-identity="${searchParams.get('identity')}"` : '';
  const body = {
    '/chat': `<h1>Lámparas</h1><script src="${server.url}/webchat/widget.js" data-account="${searchParams.get('account')}"${identity} async></script>`,
    '/form': `<form action="${server.url}/webhooks/webform/contacto" method="post" enctype="multipart/form-data">
      <input name="nombre"><input name="correo"><textarea name="mensaje"></textarea><input name="foto" type="file"><input name="pedido">
      <input name="_gotcha" hidden><input name="h-captcha-response" value="token" type="hidden"><button>Enviar</button></form>`,
    '/gracias': '<h1>¡Gracias!</h1>',
  }[pathname] ?? '';
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end(`<!doctype html><html lang="${searchParams.get('lang') ?? 'es'}"><meta name="viewport" content="width=device-width">${body}</html>`);
}

const chat = (on, part) => on.locator(`centralita-chat ${part}`);
const sees = (on, text) => chat(on, '.bubble').filter({ hasText: text }).last().waitFor();
const write = async (on, text) => { await chat(on, 'textarea').fill(text); await on.keyboard.press('Enter'); };
const bubbles = on => chat(on, '.msg:visible .bubble').allTextContents();
const said = async ({ conversation_id: id }) => (await luis.messages(id)).map(({ text }) => text);
const letter = test => eventually('a letter leaves', () => provider.requests.find(({ path, body }) => path === '/mail' && test(body)));
const decoded = mime => Buffer.from(mime.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1').toString();
const base64url = value => Buffer.from(value).toString('base64url');
function signed(claims, secret = SECRET, alg = 'HS256') {
  const now = Math.floor(Date.now() / 1000);
  const token = `${base64url(JSON.stringify({ alg, typ: 'JWT' }))}.${base64url(JSON.stringify({ aud: 'knows', iat: now, exp: now + 300, ...claims }))}`;
  return `${token}.${alg === 'none' ? '' : createHmac('sha256', secret).update(token).digest('base64url')}`;
}

test('an invitation is answered, what is asked first is known to the agent, and the talk comes by e-mail', { skip: needsControl }, async () => {
  const customer = await visit(browser, `${site}/chat?account=asks`);
  await chat(customer, '.invite').waitFor();
  assert.equal(await customer.evaluate(() => document.activeElement.localName), 'body', 'nobody is interrupted');
  await screenshot(customer, 'webchat-invitation-1366');
  await chat(customer, '.invite').getByRole('button', { name: 'Responder' }).click();
  await sees(customer, '¿Te ayudo a elegir?');
  await chat(customer, 'form.asking').waitFor();
  assert.ok(await chat(customer, '[name=name]').evaluate(node => node.getRootNode().activeElement === node), 'the first question has the focus');
  await screenshot(customer, 'webchat-questions-1366');
  await chat(customer, '[name=name]').fill('Rosa Gil');
  await chat(customer, '[name=email]').fill('rosa@example.org');
  await chat(customer, 'form.asking').getByRole('button', { name: 'Continuar' }).click();
  assert.ok(await chat(customer, 'form.asking').isVisible(), 'a topic and the consent are missing');
  await chat(customer, '[name=tema]').selectOption('compra');
  await chat(customer, '[name=consent]').check();
  await chat(customer, 'form.asking').getByRole('button', { name: 'Continuar' }).click();
  await write(customer, 'Sí, para leer en la cama');

  const active = await luis.answer(await luis.offered(({ attributes }) => attributes.tema === 'compra'));
  const { name, email, consent, page: from } = active.attributes;
  assert.deepEqual([name, email, consent, from], ['Rosa Gil', 'rosa@example.org', 'yes: https://shop.example/privacidad', `${site}/chat`]);
  assert.equal(active.contact.name, 'Rosa Gil');
  assert.deepEqual(await said(active), ['¿Te ayudo a elegir?', 'Sí, para leer en la cama']);
  await luis.send(active, 'La Alba: <b>cálida</b> & pequeña.');
  await sees(customer, 'La Alba');
  await customer.reload();
  await chat(customer, 'textarea').waitFor();
  await sees(customer, 'La Alba');
  assert.equal(await chat(customer, '.invite').isVisible(), false, 'once a day');

  await chat(customer, '[aria-label="Recibir la conversación por correo"]').click();
  await chat(customer, 'input[type=email]:visible').fill('rosa@example.org');
  await customer.keyboard.press('Enter');
  await chat(customer, '.note.good').waitFor();
  await screenshot(customer, 'webchat-transcript-1366');
  const { body } = await letter(body => /Auto-Submitted/i.test(body));
  assert.match(body, /^To: .*rosa@example\.org/mi);
  const text = decoded(body);
  for (const words of ['Rosa Gil: Sí, para leer en la cama', 'Luis Herrera: La Alba: <b>cálida</b> & pequeña.', '&lt;b&gt;cálida&lt;/b&gt;']) {
    assert.ok(text.includes(words), `${words}\n${text}`);
  }
  await luis.close(active);
  assert.deepEqual(customer.problems, []);
  await customer.context().close();

  // The server asks as well, whoever posts.
  const post = (path, value, headers) => fetch(`${server.url}/${path}`, { method: 'POST', headers, body: JSON.stringify(value) });
  const { token } = await (await post('webchat/asks/session', {})).json();
  const message = { kind: 'message', client_id: 'c1', text: 'x', answers: { name: 'x', tema: 'robo' } };
  const refused = await post('webhooks/webchat/asks', message, { authorization: `Bearer ${token}` });
  assert.equal(refused.status, 422);
  assert.deepEqual((await refused.json()).fields, { consent: 'missing', tema: 'invalid' });
});

test('while the business is closed a message is left, with an address, on a phone', { skip: needsControl }, async () => {
  const customer = await visit(browser, `${site}/chat?account=asleep&lang=pt-BR`, { viewport: PHONE });
  await chat(customer, '.launcher').click();
  await customer.getByText('Agora estamos fechados').waitFor();
  await screenshot(customer, 'webchat-closed-360');
  await chat(customer, '[name=email]').fill('ines@example.org');
  await chat(customer, 'form.asking').getByRole('button').click();
  await write(customer, 'Liguem amanhã');
  const active = await luis.answer(await luis.offered(({ attributes }) => attributes.after_hours === 'yes'));
  assert.equal(active.attributes.email, 'ines@example.org');
  await luis.send(active, 'Bom dia, Inês.');
  await luis.close(active);
  const { body } = await letter(body => /ines@example\.org/.test(body));
  assert.ok(decoded(body).includes('Bom dia, Inês.'), 'the answer comes by letter');
  assert.deepEqual(customer.problems, []);
  await customer.context().close();
});

test('the site says who its visitor is: proven, apart from the next one, and never by a forged word', { skip: needsControl }, async () => {
  const of = identity => `${site}/chat?account=knows&identity=${identity}`;
  const ana = signed({ sub: '42', name: 'Ana Cruz', email: 'ana.cruz@example.org', email_verified: true });
  const customer = await visit(browser, of(ana));
  const errors = [];
  customer.on('console', line => { if (line.type() === 'error') errors.push(line.text()); });
  await chat(customer, '.launcher').click();
  await write(customer, 'Soy Ana');
  const active = await luis.answer(await luis.offered(({ attributes }) => attributes.customer === '42'));
  const contact = await eventually('the address is proven', async () => {
    const found = await luis.get(`/api/contacts/${active.contact.id}`);
    return found.identities.some(({ value, verified }) => value === 'ana.cruz@example.org' && verified) && found;
  });
  assert.equal(contact.name, 'Ana Cruz');
  await luis.send(active, 'Hola, Ana.');
  await sees(customer, 'Hola, Ana.');

  // Somebody else logs in on the same browser.
  await customer.goto(of(signed({ sub: '43', name: 'Bruno' })));
  await chat(customer, 'textarea').waitFor();
  await luis.send(active, 'Sigo aquí.');
  await write(customer, 'Soy Bruno');
  const other = await luis.answer(await luis.offered(({ attributes }) => attributes.customer === '43'));
  assert.deepEqual(await bubbles(customer), ['Soy Bruno'], 'nothing of Ana');
  assert.notEqual(other.conversation_id, active.conversation_id);

  // Ana again, with a new token: the server knows her conversation.
  await customer.goto(of(signed({ sub: '42', name: 'Ana Cruz' })));
  await chat(customer, 'textarea').waitFor();
  await write(customer, 'He vuelto');
  await sees(customer, 'Sigo aquí.');
  assert.deepEqual((await bubbles(customer)).filter(text => /Bruno/.test(text)), []);
  assert.ok((await said(active)).includes('He vuelto'));

  // Logged out: nobody in particular, and nothing to see.
  await customer.goto(of(''));
  await chat(customer, 'textarea').waitFor();
  assert.deepEqual(await bubbles(customer), []);

  for (const forged of [
    signed({ sub: '42' }, 'another secret'),
    signed({ sub: '42' }, SECRET, 'none'),
    signed({ sub: '42', exp: 1_700_000_000 }),
    signed({ sub: '42', aud: 'asks' }),
  ]) {
    const refused = await fetch(`${server.url}/webchat/knows/session`, { method: 'POST', body: JSON.stringify({ identity: forged }) });
    assert.equal(refused.status, 403);
    assert.equal((await refused.json()).code, 'identity_refused');
  }
  await customer.goto(of(signed({ sub: '42' }, 'another secret')));
  await chat(customer, 'textarea').waitFor();
  await write(customer, 'Digo ser Ana');
  const stranger = await luis.offered(({ last_message: last }) => last?.text === 'Digo ser Ana');
  assert.equal(stranger.attributes.customer, undefined);
  assert.notEqual(stranger.conversation_id, active.conversation_id);
  assert.ok(errors.some(text => text.includes('identity is refused')), errors.join('\n'));
  for (const each of [active, other, await luis.answer(stranger)]) await luis.close(each);
  assert.deepEqual(customer.problems, []);
  await customer.context().close();
});

test('a form of the site becomes a letter that is answered by letter', { skip: needsControl }, async () => {
  const customer = await visit(browser, `${site}/form`);
  const fill = async (fields, on = customer) => { for (const [name, value] of Object.entries(fields)) await on.locator(`[name=${name}]`).fill(value); };
  await fill({ nombre: 'Olga Paz', correo: 'olga@example.org', mensaje: 'Llegó rota <script>', pedido: '1042' });
  await customer.locator('[name=foto]').setInputFiles({ name: 'roto.png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64') });
  await customer.getByRole('button', { name: 'Enviar' }).click();
  await customer.waitForURL(`${site}/gracias`);

  const active = await luis.answer(await luis.offered(({ attributes }) => attributes.pedido === '1042'));
  assert.deepEqual([active.channel, active.contact.name, active.attributes.page], ['email', 'Olga Paz', `${site}/`], 'a browser tells another host no more than that');
  await eventually('its picture is stored', async () =>
    (await luis.messages(active.conversation_id)).flatMap(({ attachments }) => attachments).some(({ state, name }) => state === 'stored' && name === 'roto.png'));
  await luis.send(active, 'Le enviamos otra.');
  const { body } = await letter(body => /olga@example\.org/.test(body));
  assert.match(body, /^Subject: Re: Mensaje desde la web/mi);
  await luis.close(active);

  const url = `${server.url}/webhooks/webform/contacto`;
  const post = (fields, headers = {}) => fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams(fields), headers: { origin: site, accept: 'application/json', ...headers } });
  const good = { email: 'eva@example.org', message: 'Hola', 'h-captcha-response': 't' };
  assert.equal((await post(good, { origin: 'https://evil.example' })).status, 403);
  assert.deepEqual((await (await post({ ...good, email: 'eva' })).json()).fields, ['email']);
  assert.equal((await post({ ...good, 'h-captcha-response': '' })).status, 422);
  isPerson = false;
  assert.equal((await (await post(good)).json()).code, 'not_a_person');
  isPerson = true;
  const asked = provider.requests.findLast(({ path }) => path === '/siteverify').body;
  assert.deepEqual([asked.secret, asked.response], ['c', 't']);
  assert.deepEqual(await (await post({ ...good, _gotcha: 'spam' })).json(), { ok: true });

  const signedPost = (value, secret) => {
    const at = Math.floor(Date.now() / 1000), text = JSON.stringify(value);
    const mac = createHmac('sha256', secret).update(`${at}.${text}`).digest('hex');
    return fetch(url, { method: 'POST', body: text, headers: { 'content-type': 'application/json', 'x-centralita-timestamp': `${at}`, 'x-centralita-signature': `sha256=${mac}` } });
  };
  const server2server = { _id: 'order-7', name: 'Eva', email: 'eva@example.org', message: 'Desde el servidor' };
  assert.equal((await signedPost(server2server, 'another')).status, 401);
  for (let n = 0; n < 2; n += 1) assert.equal((await signedPost(server2server, SECRET)).status, 200);
  const eva = await luis.answer(await luis.offered(({ contact }) => contact.name === 'Eva'));
  assert.deepEqual(await said(eva), ['Desde el servidor'], 'once, and nothing of the trapped one');
  await luis.close(eva);
  assert.deepEqual(customer.problems, []);
  await customer.context().close();
});
