import { describe, expect, test } from '@jest/globals';
import { createDecideIncident } from '../../../src/app/decide-incident.ts';
import type { IncidentStore } from '../../../src/app/ports/store.ts';
import { LIFEBOAT } from '../../../src/core/shared/actor.ts';
import type { IncidentId } from '../../../src/core/shared/ids.ts';
import { createWorld, type World } from '../../fakes/world.ts';
import { anInput, HOUR, MINUTE, noonPlus, personActor, typesOf } from '../../fixtures/incidents.ts';

const human = { situation: 'failing over', actions: '', needs: '' };
const declare = { type: 'declare' as const, input: anInput() };
const byAmara = { actor: personActor('amara'), capabilities: ['read' as const, 'respond' as const] };

describe('a decision', () => {
  test('commits the record, the state, what is to be said, and what is to be done, as one', async () => {
    const { decide, memory } = await createWorld();

    const outcome = await decide({ key: 'k1', command: declare, ...byAmara });

    if (outcome.kind !== 'done') throw new Error('refused');
    const id = 'DR-20260115-001' as IncidentId;
    expect(outcome.repeat).toBe(false);
    expect(await memory.store.load(id)).toEqual(outcome.stored);
    expect(typesOf(await memory.store.events(id))).toEqual(['incident_declared', 'status_published']);
    expect(memory.rows.map(({ key }) => key)).toEqual([
      `${id}:1:channel:#ops`,
      `${id}:1:channel:#leadership`,
      `${id}:1:page`,
      `${id}:2:incident:${id}`,
    ]);
    expect(memory.jobs.waiting).toEqual(
      expect.arrayContaining([
        { queue: 'sync-channel', data: { incidentId: id } },
        { queue: 'deliver', data: { lane: `incident:${id}` } },
        { queue: 'deliver', data: { lane: `pager:${id}` } },
        { queue: 'tick', data: { incidentId: id }, startAfter: noonPlus(0) },
      ]),
    );
  });

  test('that is interrupted before it is whole leaves nothing', async () => {
    const { memory, policy } = await createWorld();
    const store: IncidentStore = {
      ...memory.store,
      transact: (work) =>
        memory.store.transact((tx) => work({ ...tx, enqueue: () => Promise.reject(new Error('crash')) })),
    };
    const decide = createDecideIncident({ store, policy });

    await expect(decide({ key: 'k1', command: declare, ...byAmara })).rejects.toThrow('crash');

    expect((await memory.store.list({ phases: ['open'], limit: 9, visibleTo: 'all' })).total).toBe(0);
    expect(memory.rows).toEqual([]);
    expect(memory.jobs.waiting).toEqual([]);
  });

  test('the form that waits for the channel is told with the job that opens it', async () => {
    const { decide, memory } = await createWorld();

    await decide({ key: 'k1', command: declare, ...byAmara, screenId: 'V1' });

    expect(memory.jobs.waiting).toContainEqual({
      queue: 'sync-channel',
      data: { incidentId: 'DR-20260115-001', screenId: 'V1' },
    });
  });
});

describe('a repeat', () => {
  test('of a declaration makes no second incident, and answers with the first', async () => {
    const { decide, memory } = await createWorld();
    await decide({ key: 'k1', command: declare, ...byAmara });
    const [rows, jobs] = [memory.rows.length, memory.jobs.waiting.length];

    const [again, once_more] = await Promise.all([
      decide({ key: 'k1', command: declare, ...byAmara }),
      decide({ key: 'k1', command: declare, ...byAmara }),
    ]);

    expect(again).toMatchObject({ kind: 'done', repeat: true, events: [] });
    expect(once_more).toMatchObject({ stored: { incident: { id: 'DR-20260115-001' } } });
    expect(memory.rows).toHaveLength(rows);
    expect(memory.jobs.waiting).toHaveLength(jobs);
    expect(await memory.store.recordCount()).toBe(2);
  });

  test('of what was refused is refused again, and recorded once', async () => {
    const world = await createWorld();
    const id = await world.declare();
    const request = { key: 'k2', id, command: { type: 'close' as const }, ...byAmara };

    const first = await world.decide(request);
    const again = await world.decide(request);

    expect(first).toMatchObject({ kind: 'refused', refusal: { refused: 'incident.not_resolved' } });
    expect(again).toEqual(first);
    expect(typesOf(await world.memory.store.events(id)).filter((type) => type === 'refused')).toHaveLength(1);
  });

  test('answers with the incident as it is by now', async () => {
    const world = await createWorld();
    const id = await world.declare();
    const note = { key: 'k2', id, command: { type: 'add_note' as const, text: 'a' }, ...byAmara };
    await world.decide(note);
    await world.ask({ type: 'resolve', summary: 'over' }, 'carol', id);

    const again = await world.decide(note);

    expect(again).toMatchObject({ kind: 'done', repeat: true, stored: { incident: { phase: 'resolved' } } });
  });
});

describe('a refusal', () => {
  test('to a person is part of the record of the incident, and changes nothing else', async () => {
    const world = await createWorld();
    const id = await world.declare();
    const before = await world.state(id);

    await world.ask({ type: 'resolve', summary: 'over' }, 'dana', id);

    const events = await world.memory.store.events(id);
    expect(events.at(-1)).toMatchObject({
      type: 'refused',
      actor: { id: 'dana' },
      data: { command: 'resolve', code: 'permission.commander_only' },
    });
    expect(await world.state(id)).toEqual(before);
  });

  test('to a webhook or a timer is not', async () => {
    const world = await createWorld();
    const id = await world.declare();

    const outcome = await world.decide({
      key: 'k2',
      id,
      command: { type: 'dismiss', reason: 'x' },
      actor: LIFEBOAT,
      capabilities: [],
    });

    expect(outcome.kind).toBe('refused');
    expect(await world.memory.store.recordCount()).toBe(2);
  });

  test('of what does not exist says so', async () => {
    const { decide } = await createWorld();
    const id = 'DR-20990101-001' as IncidentId;

    const outcome = await decide({ key: 'k1', id, command: { type: 'add_note', text: 'a' }, ...byAmara });

    expect(outcome).toEqual({
      kind: 'refused',
      refusal: { refused: 'incident.not_found', detail: { incident: id } },
    });
  });

  test('of a declaration makes no incident', async () => {
    const { decide, memory } = await createWorld();
    const command = { type: 'declare' as const, input: anInput({ severity: 'SEV-9' }) };

    const outcome = await decide({ key: 'k1', command, ...byAmara });

    expect(outcome).toMatchObject({ kind: 'refused', refusal: { refused: 'severity.unknown' } });
    expect(await memory.store.recordCount()).toBe(0);
    expect(await memory.store.transact((tx) => tx.allocateId())).toBe('DR-20260115-001');
  });
});

describe('the timer', () => {
  const tick = { command: { type: 'tick' as const }, actor: LIFEBOAT, capabilities: [] };

  function ticks({ memory }: World) {
    return memory.jobs.waiting.flatMap((job) => (job.queue === 'tick' ? [job.startAfter] : []));
  }

  test('that fires early does nothing, and is set again', async () => {
    const world = await createWorld();
    const id = await world.declare();
    await world.run();
    world.memory.jobs.waiting.length = 0;
    const records = await world.memory.store.recordCount();
    world.clock.advance(MINUTE);

    await world.decide({ id, ...tick });

    expect(await world.memory.store.recordCount()).toBe(records);
    expect(ticks(world)).toEqual([noonPlus(5 * MINUTE)]);
  });

  test('of what is over is not set again', async () => {
    const world = await createWorld();
    const id = await world.declare();
    await world.run();
    await world.ask({ type: 'resolve', summary: 'over' }, 'carol', id);
    await world.run();
    world.memory.jobs.waiting.length = 0;

    await world.pass(HOUR);
    await world.decide({ id, ...tick });

    expect(ticks(world)).toEqual([]);
  });

  test('comes to rest: a whole night of an incident is a handful of wake-ups', async () => {
    const world = await createWorld();
    const id = await world.declare();
    await world.ask({ type: 'publish_status', human }, 'amara', id);

    await world.pass(8 * HOUR);

    const events = await world.memory.store.events(id);
    const slots = events.filter((e) => e.type === 'status_published' && e.data.trigger === 'slot');
    expect(slots).toHaveLength(32);
    expect(events.length).toBeLessThan(32 + 40);
    expect(world.failures).toEqual([]);
  });
});
