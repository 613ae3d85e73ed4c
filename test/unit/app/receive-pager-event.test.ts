import { describe, expect, test } from '@jest/globals';
import type { PagerEvent } from '../../../src/app/ports/pager-event.ts';
import { createWorld, type World } from '../../fakes/world.ts';
import { aPolicy, MINUTE, noonPlus } from '../../fixtures/incidents.ts';
import { aProfile } from '../../fixtures/profile.ts';

const profile = aProfile({
  pagerduty: {
    services: [
      { id: 'PGATEWAY', name: 'Gateway', severity: 'SEV-1', level: 'regional_outage', region: 'us-east-1' },
      { id: 'PORDERS', name: 'Orders', severity: 'SEV-2', declare: 'at-once' },
    ],
  },
});

let count = 0;

function anEvent(
  changes: Partial<PagerEvent> = {},
  incident: Partial<PagerEvent['incident']> = {},
): PagerEvent {
  count += 1;
  return {
    id: `E${count}`,
    kind: 'triggered',
    occurredAt: new Date(noonPlus(-MINUTE)),
    incident: {
      id: 'PALERT1',
      title: 'Gateway 5xx',
      url: 'https://acme.pagerduty.example/incidents/PALERT1',
      serviceId: 'PGATEWAY',
      serviceName: 'Gateway EU',
      assignees: [],
      ...incident,
    },
    agent: { id: 'PUSER', name: 'Pat', type: 'user' },
    ...changes,
  };
}

function world(policy = aPolicy({ ladder: [] })): Promise<World> {
  return createWorld({ profile, policy });
}

async function all(w: World) {
  const { incidents } = await w.memory.store.list({
    phases: ['proposed', 'open', 'resolved', 'closed', 'dismissed'],
    limit: 99,
    visibleTo: 'all',
  });
  return incidents;
}

async function recordOf(w: World, id: Parameters<World['state']>[0]): Promise<string[]> {
  return (await w.memory.store.events(id)).map(({ type }) => type);
}

describe('an alert on a known service', () => {
  test('proposes an incident, with what the profile says of the service', async () => {
    const w = await world();

    expect(await w.receive(anEvent())).toBe('opened');

    expect(await all(w)).toMatchObject([
      {
        phase: 'proposed',
        title: 'Gateway 5xx',
        description: 'Alert on Gateway EU: Gateway 5xx',
        severity: 'SEV-1',
        level: 'regional_outage',
        kind: 'real',
        regions: { from: 'us-east-1' },
        marks: { detected: { at: noonPlus(-MINUTE) } },
        pager: { links: [{ id: 'PALERT1', status: 'triggered' }], paged: false },
      },
    ]);
    const [event] = await w.memory.store.events((await all(w))[0]?.id as never);
    expect(event?.actor).toEqual({ kind: 'pagerduty', name: 'Pat' });
  });

  test('declares at once where the profile says so, with the detection as evidence', async () => {
    const w = await world();

    await w.receive(anEvent({}, { serviceId: 'PORDERS', id: 'PALERT2' }));

    const [incident] = await all(w);
    expect(incident).toMatchObject({
      phase: 'open',
      severity: 'SEV-2',
      marks: { detected: {}, declared: {} },
    });
    expect(incident?.openedBy).toBeUndefined();
  });

  test('opens one incident, however often and under however many event ids it is told', async () => {
    const w = await world();
    const event = anEvent();

    await Promise.all([w.receive(event), w.receive(event), w.receive(anEvent())]);
    await w.receive(anEvent());

    expect(await all(w)).toHaveLength(1);
  });

  test('never starts or decides more than that: an incident of its own is declared by people', async () => {
    const w = await world();
    await w.receive(anEvent());
    for (const kind of ['acknowledged', 'escalated', 'priority', 'resolved'] as const) {
      await w.receive(anEvent({ kind }));
    }

    expect((await all(w)).map(({ phase }) => phase)).toEqual(['proposed']);
  });

  test('has a title of one line that leaves room for our id', async () => {
    const w = await world();

    await w.receive(anEvent({}, { serviceId: 'PORDERS', title: `a\nb\u0000 ${'x'.repeat(2000)}` }));

    const [incident] = await all(w);
    expect(incident?.title).toMatch(/^a b x+…$/);
    expect(incident?.title.length).toBeLessThanOrEqual(120);
    expect(incident?.description).not.toContain('\u0000');
  });
});

describe('what is not ours to open', () => {
  test.each<[string, Partial<PagerEvent>, Partial<PagerEvent['incident']>]>([
    ['an alert on a service that the profile does not know', {}, { serviceId: 'PUNKNOWN' }],
    ['an alert without a service', {}, { serviceId: undefined }],
    ['a change of an alert that nobody knows', { kind: 'acknowledged' }, {}],
    ['the end of an alert that nobody knows', { kind: 'resolved' }, {}],
    ['a page of our own that cannot be placed', { client: 'Lifeboat' }, {}],
  ])('%s is ignored', async (_what, changes, incident) => {
    const w = await world();

    expect(await w.receive(anEvent(changes, incident))).toBe('ignored');

    expect(await all(w)).toEqual([]);
  });
});

describe('our own page, coming back', () => {
  async function paged() {
    const w = await world();
    const id = await w.declare();
    await w.run();
    return { w, id };
  }

  test('is known by its key, and linked', async () => {
    const { w, id } = await paged();

    expect(await w.receive(anEvent({}, { id: 'POWN', key: id }))).toBe('reflected');

    expect((await w.state(id)).pager.links).toMatchObject([{ id: 'POWN', status: 'triggered' }]);
    expect(await all(w)).toHaveLength(1);
  });

  test('is known by its title where the pager drops the key', async () => {
    const { w, id } = await paged();

    await w.receive(anEvent({}, { id: 'POWN', title: `P1 us-east-1 is gone (${id}) ` }));

    expect((await w.state(id)).pager.links).toMatchObject([{ id: 'POWN' }]);
    expect(await all(w)).toHaveLength(1);
  });

  test('is known however long the title of the incident is', async () => {
    const w = await world();
    await w.receive(anEvent({}, { serviceId: 'PORDERS', title: 'x'.repeat(1024) }));
    const [opened] = await all(w);
    await w.ask({ type: 'change_severity', to: 'SEV-1', reason: 'all gone' }, 'amara', opened?.id);
    await w.run();
    const summary = w.pager.pages[0]?.summary as string;
    // PagerDuty cuts what is longer.
    expect(summary.length).toBeLessThan(1024);

    await w.receive(anEvent({}, { id: 'POWN', title: summary }));

    expect(await all(w)).toHaveLength(1);
  });

  test('pages nobody again, and no note comes of it', async () => {
    const { w, id } = await paged();
    await w.receive(anEvent({}, { id: 'POWN', key: id }));
    await w.receive(anEvent({ kind: 'acknowledged' }, { id: 'POWN', key: id }));

    await w.run();

    expect(w.pager.pages).toHaveLength(1);
    expect(w.pager.incidents[0]?.notes).toEqual([]);
  });

  test('that names an incident which never was is an alert like any other', async () => {
    const w = await world();

    expect(await w.receive(anEvent({}, { title: 'copied (DR-20200101-001)' }))).toBe('opened');
  });
});

describe('what happens to an alert later', () => {
  async function proposed() {
    const w = await world();
    await w.receive(anEvent());
    const [incident] = await all(w);
    return { w, id: incident?.id as Parameters<World['state']>[0] };
  }

  test.each([
    ['acknowledged', 'acknowledged'],
    ['unacknowledged', 'triggered'],
    ['resolved', 'resolved'],
    ['reopened', 'triggered'],
  ] as const)('%s is reflected', async (kind, status) => {
    const { w, id } = await proposed();

    expect(await w.receive(anEvent({ kind }))).toBe('reflected');

    expect((await w.state(id)).pager.links[0]?.status).toBe(status);
  });

  test('told twice is recorded once', async () => {
    const { w, id } = await proposed();
    const event = anEvent({ kind: 'resolved' });

    await w.receive(event);
    await w.receive(event);

    expect((await recordOf(w, id)).filter((type) => type === 'pager_changed')).toHaveLength(1);
  });

  test('a note is told with its words, a priority with its label, and nothing else with either', async () => {
    const { w, id } = await proposed();
    const incident = { priority: 'P1' };

    await w.receive(anEvent({ kind: 'annotated', note: 'disk is \u0000full' }, incident));
    await w.receive(anEvent({ kind: 'priority' }, incident));
    await w.receive(anEvent({ kind: 'acknowledged' }, incident));

    const told = (await w.memory.store.events(id)).flatMap((event) =>
      event.type === 'pager_changed' ? [[event.data.change, event.data.text]] : [],
    );
    expect(told).toEqual([
      ['annotated', 'disk is full'],
      ['priority', 'P1'],
      ['acknowledged', undefined],
    ]);
  });

  test('our own note, coming back, is ignored', async () => {
    const { w, id } = await proposed();
    const before = await recordOf(w, id);

    expect(await w.receive(anEvent({ kind: 'annotated', note: `rebooting (Lifeboat ${id}:3)` }))).toBe(
      'ignored',
    );

    expect(await recordOf(w, id)).toEqual(before);
  });

  test('of our own page, told before the alert itself, links it first', async () => {
    const w = await world();
    const id = await w.declare();

    await w.receive(anEvent({ kind: 'acknowledged' }, { id: 'POWN', key: id }));
    await w.receive(anEvent({}, { id: 'POWN', key: id }));

    expect((await w.state(id)).pager.links).toMatchObject([{ id: 'POWN', status: 'acknowledged' }]);
    expect((await w.state(id)).marks.acknowledged?.at).toBe(noonPlus(-MINUTE));
  });

  test('an answer at the pager stops the ladder', async () => {
    const w = await world(aPolicy());
    const id = await w.declare();
    await w.run();

    await w.receive(anEvent({ kind: 'acknowledged' }, { id: 'POWN', key: id }));
    await w.pass(60 * MINUTE);

    expect((await recordOf(w, id)).filter((type) => type === 'rung_called')).toHaveLength(1);
    expect((await w.state(id)).ladder.acknowledged?.by).toBe('PagerDuty');
  });

  test('the end of the alert, told after the end of the incident, comes back to nobody', async () => {
    const { w, id } = await proposed();
    await w.ask({ type: 'confirm_proposal' }, 'amara', id);
    await w.run();
    w.pager.addIncident('PALERT1');
    await w.ask({ type: 'resolve', summary: 'over' }, 'carol', id);
    await w.run();
    w.pager.outages.calls.length = 0;

    await w.receive(anEvent({ kind: 'resolved' }));
    await w.run();

    expect(w.pager.outages.calls).toEqual([]);
    expect((await w.state(id)).pager.links[0]?.status).toBe('resolved');
  });
});
