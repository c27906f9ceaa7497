// Letters all the way: in as a mail server posts them, on the desk, and out through the gateway to a real
// mail server.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Agent, PHONE, launch, screenshot } from './support/browser.mjs';
import { Desk } from './support/desk.mjs';
import { eventually } from './support/eventually.mjs';
import { MailServer } from './support/mail.mjs';
import { Server, needsControl } from './support/server.mjs';

const SECRET = 'e2e-secret';
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

let mail;
let server;
let luis;

before(async () => {
  if (needsControl) return;
  mail = await MailServer.start();
  server = await Server.start({ environment: { SMTP_URL: mail.url } });
  const admin = Desk.admin(server);
  const { queue } = await admin.get('/api/accounts/whatsapp-demo');
  const settings = { provider: 'raw', signature: '{agent.name}\nCasa Lumen' };
  await admin.put('/api/accounts/email-1', {
    channel: 'email', name: 'Correo', address: 'hola@shop.example', queue, bot: false, settings, secrets: { secret: SECRET },
  });
  await admin.put('/api/ready-answers/envio', {
    name: 'Plazo de envío',
    subject: { es: 'Su pedido, {contact.first_name}' },
    texts: { es: 'Hola, {contact.first_name}:\nsu pedido llega en 3 días. {order.number}', en: 'Hello' },
  });
  luis = await Desk.login(server, 'luis');
  await luis.goOnline();
});

after(async () => {
  await luis?.goOffline();
  await server?.stop();
  await mail?.stop();
});

async function write(mime) {
  const headers = { 'content-type': 'message/rfc822', 'x-centralita-secret': SECRET };
  const response = await fetch(`${server.url}/webhooks/email/email-1`, { method: 'POST', body: mime, headers });
  assert.equal(response.status, 200);
}

const offered = name => luis.offered(({ contact }) => contact.name === name).then(luis.answer);
const plain = (name, address, id, text = 'Hola') => [
  `From: ${name} <${address}>`, 'To: hola@shop.example', `Subject: Consulta ${id}`, `Message-ID: <${id}@mail.example>`,
  'Date: Sun, 22 Nov 2026 09:00:00 +0100', '', text, '',
].join('\r\n');

const RICH = [
  'Authentication-Results: mx.shop.example; spf=fail smtp.mailfrom=ana@mail.example; dkim=none; dmarc=fail',
  'From: Ana Gil <ana@mail.example>', 'To: hola@shop.example, Bob <bob@mail.example>', 'Cc: eva@mail.example',
  'Subject: Factura', 'Message-ID: <rich@mail.example>', 'Date: Sun, 22 Nov 2026 09:00:00 +0100', 'MIME-Version: 1.0',
  'Content-Type: multipart/related; boundary=r', '', '--r', 'Content-Type: multipart/alternative; boundary=a', '',
  '--a', 'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit', '', 'Mire esta factura.', '',
  'El 2026-11-01, Casa Lumen <hola@shop.example> escribió:', '> Gracias por su compra.', '',
  '--a', 'Content-Type: text/html; charset=utf-8', 'Content-Transfer-Encoding: 8bit', '',
  '<p>Mire <b>esta</b> factura.</p><img src="cid:sol" alt="sol" width="40" height="40"><img src="https://tracker.example/p.gif">' +
  '<script>parent.document.title="hacked"</script>', '--a--',
  '--r', 'Content-Type: image/png; name=sol.png', 'Content-ID: <sol>', 'Content-Disposition: inline; filename=sol.png',
  'Content-Transfer-Encoding: base64', '', PIXEL, '--r--', '',
].join('\r\n');

test('a letter on the desk: its envelope, what it quotes, its form shut in, and the original', { skip: needsControl }, async () => {
  await write(RICH);
  const active = await offered('Ana Gil');
  assert.equal(active.letters, true);
  const message = await eventually('its picture is ours', async () => {
    const [message] = await luis.messages(active.conversation_id);
    return message.attachments.every(({ state }) => state === 'stored') && message;
  });
  const { letter } = message;
  assert.equal(letter.subject, 'Factura');
  assert.equal(letter.from, 'Ana Gil <ana@mail.example>');
  assert.deepEqual(letter.others, ['bob@mail.example', 'eva@mail.example']);
  assert.equal(letter.trust, 'forged');
  assert.equal(letter.remote_pictures, true);
  assert.equal(message.text, 'Mire esta factura.');
  assert.match(letter.quoted, /^El 2026-11-01/);

  const headers = { authorization: `Bearer ${luis.token}` };
  const page = await fetch(server.url + letter.page, { headers });
  const html = await page.text();
  assert.match(html, new RegExp(`src="/api/attachments/${message.attachments[0].id}"`));
  assert.match(html, /src="remote:https:/);
  assert.doesNotMatch(html, /<script/);
  const policy = page.headers.get('content-security-policy');
  assert.match(policy, /^default-src 'none'; img-src 'self' data:;/);
  assert.match(policy, /sandbox/);
  assert.match(await (await fetch(`${server.url}${letter.page}?pictures=1`, { headers })).text(), /src="https:\/\/tracker/);
  assert.equal((await fetch(server.url + letter.page)).status, 401);

  const original = await fetch(server.url + letter.original, { headers });
  assert.equal(await original.text(), RICH, 'byte for byte');
  assert.match(original.headers.get('content-disposition'), /^attachment; filename=".+\.eml"/);

  const templates = await luis.get(`/api/interactions/${active.id}/ready-answers`);
  assert.deepEqual(templates, [{
    id: 'envio', name: 'Plazo de envío', subject: 'Su pedido, Ana', text: 'Hola, Ana:\nsu pedido llega en 3 días. {order.number}',
  }]);

  const envelope = { subject: 'Su factura', to: ['ana@mail.example'], cc: ['bob@mail.example', 'nobody@mail.example'] };
  await luis.post(`/api/interactions/${active.id}/messages`, { client_id: crypto.randomUUID(), text: 'Aquí está.', envelope });
  const { from, to, content } = await mail.arrives(({ to }) => to?.includes('bob@mail.example'));
  assert.equal(from, 'hola@shop.example');
  assert.deepEqual(to, ['ana@mail.example', 'bob@mail.example'], 'one wrong address does not keep it from the others');
  assert.match(content, /^Subject: Su factura\r$/m);
  assert.match(content, /^In-Reply-To: <rich@mail\.example>\r$/m);
  assert.match(content, /^Cc: .*bob@mail\.example/m);
  const [, sent] = await eventually('it is sent', async () => {
    const messages = await luis.messages(active.conversation_id);
    return messages[1]?.status === 'sent' && messages;
  });
  assert.deepEqual(sent.error, { code: '5.1.1', text: 'nobody@mail.example: <nobody@mail.example>: no such user', reason: 'no_such_person' });
  const [, id] = content.match(/^Message-ID: (<.+>)\r$/m);
  assert.ok(id.includes(sent.id), 'its id is ours');
  // An answer to our own id comes back into the conversation, whoever of the two writes it.
  await write(plain('Ana Gil', 'ana@mail.example', 'again', 'Gracias').replace('Date:', `In-Reply-To: ${id}\r\nDate:`));
  const reply = await eventually('it is there', async () => (await luis.messages(active.conversation_id))[2]);
  assert.equal(reply.reply_to, sent.id);
  await luis.close(active);
});

test('a mail server that is away gets the letter later, and once', { skip: needsControl }, async () => {
  await write(plain('Pedro Sol', 'pedro@mail.example', 'p.1'));
  const active = await offered('Pedro Sol');
  const { port } = mail;
  await mail.stop();
  await luis.send(active, 'Ya va.');
  const waiting = await eventually('the desk knows why it waits', async () => {
    const last = (await luis.messages(active.conversation_id)).at(-1);
    return last.error?.code === 'not_reached' && last;
  });
  assert.equal(waiting.status, 'sending');
  mail = await MailServer.start(port);
  await luis.post(`/api/messages/${waiting.id}/retry`);
  await mail.arrives(({ to }) => to?.includes('pedro@mail.example'));
  await eventually('it is sent', async () => (await luis.messages(active.conversation_id)).at(-1).status === 'sent');
  assert.equal(mail.letters.filter(({ to }) => to?.includes('pedro@mail.example')).length, 1);
  await luis.close(active);
});

test('an address that does not exist: the letter fails with the words, and the desk warns', { skip: needsControl }, async () => {
  await write(plain('Nadie', 'nobody@mail.example', 'n.1'));
  const active = await offered('Nadie');
  await luis.send(active, 'Hola');
  const failed = await eventually('it fails', async () => {
    const last = (await luis.messages(active.conversation_id)).at(-1);
    return last.status === 'failed' && last;
  });
  assert.deepEqual(failed.error, { code: '5.1.1', text: '<nobody@mail.example>: no such user', reason: 'no_such_person' });
  const mine = async () => (await luis.get('/api/desk')).interactions.find(({ id }) => id === active.id);
  assert.equal((await mine()).unreachable.code, '5.1.1');
  await write(plain('Nadie', 'nobody@mail.example', 'n.2'));
  await eventually('who writes exists', async () => !(await mine()).unreachable);
  await luis.close(active);
});

test('an agent reads a letter and answers all with a ready answer, on a wide and a narrow screen', { skip: needsControl }, async () => {
  await luis.goOffline();
  const browser = await launch();
  try {
    const agent = await Agent.arrive(browser, server, 'luis');
    await agent.becomeAvailable();
    await write(RICH.replaceAll('ana@mail.example', 'rosa@mail.example').replace('Ana Gil', 'Rosa Gil').replace('<rich@', '<rich2@'));
    await agent.at('offer-answer').first().click();
    await agent.sees('Factura');
    const frame = agent.page.frameLocator('[data-testid="letter-page"]');
    await frame.getByText('esta').waitFor();
    await eventually('the picture of the letter is loaded', () =>
      frame.getByAltText('sol').evaluate(image => image.complete && image.naturalWidth > 0));
    assert.notEqual(await agent.page.title(), 'hacked');
    await eventually('the frame is as high as what is in it', async () =>
      (await agent.at('letter-page').boundingBox()).height < 200);
    await screenshot(agent.page, 'desk-letter-1366');
    await agent.at('formatted').click();
    await agent.at('quoted').click();
    await agent.sees('Gracias por su compra');
    await agent.at('reply-all').click();
    assert.equal(await agent.at('letter-cc').inputValue(), 'bob@mail.example, eva@mail.example');
    await agent.at('ready-answers-open').click();
    await agent.at('find-answer').fill('envio');
    await agent.at('ready-answer').first().waitFor();
    await screenshot(agent.page, 'desk-letter-answers-1366');
    await agent.at('ready-answer').first().click();
    assert.match(await agent.at('composer').inputValue(), /^Hola, Rosa:/);
    assert.equal(await agent.at('letter-subject').inputValue(), 'Su pedido, Rosa');
    await screenshot(agent.page, 'desk-letter-answer-1366');
    await agent.page.setViewportSize(PHONE);
    await screenshot(agent.page, 'desk-letter-360');
    await agent.at('send').click();
    const { to, content } = await mail.arrives(({ to }) => to?.includes('eva@mail.example'));
    assert.deepEqual(to, ['rosa@mail.example', 'bob@mail.example', 'eva@mail.example']);
    assert.match(content, /^Subject: Su pedido, Rosa\r$/m);
    assert.deepEqual(agent.page.problems, []);
  } finally {
    await browser.close();
  }
});
