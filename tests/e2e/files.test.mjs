// Files: in an object store, looked at by a virus scanner, opened only as what they are, and fetched by
// providers under addresses that run out.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Bucket } from './support/bucket.mjs';
import { Desk } from './support/desk.mjs';
import { eventually } from './support/eventually.mjs';
import { Provider } from './support/provider.mjs';
import { EICAR, Scanner } from './support/scanner.mjs';
import { Server, needsControl, onLibSql, psql } from './support/server.mjs';

const SECRET = 'e2e-secret';
const TOKEN = '123456789:e2e-token';
const PUBLIC = 'https://center.example';
const CHAT = { id: 42, type: 'private', first_name: 'Inés', last_name: 'Vidal' };

let bucket;
let scanner;
let provider;
let server;
let luis;
let update = 1;
/** What the provider has, by the ids of files. */
const files = new Map();

before(async () => {
  if (needsControl) return;
  [bucket, scanner] = [await Bucket.start(), await Scanner.start()];
  let next = 1000;
  provider = await Provider.start(({ path: asked, body }) => {
    next += 1;
    if (asked.startsWith('/file/')) return files.get(asked.split('/').at(-1));
    if (asked.endsWith('/getFile')) return { ok: true, result: { file_id: body.file_id, file_path: `documents/${body.file_id}` } };
    if (asked.startsWith('/bot')) return { ok: true, result: { message_id: next, chat: { id: 42 } } };
    return { sid: `SM${next}`, status: 'queued' };
  });
  const { url } = provider;
  server = await Server.start({ variables: {
    ...bucket.variables, ...scanner.variables, public_url: PUBLIC, telegram_base_url: url, twilio_base_url: url } });
  const admin = Desk.admin(server);
  const { queue } = await admin.get('/api/accounts/whatsapp-demo');
  const add = (id, channel, address, settings, secrets) =>
    admin.put(`/api/accounts/${id}`, { id, channel, name: id, address, queue, bot: false, settings, secrets: { secret: SECRET, ...secrets } });
  await add('telegram-1', 'telegram', '123456789', {}, { access_token: TOKEN });
  await add('sms-1', 'sms', '+34911222333', { provider: 'twilio', account_sid: 'AC1' }, {});
  luis = await Desk.login(server, 'luis');
  await luis.goOnline();
});

after(async () => {
  await luis?.goOffline();
  await server?.stop();
  await Promise.all([provider, bucket, scanner].map(one => one?.stop()));
});

const marked = () => crypto.randomUUID();
const png = mark => Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from(mark)]);
const told = async response => ({ status: response.status, ...(await response.json()) });

/** A customer sends a file by Telegram; gives the message's id and conversation once the desk has it. */
async function receive(name, mime, bytes) {
  const id = marked();
  files.set(id, bytes);
  update += 1;
  const document = { file_id: id, file_unique_id: id, file_name: name, mime_type: mime, file_size: bytes.length };
  const message = { message_id: update, date: Math.floor(Date.now() / 1000), chat: CHAT, from: { ...CHAT, is_bot: false, language_code: 'es' }, document };
  const headers = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': SECRET };
  const body = JSON.stringify({ update_id: update, message });
  assert.equal((await fetch(`${server.url}/webhooks/telegram/telegram-1`, { method: 'POST', body, headers })).status, 200);
  return name;
}

let active;
const work = async () => (active ??= await luis.answer(await luis.offered(({ channel }) => channel === 'telegram')));
const shown = async name => {
  const { conversation_id: id } = await work();
  const all = (await luis.messages(id)).flatMap(({ attachments }) => attachments);
  return all.find(file => file.name === name);
};
const becomes = (name, state, limitMs) => eventually(`${name} is ${state}`, async () => {
  const file = await shown(name);
  return file?.state === state && file;
}, limitMs);

/** Whether anything of the center's own database holds `mark`. */
async function isInDatabase(mark) {
  const url = server.environment.SPIN_VARIABLE_DATABASE_URL;
  if (url) return psql(url, `SELECT COUNT(*) FROM attachment WHERE position('${mark}'::bytea in bytes) > 0`) !== '0';
  const entries = await readdir(server.data, { recursive: true, withFileTypes: true });
  const own = entries.filter(entry => entry.isFile() && !entry.parentPath.includes('/cache'));
  const contents = await Promise.all(own.map(entry => readFile(path.join(entry.parentPath, entry.name))));
  return contents.some(content => content.includes(mark));
}

test('an agent\'s file and a customer\'s lie in the bucket and not in the database, and come back as they were', { skip: needsControl || onLibSql }, async () => {
  const [sent, came] = [marked(), marked()];
  const mine = await told(await luis.upload('foto.png', 'image/png', png(sent)));
  assert.deepEqual([mine.status, mine.state, mine.mime], [200, 'stored', 'image/png']);
  await receive('suya.png', 'image/png', png(came));
  const theirs = await becomes('suya.png', 'stored');
  for (const [id, mark] of [[mine.id, sent], [theirs.id, came]]) {
    assert.deepEqual(await bucket.object(id), png(mark));
    const response = await luis.download(id);
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), png(mark));
    assert.match(response.headers.get('content-disposition'), /^inline/);
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    assert.match(response.headers.get('content-security-policy'), /^sandbox/);
    assert.equal(await isInDatabase(mark), false);
  }
});

test('a file is what its bytes are: a page is no picture, and a program is not taken', { skip: needsControl }, async () => {
  const page = await told(await luis.upload('foto.png', 'image/png', '<!DOCTYPE html><script>alert(1)</script>'));
  assert.deepEqual([page.status, page.mime, page.kind], [200, 'text/html', 'document']);
  assert.match((await luis.download(page.id)).headers.get('content-disposition'), /^attachment/);
  for (const [name, mime, bytes] of [['foto.png', 'image/png', Buffer.concat([Buffer.from('MZ'), Buffer.alloc(100)])], ['hola.js', 'text/plain', 'x()']]) {
    const refused = await told(await luis.upload(name, mime, bytes));
    assert.deepEqual([refused.status, refused.code], [415, 'unsupported_type']);
  }
  await receive('factura.exe', 'application/pdf', Buffer.from('%PDF-1.7'));
  assert.equal((await becomes('factura.exe', 'refused')).url, undefined);
});

test('a virus is shown to nobody and not kept, whoever sent it', { skip: needsControl }, async () => {
  const before = await bucket.keys();
  const mine = await told(await luis.upload('virus.txt', 'text/plain', EICAR));
  assert.deepEqual([mine.status, mine.state, mine.url], [200, 'infected', undefined]);
  await receive('virus.txt', 'text/plain', EICAR);
  const theirs = await becomes('virus.txt', 'infected');
  for (const { id } of [mine, theirs]) assert.equal((await told(await luis.download(id))).status, 409);
  await eventually('its bytes are gone', async () => {
    assert.deepEqual((await bucket.keys()).sort(), before.sort());
    return true;
  });
  const { id } = await work();
  const message = { client_id: marked(), attachments: [mine.id] };
  await assert.rejects(luis.post(`/api/interactions/${id}/messages`, message), /409.*virus was found/);
});

test('while the scanner is away a file waits unopened, and is there when the scanner is', { skip: needsControl }, async () => {
  await scanner.goAway();
  const mine = await told(await luis.upload('espera.txt', 'text/plain', 'Hola'));
  assert.deepEqual([mine.status, mine.state], [200, 'checking']);
  await receive('espera.txt', 'text/plain', Buffer.from('Hola'));
  const theirs = await becomes('espera.txt', 'checking');
  assert.equal((await told(await luis.download(theirs.id))).status, 409);
  await scanner.comeBack();
  await becomes('espera.txt', 'stored', 60_000);
  await eventually('the agent\'s own, too', async () => (await luis.get(`/api/attachments/${mine.id}/about`)).state === 'stored', 60_000);
  assert.equal(await (await luis.download(theirs.id)).text(), 'Hola');
});

test('while the store is away reading says so and nothing is lost', { skip: needsControl }, async () => {
  const kept = await told(await luis.upload('nota.txt', 'text/plain', 'Hola'));
  await bucket.goAway();
  const away = await told(await luis.download(kept.id));
  assert.deepEqual([away.status, away.code, away.detail], [503, 'unavailable', 'the store of files does not answer now']);
  assert.equal((await told(await luis.upload('otra.txt', 'text/plain', 'Hola'))).status, 503);
  await receive('luego.txt', 'text/plain', Buffer.from('Luego'));
  await becomes('luego.txt', 'fetching');
  await bucket.comeBack();
  assert.equal(await (await luis.download(kept.id)).text(), 'Hola');
  const theirs = await becomes('luego.txt', 'stored', 60_000);
  assert.equal(String(await bucket.object(theirs.id)), 'Luego');
});

test('a provider of short messages fetches a file under an address that is good for this file', { skip: needsControl }, async () => {
  const form = { MessageSid: 'SM1', AccountSid: 'AC1', From: '+34600333001', To: '+34911222333', Body: 'Hola', NumMedia: '0' };
  const signed = `${PUBLIC}/webhooks/sms/sms-1` + Object.keys(form).sort().map(key => key + form[key]).join('');
  const headers = { 'x-twilio-signature': createHmac('sha1', SECRET).update(signed).digest('base64') };
  const url = `${server.url}/webhooks/sms/sms-1`;
  assert.equal((await fetch(url, { method: 'POST', body: new URLSearchParams(form), headers })).status, 200);
  const sms = await luis.answer(await luis.offered(({ channel }) => channel === 'sms'));
  const mark = marked();
  const { id } = await told(await luis.upload('plano.png', 'image/png', png(mark)));
  await luis.post(`/api/interactions/${sms.id}/messages`, { client_id: marked(), text: 'El plano', attachments: [id] });
  const { body } = await eventually('the provider is asked', () => provider.requests.find(({ path: asked }) => asked.endsWith('/Messages.json')));
  const link = new URL(body.MediaUrl);
  assert.equal(link.origin, PUBLIC);
  assert.match(link.pathname, /^\/f\/[\w-]{48}$/);
  const response = await fetch(server.url + link.pathname);
  assert.deepEqual([response.status, response.headers.get('content-type')], [200, 'image/png']);
  assert.deepEqual(Buffer.from(await response.arrayBuffer()), png(mark));
  const head = await fetch(server.url + link.pathname, { method: 'HEAD' });
  assert.deepEqual([head.status, (await head.arrayBuffer()).byteLength], [200, 0]);
  const last = link.pathname.at(-1) === 'A' ? 'E' : 'A';
  for (const wrong of [`${link.pathname.slice(0, -1)}${last}`, '/f/x', `/f/${id}`]) {
    assert.equal((await fetch(server.url + wrong)).status, 404, wrong);
  }
  await luis.close(sms);
});

test('a wrong key is said clearly, to whoever uploads and in the log', { skip: needsControl }, async () => {
  const wrong = await Server.start({ variables: { ...bucket.variables, s3_secret_key: 'another' } });
  const ana = await Desk.login(wrong, 'ana');
  const refused = await told(await ana.upload('nota.txt', 'text/plain', 'Hola'));
  assert.equal(refused.status, 503);
  assert.match(refused.detail, /refuses the center: SignatureDoesNotMatch/);
  await eventually('the log says so', () => wrong.output.some(text => text.includes('SignatureDoesNotMatch')));
  await wrong.stop();
});
