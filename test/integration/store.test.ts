import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type pg from 'pg';
import { createPool } from '../../src/adapters/postgres/connection.ts';
import { ConcurrencyError } from '../../src/adapters/postgres/faults.ts';
import type { Jobs } from '../../src/adapters/postgres/jobs.ts';
import { createIncidentStore } from '../../src/adapters/postgres/store.ts';
import type { IncidentStore, NewDelivery } from '../../src/app/ports/store.ts';
import type { IncidentEventBody } from '../../src/core/incident/events.ts';
import { fold } from '../../src/core/incident/evolve.ts';
import type { IncidentId } from '../../src/core/shared/ids.ts';
import { UpstreamError } from '../../src/core/shared/upstream-error.ts';
import { startJobs } from '../fixtures/background.ts';
import { createTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aDeclaration, aNote, aPerson, append, openIncident, record } from '../fixtures/recording.ts';
import { silentLog } from '../fixtures/silent-log.ts';

let database: TestDatabase;
let jobs: Jobs;
let pool: pg.Pool;
let store: IncidentStore;

beforeAll(async () => {
  database = await createTestDatabase();
  ({ jobs } = await startJobs(database.url));
  pool = createPool({ url: database.url, log: silentLog });
  store = createIncidentStore({ pool, jobs });
});

afterAll(async () => {
  await jobs.stop({ deadlineMs: 1_000 });
  await pool.end();
  await database.drop();
});

const amara = { kind: 'person' as const, ...aPerson('Amara') };

function aDelivery(id: IncidentId, key: string): NewDelivery {
  return { key, incidentId: id, lane: `incident:${id}`, op: { kind: 'archive_channel' } };
}

async function countOf(table: string): Promise<number> {
  const { rows } = await database.pool.query(`select count(*)::int as count from ${table}`);
  return rows[0].count;
}

describe('transact', () => {
  test('writes the record and the state as one, and reads both back unchanged', async () => {
    const opened = await openIncident(store, [aDeclaration({ title: 'Ünïcode & "quotes" 🚢' })], amara);

    const noted = await record(store, opened.incident.id, aNote('first\nsecond'), aNote('third'));

    const loaded = await store.load(opened.incident.id);
    const events = await store.events(opened.incident.id);
    expect(loaded).toEqual(noted);
    expect(events.map((event) => [event.seq, event.type])).toEqual([
      [1, 'incident_declared'],
      [2, 'note_added'],
      [3, 'note_added'],
    ]);
    expect(events.map((event) => event.prevHash).slice(1)).toEqual(
      events.map((event) => event.hash).slice(0, -1),
    );
    expect(loaded?.head).toBe(events[2]?.hash);
    expect(loaded?.incident).toEqual(fold(events, opened.incident.id));
    expect(events[0]?.actor).toEqual(amara);
  });

  test('keeps any text and any number of a record as it is', async () => {
    const value = fc.jsonValue({ noUnicodeString: false }).filter(isStorable);
    await fc.assert(
      fc.asyncProperty(value, async (anything) => {
        const { incident } = await openIncident(store);

        await record(store, incident.id, { type: 'note_added', data: { text: anything } } as never);

        const [last] = await store.events(incident.id, { last: 1 });
        expect(last?.data).toEqual({ text: JSON.parse(JSON.stringify(anything)) });
      }),
      { numRuns: 40 },
    );
  });

  test('leaves nothing behind when the work throws, not even a job', async () => {
    const before = await Promise.all(['lifeboat.incident', 'lifeboat.event', 'pgboss.job'].map(countOf));
    const failure = new Error('refused at the last moment');

    const attempt = store.transact(async (tx) => {
      await tx.claim('all-or-nothing');
      const id = await tx.allocateId();
      await append(tx, id, undefined, [aDeclaration()]);
      await tx.deliver([aDelivery(id, 'never')]);
      await tx.enqueue([
        { queue: 'deliver', data: { lane: `incident:${id}` } },
        { queue: 'tick', data: { incidentId: id } },
      ]);
      throw failure;
    });

    await expect(attempt).rejects.toBe(failure);
    const after = await Promise.all(['lifeboat.incident', 'lifeboat.event', 'pgboss.job'].map(countOf));
    expect(after).toEqual(before);
    expect(await countOf('lifeboat.delivery')).toBe(0);
    const again = await store.transact((tx) => tx.claim('all-or-nothing'));
    expect(again).toEqual({ first: true });
  });

  test('writes the jobs with the rest', async () => {
    const { incident } = await openIncident(store);
    const startAfter = '2100-01-01T00:00:00.000Z';

    await store.transact(async (tx) => {
      await append(tx, incident.id, await tx.lock(incident.id), [aNote('with jobs')]);
      await tx.enqueue([
        { queue: 'tick', data: { incidentId: incident.id }, startAfter },
        { queue: 'tick', data: { incidentId: incident.id }, startAfter },
        { queue: 'sync-channel', data: { incidentId: incident.id } },
      ]);
    });

    const { rows } = await database.pool.query(
      `select name, data, start_after from pgboss.job where data->>'incidentId' = $1 order by name`,
      [incident.id],
    );
    expect(rows).toEqual([
      { name: 'sync-channel', data: { incidentId: incident.id }, start_after: expect.any(Date) },
      { name: 'tick', data: { incidentId: incident.id }, start_after: new Date(startAfter) },
    ]);
  });

  test('says what to do when a failed statement was ignored, and writes nothing', async () => {
    const { incident } = await openIncident(store);

    const attempt = store.transact(async (tx) => {
      await append(tx, incident.id, await tx.lock(incident.id), [aNote('lost')]);
      await tx.deliver([{ ...aDelivery(incident.id, 'bad'), lane: null as never }]).catch(() => undefined);
    });

    await expect(attempt).rejects.toThrow('a failed statement was ignored');
    expect((await store.load(incident.id))?.version).toBe(1);
  });

  test('may not be used after its end', async () => {
    const tx = await store.transact(async (open) => open);

    await expect(tx.claim('late')).rejects.toThrow('This transaction has ended');
  });
});

describe('claim', () => {
  test('gives a repeat what was settled the first time', async () => {
    const first = await store.transact(async (tx) => {
      const claim = await tx.claim('once');
      await tx.settle('once', { incidentId: 'DR-1', nested: [1, null] });
      return claim;
    });

    const repeat = await store.transact((tx) => tx.claim('once'));

    expect(first).toEqual({ first: true });
    expect(repeat).toEqual({ first: false, outcome: { incidentId: 'DR-1', nested: [1, null] } });
  });
});

describe('append', () => {
  test('refuses a writer who was slower', async () => {
    const { incident } = await openIncident(store);
    const stale = await store.load(incident.id);
    await record(store, incident.id, aNote('faster'));

    const attempt = store.transact((tx) => append(tx, incident.id, stale, [aNote('slower')]));

    await expect(attempt).rejects.toThrow(ConcurrencyError);
    await expect(attempt).rejects.toMatchObject({ code: 'concurrent_change', retry: 'safe' });
    expect((await store.load(incident.id))?.version).toBe(2);
  });

  test('refuses to open an incident that exists', async () => {
    const { incident } = await openIncident(store);

    const attempt = store.transact((tx) => append(tx, incident.id, undefined, [aDeclaration()]));

    await expect(attempt).rejects.toThrow(ConcurrencyError);
  });

  test('takes writers of one incident one after the other, with times that never go back', async () => {
    const { incident } = await openIncident(store);

    await Promise.all(Array.from({ length: 20 }, (_, n) => record(store, incident.id, aNote(`note ${n}`))));

    const events = await store.events(incident.id);
    expect(events.map((event) => event.seq)).toEqual(Array.from({ length: 21 }, (_, n) => n + 1));
    const times = events.map((event) => event.at);
    expect(times).toEqual([...times].sort());
  });
});

describe('allocateId', () => {
  test('counts within the UTC day, without holes or doubles', async () => {
    const late = createIncidentStore({ pool, jobs, now: () => '2031-12-31T23:59:59.999Z' });
    const next = createIncidentStore({ pool, jobs, now: () => '2032-01-01T00:00:00.000Z' });

    const ids = await Promise.all(Array.from({ length: 5 }, () => late.transact((tx) => tx.allocateId())));
    const nextDay = await next.transact((tx) => tx.allocateId());

    expect(ids.sort()).toEqual([1, 2, 3, 4, 5].map((n) => `DR-20311231-00${n}`));
    expect(nextDay).toBe('DR-20320101-001');
  });
});

describe('finding', () => {
  test('finds by channel', async () => {
    const { incident } = await openIncident(store);
    await record(store, incident.id, { type: 'channel_opened', data: { channelId: 'C0FIND', name: 'dr-1' } });

    const found = await store.byChannel('C0FIND');

    expect(found?.incident.id).toBe(incident.id);
    expect(await store.byChannel('C0OTHER')).toBeUndefined();
  });

  test("finds by the pager's id and by our own dedup key, the open one first", async () => {
    const alert = { id: 'PALERT', title: 'down', at: '2026-01-15T14:05:00.000Z' };
    const open = await openIncident(store, [aDeclaration({ alert })]);
    const later = await openIncident(store, [aDeclaration({ alert })]);
    await record(store, later.incident.id, { type: 'incident_resolved', data: { summary: 'over' } });

    const [byAlert, byKey] = await Promise.all([store.byPager('PALERT'), store.byPager(later.incident.id)]);

    expect(byAlert?.incident.id).toBe(open.incident.id);
    expect(byKey?.incident.id).toBe(later.incident.id);
    expect(await store.byPager('PNONE')).toBeUndefined();
  });

  test('gives the last records, newest last', async () => {
    const { incident } = await openIncident(store);
    await record(store, incident.id, aNote('one'), aNote('two'), aNote('three'));

    const last = await store.events(incident.id, { last: 2 });

    expect(last.map((event) => event.data)).toEqual([{ text: 'two' }, { text: 'three' }]);
    expect(await store.events(incident.id, { last: 0 })).toEqual([]);
  });

  test('names open incidents whose timer is late, oldest first', async () => {
    const [late, older, over] = [
      await openIncident(store, dueAt('2001-01-01T00:15:00.000Z')),
      await openIncident(store, dueAt('2000-01-01T00:15:00.000Z')),
      await openIncident(store, dueAt('2000-06-01T00:15:00.000Z')),
    ];
    await record(store, over.incident.id, { type: 'incident_resolved', data: { summary: 'over' } });

    const overdue = await store.overdue('2002-01-01T00:00:00.000Z', 10);

    expect(overdue).toEqual([older.incident.id, late.incident.id]);
    expect(await store.overdue('2002-01-01T00:00:00.000Z', 1)).toEqual([older.incident.id]);
    expect(await store.overdue('1999-01-01T00:00:00.000Z', 10)).toEqual([]);
  });

  test('tells the time of the database to the millisecond', async () => {
    expect(await store.now()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });
});

describe('list', () => {
  test('gives the newest first with the number of all, without the private ones of others', async () => {
    const at = (second: number) =>
      createIncidentStore({ pool, jobs, now: () => `2040-01-01T00:00:0${second}.000Z` });
    const [oldest, secret, newest] = [
      await openIncident(at(1)),
      await openIncident(at(2), [aDeclaration({ private: true })], amara),
      await openIncident(at(3)),
    ].map((stored) => stored.incident.id);
    const before = await store.list({ phases: ['open'], limit: 1_000, visibleTo: aPerson('Ben').id });

    const all = await store.list({ phases: ['open', 'proposed', 'open'], limit: 3, visibleTo: 'all' });
    const amaras = await store.list({ phases: ['open'], limit: 2, visibleTo: amara.id });
    const bens = await store.list({ phases: ['open'], limit: 2, visibleTo: aPerson('Ben').id });

    expect(all.incidents.map((incident) => incident.id)).toEqual([newest, secret, oldest]);
    expect(amaras.incidents.map((incident) => incident.id)).toEqual([newest, secret]);
    expect(bens.incidents.map((incident) => incident.id)).toEqual([newest, oldest]);
    expect(bens.total).toBe(before.incidents.length);
    expect([all.total, amaras.total]).toEqual([bens.total + 1, bens.total + 1]);
    expect(await store.list({ phases: [], limit: 10, visibleTo: 'all' })).toEqual({
      incidents: [],
      total: 0,
    });
  });
});

describe('recordCount', () => {
  test('counts all records', async () => {
    expect(await store.recordCount()).toBe(await countOf('lifeboat.event'));
  });
});

describe('faults', () => {
  test('says that a database that cannot be reached may be asked again', async () => {
    const nowhere = createPool({ url: 'postgres://nobody@127.0.0.1:1/none', log: silentLog });
    const unreachable = createIncidentStore({ pool: nowhere, jobs });

    const attempts = [unreachable.transact(async () => 1), unreachable.now()];

    for (const attempt of attempts) {
      await expect(attempt).rejects.toMatchObject({
        service: 'postgres',
        code: 'unavailable',
        retry: 'safe',
      });
    }
    await nowhere.end();
  });

  test('rolls back and goes on when the connection is killed in the middle', async () => {
    const { incident } = await openIncident(store);

    const attempt = store.transact(async (tx) => {
      await append(tx, incident.id, await tx.lock(incident.id), [aNote('cut off')]);
      await database.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and state = 'idle in transaction'`,
      );
      await append(tx, incident.id, await tx.lock(incident.id), [aNote('never')]);
    });

    await expect(attempt).rejects.toBeInstanceOf(UpstreamError);
    await expect(attempt).rejects.toMatchObject({ retry: 'safe' });
    const after = await record(store, incident.id, aNote('goes on'));
    expect(after.version).toBe(2);
  });

  test('does not know about a commit that got no answer', async () => {
    const { incident } = await openIncident(store);

    const attempt = store.transact(async (tx) => {
      await append(tx, incident.id, await tx.lock(incident.id), [aNote('perhaps')]);
      await database.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and state = 'idle in transaction'`,
      );
    });

    await expect(attempt).rejects.toMatchObject({ code: 'commit_unknown', retry: 'after_check' });
  });
});

function dueAt(nextDueAt: string): IncidentEventBody[] {
  return [aDeclaration(), { type: 'status_published', data: { trigger: 'declared', missed: 0, nextDueAt } }];
}

/** What intake lets through: PostgreSQL keeps no zero bytes, JSON no halves of characters. */
function isStorable(value: unknown): boolean {
  const text = JSON.stringify(value);
  return !/\\u0000|\\ud[89a-f]/i.test(text) && !text.includes('__proto__');
}
