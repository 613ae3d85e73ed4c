import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parsePagerDutyEvent, verifyPagerDutySignature } from '../../src/adapters/pagerduty/webhook.ts';

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/pagerduty/${name}.json`, import.meta.url));
}

function sign(body: Buffer, secret: string): string {
  return `v1=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** A fixture with something changed, as the bytes that would come in. */
function altered(name: string, change: (event: Record<string, unknown>) => void): Buffer {
  const body = JSON.parse(fixture(name).toString('utf8'));
  change(body.event);
  return Buffer.from(JSON.stringify(body));
}

describe('signature', () => {
  const body = fixture('triggered');

  test('is accepted for the exact bytes and the right secret', () => {
    expect(verifyPagerDutySignature(body, sign(body, 'one'), ['one'])).toBe(true);
  });

  test('agrees with a value computed elsewhere', () => {
    // printf '{"event":{}}' | openssl dgst -sha256 -hmac 'it-is-a-secret'
    const header = 'v1=3dbbb4f83bcbe21c8d248292a90a41e33f910c15dfa1184f50e4a91ecfc16777';

    expect(verifyPagerDutySignature(Buffer.from('{"event":{}}'), header, ['it-is-a-secret'])).toBe(true);
  });

  test.each([
    ['PagerDuty signs with the old and the new secret, we know the new', ['old', 'new'], ['new']],
    ['PagerDuty signs with the old and the new secret, we know the old', ['old', 'new'], ['old']],
    ['PagerDuty signs with one, we know both', ['old'], ['new', 'old']],
  ])('survives a rotation: %s', (_name, theirs, ours) => {
    const header = theirs.map((secret) => sign(body, secret)).join(', ');

    expect(verifyPagerDutySignature(body, header, ours)).toBe(true);
  });

  test('does not depend on the case of the hex digits', () => {
    const header = sign(body, 'one').replace(/[a-f]/g, (digit) => digit.toUpperCase());

    expect(verifyPagerDutySignature(body, header, ['one'])).toBe(true);
  });

  test('is refused when one byte of the body differs', () => {
    const header = sign(body, 'one');
    const changed = Buffer.from(body);
    changed[10] = (changed[10] ?? 0) ^ 1;

    expect(verifyPagerDutySignature(changed, header, ['one'])).toBe(false);
  });

  test.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['another secret', sign(body, 'other')],
    ['a version we do not know', sign(body, 'one').replace('v1=', 'v2=')],
    ['a signature cut short', sign(body, 'one').slice(0, -2)],
    ['a signature with more behind it', `${sign(body, 'one')}00`],
    ['no hex', `v1=${'z'.repeat(64)}`],
  ])('is refused with %s', (_name, header) => {
    expect(verifyPagerDutySignature(body, header, ['one'])).toBe(false);
  });

  test('is refused when we have no secret, or an empty one that anybody could use', () => {
    expect(verifyPagerDutySignature(body, sign(body, ''), [])).toBe(false);
    expect(verifyPagerDutySignature(body, sign(body, ''), [''])).toBe(false);
  });
});

describe('event', () => {
  test('triggered by a monitoring tool on a service with alerts: no key, but client and integration', () => {
    expect(parsePagerDutyEvent(fixture('triggered'))).toEqual({
      id: '01FVRJDBZPAFCIQO0U5B2ZJ2GQ',
      kind: 'triggered',
      occurredAt: new Date('2026-01-15T14:05:07.523Z'),
      incident: {
        id: 'Q2X369CTEOAGYM',
        number: 4207,
        key: undefined,
        title: 'us-east-1: gateway unreachable from three probes',
        url: 'https://example.pagerduty.com/incidents/Q2X369CTEOAGYM',
        serviceId: 'PORDERS',
        serviceName: 'Orders API',
        urgency: 'high',
        priority: undefined,
        assignees: ['Kim Reyes'],
      },
      agent: { id: 'PINTEG1', name: 'Events API V2', type: 'inbound_integration_reference' },
      client: 'Prometheus',
      clientUrl: 'https://prometheus.example.com/graph?g0.expr=up',
    });
  });

  test('acknowledged by a person, on a service that shows its keys', () => {
    expect(parsePagerDutyEvent(fixture('acknowledged'))).toMatchObject({
      kind: 'acknowledged',
      incident: { key: 'baf7cf21b1da41b4b0221008339ff357' },
      agent: { id: 'PKIM001', name: 'Kim Reyes', type: 'user_reference' },
      client: 'PagerDuty',
    });
  });

  test('resolved: nobody is assigned any more', () => {
    expect(parsePagerDutyEvent(fixture('resolved'))).toMatchObject({
      kind: 'resolved',
      incident: { id: 'Q2X369CTEOAGYM', assignees: [] },
    });
  });

  test('annotated: the note, and the incident it belongs to', () => {
    expect(parsePagerDutyEvent(fixture('annotated'))).toEqual({
      id: '01FVRJH7PY3RD5N9K2VXBT8EWM',
      kind: 'annotated',
      occurredAt: new Date('2026-01-15T14:20:11.682Z'),
      incident: {
        id: 'Q2X369CTEOAGYM',
        title: 'us-east-1: gateway unreachable from three probes',
        url: 'https://example.pagerduty.com/incidents/Q2X369CTEOAGYM',
        assignees: [],
      },
      note: 'Provider confirms a power event in use1-az4.',
      agent: { id: 'PADA001', name: 'Ada Okafor', type: 'user_reference' },
    });
  });

  test('a note that PagerDuty cut shows that it was cut', () => {
    const raw = altered('annotated', (event) => {
      (event.data as Record<string, unknown>).trimmed = true;
    });

    expect(parsePagerDutyEvent(raw)).toMatchObject({ note: 'Provider confirms a power event in use1-az4.…' });
  });

  test('priority: its label', () => {
    expect(parsePagerDutyEvent(fixture('priority_updated'))).toMatchObject({
      kind: 'priority',
      incident: { priority: 'P1', assignees: ['Kim Reyes', 'Ada Okafor'] },
    });
  });

  test('reopened', () => {
    expect(parsePagerDutyEvent(fixture('reopened'))).toMatchObject({
      kind: 'reopened',
      occurredAt: new Date('2026-01-15T17:01:00.000Z'),
    });
  });

  test.each([
    ['incident.unacknowledged', 'unacknowledged'],
    ['incident.reassigned', 'reassigned'],
    ['incident.delegated', 'reassigned'],
    ['incident.escalated', 'escalated'],
  ])('%s is read as %s', (eventType, kind) => {
    const raw = altered('triggered', (event) => {
      event.event_type = eventType;
    });

    expect(parsePagerDutyEvent(raw)).toMatchObject({ kind });
  });

  test.each([
    ['ping', 'pagey.ping', '01FKZOXA868SHYEE4DVNWB5P9W'],
    ['unknown_type', 'incident.workflow.started', '01FVRJK3E9GH7W5S1ZNXA4PCQY'],
  ])('%s is ignored, with its type and id', (name, eventType, id) => {
    expect(parsePagerDutyEvent(fixture(name))).toEqual({ kind: 'ignored', eventType, id });
  });

  test('a type named like a method of every object is unknown, not a crash', () => {
    const raw = altered('triggered', (event) => {
      event.event_type = 'constructor';
    });

    expect(parsePagerDutyEvent(raw)).toMatchObject({ kind: 'ignored', eventType: 'constructor' });
  });

  test('without agent, client, service, priority and assignees it is still an event', () => {
    const raw = altered('triggered', (event) => {
      event.agent = null;
      event.client = null;
      event.data = { id: 'Q1', type: 'incident', urgency: 'severe' };
    });

    expect(parsePagerDutyEvent(raw)).toEqual({
      id: '01FVRJDBZPAFCIQO0U5B2ZJ2GQ',
      kind: 'triggered',
      occurredAt: new Date('2026-01-15T14:05:07.523Z'),
      incident: { id: 'Q1', title: 'Q1', assignees: [] },
    });
  });

  test.each([
    ['no JSON', Buffer.from('{"event":'), 'the body is not JSON'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00]), 'the body is not JSON'],
    ['null', Buffer.from('null'), /^body: /],
    ['an old V2 body', Buffer.from('{"messages":[]}'), /^event: /],
    ['no event id', altered('triggered', (event) => delete event.id), /^event\.id: /],
    [
      'a time that is none',
      altered('triggered', (event) => {
        event.occurred_at = 'yesterday';
      }),
      /^event\.occurred_at: /,
    ],
    [
      'no incident',
      altered('triggered', (event) => {
        event.data = {};
      }),
      /^event\.data\.id: /,
    ],
    [
      'a note without its incident',
      altered('annotated', (event) => {
        event.data = { content: 'secret words' };
      }),
      /^event\.data\.incident: (?!.*secret words)/,
    ],
  ])('%s is malformed, and the problem names the place', (_name, raw, problem) => {
    expect(parsePagerDutyEvent(raw)).toEqual({ kind: 'malformed', problem: expect.stringMatching(problem) });
  });
});
