import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/sandbox/slack/types.ts';
import { createForger, type Forger } from '../fixtures/forged.ts';
import { startTown, type Town } from '../fixtures/town.ts';
import {
  allIncidents,
  answered,
  expectNoComplaints,
  expectNothingLeaked,
  expectNothingLostNorDoubled,
  incidentTitled,
  quiet,
  recordOf,
  whispersTo,
} from '../fixtures/town-state.ts';
import { postWebhook } from '../fixtures/town-world.ts';

let town: Town;
let forge: Forger;

beforeAll(async () => {
  town = await startTown({ rateLimits: 'off', logLevel: 'trace' });
  forge = createForger(town);
  await town.slack.command('amara', 'declare sev3 an ordinary one', { channel: 'general' });
  await quiet(town);
});

afterEach(async () => {
  await quiet(town);
  await expectNothingLostNorDoubled(town);
  expectNoComplaints(town);
});

afterAll(async () => {
  try {
    await expectNothingLeaked(town, []);
  } finally {
    await town.stop();
  }
});

describe('requests that are none', () => {
  test.each<[string, string, string, number]>([
    ['JSON that breaks off', 'payload={"type":"block_act', 'application/x-www-form-urlencoded', 400],
    ['a list', 'payload=[]', 'application/x-www-form-urlencoded', 400],
    ['null', 'null', 'application/json', 400],
    ['a number', '42', 'application/json', 400],
    ['nothing', '', 'application/json', 400],
    ['plain text', 'hello', 'text/plain', 415],
    ['a file', '--x\r\n\r\n--x--', 'multipart/form-data; boundary=x', 415],
  ])('%s is refused in words', async (_, body, contentType, status) => {
    const answer = await town.slack.sendSigned({ body, contentType });

    expect(answer.status).toBe(status);
    expect(answer.body.length).toBeGreaterThan(5);
    expect(answer.body).not.toMatch(/at \w+ \(|node_modules|Error:/);
  });

  test('payloads that are not as Slack documents them harm nothing', async () => {
    const payloads: JsonObject[] = [
      {},
      { type: 'block_dance', user: { id: 'U1' } },
      { type: 'block_actions', user: { id: 'U1' }, actions: [] },
      { type: 'block_actions', actions: [{ action_id: 'x' }] },
      { type: 'view_submission', user: { id: 'U1' } },
      { type: 'shortcut', callback_id: 'of-an-older-version', user: { id: 'U1' } },
      JSON.parse('{"__proto__":{"type":"block_actions"},"type":"constructor"}'),
    ];

    // Bolt gives whoever could listen to it three seconds, so all come at once.
    const answers = await Promise.all(
      payloads.map((payload) => forge.form({ payload: JSON.stringify(payload) })),
    );

    for (const { status } of answers) expect(status).toBeLessThan(500);
    expect((await fetch(`${town.url()}/healthz`)).status).toBe(200);
  });

  test('a payload of a hundred thousand levels harms nothing', async () => {
    const deep = `{"type":"block_actions","a":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`;

    const answer = await forge.form({ payload: deep });

    expect(answer.status).toBeLessThan(500);
    expect((await fetch(`${town.url()}/healthz`)).status).toBe(200);
  });

  test.each<[string, Parameters<Town['slack']['sendSigned']>[0], number]>([
    ['without a signature', { body: 'command=/dr', secret: null }, 401],
    ['with the signature of another secret', { body: 'command=/dr', secret: 'guessed' }, 401],
    ['with half a time stamp', { body: 'command=/dr', timestamp: '17x' }, 401],
    ['of two megabytes', { body: 'text='.padEnd(2_000_000, 'x') }, 413],
  ])('%s: refused', async (_, request, status) => {
    expect((await town.slack.sendSigned(request)).status).toBe(status);
  });

  test('another method, another path', async () => {
    expect((await fetch(`${town.url()}/slack/events`)).status).toBe(405);
    expect((await fetch(`${town.url()}/webhooks/pagerduty`)).status).toBe(405);
    expect((await fetch(`${town.url()}/../../etc/passwd`)).status).toBe(404);
  });

  test.each<[string, string | Buffer, number]>([
    ['JSON that breaks off', '{"event":', 500],
    ['of no kind', '{}', 500],
    ['of an unknown kind', '{"event":{"id":"1","event_type":"service.danced","data":{}}}', 202],
    ['too large', Buffer.alloc(700_000, 'x'), 413],
  ])('a signed webhook of PagerDuty: %s', async (_, body, status) => {
    expect((await postWebhook(town.url(), body)).status).toBe(status);
  });

  test('an unsigned webhook is refused', async () => {
    const answer = await fetch(`${town.url()}/webhooks/pagerduty`, { method: 'POST', body: '{}' });

    expect(answer.status).toBe(401);
  });

  test('another workspace is told that it is not served, and nothing is recorded', async () => {
    const before = (await allIncidents(town)).length;
    const text = 'declare sev1 not ours';

    const typed = await forge.command({ team_id: 'T0STRANGER', text });
    const clicked = await forge.click('amara', { intent: 'declare.open' }, { team: { id: 'T0STRANGER' } });

    expect(typed.body).toContain('does not serve this workspace');
    expect(clicked.status).toBe(200);
    expect((await allIncidents(town)).length).toBe(before);
  });
});

describe('buttons that nobody made', () => {
  test.each<[string, unknown]>([
    ['of an intent that is none', { intent: 'constructor', incident: 'DR-20260101-001' }],
    ['of a prototype', '{"__proto__":{"intent":"declare.open"}}'],
    ['without an intent', { incident: 'DR-20260101-001' }],
    ['that is no JSON', 'DROP TABLE incident'],
    ['that is a list', '[1,2,3]'],
    ['with numbers', '{"intent":7}'],
    ['that is empty', ''],
    ['that is huge', { intent: 'note.submit', text: 'x'.repeat(100_000) }],
  ])('a value %s is answered in words', async (_, value) => {
    const before = (await allIncidents(town)).length;

    const [told] = await answered(town, 'amara', () => forge.click('amara', value));

    expect(told).toMatch(
      /not one that Lifeboat knows|There is no command|no incident|belongs to no incident|help/i,
    );
    expect(told).not.toContain('Lifeboat had a fault');
    expect((await allIncidents(town)).length).toBe(before);
  });

  test.each(['timeline.show', 'duty.take', 'proposal.confirm', 'status.open', 'nudge.snooze'])(
    '%s with the id of nothing',
    async (intent) => {
      for (const incident of ['DR-20200101-999', 'DR-', "'; drop table lifeboat.event; --", '../../x', '']) {
        const [told] = await answered(town, 'amara', () =>
          forge.click('amara', { intent, incident, nudge: 'stale', minutes: '30' }),
        );
        expect(told).toMatch(/no incident|belongs to no incident/);
      }
    },
  );

  test.each([
    { nudge: 'stale', minutes: '-5' },
    { nudge: 'stale', minutes: 'soon' },
    { nudge: 'everything', minutes: '30' },
    {},
  ])('a snooze of %j is refused in words', async (values) => {
    const { id } = await incidentTitled(town, 'an ordinary one');

    const [told] = await answered(town, 'ben', () =>
      forge.click('ben', { intent: 'nudge.snooze', incident: id, ...values }),
    );

    expect(told).not.toContain('Lifeboat had a fault');
  });

  test('a form with values that it never offered', async () => {
    const before = (await allIncidents(town)).length;
    for (const values of [
      { what: 'forged severity', severity: 'SEV-0' },
      { what: 'forged region', severity: 'SEV-3', from: 'atlantis' },
      { what: 'forged level', severity: 'SEV-3', level: 'apocalypse' },
      { what: 'forged kind', severity: 'SEV-3', kind: 'constructor' },
    ]) {
      const answer = await forge.submission(
        'amara',
        'declare.submit',
        {},
        values as unknown as Record<string, string>,
      );
      expect(answer.status).toBe(200);
    }
    await quiet(town);

    const made = (await allIncidents(town)).slice(before);
    expect(made.filter(({ kind }) => kind !== 'real')).toEqual([]);
    expect(made.map(({ title }) => title)).toEqual(['forged kind']);
    expect(whispersTo(town, 'amara').join()).not.toContain('Lifeboat had a fault');
  });
});

describe('people who may only read', () => {
  test.each(['guest', 'external', 'deactivated', 'bot'] as const)('a %s changes nothing', async (kind) => {
    town.slack.setUser('hugo', { kind });
    await town.slack.sendEvent({
      type: 'user_change',
      user: {
        id: town.slack.userId('hugo'),
        deleted: kind === 'deactivated',
        is_restricted: kind === 'guest',
        is_bot: kind === 'bot',
      },
    });
    const before = (await allIncidents(town)).length;
    const { id } = await incidentTitled(town, 'an ordinary one');

    const [declared] = await answered(town, 'hugo', () =>
      town.slack.command('hugo', 'declare sev1 by somebody else', { channel: 'general' }),
    );
    const [noted] = await answered(town, 'hugo', () =>
      town.slack.command('hugo', `note ${id} hello`, { channel: 'general' }),
    );
    const [taken] = await answered(town, 'hugo', () =>
      forge.click('hugo', { intent: 'duty.take', incident: id, duty: 'commander' }),
    );

    for (const told of [declared, noted, taken]) expect(told).toContain('Nothing was changed');
    expect((await allIncidents(town)).length).toBe(before);
    expect((await recordOf(town, id)).some(({ type }) => type === 'note_added')).toBe(false);
  });
});
