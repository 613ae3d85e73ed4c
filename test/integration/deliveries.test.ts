import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { createPool } from '../../src/adapters/postgres/connection.ts';
import { createDeliveryStore } from '../../src/adapters/postgres/deliveries.ts';
import type { Jobs } from '../../src/adapters/postgres/jobs.ts';
import { createNotesStore } from '../../src/adapters/postgres/notes.ts';
import { createIncidentStore } from '../../src/adapters/postgres/store.ts';
import type { Delivery, DeliveryStore, IncidentStore, NewDelivery } from '../../src/app/ports/store.ts';
import type { IncidentId } from '../../src/core/shared/ids.ts';
import { plus } from '../../src/core/shared/time.ts';
import { startJobs } from '../fixtures/background.ts';
import { createTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { silentLog } from '../fixtures/silent-log.ts';

let database: TestDatabase;
let jobs: Jobs;
let pool: pg.Pool;
let store: IncidentStore;
let deliveries: DeliveryStore;

beforeAll(async () => {
  database = await createTestDatabase();
  ({ jobs } = await startJobs(database.url));
  pool = createPool({ url: database.url, log: silentLog });
  store = createIncidentStore({ pool, jobs });
  deliveries = createDeliveryStore({ pool });
});

afterAll(async () => {
  await jobs.stop({ deadlineMs: 1_000 });
  await pool.end();
  await database.drop();
});

const incidentId = 'DR-20260115-001' as IncidentId;
let lanes = 0;

function aLane(kind = 'incident'): string {
  lanes += 1;
  return `${kind}:${lanes}`;
}

function note(lane: string, text: string, join?: string): NewDelivery {
  return {
    key: `${lane} ${text}`,
    incidentId,
    lane,
    op: { kind: 'pager_note', text },
    ...(join ? { join } : {}),
  };
}

function write(...wanted: NewDelivery[]): Promise<void> {
  return store.transact((tx) => tx.deliver(wanted));
}

async function next(lane: string): Promise<Delivery> {
  const delivery = await deliveries.next(lane);
  if (!delivery) throw new Error(`nothing waits in ${lane}`);
  return delivery;
}

/** As a worker does: takes the next one and marks it sent. */
async function send(lane: string): Promise<string> {
  const delivery = await next(lane);
  expect(await deliveries.begin(delivery)).toBe(true);
  await deliveries.sent(begun(delivery), { ts: '1.2' });
  return delivery.op.kind === 'pager_note' ? delivery.op.text : delivery.op.kind;
}

function begun(delivery: Delivery): Delivery {
  return { ...delivery, state: 'sending', attempts: delivery.attempts + 1 };
}

async function rowOf(key: string) {
  const { rows } = await database.pool.query(
    'select state, attempts, joined, problem, receipt, sent_at from lifeboat.delivery where key = $1',
    [key],
  );
  return rows[0];
}

describe('a lane', () => {
  test('gives one after the other in the order they were written', async () => {
    const lane = aLane();
    const other = aLane();
    await write(note(lane, 'a'), note(other, 'x'), note(lane, 'b'));
    await write(note(lane, 'c'));

    const sent = [await send(lane), await send(lane), await send(lane)];

    expect(sent).toEqual(['a', 'b', 'c']);
    expect(await deliveries.next(lane)).toBeUndefined();
    expect(await next(other)).toMatchObject({ lane: other, state: 'pending', attempts: 0, joined: 0 });
  });

  test('has each key once, also when it was sent already', async () => {
    const lane = aLane();
    await write(note(lane, 'a'), note(lane, 'a'));
    await write(note(lane, 'a'));
    await send(lane);
    await write(note(lane, 'a'), note(lane, 'b'));

    expect(await send(lane)).toBe('b');
    expect(await deliveries.next(lane)).toBeUndefined();
  });

  test('gives back what was written', async () => {
    const lane = aLane();
    const wanted = note(lane, 'Ünïcode 🚢\n"quoted"', 'status:1');
    const before = await store.now();
    await write(wanted);

    const delivery = await next(lane);

    expect(delivery).toMatchObject({ ...wanted, state: 'pending', attempts: 0, joined: 0 });
    expect(delivery.createdAt >= before && delivery.createdAt <= (await store.now())).toBe(true);
  });
});

describe('joining', () => {
  test('replaces those that wait by the newest, which says how many', async () => {
    const lane = aLane();
    await write(note(lane, 's1', 'status'), note(lane, 's2', 'status'));
    await write(note(lane, 's3', 'status'));

    const first = await next(lane);
    const again = await next(lane);

    expect(first).toMatchObject({ op: { text: 's3' }, joined: 2 });
    expect(again).toEqual(first);
    expect((await rowOf(`${lane} s1`)).state).toBe('superseded');
    expect((await rowOf(`${lane} s2`)).state).toBe('superseded');
  });

  test('goes on counting when more come', async () => {
    const lane = aLane();
    await write(note(lane, 's1', 'status'), note(lane, 's2', 'status'));
    expect(await next(lane)).toMatchObject({ op: { text: 's2' }, joined: 1 });
    await write(note(lane, 's3', 'status'), note(lane, 's4', 'status'));

    const newest = await next(lane);

    expect(newest).toMatchObject({ op: { text: 's4' }, joined: 3 });
    expect(await deliveries.begin(newest)).toBe(true);
  });

  test('keeps the order of what is left', async () => {
    const lane = aLane();
    await write(note(lane, 'first'), note(lane, 's1', 'status'), note(lane, 'middle'));
    await write(
      note(lane, 's2', 'status'),
      note(lane, 'x1', 'other'),
      note(lane, 'x2', 'other'),
      note(lane, 'last'),
    );

    const sent = [];
    while (await deliveries.next(lane)) sent.push(await send(lane));

    expect(sent).toEqual(['first', 'middle', 's2', 'x2', 'last']);
  });

  test('never replaces one that may have been sent', async () => {
    const lane = aLane();
    await write(note(lane, 's1', 'status'));
    await deliveries.begin(await next(lane));
    await write(note(lane, 's2', 'status'), note(lane, 's3', 'status'));

    const open = await next(lane);
    await deliveries.sent(open, {});

    expect(open).toMatchObject({ op: { text: 's1' }, state: 'sending', attempts: 1, joined: 0 });
    expect(await next(lane)).toMatchObject({ op: { text: 's3' }, joined: 1 });
  });

  test('never reaches into another lane', async () => {
    const [lane, other] = [aLane(), aLane()];
    await write(note(lane, 's1', 'status'), note(other, 's2', 'status'));

    expect(await next(lane)).toMatchObject({ op: { text: 's1' }, joined: 0 });
    expect(await next(other)).toMatchObject({ op: { text: 's2' }, joined: 0 });
  });
});

describe('the fence', () => {
  test('lets one of two workers begin', async () => {
    const lane = aLane();
    await write(note(lane, 'a'));
    const seen = await next(lane);

    const results = await Promise.all([deliveries.begin(seen), deliveries.begin({ ...seen })]);

    expect(results.sort()).toEqual([false, true]);
    expect(await next(lane)).toMatchObject({ state: 'sending', attempts: 1 });
  });

  test('ignores a worker whose attempt is over', async () => {
    const lane = aLane();
    await write(note(lane, 'a'));
    const first = await next(lane);
    await deliveries.begin(first);
    const second = await next(lane);
    await deliveries.begin(second);

    await deliveries.release(begun(first), 'too late');
    await deliveries.giveUp(begun(first), 'too late');
    await deliveries.sent(begun(first), { ts: 'wrong' });

    expect(await rowOf(`${lane} a`)).toMatchObject({ state: 'sending', attempts: 2, problem: null });
    await deliveries.sent(begun(second), { ts: 'right' });
    expect(await rowOf(`${lane} a`)).toMatchObject({ state: 'sent', receipt: { ts: 'right' } });
  });

  test('never opens again what is settled', async () => {
    const lane = aLane();
    await write(note(lane, 'a'));
    const delivery = await next(lane);
    await deliveries.begin(delivery);
    await deliveries.sent(begun(delivery), { ts: '1' });

    await deliveries.release(begun(delivery), 'late');

    expect(await deliveries.begin(begun(delivery))).toBe(false);
    expect(await rowOf(`${lane} a`)).toMatchObject({ state: 'sent', receipt: { ts: '1' } });
  });
});

describe('settling', () => {
  test('an attempt without effect is pending again, in its old place', async () => {
    const lane = aLane();
    await write(note(lane, 'a'), note(lane, 'b'));
    const delivery = await next(lane);
    await deliveries.begin(delivery);

    await deliveries.release(begun(delivery), 'rate_limited');

    expect(await next(lane)).toMatchObject({ op: { text: 'a' }, state: 'pending', attempts: 1 });
    expect((await rowOf(`${lane} a`)).problem).toBe('rate_limited');
  });

  test('one found outside is sent without another attempt', async () => {
    const lane = aLane();
    await write(note(lane, 'a'));
    await deliveries.begin(await next(lane));

    await deliveries.sent(await next(lane), { ts: 'found' });

    expect(await rowOf(`${lane} a`)).toMatchObject({ state: 'sent', attempts: 1, receipt: { ts: 'found' } });
    expect((await rowOf(`${lane} a`)).sent_at).toBeInstanceOf(Date);
  });

  test('one that is refused for good is kept with the reason, and the lane goes on', async () => {
    const lane = aLane();
    await write(note(lane, 'a'), note(lane, 'b'));
    const delivery = await next(lane);
    await deliveries.begin(delivery);

    await deliveries.giveUp(begun(delivery), 'is_archived');

    expect(await rowOf(`${lane} a`)).toMatchObject({ state: 'failed', problem: 'is_archived' });
    expect(await send(lane)).toBe('b');
  });
});

describe('what waits', () => {
  test('is counted by kind of lane, and named by lane when it waits for long', async () => {
    const before = await deliveries.depth();
    const [person, channel] = [aLane('person'), aLane('channel')];
    await write(note(person, 'a'), note(person, 'b'), note(channel, 'c'));
    await deliveries.begin(await next(channel));
    const now = await store.now();

    const depth = await deliveries.depth();
    const late = await deliveries.waitingLanes(plus(now, 1_000));
    const early = await deliveries.waitingLanes(plus(now, -60_000));

    expect([depth.person, depth.channel]).toEqual([2, 1]);
    expect(depth.incident).toBe(before.incident);
    expect(late.filter((lane) => lane === person || lane === channel).sort()).toEqual(
      [channel, person].sort(),
    );
    expect(early).toEqual([]);
  });
});

describe('notes', () => {
  test('are empty at first, then as saved last', async () => {
    const notes = createNotesStore({ pool });

    const empty = await notes.channelNotes(incidentId);
    await notes.saveChannelNotes(incidentId, { wantedName: 'dr-1', bookmarks: ['a'] });
    await notes.saveChannelNotes(incidentId, { cardTs: '1.2', pinned: true });

    expect(empty).toEqual({});
    expect(await notes.channelNotes(incidentId)).toEqual({ cardTs: '1.2', pinned: true });
  });

  test('remember the last good answer with its time', async () => {
    const notes = createNotesStore({ pool });
    const before = await store.now();

    await notes.remember('oncall', ['old']);
    await notes.remember('oncall', { people: [1] });

    const recalled = await notes.recall('oncall');
    expect(recalled?.value).toEqual({ people: [1] });
    expect((recalled?.at ?? '') >= before).toBe(true);
    expect(await notes.recall('nothing')).toBeUndefined();
  });
});
