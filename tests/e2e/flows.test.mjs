// Flows on the desk: a supervisor writes one, sees what is wrong with it, tries it in a chat and on the phone,
// publishes it, and rolls it back. What two people write at once is not lost, and agents do not get there.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Agent, PHONE, WIDE, launch, screenshot } from './support/browser.mjs';
import { Desk } from './support/desk.mjs';
import { eventually } from './support/eventually.mjs';
import { Server } from './support/server.mjs';

/** What stands in a flow is text wherever it is shown. */
const HOSTILE = '<img src=x onerror="document.title=1"> & <b>co</b>';

const flow = ({ go = 'person', hello = '¿Qué necesitas?' } = {}) => `[flow]
locales = ["es"]
start = "hello"
person = "person"

[state.hello]
menu = 'Soy el asistente virtual. ${hello}'

[[state.hello.option]]
title = "Una persona"
key = "0"
go = "${go}"

[[state.hello.option]]
title = "Mi pedido"
key = "1"
go = "order"

[state.order]
ask = "¿Cuál es tu número de pedido?"
into = "order"
as = "number"
go = "person"

[state.person]
transfer = { queue = "soporte", topic = "Pide una persona" }
`;
/** Where the first option says where it leads. */
const GO_LINE = 12;

/** Another one each time, since flows stay on a server that stays. */
const name = `e2e-${Date.now().toString(36)}`;

let server, browser, marta, api;

before(async () => {
  server = await Server.start();
  browser = await launch();
  marta = await Agent.arrive(browser, server, 'marta');
  api = await Desk.login(server, 'marta');
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const one = () => api.get(`/api/flows/${name}`);
const part = which => marta.at(`part-${which}`).click();
const notice = text => marta.at('notice').filter({ hasText: text }).waitFor();
/** What is selected of the text, which has the focus. */
const selected = () => marta.at('flow-text').evaluate(field =>
  field === document.activeElement && field.value.slice(field.selectionStart, field.selectionEnd));
const panel = on => marta.page.locator(`[data-testid="rehearsal"][data-on="${on}"]`);
const within = (on, testid) => panel(on).locator(`[data-testid="${testid}"]`);
const checked = count => eventually(`${count} problems are shown`, async () =>
  await marta.at('flow-check').getAttribute('data-state') === 'done' && await marta.at('flow-problem').count() === count);

/** What stands on the screen at both sizes. No size scrolls sideways. */
async function shown(picture) {
  for (const [size, viewport] of [[PHONE.width, PHONE], [WIDE.width, WIDE]]) {
    await marta.page.setViewportSize(viewport);
    await screenshot(marta.page, `${picture}-${size}`);
    const width = await marta.page.evaluate(() => Math.max(document.documentElement.scrollWidth, document.querySelector('main').scrollWidth));
    assert.ok(width <= viewport.width, `${picture} is ${width} pixels wide on a screen of ${viewport.width}`);
  }
}

test('the list of flows, and a new one', async () => {
  await marta.at('nav-flows').click();
  await marta.page.locator('[data-testid="flow-row"][data-id="main"]').waitFor();
  await shown('flows');
  await marta.at('new-flow').click();
  await marta.at('flow-name').fill('main');
  await marta.at('flow-title').fill('De prueba');
  await marta.at('flow-create').click();
  await marta.at('name-taken').waitFor();
  await marta.at('flow-name').fill(name);
  await marta.at('flow-create').click();
  await marta.at('flow-about').filter({ hasText: `${name} · flow · Nada en vivo` }).waitFor();
  assert.equal(new URL(marta.page.url()).pathname, `/desk/flows/${name}`);
  assert.deepEqual(await one().then(({ title, scripted, versions }) => [title, scripted, versions]), ['De prueba', true, 0]);
});

test('an example to begin with has nothing wrong', async () => {
  await marta.at('flow-example').click();
  await checked(0);
  assert.match(await marta.at('flow-text').inputValue(), /transfer = \{ queue = "\w+/);
});

test('what is wrong is told at its line while one types, and is not published', async () => {
  await marta.at('flow-text').fill(flow({ go: 'persn' }));
  await checked(1);
  const problem = marta.at('flow-problem');
  assert.equal(await problem.getAttribute('data-line'), String(GO_LINE));
  assert.match(await problem.innerText(), new RegExp(`Error · Línea ${GO_LINE}`));
  assert.match(await problem.innerText(), /no hay ningún estado "persn": ¿querías decir "person"\?/);
  for (const [language, words] of [['English', 'there is no state'], ['Português', 'não há nenhum estado'], ['Español', 'no hay ningún estado']]) {
    await marta.page.keyboard.press('Control+k');
    await marta.page.keyboard.type(language);
    await marta.page.keyboard.press('Enter');
    await problem.filter({ hasText: words }).waitFor();
  }
  await problem.click();
  await eventually('its line is selected', async () => await selected() === 'go = "persn"');
  await shown('flow-wrong');
  await marta.at('publish').click();
  await notice('hay errores');
  assert.deepEqual(await one().then(({ versions, draft }) => [versions, draft]), [0, undefined], 'not even saved');
  await part('diagram');
  await marta.at('flow-edition').waitFor();
  await part('edit');
  assert.match(await marta.at('flow-text').inputValue(), /persn/, 'another part of the page loses nothing');
});

test('what is typed survives a reload, and is saved with the keyboard', async () => {
  await marta.at('flow-text').fill(flow({ hello: HOSTILE }));
  await checked(0);
  await marta.page.reload();
  await marta.at('flow-text').waitFor();
  assert.equal(await marta.at('flow-text').inputValue(), flow({ hello: HOSTILE }));
  assert.equal(await marta.at('draft-state').getAttribute('data-changed'), 'true');
  await marta.at('flow-text').press('Control+s');
  await notice('Guardado');
  assert.equal((await api.get(`/api/flows/${name}/draft`)).text, flow({ hello: HOSTILE }));
});

test('it is tried in a chat and on the phone, side by side', async () => {
  await part('rehearse');
  await within('buttons', 'rehearsal-said').filter({ hasText: HOSTILE }).waitFor();
  assert.equal(await panel('buttons').locator('img').count(), 0);
  await within('buttons', 'rehearsal-option').filter({ hasText: 'Mi pedido' }).click();
  await within('buttons', 'rehearsal-ours').filter({ hasText: 'Mi pedido' }).waitFor();
  await within('buttons', 'rehearsal-said').filter({ hasText: 'número de pedido' }).waitFor();
  assert.equal(await within('buttons', 'rehearsal-place').getAttribute('data-place'), 'order');
  await within('buttons', 'rehearsal-say').fill('1042');
  await within('buttons', 'rehearsal-say').press('Enter');
  await within('buttons', 'rehearsal-deed').filter({ hasText: 'transfer: soporte - Pide una persona' }).waitFor();
  await within('buttons', 'rehearsal-over').waitFor();

  await within('phone', 'rehearsal-said').filter({ hasText: 'Para Una persona, pulse 0.' }).waitFor();
  const key = digit => panel('phone').locator(`[data-testid="key"][data-key="${digit}"]`).click();
  await key('1');
  await within('phone', 'rehearsal-said').filter({ hasText: 'número de pedido' }).waitFor();
  for (const digit of '1042#') await key(digit);
  await within('phone', 'rehearsal-ours').filter({ hasText: '1042' }).waitFor();
  await within('phone', 'rehearsal-over').waitFor();
  await shown('flow-rehearsed');

  await within('phone', 'rehearsal-again').click();
  await within('phone', 'rehearsal-over').waitFor({ state: 'detached' });
  await within('phone', 'rehearsal-wait').click();
  await within('phone', 'rehearsal-said').nth(1).waitFor();
  await within('phone', 'rehearsal-hang-up').click();
  await within('phone', 'rehearsal-over').waitFor();
});

test('it is published, drawn, and what stands in it stays text', async () => {
  await part('edit');
  await marta.at('publish-note').fill('La primera');
  await marta.at('publish').click();
  await notice('Publicado como versión 1');
  await marta.at('flow-about').filter({ hasText: 'v1' }).waitFor();
  assert.ok(await marta.at('publish').isDisabled(), 'there is nothing to publish any more');
  await part('diagram');
  const place = marta.page.locator('[data-testid="flow-diagram"] [data-place="hello"]');
  await place.waitFor();
  // The draft is none of the versions until somebody chooses it.
  assert.deepEqual(await marta.at('flow-edition').locator('option').allTextContents(), ['Versión 1', 'Borrador']);
  assert.equal(await marta.at('flow-diagram').locator('img, b').count(), 0);
  assert.notEqual(await marta.page.title(), '1');
  await shown('flow-diagram');
  await place.focus();
  await marta.page.keyboard.press('Enter');
  await eventually('a place leads to its text', async () => await selected() === '[state.hello]');
});

test('who saves meanwhile is told, and nothing that was typed is lost', async () => {
  const mine = flow({ hello: 'Lo mío' });
  const theirs = flow({ hello: 'Lo de la otra' });
  await marta.at('flow-text').fill(mine);
  await checked(0);
  await Desk.admin(server).put(`/api/flows/${name}/draft`, { text: theirs, revision: 1 });
  await marta.at('save-draft').click();
  await marta.at('saved-meanwhile').filter({ hasText: 'Administración' }).waitFor();
  assert.equal(await marta.at('flow-text').inputValue(), mine);
  assert.ok(await marta.at('save-draft').isDisabled());
  await shown('flow-saved-meanwhile');
  await marta.at('load-theirs').click();
  assert.equal(await marta.at('flow-text').inputValue(), theirs);
  await marta.at('back-to-mine').click();
  assert.equal(await marta.at('flow-text').inputValue(), mine);
  await marta.at('mine-aside').waitFor({ state: 'detached' });
  await checked(0);
  await marta.at('publish-percent').fill('40');
  await marta.at('publish').click();
  await notice('Publicado como versión 2');
  assert.deepEqual((await one()).live, [{ version: 1, percent: 60 }, { version: 2, percent: 40 }]);
  assert.equal((await api.get(`/api/flows/${name}/versions/2`)).text, mine);
});

test('a version is shared out and rolled back, and its past tells who did it', async () => {
  await part('versions');
  const share = version => marta.page.locator(`[data-testid="share"][data-version="${version}"]`);
  const gets = (version, percent) =>
    marta.page.locator(`[data-testid="flow-version"][data-version="${version}"][data-percent="${percent}"]`).waitFor();
  await gets(1, 60);
  await gets(2, 40);
  await share(2).fill('70');
  await marta.at('shares-wrong').filter({ hasText: '130' }).waitFor();
  assert.ok(await marta.at('roll-out-apply').isDisabled());
  await share(1).fill('30');
  await marta.at('roll-out-apply').click();
  await gets(2, 70);
  await marta.page.locator('[data-testid="flow-version"][data-version="1"]').getByTestId('see-version').click();
  await marta.at('version-text').filter({ hasText: HOSTILE }).waitFor();
  await shown('flow-versions');
  await marta.page.locator('[data-testid="flow-version"][data-version="1"]').getByTestId('roll-back').click();
  await gets(1, 100);
  assert.deepEqual((await one()).live, [{ version: 1, percent: 100 }]);
  await marta.at('flow-change').first().filter({ hasText: 'Volvió a la versión 1' }).waitFor();
  assert.match(await marta.at('flow-change').first().innerText(), /Marta Ibáñez/);
  assert.ok(await marta.at('flow-change').count() >= 7, 'set up, saved thrice, published twice, shared out, rolled back');
  await marta.page.goBack();
  await marta.page.locator(`[data-testid="flow-row"][data-id="${name}"]`).getByTestId('flow-live').filter({ hasText: 'v1' }).waitFor();
  assert.deepEqual(marta.page.problems, []);
});

test('flows speak the three languages, and agents do not get there', async () => {
  for (const [locale, text] of [['en-GB', 'Flows'], ['pt-BR', 'Fluxos']]) {
    const other = await Agent.arrive(browser, server, 'marta', { locale });
    await other.at('nav-flows').filter({ hasText: text }).click();
    await other.at('flows').getByRole('heading', { name: text }).waitFor();
    await other.page.context().close();
  }
  const luis = await Agent.arrive(browser, server, 'luis');
  assert.equal(await luis.at('nav-flows').count(), 0);
  await luis.page.goto(`${server.url}/desk/flows/${name}`);
  await luis.at('flows').getByText('Sin permiso').waitFor();
  await assert.rejects(Desk.login(server, 'luis').then(desk => desk.put(`/api/flows/${name}`, { title: 'x' })), /403/);
  await luis.page.context().close();
});
