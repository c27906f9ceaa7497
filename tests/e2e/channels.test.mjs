// The written channels besides WhatsApp and the web chat: a customer writes, an agent answers, the
// provider gets it, and what became of it comes back.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Agent, launch } from './support/browser.mjs';
import { Desk } from './support/desk.mjs';
import { eventually } from './support/eventually.mjs';
import { Provider } from './support/provider.mjs';
import { Server, needsControl } from './support/server.mjs';

const SECRET = 'e2e-secret';
const TOKEN = '123456789:e2e-token';
const WHSEC = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const PAGE = '1234567890321';

let provider;
let server;
let luis;

before(async () => {
  if (needsControl) return;
  let next = 1000;
  provider = await Provider.start(({ path }) => {
    next += 1;
    if (path.startsWith('/bot')) return { ok: true, result: { message_id: next, chat: { id: 42 } } };
    if (path.endsWith('/Messages.json')) return { sid: `SM${next}`, status: 'queued' };
    if (path === '/hook') return { id: `p-${next}` };
    if (path === '/mail') return { id: `<relay-${next}@shop.example>` };
    if (path.includes('?fields=permalink_url')) return { id: `${PAGE}_555`, permalink_url: 'https://facebook.example/faro', message: 'Lámpara Faro' };
    if (path.endsWith('/555_1')) return { success: true };
    return path.endsWith('/comments') ? { id: `555_${next}` } : { recipient_id: '77', message_id: `m_${next}` };
  });
  const { url } = provider;
  server = await Server.start({ variables: { telegram_base_url: url, twilio_base_url: url, graph_base_url: url, mail_relay_url: url, webhook_base_url: url } });
  const admin = Desk.admin(server);
  const { queue } = await admin.get('/api/accounts/whatsapp-demo');
  const add = (id, channel, address, settings, secrets) =>
    admin.put(`/api/accounts/${id}`, { id, channel, name: id, address, queue, bot: false, settings, secrets: { secret: SECRET, ...secrets } });
  await add('telegram-1', 'telegram', '123456789', {}, { access_token: TOKEN });
  await add('sms-1', 'sms', '+34911222333', { provider: 'twilio', account_sid: 'AC1' }, {});
  await add('messenger-1', 'messenger', PAGE, {}, { access_token: 'page token', verify_token: 'v' });
  await add('email-1', 'email', 'Casa Lumen <hola@shop.example>', { provider: 'raw' }, {});
  await add('webhook-1', 'webhook', 'app', { url: `${url}/hook` }, { secret: WHSEC });
  luis = await Desk.login(server, 'luis');
  await luis.goOnline();
});

after(async () => {
  await luis?.goOffline();
  await server?.stop();
  await provider?.stop();
});

const post = (path, body, headers) => fetch(`${server.url}/webhooks/${path}`, { method: 'POST', body, headers });
const offered = name => luis.offered(({ contact }) => contact.name === name).then(luis.answer);
const asked = test => eventually('the provider is asked', () => provider.requests.find(test));
const said = async ({ conversation_id: id }) => (await luis.messages(id)).map(({ text }) => text);
const seconds = () => Math.floor(Date.now() / 1000);

test('Telegram: in with the secret token, out through the Bot API, and an edit is seen', { skip: needsControl }, async () => {
  const chat = { id: 42, type: 'private', first_name: 'Inés', last_name: 'Vidal' };
  const from = { id: 42, is_bot: false, first_name: 'Inés', last_name: 'Vidal', language_code: 'es' };
  const update = (id, body) => JSON.stringify({ update_id: id, ...body });
  const message = (text, extra) => ({ message_id: 7, date: seconds(), chat, from, text, ...extra });
  const json = { 'content-type': 'application/json' };
  const proven = { ...json, 'x-telegram-bot-api-secret-token': SECRET };
  const hello = update(1, { message: message('¿Tenéis la lámpara Faro?') });
  assert.equal((await post('telegram/telegram-1', hello, { ...proven, 'x-telegram-bot-api-secret-token': 'wrong' })).status, 401);
  assert.equal((await post('telegram/telegram-1', hello, json)).status, 401);
  for (let n = 0; n < 2; n += 1) assert.equal((await post('telegram/telegram-1', hello, proven)).status, 200);

  const active = await offered('Inés Vidal');
  assert.equal(active.channel, 'telegram');
  await luis.send(active, 'Sí, hoy llega.');
  const { path, body } = await asked(({ path }) => path.endsWith('/sendMessage'));
  assert.equal(path, `/bot${TOKEN}/sendMessage`);
  assert.deepEqual([String(body.chat_id), body.text], ['42', 'Sí, hoy llega.']);

  const edited = update(2, { edited_message: message('¿Tenéis la lámpara Alba?', { edit_date: seconds() }) });
  assert.equal((await post('telegram/telegram-1', edited, proven)).status, 200);
  await eventually('the edit is seen', async () => (await said(active)).includes('¿Tenéis la lámpara Alba?'));
  assert.deepEqual(await said(active), ['¿Tenéis la lámpara Alba?', 'Sí, hoy llega.']);
  await luis.close(active);
});

test('SMS by Twilio: signed form in, TwiML back, REST out, and its report', { skip: needsControl }, async () => {
  const send = (form, secret = SECRET) => {
    const url = `${server.url}/webhooks/sms/sms-1`;
    const signed = url + Object.keys(form).sort().map(key => key + form[key]).join('');
    const signature = createHmac('sha1', secret).update(signed).digest('base64');
    return post('sms/sms-1', new URLSearchParams(form), { 'x-twilio-signature': signature });
  };
  const form = { MessageSid: 'SM1', AccountSid: 'AC1', From: '+34600333001', To: '+34911222333', Body: 'Hola, ¿a qué hora abrís?', NumMedia: '0' };
  assert.equal((await send(form, 'another')).status, 401);
  const answer = await send(form);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type'), /xml/);
  assert.match(await answer.text(), /<Response ?\/>|<Response><\/Response>/);

  const active = await luis.answer(await luis.offered(({ channel }) => channel === 'sms'));
  const message = await luis.send(active, 'A las diez.');
  const { body, answer: { sid } } = await asked(({ path }) => path === '/2010-04-01/Accounts/AC1/Messages.json');
  assert.deepEqual([body.To, body.From, body.Body], ['+34600333001', '+34911222333', 'A las diez.']);
  const report = { MessageSid: sid, AccountSid: 'AC1', MessageStatus: 'delivered', To: '+34600333001', From: '+34911222333' };
  assert.equal((await send(report)).status, 200);
  await eventually('it is delivered', async () =>
    (await luis.messages(active.conversation_id)).some(({ id, status }) => id === message.id && status === 'delivered'));
  await luis.close(active);
});

test('Messenger: a private message and a comment are two pieces of work, each answered in its own way', { skip: needsControl }, async () => {
  const send = (entry, secret = SECRET) => {
    const body = JSON.stringify({ object: 'page', entry: [{ id: PAGE, time: Date.now(), ...entry }] });
    const signature = createHmac('sha256', secret).update(body).digest('hex');
    return post('messenger/messenger-1', body, { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` });
  };
  const message = { messaging: [{ sender: { id: '77' }, recipient: { id: PAGE }, timestamp: Date.now(), message: { mid: 'm_1', text: '¿Hacéis envíos a Chile?' } }] };
  assert.equal((await send(message, 'another')).status, 401);
  assert.equal((await send(message)).status, 200);
  const chat = await luis.answer(await luis.offered(({ channel }) => channel === 'messenger'));
  await luis.send(chat, 'Sí, en cinco días.');
  const { body } = await asked(({ path, method }) => method === 'POST' && path.includes('/messages'));
  assert.deepEqual([body.recipient.id, body.message.text], ['77', 'Sí, en cinco días.']);
  await luis.close(chat);

  const comment = { changes: [{ field: 'feed', value: {
    item: 'comment', verb: 'add', comment_id: '555_1', post_id: `${PAGE}_555`, parent_id: `${PAGE}_555`,
    created_time: seconds(), from: { id: '88', name: 'Pablo Rey' }, message: '¡Qué bonita!' } }] };
  assert.equal((await send(comment)).status, 200);
  const active = await offered('Pablo Rey');
  assert.notEqual(active.conversation_id, chat.conversation_id);
  await luis.send(active, '¡Gracias, Pablo!');
  const answered = await asked(({ path }) => path.includes('/555_1/comments'));
  assert.equal(answered.body.message, '¡Gracias, Pablo!');

  // Hidden through the API; the same wish again asks nobody anything.
  const known = async () => (await luis.messages(active.conversation_id)).find(({ direction }) => direction === 'in');
  const { id } = await known();
  for (let n = 0; n < 2; n += 1) await luis.post(`/api/messages/${id}/moderate`, { deed: 'hide' });
  await eventually('it is hidden', async () => (await known()).comment?.hidden);
  const moderated = () => provider.requests.filter(({ path }) => path.endsWith('/555_1')).map(({ body }) => body);
  assert.deepEqual(moderated(), [{ is_hidden: true }]);

  // In the browser: what the post is about, shown again, and answered in private once.
  const browser = await launch();
  try {
    const agent = await Agent.arrive(browser, server, 'luis');
    const { page, at } = agent;
    await page.getByText('Pablo Rey').first().click();
    await at('post').filter({ hasText: 'Lámpara Faro' }).waitFor();
    await at('hidden').waitFor();
    await page.locator('[data-deed="show"]').press('Enter');
    await at('hidden').waitFor({ state: 'hidden' });
    assert.deepEqual(moderated(), [{ is_hidden: true }, { is_hidden: false }]);
    await at('answer-privately').press('Enter');
    await agent.say('Le escribo por aquí');
    const { body: answer } = await asked(({ path, body }) => path.endsWith('/me/messages') && body.recipient?.comment_id === '555_1');
    assert.equal(answer.message.text, 'Le escribo por aquí');
    await at('private-answer').filter({ hasText: 'Respondido en privado' }).waitFor();
    await at('answer-privately').waitFor({ state: 'hidden' });
    assert.deepEqual(page.problems, []);
  } finally {
    await browser.close();
  }
  const again = { client_id: 'second', text: 'Otra cosa', attachments: [], in_reply_to: id, private: true };
  await assert.rejects(luis.post(`/api/interactions/${active.id}/messages`, again), /409/);
  await luis.close(active);
});

test('e-mail: a letter with a picture comes in, its answer stays in the thread, and a machine is not answered', { skip: needsControl }, async () => {
  const send = (mime, secret = SECRET) =>
    post('email/email-1', mime.replaceAll('\n', '\r\n'), { 'content-type': 'message/rfc822', 'x-centralita-secret': secret });
  const letter = (id, more = '') => `From: =?UTF-8?Q?Bego=C3=B1a_Sanz?= <begona@example.org>
To: hola@shop.example
Subject: =?UTF-8?Q?L=C3=A1mpara_rota?=
Message-ID: <${id}@example.org>
Date: Sun, 22 Nov 2026 09:00:00 +0100
MIME-Version: 1.0
${more}Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

Llegó rota. Mando una foto.
--b
Content-Type: image/png; name=foto.png
Content-Disposition: attachment; filename=foto.png
Content-Transfer-Encoding: base64

iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==
--b--
`;
  assert.equal((await send(letter('a.1'), 'wrong')).status, 401);
  assert.equal((await send(letter('a.1'))).status, 200);
  const active = await offered('Begoña Sanz');
  const photo = await eventually('the picture is stored', async () =>
    (await luis.messages(active.conversation_id)).flatMap(({ attachments }) => attachments).find(({ state }) => state === 'stored'));
  const bytes = await fetch(`${server.url}/api/attachments/${photo.id}`, { headers: { authorization: `Bearer ${luis.token}` } });
  assert.equal((await bytes.arrayBuffer()).byteLength, 70);

  await luis.send(active, 'Le enviamos otra hoy mismo.');
  const { body } = await asked(({ path }) => path === '/mail');
  assert.match(body, /^In-Reply-To: <a\.1@example\.org>/mi);
  assert.match(body, /^Subject: =\?utf-8\?Q\?Re:_L=C3=A1mpara_rota\?=/mi);
  assert.match(body, /^To: .*begona@example\.org/mi);

  const before = (await luis.get(`/api/contacts/${active.contact.id}/history`)).items.length;
  await luis.close(active);
  assert.equal((await send(letter('a.2', 'Auto-Submitted: auto-replied\n'))).status, 200);
  await eventually('it is kept with the others', async () => (await luis.messages(active.conversation_id)).length === 3);
  assert.equal((await luis.get(`/api/contacts/${active.contact.id}/history`)).items.length, before, 'and no work begins');
});

test('Signed webhooks: in, and out under the message’s own id', { skip: needsControl }, async () => {
  const sign = (id, at, body) =>
    `v1,${createHmac('sha256', Buffer.from(WHSEC.slice('whsec_'.length), 'base64')).update(`${id}.${at}.${body}`).digest('base64')}`;
  const send = (id, event, at = seconds()) => {
    const body = JSON.stringify(event);
    const headers = { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': sign(id, at, body) };
    return post('webhook/webhook-1', body, headers).then(({ status }) => status);
  };
  const contact = { id: '7', name: 'Olga Prat' };
  const hello = { type: 'message.created', data: { id: 'p-1', contact, text: '¿Queda la lámpara Brisa?' } };
  assert.equal(await send('w-0', hello, seconds() - 600), 401, 'an old copy');
  for (let n = 0; n < 2; n += 1) assert.equal(await send('w-1', hello), 200);

  const active = await offered('Olga Prat');
  const message = await luis.send(active, 'Quedan dos.');
  const { headers, body, answer } = await asked(({ path }) => path === '/hook');
  assert.deepEqual([headers['webhook-id'], body.data.id, body.data.contact.id, body.data.text], [message.id, message.id, '7', 'Quedan dos.']);
  assert.equal(headers['webhook-signature'], sign(message.id, headers['webhook-timestamp'], JSON.stringify(body)));

  assert.equal(await send('w-2', { type: 'message.status', data: { id: answer.id, status: 'read' } }), 200);
  await eventually('it is read', async () =>
    (await luis.messages(active.conversation_id)).find(({ id }) => id === message.id).status === 'read');
  assert.deepEqual(await said(active), ['¿Queda la lámpara Brisa?', 'Quedan dos.']);
  await luis.close(active);
});
