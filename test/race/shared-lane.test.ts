import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createJobs, type Jobs } from '../../src/adapters/postgres/jobs.ts';
import { createIncidentStore } from '../../src/adapters/postgres/store.ts';
import type { IncidentStore } from '../../src/app/ports/store.ts';
import { createTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { silentLog } from '../fixtures/silent-log.ts';

let database: TestDatabase;
let jobs: Jobs;
let store: IncidentStore;
beforeEach(async () => {
  database = await createTestDatabase();
  jobs = createJobs({ url: database.url, log: silentLog, onError: () => {} });
  await jobs.start();
  store = createIncidentStore({ pool: database.pool, jobs });
});
afterEach(async () => {
  await jobs.stop({ deadlineMs: 1_000 });
  await database.drop();
});

/** A decision that has something to say there. */
const wakeUp = (lane: string) => store.transact((tx) => tx.enqueue([{ queue: 'deliver', data: { lane } }]));

async function until(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 20_000; !holds(); await new Promise((go) => setTimeout(go, 20))) {
    if (Date.now() > deadline) throw new Error('it did not come true');
  }
}

async function untilNothingWaits(): Promise<void> {
  for (;;) {
    const { rows } = await database.pool.query(
      `select count(*)::int as left from pgboss.job where name = 'deliver' and state < 'completed'`,
    );
    if (rows[0].left === 0) return;
  }
}

test('one run of a shared lane stands for all wake-ups it finds, and for none that come later', async () => {
  for (let count = 0; count < 8; count += 1) await wakeUp('channel:#ops');
  for (let count = 0; count < 3; count += 1) await wakeUp('incident:DR-20260115-001');
  const runs: string[] = [];
  const first = Promise.withResolvers<void>();

  await jobs.work(
    'deliver',
    async ({ lane }) => {
      runs.push(lane);
      if (lane === 'channel:#ops' && runs.filter((one) => one === lane).length === 1) await first.promise;
    },
    { concurrency: 4 },
  );
  await until(() => runs.includes('channel:#ops'));
  // What is said now may come too late for the run that is under way.
  await wakeUp('channel:#ops');
  await wakeUp('channel:#ops');
  first.resolve();
  await untilNothingWaits();

  expect(runs.filter((lane) => lane === 'channel:#ops')).toHaveLength(2);
  expect(runs.filter((lane) => lane.startsWith('incident:'))).toHaveLength(3);
});
