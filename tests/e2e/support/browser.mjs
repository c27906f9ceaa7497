// Real Chromium: a customer on the demo shop's page, an agent at the desk.

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { ASKS_TOPIC, HANDS_OVER } from './bot.mjs';
import { PASSWORD } from './desk.mjs';
import { root } from './server.mjs';

export const WIDE = { width: 1366, height: 768 };
export const PHONE = { width: 360, height: 740 };

const QUIET = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: QUIET });

/** A page of its own person: nothing is shared with other pages. */
export async function visit(browser, url, { viewport = WIDE, locale = 'es-ES' } = {}) {
  const context = await browser.newContext({ viewport, locale, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.problems = [];
  page.on('pageerror', error => page.problems.push(error.stack ?? String(error)));
  await page.goto(url);
  return page;
}

export async function screenshot(page, name) {
  const folder = path.join(root, 'target/screenshots');
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}

/** The customer's side: the widget on the demo shop's page. */
export class Visitor {
  static async arrive(browser, server, options) {
    const visitor = new Visitor();
    visitor.page = await visit(browser, `${server.url}/demo/`, options);
    return visitor;
  }

  async open() {
    await this.page.locator('centralita-chat .launcher').click();
    await this.box.waitFor();
  }

  get box() {
    return this.page.locator('centralita-chat textarea');
  }

  async write(text) {
    await this.box.fill(text);
    await this.box.press('Enter');
  }

  choose = title => this.page.locator('centralita-chat .menu button:enabled', { hasText: title }).last().click();
  sees = text => this.page.locator('centralita-chat .bubble', { hasText: text }).last().waitFor();
  mark = name => this.page.locator(`centralita-chat .msg.last .meta .${name}`).last().waitFor();
  bubbles = () => this.page.locator('centralita-chat .msg:visible .bubble').allTextContents();

  /** Through the bot's menu to a person who knows about `topic`. */
  async askForPerson(topic) {
    await this.choose('Hablar con alguien');
    await this.sees(ASKS_TOPIC);
    await this.write(topic);
    await this.sees(HANDS_OVER);
  }
}

/** The agent's side: the desk in its own browser window. */
export class Agent {
  static async arrive(browser, server, login, options) {
    const agent = new Agent();
    agent.page = await visit(browser, `${server.url}/desk/`, options);
    await agent.at('login').fill(login);
    await agent.at('password').fill(PASSWORD);
    await agent.at('login-submit').click();
    await agent.at('presence').waitFor();
    return agent;
  }

  async becomeAvailable() {
    await this.at('become-available').first().click();
    await this.at('become-available').first().waitFor({ state: 'hidden' });
  }

  at = name => this.page.locator(`[data-testid="${name}"]`);

  sees = text => this.at('message').filter({ hasText: text }).last().waitFor();

  say = async text => {
    await this.at('composer').fill(text);
    await this.at('send').click();
  };
}
