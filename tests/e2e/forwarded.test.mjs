// Behind a proxy of the business, everybody counts as who they are and not as the proxy.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PASSWORD } from './support/desk.mjs';
import { Server, needsControl } from './support/server.mjs';

let server;

before(async () => {
  if (needsControl) return;
  // The test is the proxy.
  server = await Server.start({ variables: { trusted_proxies: '127.0.0.1' } });
});

after(() => server?.stop());

const login = (headers, login, password) =>
  fetch(`${server.url}/api/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ login, password }),
  });

test('who guesses passwords is stopped, and a neighbour behind the same proxy is not', { skip: needsControl }, async () => {
  // Whatever the guesser writes before the proxy adds its address.
  const guesser = number => ({ 'x-forwarded-for': `198.51.100.${number}, 203.0.113.1` });
  let tries = 0;
  for (let status; status !== 429; tries += 1) {
    ({ status } = await login(guesser(tries % 100), `nobody-${tries}`, 'a guess'));
    assert.ok(tries < 200, 'an address that guesses is put off');
  }
  assert.equal((await login({ 'x-forwarded-for': '203.0.113.2' }, 'ana', PASSWORD)).status, 200);
});

test('a session that came by https is never sent another way', { skip: needsControl }, async () => {
  const cookie = async headers => (await login(headers, 'ana', PASSWORD)).headers.get('set-cookie');
  assert.match(await cookie({ 'x-forwarded-for': '203.0.113.3', 'x-forwarded-proto': 'https' }), /; Secure/);
  assert.doesNotMatch(await cookie({ 'x-forwarded-for': '203.0.113.3', 'x-forwarded-proto': 'http' }), /; Secure/);
});
