import { createHmac } from 'node:crypto';
import { Agent, request } from 'undici';
import { SIGNING_SECRET, userId, WEBHOOK_SECRET } from './cast.ts';
import type { Button } from './outside.ts';

/** One request and its answer. */
export interface Exchange {
  /** Milliseconds from sending it to having read the whole answer. */
  ms: number;
  status: number;
  body: string;
}

export interface Handles {
  triggerId: string;
  responseUrl: string;
}

export interface Place {
  handle: string;
  channel: { id: string; name: string };
  teamId: string;
}

/** Sends requests as Slack and PagerDuty do: signed, over connections that are kept. */
export interface Sender {
  command(url: string, place: Place, text: string, handles: Handles): Promise<Exchange>;
  click(url: string, place: Place, button: Button, handles: Handles): Promise<Exchange>;
  webhook(url: string, body: string): Promise<Exchange>;
  close(): Promise<void>;
}

export function createSender(): Sender {
  const agent = new Agent({ connections: 100, keepAliveTimeout: 1_000 });

  async function post(url: string, body: string, headers: Record<string, string>): Promise<Exchange> {
    const started = performance.now();
    const response = await request(url, { method: 'POST', headers, body, dispatcher: agent });
    const text = await response.body.text();
    return { ms: performance.now() - started, status: response.statusCode, body: text };
  }

  const form = (url: string, fields: Record<string, string>) => {
    const body = new URLSearchParams(fields).toString();
    return post(`${url}/slack/events`, body, slackHeaders(body));
  };

  return {
    command: (url, place, text, handles) => form(url, commandFields(place, text, handles)),
    click: (url, place, button, handles) =>
      form(url, { payload: JSON.stringify(clickPayload(place, button, handles)) }),
    webhook(url, body) {
      const signature = createHmac('sha256', WEBHOOK_SECRET).update(body).digest('hex');
      const headers = { 'content-type': 'application/json', 'x-pagerduty-signature': `v1=${signature}` };
      return post(`${url}/webhooks/pagerduty`, body, headers);
    },
    close: () => agent.close(),
  };
}

function slackHeaders(body: string): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', SIGNING_SECRET).update(`v0:${timestamp}:${body}`).digest('hex');
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${signature}`,
  };
}

function commandFields({ handle, channel, teamId }: Place, text: string, handles: Handles) {
  return {
    token: 'local-verification-token',
    team_id: teamId,
    team_domain: 'acme',
    channel_id: channel.id,
    channel_name: channel.name,
    user_id: userId(handle),
    user_name: handle,
    command: '/dr',
    text,
    api_app_id: 'A0LIFEBOAT1',
    is_enterprise_install: 'false',
    response_url: handles.responseUrl,
    trigger_id: handles.triggerId,
  };
}

let clicks = 0;

function clickPayload({ handle, channel, teamId }: Place, button: Button, handles: Handles) {
  clicks += 1;
  return {
    type: 'block_actions',
    team: { id: teamId, domain: 'acme' },
    user: { id: userId(handle), username: handle, name: handle, team_id: teamId },
    api_app_id: 'A0LIFEBOAT1',
    token: 'local-verification-token',
    container: { type: 'message', message_ts: button.ts, channel_id: channel.id, is_ephemeral: false },
    trigger_id: handles.triggerId,
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: channel.id, name: channel.name },
    state: { values: {} },
    response_url: handles.responseUrl,
    actions: [
      {
        type: 'button',
        action_id: button.actionId,
        block_id: button.blockId,
        value: button.value,
        // Slack's are unique to the microsecond.
        action_ts: `${Math.floor(Date.now() / 1000)}.${String(clicks).padStart(6, '0')}`,
      },
    ],
  };
}
