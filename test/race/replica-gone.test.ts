import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createJobs, type Jobs } from '../../src/adapters/postgres/jobs.ts';
import { createTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { silentLog } from '../fixtures/silent-log.ts';

const PROGRAM = fileURLToPath(new URL('../fixtures/job-worker.ts', import.meta.url));

let database: TestDatabase;
let started: Jobs[];
beforeEach(async () => {
  database = await createTestDatabase();
  started = [];
});
afterEach(async () => {
  await Promise.all(started.map((jobs) => jobs.stop({ deadlineMs: 1_000 })));
  await database.drop();
});

async function startReplica(): Promise<Jobs> {
  const jobs = createJobs({ url: database.url, log: silentLog, onError: () => {} });
  await jobs.start();
  started.push(jobs);
  return jobs;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 30_000; !(await holds()); await sleep(50)) {
    if (Date.now() > deadline) throw new Error('it did not come true');
  }
}

/** From here on nothing but the end of its replica can free a job. */
async function withoutHeartbeats(): Promise<void> {
  await database.pool.query(`update pgboss.job set heartbeat_seconds = 3600 where name = 'deliver'`);
}

async function locks(): Promise<number> {
  const { rowCount } = await database.pool.query(
    `select from pg_locks where locktype = 'advisory' and classid = 4812011
       and database = (select oid from pg_database where datname = current_database())`,
  );
  return rowCount ?? 0;
}

/** Takes the job of the lane and is killed with it. */
async function dieWith(lane: string, beforeDeath: () => Promise<void>): Promise<void> {
  const victim = spawn(process.execPath, [PROGRAM, database.url], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: victim.stdout })) if (line === lane) break;
  await beforeDeath();
  const gone = new Promise((resolve) => victim.once('exit', resolve));
  victim.kill('SIGKILL');
  await gone;
}

describe('the jobs of a replica that is gone', () => {
  test('are done by one that saw it go', async () => {
    const jobs = await startReplica();
    await jobs.enqueue([{ queue: 'deliver', data: { lane: 'orphan' } }]);
    await dieWith('orphan', async () => {
      await withoutHeartbeats();
      await until(async () => (await locks()) === 2);
      // Long enough for the survivor to have looked.
      await sleep(1_500);
    });
    const attempts: number[] = [];
    await jobs.work('deliver', async (_data, { attempt }) => void attempts.push(attempt));

    await until(() => attempts.length > 0);

    expect(attempts).toEqual([2]);
  }, 60_000);

  test('are done by one that starts afterwards', async () => {
    const first = await startReplica();
    await first.enqueue([{ queue: 'deliver', data: { lane: 'orphan' } }]);
    await first.stop({ deadlineMs: 1_000 });
    started = [];
    await dieWith('orphan', withoutHeartbeats);

    const attempts: number[] = [];
    const second = await startReplica();
    await second.work('deliver', async (_data, { attempt }) => void attempts.push(attempt));

    await until(() => attempts.length > 0);
    expect(attempts).toEqual([2]);
  }, 60_000);
});

test('a job that takes long stays with its replica while others come and go', async () => {
  const owner = await startReplica();
  const attempts: number[] = [];
  const done = Promise.withResolvers<void>();
  let aborted = false;
  await owner.work('deliver', async (_data, { attempt, signal }) => {
    attempts.push(attempt);
    await done.promise;
    aborted = signal.aborted;
  });
  await owner.enqueue([{ queue: 'deliver', data: { lane: 'long' } }]);
  await until(() => attempts.length === 1);

  const other = await startReplica();
  await other.work('deliver', async (_data, { attempt }) => void attempts.push(attempt));
  // Longer than a job without a sign of life is left alone, once after the start and once after the end.
  await sleep(4_000);
  await other.stop({ deadlineMs: 1_000 });
  started = [owner];
  await sleep(4_000);
  done.resolve();

  await until(async () => {
    const { rows } = await database.pool.query(`select state from pgboss.job where name = 'deliver'`);
    return rows.every(({ state }) => state === 'completed');
  });
  expect({ attempts, aborted }).toEqual({ attempts: [1], aborted: false });
}, 60_000);
