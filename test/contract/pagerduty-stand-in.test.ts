import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createPagerDuty } from '../../src/adapters/pagerduty/pagerduty.ts';
import { parsePagerDutyEvent, verifyPagerDutySignature } from '../../src/adapters/pagerduty/webhook.ts';
import { createPagerDutyStandIn, type PagerDutyStandIn } from '../../src/sandbox/pagerduty/stand-in.ts';
import type { StandInSettings } from '../../src/sandbox/pagerduty/types.ts';
import { API_TOKEN, anAccount, BOT_EMAIL, LEGACY_KEY, ROUTING_KEY } from '../fixtures/pagerduty/account.ts';

/** A receiver of webhooks: answers with the statuses given, in order, then with 202. */
interface Receiver {
  url: string;
  received: { body: Buffer; headers: IncomingHttpHeaders }[];
  answer(...statuses: (number | 'silence')[]): void;
  events(): unknown[];
}

let server: Server;
let receiver: Receiver;
let standIn: PagerDutyStandIn;

async function openReceiver(): Promise<Receiver> {
  const received: Receiver['received'] = [];
  let next: (number | 'silence')[] = [];
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({ body: Buffer.concat(chunks), headers: request.headers });
    const status = next.shift() ?? 202;
    if (status !== 'silence') response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/pagerduty`,
    received,
    answer: (...statuses) => {
      next = statuses;
    },
    events: () => received.map(({ body }) => parsePagerDutyEvent(body)),
  };
}

async function openStandIn(changes: Partial<StandInSettings> = {}): Promise<void> {
  await standIn?.close();
  const webhook = { url: receiver.url, secrets: ['old', 'new'], firstRetryMs: 2 };
  standIn = await createPagerDutyStandIn(anAccount({ webhook, ...changes }));
}

function rest(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
  return fetch(`${standIn.url}${path}`, {
    method,
    headers: {
      authorization: `Token token=${API_TOKEN}`,
      from: BOT_EMAIL,
      'content-type': 'application/json',
      ...headers,
    },
    body: body && JSON.stringify(body),
  });
}

function enqueue(event: object) {
  return fetch(`${standIn.url}/v2/enqueue`, { method: 'POST', body: JSON.stringify(event) });
}

function anEvent(changes: object = {}): object {
  const payload = { summary: 'gateway down', source: 'probe-1', severity: 'critical' };
  return { routing_key: ROUTING_KEY, event_action: 'trigger', dedup_key: 'key', payload, ...changes };
}

beforeEach(async () => {
  receiver = await openReceiver();
  await openStandIn();
});

afterEach(async () => {
  await standIn.close();
  server.close();
  server.closeAllConnections();
});

describe('webhooks', () => {
  test('tell of everything that happens to an incident, in order, and who did it', async () => {
    const id = standIn.fire({ service: 'Orders API', title: 'p99 above 2 s', client: 'Prometheus' });
    standIn.acknowledge(id, 'Kim Reyes');
    standIn.setPriority(id, 'ada@example.com', 'P1');
    standIn.note(id, 'PADA001', 'Power event in one zone');
    standIn.reassign(id, 'Kim Reyes', 'Ada Okafor');
    standIn.resolve(id, 'Ada Okafor');
    standIn.reopen(id, 'Ada Okafor');
    await standIn.settled();

    expect(receiver.events()).toMatchObject([
      {
        kind: 'triggered',
        client: 'Prometheus',
        agent: { type: 'inbound_integration_reference' },
        incident: {
          id,
          title: 'p99 above 2 s',
          serviceId: 'PORDERS',
          urgency: 'high',
          assignees: ['Kim Reyes'],
        },
      },
      { kind: 'acknowledged', client: 'PagerDuty', agent: { id: 'PKIM001', type: 'user_reference' } },
      { kind: 'priority', incident: { priority: 'P1' }, agent: { name: 'Ada Okafor' } },
      { kind: 'annotated', note: 'Power event in one zone', incident: { id, title: 'p99 above 2 s' } },
      { kind: 'reassigned', incident: { assignees: ['Ada Okafor'] } },
      { kind: 'resolved', incident: { assignees: [] } },
      { kind: 'reopened', incident: { assignees: ['Kim Reyes'] } },
    ]);
  });

  test('tell also of what came in through the APIs: the loop a program must not run into', async () => {
    const log = { warn: () => undefined };
    const address = { apiUrl: standIn.url, eventsUrl: standIn.url };
    const pager = createPagerDuty({
      token: API_TOKEN,
      from: BOT_EMAIL,
      routingKey: ROUTING_KEY,
      ...address,
      log,
    });
    const link = { href: 'https://slack.example.com/archives/C1', text: 'Channel' };

    const page = {
      dedupKey: 'k',
      summary: 's',
      source: 'x',
      severity: 'critical' as const,
      details: {},
      link,
    };
    await pager.trigger(page);
    await pager.trigger(page);
    await pager.acknowledge('k');
    const id = (await pager.findIncident('k')) ?? '';
    await pager.addNote(id, 'from Lifeboat');
    await pager.resolveIncident(id);
    await pager.resolveIncident(id);
    await standIn.settled();

    expect(receiver.events()).toMatchObject([
      { kind: 'triggered', incident: { id }, client: 'Lifeboat', clientUrl: link.href },
      { kind: 'acknowledged', agent: { type: 'inbound_integration_reference' } },
      { kind: 'annotated', note: 'from Lifeboat', agent: { id: 'PBOT001' } },
      { kind: 'resolved', agent: { id: 'PBOT001', type: 'user_reference' } },
    ]);
  });

  test('show the key only of incidents without alerts', async () => {
    await enqueue(anEvent());
    await enqueue(anEvent({ routing_key: LEGACY_KEY }));
    await standIn.settled();

    const keys = receiver.events().map((event) => (event as { incident: { key?: string } }).incident.key);
    expect(keys.sort()).toEqual(['key', undefined]);
  });

  test('are signed with each secret', async () => {
    standIn.ping();
    await standIn.settled();

    const [first] = receiver.received;
    const header = String(first?.headers['x-pagerduty-signature']);
    const body = first?.body ?? Buffer.alloc(0);
    expect(verifyPagerDutySignature(body, header, ['old'])).toBe(true);
    expect(verifyPagerDutySignature(body, header, ['new'])).toBe(true);
    expect(verifyPagerDutySignature(body, header, ['other'])).toBe(false);
    expect(parsePagerDutyEvent(body)).toMatchObject({ kind: 'ignored', eventType: 'pagey.ping' });
  });

  test('are repeated under the same id after a 5xx, a 429, and silence', async () => {
    standIn.setWebhook({ timeoutMs: 700 });
    receiver.answer(500, 429, 'silence');

    standIn.fire({ service: 'Orders API', title: 'alert' });
    await standIn.settled();

    expect(standIn.deliveries()).toMatchObject([
      {
        state: 'delivered',
        attempts: [{ result: 500 }, { result: 429 }, { result: 'timed_out' }, { result: 202 }],
      },
    ]);
    expect(new Set(receiver.received.map(({ headers }) => headers['x-webhook-id'])).size).toBe(1);
  });

  test('of one incident wait for each other while one is repeated', async () => {
    receiver.answer(503, 503);
    const id = standIn.fire({ service: 'Orders API', title: 'alert' });
    standIn.acknowledge(id, 'Kim Reyes');
    await standIn.settled();

    expect(receiver.events()).toMatchObject([
      { kind: 'triggered' },
      { kind: 'triggered' },
      { kind: 'triggered' },
      { kind: 'acknowledged' },
    ]);
  });

  test('are given up after a time', async () => {
    standIn.setWebhook({ giveUpAfterMs: 0 });
    receiver.answer(500);

    standIn.ping();
    await standIn.settled();

    expect(standIn.deliveries()).toMatchObject([{ state: 'dropped', attempts: [{ result: 500 }] }]);
  });

  test('are dropped at once after a 4xx; three in a row end the subscription', async () => {
    receiver.answer(401, 400, 202, 404, 410, 400);
    for (let n = 0; n < 6; n += 1) {
      standIn.ping();
      await standIn.settled();
    }
    expect(standIn.webhookDisabled()).toBe(true);

    standIn.ping();
    await standIn.settled();
    expect(receiver.received).toHaveLength(6);

    standIn.enableWebhook();
    standIn.ping();
    await standIn.settled();
    expect(standIn.deliveries().map(({ state }) => state)).toEqual([
      'dropped',
      'dropped',
      'delivered',
      'dropped',
      'dropped',
      'dropped',
      'dropped',
      'delivered',
    ]);
  });

  test('can come twice', async () => {
    standIn.fire({ service: 'Orders API', title: 'alert' });
    await standIn.settled();
    standIn.repeat(standIn.deliveries()[0]?.eventId ?? '');
    await standIn.settled();

    const [first, second] = receiver.received;
    expect(second?.body).toEqual(first?.body);
    expect(second?.headers['x-webhook-id']).toBe(first?.headers['x-webhook-id']);
  });

  test('end with the stand-in, also those that wait for a repetition', async () => {
    standIn.setWebhook({ firstRetryMs: 60_000 });
    receiver.answer(500);
    standIn.ping();
    while (receiver.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));

    await standIn.close();

    expect(standIn.deliveries()).toMatchObject([{ state: 'dropped' }]);
  });
});

describe('Events API', () => {
  test('takes an event and gives back its key, or one of its own', async () => {
    const given = await enqueue(anEvent());
    const made = await enqueue(anEvent({ dedup_key: undefined }));

    expect(given.status).toBe(202);
    expect(await given.json()).toEqual({ status: 'success', message: 'Event processed', dedup_key: 'key' });
    expect(await made.json()).toMatchObject({ dedup_key: expect.stringMatching(/^.{32}$/) });
  });

  test.each([
    ['a routing key of the wrong length', { routing_key: 'short' }, /routing_key/],
    ['a routing key of nobody', { routing_key: 'f'.repeat(32) }, /Invalid routing key/],
    ['an action it does not know', { event_action: 'explode' }, /event_action/],
    ['a trigger without payload', { payload: undefined }, /payload\.summary/],
    ['a resolve without key', { event_action: 'resolve', dedup_key: undefined }, /dedup_key/],
    ['a severity it does not know', { payload: { summary: 's', source: 's', severity: 'bad' } }, /severity/],
    ['a key that is too long', { dedup_key: 'k'.repeat(256) }, /dedup_key/],
  ])('refuses %s', async (_name, changes, problem) => {
    const response = await enqueue(anEvent(changes));

    expect(response.status).toBe(400);
    const reply = (await response.json()) as { status: string; errors: string[] };
    expect(reply.status).toBe('invalid event');
    expect(reply.errors.join()).toMatch(problem);
    expect(standIn.incidents()).toEqual([]);
  });
});

describe('REST API', () => {
  const service = { id: 'PORDERS', type: 'service_reference' };

  test('lets nobody in without the token', async () => {
    const response = await rest('GET', '/abilities', undefined, { authorization: 'Token token=wrong' });

    expect(response.status).toBe(401);
  });

  test('counts requests and says how many are left', async () => {
    const response = await rest('GET', '/priorities');

    expect(response.headers.get('ratelimit-limit')).toBe('960');
    expect(response.headers.get('ratelimit-remaining')).toBe('959');
    expect(await response.json()).toMatchObject({ priorities: [{ name: 'P1' }, {}, {}, {}, {}] });
  });

  test('opens an incident once per key', async () => {
    const incident = { type: 'incident', title: 'manual', service, incident_key: 'manual-1' };
    const first = await rest('POST', '/incidents', { incident });
    const second = await rest('POST', '/incidents', { incident });

    expect(first.status).toBe(201);
    expect(await first.json()).toMatchObject({ incident: { incident_key: 'manual-1', status: 'triggered' } });
    expect(second.status).toBe(400);
    expect(await second.json()).toMatchObject({ error: { code: 2002 } });
  });

  test('changes many incidents at once, up to 250', async () => {
    const ids = ['a', 'b'].map((title) => standIn.fire({ service: 'Orders API', title }));
    const update = (id: string) => ({ id, type: 'incident_reference', status: 'resolved' });

    const many = await rest('PUT', '/incidents', { incidents: ids.map(update) });
    const tooMany = await rest('PUT', '/incidents', {
      incidents: Array.from({ length: 251 }, () => update('x')),
    });

    expect(many.status).toBe(200);
    expect(standIn.incidents().map(({ status }) => status)).toEqual(['resolved', 'resolved']);
    expect(tooMany.status).toBe(413);
  });

  test('sets a priority, and takes an acknowledgement back', async () => {
    const id = standIn.fire({ service: 'Orders API', title: 'a' });
    standIn.acknowledge(id, 'Kim Reyes');
    const incident = { type: 'incident_reference', status: 'triggered', priority: { id: 'PP2' } };

    await rest('PUT', `/incidents/${id}`, { incident });
    await standIn.settled();

    expect(standIn.incident(id)).toMatchObject({ status: 'triggered', priority: 'P2' });
    expect(receiver.events().map((event) => (event as { kind: string }).kind)).toEqual([
      'triggered',
      'acknowledged',
      'unacknowledged',
      'priority',
    ]);
  });

  test('wants every change in the name of somebody it knows', async () => {
    const id = standIn.fire({ service: 'Orders API', title: 'a' });
    const note = { note: { content: 'x' } };

    const nameless = await rest('POST', `/incidents/${id}/notes`, note, { from: '' });
    const stranger = await rest('POST', `/incidents/${id}/notes`, note, { from: 'x@example.com' });

    expect(nameless.status).toBe(400);
    expect(await stranger.json()).toMatchObject({ error: { code: 1008 } });
    expect(standIn.notes(id)).toEqual([]);
  });

  test('lists by status and in pages', async () => {
    const ids = Array.from({ length: 5 }, (_, n) => standIn.fire({ service: 'Orders API', title: `${n}` }));
    standIn.resolve(ids[0] ?? '', 'Kim Reyes');

    const query = 'statuses[]=triggered&sort_by=created_at:desc&limit=3';
    const first = await rest('GET', `/incidents?${query}`);
    const second = await rest('GET', `/incidents?${query}&offset=3`);

    expect(await first.json()).toMatchObject({
      incidents: [{ title: '4' }, { title: '3' }, { title: '2' }],
      more: true,
    });
    expect(await second.json()).toMatchObject({ incidents: [{ title: '1' }], more: false });
  });

  test('names contact methods with a user, and shows numbers only when asked for them', async () => {
    const user = await rest('GET', '/users/PKIM001');
    const methods = await rest('GET', '/users/PKIM001/contact_methods');

    expect(JSON.stringify(await user.json())).not.toContain('5550100');
    expect(await methods.json()).toMatchObject({
      contact_methods: [
        { type: 'email_contact_method', address: 'kim@example.com' },
        { type: 'phone_contact_method', address: '5550100', country_code: 1 },
      ],
    });
  });

  test('answers what it does not have with 404', async () => {
    expect((await rest('GET', '/nothing')).status).toBe(404);
    expect((await rest('GET', '/incidents/QNONE')).status).toBe(404);
  });
});

test('a fault hits as often as told, then no more; others until cleared', async () => {
  standIn.fault({ kind: 'error', status: 503, times: 2 });
  expect((await rest('GET', '/abilities')).status).toBe(503);
  expect((await rest('GET', '/abilities')).status).toBe(503);
  expect((await rest('GET', '/abilities')).status).toBe(200);

  standIn.fault({ kind: 'html', status: 502, api: 'events' });
  expect((await enqueue(anEvent())).status).toBe(502);
  expect((await rest('GET', '/abilities')).status).toBe(200);

  standIn.clearFaults();
  expect((await enqueue(anEvent())).status).toBe(202);
});
