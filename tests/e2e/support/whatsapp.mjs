// WhatsApp's side of a webhook: bodies as Meta writes them, signed with the app's secret.

import { createHmac, randomBytes } from 'node:crypto';
import { ASKS_TOPIC, HELLO_MENU } from './bot.mjs';
import { Desk } from './desk.mjs';
import { eventually } from './eventually.mjs';

export const NUMBER_ID = '106540352242922';
export const APP_SECRET = 'e2e-app-secret';
export const VERIFY_TOKEN = 'e2e-verify-token';
export const ACCESS_TOKEN = 'e2e-access-token';
export const ACCOUNT = 'whatsapp-demo';

/** Gives the demo's account the secrets that these webhooks are signed with. */
export async function configure(server) {
  const admin = Desk.admin(server);
  const account = await admin.get(`/api/accounts/${ACCOUNT}`);
  const secrets = { secret: APP_SECRET, verify_token: VERIFY_TOKEN, access_token: ACCESS_TOKEN };
  await admin.put(`/api/accounts/${ACCOUNT}`, { ...account, secrets });
}

export const wamid = () => `wamid.${randomBytes(18).toString('base64url')}`;

export class Customer {
  constructor(server, { phone, name }) {
    Object.assign(this, { server, phone, name });
  }

  /** The body of a webhook with one text message, written at `at` in seconds. */
  text(body, id = wamid(), at = seconds()) {
    return this.#value({
      contacts: [{ profile: { name: this.name }, wa_id: this.phone }],
      messages: [{ from: this.phone, id, timestamp: at, type: 'text', text: { body } }],
    });
  }

  /** A photo that the Graph API serves as `mediaId`. */
  photo(mediaId, mime, caption, id = wamid()) {
    return this.#value({
      contacts: [{ profile: { name: this.name }, wa_id: this.phone }],
      messages: [{ from: this.phone, id, timestamp: seconds(), type: 'image', image: { id: mediaId, mime_type: mime, caption } }],
    });
  }

  /** The tap on a button or on a row of a list. */
  choice({ id: optionId, title }, kind = 'button_reply', id = wamid()) {
    return this.#value({
      contacts: [{ profile: { name: this.name }, wa_id: this.phone }],
      messages: [{ from: this.phone, id, timestamp: seconds(), type: 'interactive', interactive: { type: kind, [kind]: { id: optionId, title } } }],
    });
  }

  status(status, id, errors) {
    return this.#value({ statuses: [{ id, status, timestamp: seconds(), recipient_id: this.phone, ...(errors && { errors }) }] });
  }

  #value(value) {
    const metadata = { display_phone_number: '34910000000', phone_number_id: NUMBER_ID };
    const change = { field: 'messages', value: { messaging_product: 'whatsapp', metadata, ...value } };
    return JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '102290129340398', changes: [change] }] });
  }

  post = body => post(this.server, body);

  /** Gets through the bot to `agent`, and returns the offer. */
  async toPerson(graph, agent, topic) {
    const asked = text => eventually(`the bot asks: ${text}`, () => graph.sentTo(this.phone).findLast(({ body }) => said(body).match(text)));
    await this.post(this.text('Hola'));
    await asked(HELLO_MENU);
    await this.post(this.text('quiero hablar con una persona'));
    await asked(ASKS_TOPIC);
    await this.post(this.text(topic));
    return agent.offered(({ contact }) => contact.name === this.name);
  }
}

const said = body => body.text?.body ?? body.interactive?.body?.text ?? '';

export const signature = (body, secret = APP_SECRET) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** Posts as Meta does; returns the status. */
export async function post(server, body, signed = signature(body)) {
  const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signed };
  const response = await fetch(`${server.url}/webhooks/whatsapp/${ACCOUNT}`, { method: 'POST', headers, body });
  await response.arrayBuffer();
  return response.status;
}

const seconds = () => String(Math.floor(Date.now() / 1000));
