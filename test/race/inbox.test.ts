import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { createPool } from '../../src/adapters/postgres/connection.ts';
import type { Jobs } from '../../src/adapters/postgres/jobs.ts';
import { createIncidentStore } from '../../src/adapters/postgres/store.ts';
import type { IncidentStore } from '../../src/app/ports/store.ts';
import type { IncidentId } from '../../src/core/shared/ids.ts';
import { gate, startJobs } from '../fixtures/background.ts';
import { createTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aDeclaration, append } from '../fixtures/recording.ts';
import { silentLog } from '../fixtures/silent-log.ts';

let database: TestDatabase;
let jobs: Jobs;
let pools: pg.Pool[];
/** Two replicas: each with connections of its own. */
let one: IncidentStore;
let other: IncidentStore;

beforeAll(async () => {
  database = await createTestDatabase();
  ({ jobs } = await startJobs(database.url));
  pools = [1, 2].map(() => createPool({ url: database.url, log: silentLog }));
  [one, other] = pools.map((pool) => createIncidentStore({ pool, jobs })) as [IncidentStore, IncidentStore];
});

afterAll(async () => {
  await jobs.stop({ deadlineMs: 1_000 });
  await Promise.all(pools.map((pool) => pool.end()));
  await database.drop();
});

/** Declares once per key, as the use case does. */
function declare(store: IncidentStore, key: string): Promise<{ id: IncidentId; repeat: boolean }> {
  return store.transact(async (tx) => {
    const claim = await tx.claim(key);
    if (!claim.first) return { id: (claim.outcome as { id: IncidentId }).id, repeat: true };
    const id = await tx.allocateId();
    await append(tx, id, undefined, [aDeclaration({ title: key })]);
    await tx.settle(key, { id });
    return { id, repeat: false };
  });
}

async function incidentsNamed(title: string): Promise<number> {
  const { rows } = await database.pool.query(
    `select count(*)::int as count from lifeboat.incident where state->>'title' = $1`,
    [title],
  );
  return rows[0].count;
}

describe('the same request at two replicas at once', () => {
  test.each(Array.from({ length: 10 }, (_, n) => `key ${n}`))('is decided once: %s', async (key) => {
    const answers = await Promise.all(
      [one, other, one, other, other, one].map((store) => declare(store, key)),
    );

    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers.filter(({ repeat }) => !repeat)).toHaveLength(1);
    expect(await incidentsNamed(key)).toBe(1);
  });

  test('waits for the first to end, and then has its outcome', async () => {
    const door = gate();
    const claimed = gate();
    const first = one.transact(async (tx) => {
      await tx.claim('slow');
      claimed.open();
      await door.opened;
      await tx.settle('slow', { answer: 42 });
    });
    await claimed.opened;
    let answered = false;
    const second = other
      .transact((tx) => tx.claim('slow'))
      .finally(() => {
        answered = true;
      });
    await sleep(100);
    const answeredEarly = answered;

    door.open();

    await first;
    expect(answeredEarly).toBe(false);
    expect(await second).toEqual({ first: false, outcome: { answer: 42 } });
  });

  test('is decided by the second when the first fails', async () => {
    const claimed = gate();
    const door = gate();
    const first = one.transact(async (tx) => {
      await tx.claim('failing');
      claimed.open();
      await door.opened;
      throw new Error('died before the commit');
    });
    await claimed.opened;
    const second = declare(other, 'failing');

    door.open();

    await expect(first).rejects.toThrow('died before the commit');
    expect(await second).toMatchObject({ repeat: false });
    expect(await incidentsNamed('failing')).toBe(1);
  });
});
