import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Pager } from '../../src/app/ports/pager.ts';
import type { UpstreamError } from '../../src/core/shared/upstream-error.ts';
import { createPagerDutyStandIn, type PagerDutyStandIn } from '../../src/sandbox/pagerduty/stand-in.ts';
import type { Fault, StandInSettings } from '../../src/sandbox/pagerduty/types.ts';
import { anAccount, LEGACY_KEY, ROUTING_KEY } from '../fixtures/pagerduty/account.ts';
import { aPage, aPager, closed, expectNoSecrets, failure, listen } from '../fixtures/pagerduty/pager.ts';

let standIn: PagerDutyStandIn;
let pager: Pager;
let logged: unknown[];

async function open(account: Partial<StandInSettings> = {}): Promise<void> {
  await standIn?.close();
  standIn = await createPagerDutyStandIn(anAccount(account));
  pager = aPager(standIn.url, { log: { warn: (...entry: unknown[]) => void logged.push(entry) } });
}

beforeEach(async () => {
  logged = [];
  await open();
});

afterEach(() => standIn.close());

describe('paging by key', () => {
  test('opens one incident, however often it is asked', async () => {
    await pager.trigger(aPage());
    await pager.trigger(aPage());

    expect(standIn.incidents()).toMatchObject([
      {
        title: 'SEV-1: us-east-1 is gone',
        status: 'triggered',
        serviceId: 'PORDERS',
        assigneeIds: ['PKIM001'],
      },
    ]);
  });

  test('sends the details, the link, and says who we are', async () => {
    await pager.trigger(aPage({ link: { href: 'https://slack.example.com/archives/C1', text: 'Channel' } }));

    expect(standIn.requests.map(({ body }) => body)).toEqual([
      {
        routing_key: ROUTING_KEY,
        event_action: 'trigger',
        dedup_key: 'lifeboat/DR-20260115-001',
        payload: {
          summary: 'SEV-1: us-east-1 is gone',
          source: 'lifeboat',
          severity: 'critical',
          custom_details: { incident: 'DR-20260115-001' },
        },
        links: [{ href: 'https://slack.example.com/archives/C1', text: 'Channel' }],
        client: 'Lifeboat',
        client_url: 'https://slack.example.com/archives/C1',
      },
    ]);
  });

  test('acknowledges and resolves it, twice without harm', async () => {
    await pager.trigger(aPage());

    await pager.acknowledge('lifeboat/DR-20260115-001');
    await pager.acknowledge('lifeboat/DR-20260115-001');
    expect(standIn.incidents()).toMatchObject([{ status: 'acknowledged' }]);

    await pager.resolve('lifeboat/DR-20260115-001');
    await pager.resolve('lifeboat/DR-20260115-001');
    expect(standIn.incidents()).toMatchObject([{ status: 'resolved' }]);
  });

  test('does nothing for a key nobody knows', async () => {
    await pager.acknowledge('unknown');
    await pager.resolve('unknown');

    expect(standIn.incidents()).toEqual([]);
  });

  test('pages anew when the first page was resolved', async () => {
    await pager.trigger(aPage());
    await pager.resolve('lifeboat/DR-20260115-001');
    await pager.trigger(aPage());

    expect(standIn.incidents()).toMatchObject([{ status: 'resolved' }, { status: 'triggered' }]);
  });

  test('shortens a summary PagerDuty would refuse, between characters, and shows it', async () => {
    await pager.trigger(aPage({ summary: '🌊'.repeat(600) }));

    expect(standIn.incidents()).toMatchObject([{ title: `${'🌊'.repeat(511)}…` }]);
  });

  test('never cuts a key: that would be another key', async () => {
    const error = await failure(pager.trigger(aPage({ dedupKey: 'k'.repeat(256) })));

    expect(error).toMatchObject({ code: 'misconfigured', retry: 'never' });
    expect(standIn.requests).toEqual([]);
  });
});

describe('finding our incident', () => {
  test('by its key, though the incident itself shows none', async () => {
    await pager.trigger(aPage());

    expect(await pager.findIncident('lifeboat/DR-20260115-001')).toBe(standIn.incidents()[0]?.id);
  });

  test('the open one rather than a closed one with the same key', async () => {
    await pager.trigger(aPage());
    await pager.resolve('lifeboat/DR-20260115-001');
    const closed = await pager.findIncident('lifeboat/DR-20260115-001');
    await pager.trigger(aPage());

    const [first, second] = standIn.incidents();
    expect(closed).toBe(first?.id);
    expect(await pager.findIncident('lifeboat/DR-20260115-001')).toBe(second?.id);
  });

  test('prefers an open incident of one service to a newer closed one of another', async () => {
    await pager.trigger(aPage());
    const legacy = aPager(standIn.url, { routingKey: LEGACY_KEY });
    await legacy.trigger(aPage());
    await legacy.resolve('lifeboat/DR-20260115-001');

    expect(await pager.findIncident('lifeboat/DR-20260115-001')).toBe(standIn.incidents()[0]?.id);
  });

  test('gives nothing while PagerDuty has not carried the page out yet', async () => {
    await open({ eventDelayMs: 60_000 });
    await pager.trigger(aPage());

    expect(await pager.findIncident('lifeboat/DR-20260115-001')).toBeUndefined();
  });

  test('looks further back than the month PagerDuty looks by itself', async () => {
    await pager.findIncident('a key with ?&=[] in it');

    expect(standIn.requests[0]?.query).toMatchObject({
      incident_key: ['a key with ?&=[] in it'],
      date_range: ['all'],
    });
  });
});

describe('notes and states', () => {
  let id: string;

  beforeEach(() => {
    id = standIn.fire({ service: 'Orders API', title: 'p99 above 2 s' });
  });

  test('adds a note in the name of the configured user', async () => {
    await pager.addNote(id, 'Declared as DR-20260115-001 [lb:7f3a]');

    expect(standIn.notes(id)).toMatchObject([
      { content: 'Declared as DR-20260115-001 [lb:7f3a]', userId: 'PBOT001' },
    ]);
  });

  test('finds a note by its marker', async () => {
    standIn.note(id, 'Kim Reyes', 'Looking into it');
    expect(await pager.hasNote(id, '[lb:7f3a]')).toBe(false);

    await pager.addNote(id, 'Declared [lb:7f3a]');
    expect(await pager.hasNote(id, '[lb:7f3a]')).toBe(true);
  });

  test('acknowledges and resolves by id, twice without harm', async () => {
    await pager.acknowledgeIncident(id);
    await pager.acknowledgeIncident(id);
    expect(standIn.incident(id).status).toBe('acknowledged');

    await pager.resolveIncident(id);
    await pager.resolveIncident(id);
    expect(standIn.incident(id).status).toBe('resolved');
  });

  test('acknowledging what somebody has resolved meanwhile leaves it resolved', async () => {
    standIn.resolve(id, 'Kim Reyes');

    await pager.acknowledgeIncident(id);

    expect(standIn.incident(id).status).toBe('resolved');
  });

  test('a refusal for another reason is not taken for "already so"', async () => {
    standIn.fault({ kind: 'error', status: 400, method: 'PUT' });

    expect(await failure(pager.resolveIncident(id))).toMatchObject({ code: 'bad_request', retry: 'never' });
    expect(standIn.incident(id).status).toBe('triggered');
  });

  test('an incident PagerDuty does not know', async () => {
    expect(await failure(pager.resolveIncident('Q/../1'))).toMatchObject({
      code: 'not_found',
      retry: 'never',
    });
    expect(await failure(pager.addNote('QNONE', 'x'))).toMatchObject({ code: 'not_found', retry: 'never' });
    expect(standIn.requests[0]?.path).toBe('/incidents/Q%2F..%2F1');
  });

  test('a From address that is nobody’s', async () => {
    const stranger = aPager(standIn.url, { from: 'nobody@example.com' });

    expect(await failure(stranger.addNote(id, 'x'))).toMatchObject({ code: 'from_unknown', retry: 'never' });
    expect(await failure(stranger.resolveIncident(id))).toMatchObject({
      code: 'from_unknown',
      retry: 'never',
    });
  });
});

describe('who is on call', () => {
  test('of a policy: by level, each person once, with phone numbers', async () => {
    const people = await pager.onCall({ escalationPolicyIds: ['PPLATFORM'], scheduleIds: [] });

    expect(people).toEqual([
      { name: 'Kim Reyes', email: 'kim@example.com', phone: '+1 5550100', level: 1, via: 'Platform' },
      { name: 'Ada Okafor', email: 'ada@example.com', phone: '+44 2079460', level: 2, via: 'Platform' },
    ]);
  });

  test('of policies and schedules together: everybody in any of them', async () => {
    const people = await pager.onCall({ escalationPolicyIds: ['PSECURITY'], scheduleIds: ['SPRIMARY'] });

    expect(people.map(({ name, via }) => [name, via])).toEqual([
      ['Kim Reyes', 'Primary'],
      ['Ada Okafor', 'Security'],
    ]);
  });

  test('of nothing: nobody, without asking for the whole account', async () => {
    expect(await pager.onCall({ escalationPolicyIds: [], scheduleIds: [] })).toEqual([]);
    expect(standIn.requests).toEqual([]);
  });

  test('over more than one page', async () => {
    const escalationPolicies = Array.from({ length: 130 }, (_, n) => ({
      id: `P${n}`,
      name: `Policy ${String(n).padStart(3, '0')}`,
      levels: [['PADA001']],
    }));
    await open({ escalationPolicies });

    const people = await pager.onCall({
      escalationPolicyIds: escalationPolicies.map(({ id }) => id),
      scheduleIds: [],
    });

    expect(people).toHaveLength(130);
    expect(people[129]).toMatchObject({ name: 'Ada Okafor', phone: '+44 2079460', via: 'Policy 129' });
  });

  test('a number we may not see does not hide the name', async () => {
    standIn.fault({ kind: 'error', status: 403, path: '/contact_methods' });

    const people = await pager.onCall({ escalationPolicyIds: ['PSECURITY'], scheduleIds: [] });

    expect(people).toMatchObject([{ name: 'Ada Okafor', phone: undefined }]);
  });

  test('a list that could not be read whole is no list', async () => {
    standIn.fault({ kind: 'error', status: 500, path: '/contact_methods', times: 1 });

    const error = await failure(pager.onCall({ escalationPolicyIds: ['PPLATFORM'], scheduleIds: [] }));

    expect(error).toMatchObject({ code: 'unavailable', retry: 'safe' });
  });
});

describe('readiness', () => {
  test('is good with a token PagerDuty takes', async () => {
    await pager.ping();

    expect(standIn.requests).toMatchObject([{ method: 'GET', path: '/abilities', outcome: 200 }]);
  });

  test('is bad with one it does not', async () => {
    const error = await failure(aPager(standIn.url, { token: 'wrong-token-0000' }).ping());

    expect(error).toMatchObject({ code: 'unauthorized', retry: 'never' });
  });
});

/** Every method, and what may be said of it when nobody knows whether it had its effect. */
const CALLS: [
  name: string,
  inDoubt: 'safe' | 'after_check',
  run: (p: Pager, id: string, s?: AbortSignal) => Promise<unknown>,
][] = [
  ['trigger', 'safe', (p, _id, s) => p.trigger(aPage(), s)],
  ['acknowledge', 'safe', (p, _id, s) => p.acknowledge('key', s)],
  ['resolve', 'safe', (p, _id, s) => p.resolve('key', s)],
  ['findIncident', 'safe', (p, _id, s) => p.findIncident('key', s)],
  ['addNote', 'after_check', (p, id, s) => p.addNote(id, 'text', s)],
  ['hasNote', 'safe', (p, id, s) => p.hasNote(id, 'text', s)],
  ['resolveIncident', 'safe', (p, id, s) => p.resolveIncident(id, s)],
  ['acknowledgeIncident', 'safe', (p, id, s) => p.acknowledgeIncident(id, s)],
  ['onCall', 'safe', (p, _id, s) => p.onCall({ escalationPolicyIds: ['PSECURITY'], scheduleIds: [] }, s)],
  ['ping', 'safe', (p, _id, s) => p.ping(s)],
];

describe.each(CALLS)('%s, when it goes wrong', (_name, inDoubt, run) => {
  let id: string;

  beforeEach(() => {
    id = standIn.fire({ service: 'Orders API', title: 'alert' });
  });

  test.each<[string, Fault, Partial<UpstreamError>]>([
    ['401', { kind: 'error', status: 401 }, { code: 'unauthorized', retry: 'never' }],
    ['402', { kind: 'error', status: 402 }, { code: 'not_in_plan', retry: 'never' }],
    ['403', { kind: 'error', status: 403 }, { code: 'forbidden', retry: 'never' }],
    ['404', { kind: 'error', status: 404 }, { code: 'not_found', retry: 'never' }],
    ['413', { kind: 'error', status: 413 }, { code: 'too_large', retry: 'never' }],
    ['418', { kind: 'error', status: 418 }, { code: 'refused', retry: 'never' }],
    ['302', { kind: 'html', status: 302 }, { code: 'unexpected_redirect', retry: 'never' }],
    ['409', { kind: 'error', status: 409 }, { code: 'busy', retry: inDoubt }],
    ['500', { kind: 'error', status: 500 }, { code: 'unavailable', retry: inDoubt }],
    ['502 with a page', { kind: 'html', status: 502 }, { code: 'unavailable', retry: inDoubt }],
    ['200 with a page', { kind: 'html', status: 200 }, { code: 'unexpected_reply', retry: inDoubt }],
    ['a closed connection', { kind: 'down' }, { code: 'connection_lost', retry: inDoubt }],
    ['a reply lost on the way', { kind: 'drop_reply' }, { code: 'connection_lost', retry: inDoubt }],
    ['429', { kind: 'rate_limit', seconds: 7 }, { code: 'rate_limited', retry: 'safe', retryAfterMs: 7000 }],
    [
      '429 with Retry-After',
      { kind: 'rate_limit', seconds: 9, header: 'retry-after' },
      { code: 'rate_limited', retry: 'safe', retryAfterMs: 9000 },
    ],
    [
      '429 that does not say for how long',
      { kind: 'rate_limit', seconds: 9, header: 'none' },
      { code: 'rate_limited', retry: 'safe', retryAfterMs: undefined },
    ],
  ])('%s', async (_case, fault, expected) => {
    standIn.fault(fault);

    const error = await failure(run(pager, id));

    expect(error).toMatchObject(expected);
    expect(standIn.requests).toHaveLength(1);
    expect(logged).toMatchObject([[{ code: expected.code, retry: expected.retry }, 'pagerduty call failed']]);
    expectNoSecrets([error, logged]);
  });

  test('400', async () => {
    standIn.fault({ kind: 'error', status: 400 });

    expect(await failure(run(pager, id))).toMatchObject({ retry: 'never', code: 'bad_request' });
  });

  test('the caller gives up', async () => {
    standIn.fault({ kind: 'hang' });
    const caller = new AbortController();

    const call = failure(run(pager, id, caller.signal));
    while (standIn.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    caller.abort();

    expect(await call).toMatchObject({ code: 'aborted', retry: inDoubt });
  });

  test('the caller has given up before', async () => {
    const error = await failure(run(pager, id, AbortSignal.abort()));

    expect(error).toMatchObject({ code: 'aborted', retry: 'safe' });
    expect(standIn.requests).toEqual([]);
  });

  test('nobody listens there: repeating is safe, nothing was sent', async () => {
    const server = createServer();
    const gone = `http://${await listen(server)}`;
    await closed(server);

    const error = await failure(run(aPager(gone), id));

    expect(error).toMatchObject({ code: 'unreachable', retry: 'safe' });
    expectNoSecrets(error);
  });

  test('without its part of the configuration', async () => {
    const bare = aPager(standIn.url, { token: undefined, from: undefined, routingKey: undefined });

    expect(await failure(run(bare, id))).toMatchObject({ code: 'not_configured', retry: 'never' });
    expect(standIn.requests).toEqual([]);
  });

  test('a slow answer is waited for', async () => {
    standIn.fault({ kind: 'slow', ms: 30 });

    await expect(run(pager, id)).resolves.not.toThrow();
  });
});

test('a server that never answers is given up at the deadline, by every method', async () => {
  const id = standIn.fire({ service: 'Orders API', title: 'alert' });
  standIn.fault({ kind: 'hang' });
  const impatient = aPager(standIn.url, { deadlineMs: 1000 });

  const errors = await Promise.all(CALLS.map(([, , run]) => failure(run(impatient, id))));

  expect(errors.map(({ code, retry }) => [code, retry])).toEqual(
    CALLS.map(([, inDoubt]) => ['timed_out', inDoubt]),
  );
  expect(standIn.requests.map(({ outcome }) => outcome)).toEqual(CALLS.map(() => 'no_reply'));
});
