// The widget as a visitor has it: the file that is served, in a real Chromium, on another origin's
// page under a strict content security policy.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { BUNDLE, bundle } from '../build.js';
import { CONFIG, Standin } from './standin.js';

const BYTES_MAX = 14_000;
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPj/HwAEAgH/p7sQ3QAAAABJRU5ErkJggg==', 'base64');

let browser, context, page, server, faults;

before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
});
after(() => browser.close());
beforeEach(async () => {
  server = await Standin.start();
  context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'es-ES', reducedMotion: 'reduce' });
  faults = [];
  page = await visit();
});
afterEach(async () => {
  await context.close();
  server.stop();
  assert.deepEqual(faults, [], 'nothing fell over in the page, and nothing broke its policy');
});

async function visit(query = '') {
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('pageerror', error => faults.push(String(error)));
  page.on('console', line => { if (/Content Security|Trusted/i.test(line.text())) faults.push(line.text()); });
  // Later changes of the account are for later pages.
  await Promise.all([page.waitForResponse(/\/config/), page.goto(`${server.shop}/${query}`)]);
  return page;
}
const open = async (on = page) => { await on.locator('.launcher').click(); await on.locator('textarea').waitFor(); };
const write = async (text, on = page) => { await on.locator('textarea').fill(text); await on.keyboard.press('Enter'); };
const bubbles = (on = page) => on.locator('.msg:visible .bubble').allTextContents();
const seen = (text, on = page) => on.locator('.bubble', { hasText: text }).first().waitFor();
const mark = (name, on = page) => on.locator(`.msg.last .meta .${name}`).first().waitFor();
async function until(what, check) {
  for (const end = Date.now() + 15_000; Date.now() < end; await new Promise(done => setTimeout(done, 20))) if (await check()) return;
  assert.fail(`never: ${what}`);
}

test('the file that is served is current and small', async () => {
  const built = await bundle();
  if (process.env.UPDATE) await (await import('node:fs/promises')).writeFile(BUNDLE, built);
  const served = await readFile(BUNDLE, 'utf8');
  assert.equal(served, built, 'stale: UPDATE=1 node --test');
  const bytes = gzipSync(served, { level: 9 }).length;
  assert.ok(bytes <= BYTES_MAX, `${bytes} bytes gzipped, ${BYTES_MAX} allowed`);
});

test('nothing is asked of the server but its configuration until the visitor writes', async () => {
  await open();
  await seen('En qué podemos');
  assert.equal(server.tokens.size, 0);
  assert.equal(server.streamsOpened, 0);
});

test('a message goes out, an answer comes in, and both show what became of them', async () => {
  await open();
  await write('Hola');
  await mark('sent');
  server.say({ author: { kind: 'agent', name: 'Ana' }, text: 'Buenas tardes' });
  await seen('Buenas tardes');
  await until('the business learns that it was read', () => server.posts.some(post => post.kind === 'read' && post.up_to_seq === 2));
  server.emit('status', { status: 'delivered', up_to_seq: 1 });
  await mark('delivered');
  server.emit('status', { status: 'read', up_to_seq: 1 });
  await mark('read');
  server.emit('state', { state: 'active', agent: { name: 'Ana' } });
  await page.getByText('Hablas con Ana').waitFor();
  server.emit('typing', { name: 'Ana', for_ms: 300 });
  await page.getByText('Ana está escribiendo').waitFor();
  await page.locator('.dots').waitFor({ state: 'hidden' });
  await page.locator('textarea').pressSequentially('ok');
  await until('the business learns of typing', () => server.posts.some(post => post.kind === 'typing'));
  assert.deepEqual(await bubbles(), ['Hola', 'Buenas tardes']);
});

test('a reload keeps the conversation and the draft, and shows each message once', async () => {
  await open();
  await write('Primera');
  await mark('sent');
  server.say({ text: 'Respuesta' });
  await seen('Respuesta');
  await page.locator('textarea').fill('a medias');
  await page.reload();
  await page.locator('textarea').waitFor();
  await until('a stream is back', () => server.streams.size === 1);
  server.say({ text: 'Después' });
  await seen('Después');
  assert.deepEqual(await bubbles(), ['Primera', 'Respuesta', 'Después']);
  assert.equal(await page.locator('textarea').inputValue(), 'a medias');
  assert.equal(new Set(server.tokens.values()).size, 1, 'still the same visitor');
});

test('a cut line is said, and what was missed comes once when it is back', async () => {
  await open();
  await write('Hola');
  await mark('sent');
  await until('a stream', () => server.streams.size === 1);
  server.cut();
  await page.getByText('Sin conexión').waitFor();
  server.say({ text: 'Mientras tanto' });
  server.mend();
  await seen('Mientras tanto');
  await page.getByText('Sin conexión').waitFor({ state: 'hidden' });
  await until('a stream', () => server.streams.size === 1);
  for (const message of server.log) server.emit('message', message); // A server that repeats itself.
  server.say({ text: 'Fin' });
  await seen('Fin');
  assert.deepEqual(await bubbles(), ['Hola', 'Mientras tanto', 'Fin']);
});

test('what is written without a line waits, survives a reload, and goes out once', async () => {
  await open();
  await write('Uno');
  await mark('sent');
  server.cut();
  await write('Dos');
  await write('Tres');
  await mark('sending');
  server.mend();
  await page.reload();
  await until('three messages', () => server.log.length === 3);
  await page.locator('.mark.sending, .sending').first().waitFor({ state: 'hidden' });
  assert.deepEqual(server.log.map(message => message.text), ['Uno', 'Dos', 'Tres']);
  assert.deepEqual(await bubbles(), ['Uno', 'Dos', 'Tres']);
});

test('a refused message keeps its text and can be tried again', async () => {
  server.refuse = 413;
  await open();
  await write('Pesado');
  await page.getByText('No se ha enviado').waitFor();
  server.refuse = null;
  await page.getByRole('button', { name: 'Reintentar' }).click();
  await mark('sent');
  assert.deepEqual(server.log.map(message => message.text), ['Pesado']);
});

test('a stream that a proxy holds back gives way to polling', { timeout: 90_000 }, async () => {
  server.buffering = true;
  page.setDefaultTimeout(60_000);
  await open();
  await write('Hola');
  await mark('sent');
  server.say({ text: 'Sin flujo' });
  await seen('Sin flujo');
  const opened = server.streamsOpened;
  server.say({ text: 'Otra vez' });
  await seen('Otra vez');
  assert.ok(opened >= 1);
  assert.deepEqual(await bubbles(), ['Hola', 'Sin flujo', 'Otra vez']);
});

test('a menu is answered from the keyboard and is then inert', async () => {
  await open();
  await write('Hola');
  await mark('sent');
  server.say({ text: '¿Qué necesitas?', kind: 'menu', options: [{ id: 'order', title: 'Mi pedido' }, { id: 'person', title: 'Hablar con una persona' }] });
  const choice = page.getByRole('button', { name: 'Hablar con una persona' });
  await choice.waitFor();
  for (let tabs = 0; tabs < 12 && !await choice.evaluate(node => node.getRootNode().activeElement === node); tabs++) await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await until('the choice', () => server.posts.some(post => post.choice === 'person'));
  await until('an inert menu', () => choice.isDisabled());
  assert.equal(await choice.getAttribute('aria-pressed'), 'true');
  assert.ok(await page.getByRole('button', { name: 'Mi pedido' }).isDisabled());
  assert.ok(await page.locator('textarea').evaluate(node => node.getRootNode().activeElement === node), 'writing goes on');
});

test('files: limits are said, wrong ones refused, good ones shown on both sides', async () => {
  await open();
  await write('Hola');
  await mark('sent');
  await page.getByTitle('Imágenes o PDF, máximo 5 MB').waitFor();
  const picker = page.locator('input[type=file]');
  await picker.setInputFiles({ name: 'virus.exe', mimeType: 'application/x-msdownload', buffer: Buffer.from('MZ') });
  await page.getByText('virus.exe: Imágenes o PDF').waitFor();
  await picker.setInputFiles({ name: 'grande.png', mimeType: 'image/png', buffer: Buffer.alloc(5_242_881) });
  await page.getByText('grande.png: Imágenes').waitFor();
  await picker.setInputFiles([{ name: 'foto.png', mimeType: 'image/png', buffer: PNG }, { name: 'factura.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') }]);
  await page.locator('.chip').nth(1).waitFor();
  await until('both are up', async () => server.files.size === 2 && await page.locator('.go').isEnabled());
  await page.locator('.go').click();
  await page.getByRole('link', { name: 'factura.pdf' }).waitFor();
  const image = page.getByRole('img', { name: 'foto.png' });
  await until('the image', () => image.evaluate(node => node.naturalWidth === 1));
  assert.equal(server.log.at(-1).attachments.length, 2);
});

test('what others write stays text, and only web addresses become links', async () => {
  await open();
  await write('Hola');
  const evil = '<img src=x onerror=alert(1)> javascript:alert(2) https://example.com/a?b=1. <b>no</b>';
  server.say({ text: evil, author: { kind: 'agent', name: '<i>Eva</i>' } });
  server.say({ text: 'x', kind: 'menu', options: [{ id: '1', title: '<script>alert(3)</script>' }], attachments: [{ kind: 'document', name: '<u>f</u>', url: 'javascript:alert(4)' }] });
  await page.getByRole('button', { name: '<script>' }).waitFor();
  assert.ok((await bubbles()).includes(evil));
  assert.equal(await page.locator('.log b, .log i, .log u, .log script, .bubble img').count(), 0);
  assert.deepEqual(await page.locator('.log a[href]').evaluateAll(links => links.map(link => link.href)), ['https://example.com/a?b=1']);
});

test('two tabs show one conversation, each message once', async () => {
  await open();
  await write('Desde la primera');
  await mark('sent');
  const second = await visit();
  if (!await second.locator('textarea').isVisible()) await open(second);
  await seen('Desde la primera', second);
  await write('Desde la segunda', second);
  await seen('Desde la segunda');
  server.say({ text: 'Para las dos' });
  for (const tab of [page, second]) {
    await seen('Para las dos', tab);
    assert.deepEqual(await bubbles(tab), ['Desde la primera', 'Desde la segunda', 'Para las dos']);
  }
});

test('a message to a closed panel is counted and shown beside the launcher', async () => {
  await open();
  await write('Hola');
  await mark('sent');
  await page.keyboard.press('Escape');
  await until('the launcher has the focus', () => page.locator('.launcher').evaluate(node => node.getRootNode().activeElement === node));
  server.say({ text: 'Ya está aquí tu pedido', author: { kind: 'agent', name: 'Ana' } });
  await page.getByRole('button', { name: /Mensajes nuevos: 1/ }).waitFor();
  await until('delivered, not read', () => server.posts.some(post => post.kind === 'delivered' && post.up_to_seq === 2));
  assert.ok(!server.posts.some(post => post.kind === 'read' && post.up_to_seq === 2));
  await page.locator('.teaser').click();
  await until('read', () => server.posts.some(post => post.kind === 'read' && post.up_to_seq === 2));
  await page.locator('.badge').waitFor({ state: 'hidden' });
});

for (const confirmed of [true, false]) {
  test(`an unknown token begins a new visitor without losing what is to be sent, with ${confirmed ? 'a' : 'no'} word of the server on what was`, async () => {
    server.buffering = !confirmed;
    await open();
    await write('Antes');
    await mark('sent');
    const shown = () => page.evaluate(() => Object.entries(localStorage).some(([key, value]) => key.endsWith(':log') && value.includes('Antes')));
    if (confirmed) await until('the stream shows it', shown);
    else assert.equal(await shown(), false);
    server.buffering = false;
    server.tokens.clear();
    server.log = [];
    for (const stream of server.streams) stream.end();
    await write('Ahora');
    await until('the new conversation', () => server.log.some(message => message.text === 'Ahora'));
    await until('only the new one is shown', async () => String(await bubbles()) === 'Ahora');
  });
}

test('the visitor can end the conversation, and is asked first', async () => {
  await open();
  await write('Hola');
  await mark('sent');
  await page.getByRole('button', { name: 'Terminar la conversación' }).first().click();
  await page.locator('.bar .pill').first().click();
  await until('the end', () => server.posts.some(post => post.kind === 'end'));
  server.emit('state', { state: 'disposed' });
  await page.getByText('Conversación terminada').waitFor();
});

test('it says who the visitor is when the page knows', async () => {
  const known = await visit('?name=Marta&phone=%2B34600000001');
  await open(known);
  await write('Hola', known);
  await until('identify', () => server.posts.some(post => post.kind === 'identify' && post.phone === '+34600000001' && post.name === 'Marta'));
});

test('roles, names and focus are what a screen reader needs', async () => {
  assert.equal(await page.getByRole('button', { name: 'Abrir el chat' }).getAttribute('aria-haspopup'), 'dialog');
  await open();
  const dialog = page.getByRole('dialog', { name: 'Tienda Sol' });
  await dialog.waitFor();
  const log = dialog.getByRole('log', { name: 'Conversación' });
  assert.equal(await log.getAttribute('aria-live'), 'polite');
  assert.ok(await page.locator('textarea').evaluate(node => node.getRootNode().activeElement === node), 'focus is where one writes');
  await write('Hola');
  await mark('sent');
  assert.equal(await page.getByRole('img', { name: 'Enviado' }).count(), 1);
  const nameless = await page.locator('centralita-chat').evaluate(chat => [...chat.shadowRoot.querySelectorAll('button,input,textarea,[role=img]')]
    .filter(node => !node.hidden && !(node.ariaLabel || node.textContent.trim())).map(node => node.outerHTML));
  assert.deepEqual(nameless, []);
});

const FIELDS = [
  { name: 'name', kind: 'name', label: 'Nombre', required: true },
  { name: 'phone', kind: 'phone', label: 'Teléfono', required: false },
  { name: 'consent', kind: 'consent', label: 'Acepto', required: true, url: 'https://shop.example/p' },
];
const token = claims => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig-${claims.sub}-${claims.n ?? ''}`;
const focused = locator => locator.evaluate(node => node.getRootNode().activeElement === node);

test('what is asked first goes with the first message, and is asked again when the server wants it', async () => {
  server.config = { ...CONFIG, fields: FIELDS };
  page = await visit();
  await page.locator('.launcher').click();
  const form = page.locator('form.asking');
  await form.waitFor();
  assert.ok(await focused(page.getByLabel('Nombre')));
  assert.ok(await page.locator('textarea').isHidden(), 'nothing is written before');
  await page.getByLabel('Teléfono (opcional)').fill('call me');
  await page.getByLabel('Nombre').fill('Ana');
  await form.getByRole('button', { name: 'Continuar' }).click();
  assert.ok(await form.isVisible(), 'the consent is missing');
  await page.getByLabel('Acepto').check();
  await form.getByRole('button', { name: 'Continuar' }).click();
  server.refuse = 422;
  server.problems = { phone: 'invalid' };
  await write('Hola');
  await form.waitFor();
  await until('it says what is wrong', () => focused(page.getByLabel('Teléfono (opcional)')));
  server.refuse = null;
  await page.getByLabel('Teléfono (opcional)').fill('+34600123123');
  await form.getByRole('button', { name: 'Continuar' }).click();
  await until('the message', () => server.posts.some(({ kind, answers }) => kind === 'message' && answers.phone === '+34600123123' && answers.consent === true));
  await mark('sent');
  server.emit('state', { state: 'queued' });
  await page.getByText('Buscando a una persona').waitFor();
  await write('Otra cosa');
  await until('the second', () => server.posts.some(({ text }) => text === 'Otra cosa'));
  assert.equal(server.posts.find(({ text }) => text === 'Otra cosa').answers, undefined, 'once');
});

test('an invitation can be dismissed, steals no focus and comes once a day', async () => {
  server.config = { ...CONFIG, invitations: [{ id: 3, after_s: 0, pages: ['/sho*', '/'], text: '¿Te ayudo?' }] };
  page = await visit();
  await page.locator('.invite').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.localName), 'body');
  assert.equal(await page.locator('[role=status].sr').textContent(), '¿Te ayudo?');
  await page.getByRole('button', { name: 'Cerrar la invitación' }).click();
  await page.locator('.invite').waitFor({ state: 'hidden' });
  const asked = page.waitForResponse(/config/);
  await page.reload();
  await asked;
  await open();
  await write('Hola');
  await mark('sent');
  assert.equal(await page.locator('.invite').isVisible(), false);
  assert.equal(server.posts.find(({ kind }) => kind === 'message').invitation, undefined, 'not answered');
});

test('an answered invitation is named by its number', async () => {
  server.config = { ...CONFIG, invitations: [{ id: 3, after_s: 0, pages: [], text: '¿Te ayudo?' }] };
  page = await visit();
  await page.getByRole('button', { name: 'Responder' }).click();
  await seen('¿Te ayudo?');
  await write('Sí');
  await until('the answer', () => server.posts.some(({ invitation }) => invitation === 3));
});

test('a closed business says so, and takes a message or not', async () => {
  const opens_ms = Date.now() + 90_000_000;
  server.config = { ...CONFIG, closed: { opens_ms, message: false, text: '' }, changes_ms: opens_ms, invitations: [{ id: 0, after_s: 0, pages: [], text: 'no' }] };
  page = await visit();
  await page.locator('.launcher').click();
  await page.getByText(/Ahora estamos cerrados\. Abrimos el .+\d\d:\d\d/).waitFor();
  assert.ok(await page.locator('textarea').isHidden());
  assert.equal(await page.locator('.invite').isVisible(), false);
  server.config = { ...CONFIG, closed: { opens_ms: null, message: true, text: 'Dormimos.' } };
  await page.reload();
  await page.getByText('Dormimos.').waitFor();
  await page.locator('textarea').waitFor();
});

test('the conversation by e-mail is asked for, and told when it cannot be', async () => {
  server.config = { ...CONFIG, transcript: true };
  page = await visit('?email=ana@b.es');
  await open();
  const mail = page.getByRole('button', { name: 'Recibir la conversación por correo' });
  assert.ok(await mail.isHidden(), 'nothing was said yet');
  await write('Hola');
  await mail.click();
  const address = page.getByLabel('Tu correo electrónico');
  assert.equal(await address.inputValue(), 'ana@b.es');
  Object.assign(server, { refuse: 429, refuseKind: 'transcript' });
  await address.press('Enter');
  await page.getByText('Espera un poco').waitFor();
  server.refuse = null;
  await address.press('Enter');
  await page.getByText('Te la enviamos a ana@b.es').waitFor();
  assert.equal(server.posts.filter(({ kind, email }) => kind === 'transcript' && email === 'ana@b.es').length, 1);
});

test('two customers on one browser see nothing of each other, in any tab', async () => {
  page = await visit(`?identity=${token({ sub: 'a' })}`);
  const second = await visit(`?identity=${token({ sub: 'a' })}`);
  await open();
  await write('Soy A');
  await mark('sent');
  if (!await second.locator('textarea').isVisible()) await open(second);
  await seen('Soy A', second);
  await second.locator('textarea').fill('a medias');
  server.log = [];
  await page.locator('centralita-chat').evaluate((chat, other) => chat.login(other), token({ sub: 'b' }));
  for (const tab of [page, second]) {
    await until('nothing is left', async () => String(await bubbles(tab)) === CONFIG.greeting && await tab.locator('textarea').inputValue() === '');
  }
  await write('Soy B');
  await until('B wrote', () => server.log.some(({ text }) => text === 'Soy B'));
  await second.evaluate(() => dispatchEvent(new Event('focus'))); // The page that was A's gets a line of its own.
  await until('both listen', () => server.streams.size === 2);
  server.say({ text: 'Hola, B' });
  for (const tab of [page, second]) await until('only B is shown', async () => String(await bubbles(tab)) === 'Soy B,Hola, B');
  assert.deepEqual([...new Set(server.tokens.values())].sort(), ['customer-a', 'customer-b']);
  await page.locator('centralita-chat').evaluate(chat => chat.logout());
  for (const tab of [page, second]) await until('nobody', async () => String(await bubbles(tab)) === CONFIG.greeting);
  await until('nothing is kept', () => page.evaluate(() => Object.keys(localStorage).every(key => /:(config|invited|open|person)$/.test(key))));
});

test('what somebody only began to write is not there for the next', async () => {
  page = await visit(`?identity=${token({ sub: 'a' })}`);
  await open();
  await page.locator('textarea').fill('a medias');
  await page.goto(`${server.shop}/?identity=${token({ sub: 'a', n: 2 })}`);
  await page.locator('textarea').waitFor();
  assert.equal(await page.locator('textarea').inputValue(), 'a medias', 'it is the same person');
  await page.goto(`${server.shop}/?identity=${token({ sub: 'b' })}`);
  await until('nothing is left', async () => await page.locator('textarea').inputValue() === '');
});

test('a new token of the same customer changes nothing, and a refused one leaves somebody anonymous', async () => {
  page = await visit(`?identity=${token({ sub: 'a', n: 1 })}`);
  await open();
  await write('Soy A');
  await mark('sent');
  await page.goto(`${server.shop}/?identity=${token({ sub: 'a', n: 2 })}`);
  await seen('Soy A');
  await page.goto(`${server.shop}/?identity=${token({ sub: 'forged' })}`);
  await page.locator('textarea').waitFor();
  await until('nothing of A', async () => String(await bubbles()) === CONFIG.greeting);
  server.log = [];
  await write('Soy nadie');
  await until('it is sent', () => server.log.some(({ text }) => text === 'Soy nadie'));
  assert.ok([...server.tokens.values()].some(visitor => !/^customer/.test(visitor)));
});

for (const [lang, words] of [['en-GB', 'Open the chat'], ['pt-BR', 'Abrir o chat'], ['es-MX', 'Abrir el chat'], ['de', 'Abrir el chat']]) {
  test(`a page in ${lang} says "${words}"`, async () => {
    const other = await visit(`?lang=${lang}`);
    await other.getByRole('button', { name: words }).waitFor();
  });
}

for (const accent of ['#ffd400', '#0b6e4f', '#ff6600', '#777777', 'white', 'black']) {
  for (const theme of ['light', 'dark']) {
    test(`an accent of ${accent} on ${theme} can be read`, async () => {
      const other = await visit(`?accent=${encodeURIComponent(accent)}&theme=${theme}`);
      await open(other);
      const ratios = await other.locator('centralita-chat').evaluate(chat => {
        const style = getComputedStyle(chat);
        const light = name => {
          const probe = document.createElement('i');
          probe.style.color = style.getPropertyValue(name);
          document.body.append(probe);
          const parts = getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(part => part / 255).map(x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
          return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
        };
        return [['--on', '--accent'], ['--link', '--bg'], ['--link', '--soft'], ['--dim', '--bg'], ['--dim', '--soft'], ['--ink', '--soft'], ['--bad', '--bg']].map(pair => {
          const [low, high] = pair.map(light).sort((a, b) => a - b);
          return [pair.join(' on '), (high + 0.05) / (low + 0.05)];
        });
      });
      for (const [pair, ratio] of ratios) assert.ok(ratio >= 4.5, `${pair}: ${ratio.toFixed(2)}`);
    });
  }
}

test('on a phone it fills the screen and keeps the focus', async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  await open();
  const box = await page.getByRole('dialog').boundingBox();
  assert.deepEqual([box.x, box.y, box.width, box.height], [0, 0, 360, 740]);
  assert.equal(await page.getByRole('dialog').getAttribute('aria-modal'), 'true');
  for (let tabs = 0; tabs < 8; tabs++) {
    await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(() => document.activeElement.localName === 'centralita-chat'), `tab ${tabs}`);
  }
});
