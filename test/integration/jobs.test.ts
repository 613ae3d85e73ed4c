import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { PgBoss } from 'pg-boss';
import { createPool } from '../../src/adapters/postgres/connection.ts';
import { startEmbeddedPostgres } from '../../src/adapters/postgres/embedded.ts';
import type { Jobs } from '../../src/adapters/postgres/jobs.ts';
import { migrate } from '../../src/adapters/postgres/migrate.ts';
import { createIncidentStore } from '../../src/adapters/postgres/store.ts';
import type { IncidentStore, Job } from '../../src/app/ports/store.ts';
import type { IncidentId } from '../../src/core/shared/ids.ts';
import { plus } from '../../src/core/shared/time.ts';
import { UpstreamError } from '../../src/core/shared/upstream-error.ts';
import { gate, recorder, startJobs, until } from '../fixtures/background.ts';
import { createTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aDeclaration, append } from '../fixtures/recording.ts';
import { silentLog } from '../fixtures/silent-log.ts';

/** So rare that what starts soon was not found by polling. */
const NEVER_POLL = 3_600;

const incidentId = 'DR-20260115-001' as IncidentId;

let database: TestDatabase;
let pool: pg.Pool;
let store: IncidentStore;
let jobs: Jobs;
let replicas: Jobs[];

beforeEach(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url, log: silentLog });
  replicas = [];
});

afterEach(async () => {
  await Promise.all(replicas.map((replica) => replica.stop({ deadlineMs: 1_000 })));
  await pool.end();
  await database.drop();
});

/** Starts one more replica; the first is the one that the store writes its jobs with. */
async function startReplica(pollSeconds?: number): Promise<Jobs> {
  const { jobs: replica } = await startJobs(database.url, pollSeconds ? { pollSeconds } : {});
  if (replicas.length === 0) {
    jobs = replica;
    store = createIncidentStore({ pool, jobs });
  }
  replicas.push(replica);
  return replica;
}

function enqueue(...wanted: Job[]): Promise<void> {
  return store.transact((tx) => tx.enqueue(wanted));
}

function wake(lane: string): Job {
  return { queue: 'deliver', data: { lane } };
}

async function waitingJobs(queue: string): Promise<number> {
  const { rows } = await database.pool.query(
    `select count(*)::int as count from pgboss.job where name = $1 and state < 'active'`,
    [queue],
  );
  return rows[0].count;
}

describe('a job written in a transaction', () => {
  test('starts after the commit, without waiting for a poll', async () => {
    await startReplica(NEVER_POLL);
    const { calls, handler } = recorder<{ lane: string }>();
    await jobs.work('deliver', handler, { concurrency: 2 });
    await enqueue(wake('warm up'));
    await until(() => calls.length === 1);

    await enqueue(wake('a'), wake('b'), wake('c'));

    await until(() => calls.length === 4);
    expect(calls.map(({ lane }) => lane).sort()).toEqual(['a', 'b', 'c', 'warm up']);
  });

  test('is never seen when the transaction fails', async () => {
    await startReplica();
    const { calls, handler } = recorder<{ lane: string }>();
    await jobs.work('deliver', handler);

    const attempt = store.transact(async (tx) => {
      await tx.enqueue([wake('never')]);
      throw new Error('no');
    });

    await expect(attempt).rejects.toThrow('no');
    await enqueue(wake('after'));
    await until(() => calls.length > 0);
    expect(calls).toEqual([{ lane: 'after' }]);
  });

  test('is found by another replica when this one has no workers', async () => {
    await startReplica();
    const other = await startReplica();
    const { calls, handler } = recorder<{ lane: string }>();
    await other.work('deliver', handler);

    await enqueue(wake('a'));

    await until(() => calls.length === 1);
  });

  test('does not start before its time', async () => {
    await startReplica();
    const startAfter = plus(await store.now(), 1_500);
    let startedAt = '';
    await jobs.work('tick', async () => {
      startedAt = await store.now();
    });

    await enqueue({ queue: 'tick', data: { incidentId }, startAfter });

    await until(() => startedAt !== '');
    expect(startedAt >= startAfter).toBe(true);
  });

  test('keeps a backlog moving without pauses', async () => {
    await startReplica(NEVER_POLL);
    const lanes = Array.from({ length: 40 }, (_, n) => wake(`lane ${n}`));
    await enqueue(...lanes);
    const { calls, handler } = recorder<{ lane: string }>();

    await jobs.work('deliver', handler, { concurrency: 3 });

    await until(() => calls.length === 40);
  });
});

describe('repeats', () => {
  test('of a timer at the same time are left out, other times are kept', async () => {
    await startReplica();
    const tick = (startAfter: string): Job => ({ queue: 'tick', data: { incidentId }, startAfter });
    const [soon, later] = ['2100-01-01T00:00:00.000Z', '2100-01-01T00:15:00.000Z'];

    await enqueue(tick(soon), tick(soon), tick(later));
    await enqueue(tick(soon), tick(later));

    expect(await waitingJobs('tick')).toBe(2);
  });

  test('of an invitation are left out, also after it was done', async () => {
    await startReplica();
    const { calls, handler } = recorder();
    await jobs.work('invite', handler);
    const invite = (key: string): Job => ({
      queue: 'invite',
      data: { incidentId, roles: ['database'], people: [], key },
    });
    await enqueue(invite('once'));
    await until(() => calls.length === 1);

    await enqueue(invite('once'), invite('twice'));

    await until(() => calls.length === 2);
    expect(await waitingJobs('invite')).toBe(0);
    expect(calls.map((call) => (call as { key: string }).key)).toEqual(['once', 'twice']);
  });

  test('of a home that waits are left out', async () => {
    await startReplica();
    const home = (userId: string): Job => ({ queue: 'home', data: { userId, teamId: 'T1' } });

    await enqueue(home('U1'), home('U2'));
    await enqueue(home('U1'));

    expect(await waitingJobs('home')).toBe(2);
  });

  test('of a wake-up are kept, because the waiting one may start before this transaction ends', async () => {
    await startReplica();
    await enqueue(wake('a'));

    await enqueue(wake('a'));

    expect(await waitingJobs('deliver')).toBe(2);
  });

  test('about what is committed are left out when one waits that starts no later', async () => {
    await startReplica();
    const deferred: Job = { ...wake('a'), startAfter: '2100-01-01T00:00:00.000Z' } as Job;
    await store.enqueue([deferred]);

    await store.enqueue([wake('a'), wake('b')]);
    await store.enqueue([wake('a'), deferred, wake('b')]);

    expect(await waitingJobs('deliver')).toBe(3);
  });
});

describe('one lane', () => {
  test('is never worked on twice at a time, by two replicas, and misses no wake-up', async () => {
    const two = [await startReplica(), await startReplica()];
    const running = new Map<string, number>();
    const done = new Map<string, number>();
    let most = 0;
    for (const replica of two) {
      await replica.work(
        'deliver',
        async ({ lane }) => {
          running.set(lane, (running.get(lane) ?? 0) + 1);
          most = Math.max(most, running.get(lane) ?? 0);
          await sleep(5);
          running.set(lane, (running.get(lane) ?? 0) - 1);
          done.set(lane, (done.get(lane) ?? 0) + 1);
        },
        { concurrency: 4 },
      );
    }

    for (let n = 0; n < 15; n += 1) await enqueue(wake('a'), wake('b'), wake('c'));

    await until(() => ['a', 'b', 'c'].every((lane) => done.get(lane) === 15));
    expect(most).toBe(1);
  });

  test('does not hold up the others', async () => {
    await startReplica(NEVER_POLL);
    const door = gate();
    const { calls, handler } = recorder<{ lane: string }>(async ({ lane }) => {
      if (lane === 'stuck') await door.opened;
    });
    await jobs.work('deliver', handler, { concurrency: 2 });
    await enqueue(wake('stuck'));
    await until(() => calls.length === 1);

    await enqueue(wake('stuck'));
    await enqueue(wake('free'));

    await until(() => calls.length === 2);
    expect(calls.map(({ lane }) => lane)).toEqual(['stuck', 'free']);
    door.open();
    await until(() => calls.length === 3);
  });

  test('waits for a failed job and repeats it before the next', async () => {
    await startReplica();
    const attempts: [string, number][] = [];
    const handler = async ({ lane }: { lane: string }, { attempt }: { attempt: number }) => {
      attempts.push([lane, attempt]);
      if (lane === 'a' && attempt === 1) throw new UpstreamError('slack', 'fatal', { retry: 'safe' });
    };
    await jobs.work('deliver', handler, { concurrency: 2 });
    await enqueue(wake('a'));
    await until(() => attempts.length === 1);

    await enqueue(wake('a'), wake('b'));

    await until(() => attempts.length === 4);
    expect(attempts.filter(([lane]) => lane === 'a')).toEqual([
      ['a', 1],
      ['a', 2],
      ['a', 1],
    ]);
  });
});

describe('a handler that fails', () => {
  test('gets the job again, for ever, and leaves nothing of the error but its code', async () => {
    await startReplica();
    let attempts = 0;
    await jobs.work('sync-channel', async () => {
      attempts += 1;
      throw new UpstreamError('slack', 'fatal', { retry: 'safe', detail: 'token xoxb-geheim' });
    });

    await enqueue({ queue: 'sync-channel', data: { incidentId } });

    await until(() => attempts === 2);
    await until(async () => (await waitingJobs('sync-channel')) === 1);
    const { rows } = await database.pool.query(
      `select retry_limit, output::text as output, keep_until > now() + interval '9 years' as kept
       from pgboss.job where name = 'sync-channel'`,
    );
    expect(rows[0]).toMatchObject({ retry_limit: 2_147_483_647, kept: true });
    expect(rows[0].output).toContain('UpstreamError: fatal');
    expect(rows[0].output).not.toContain('geheim');
  });
});

describe('a handler whose service asks for a pause', () => {
  test('gets the job again only after it', async () => {
    await startReplica();
    await jobs.work('sync-channel', async () => {
      throw new UpstreamError('slack', 'rate_limited', { retry: 'safe', retryAfterMs: 90_000 });
    });

    await enqueue({ queue: 'sync-channel', data: { incidentId } });

    await until(
      async () =>
        (await waitingJobs('sync-channel')) === 1 && (await jobs.depth())['sync-channel'].deferred === 1,
    );
    const { rows } = await database.pool.query(
      `select extract(epoch from start_after - now())::int as seconds from pgboss.job where name = 'sync-channel'`,
    );
    expect(rows[0].seconds).toBeGreaterThan(60);
    expect(rows[0].seconds).toBeLessThanOrEqual(90);
  });
});

describe('start', () => {
  test('brings the options of queues that exist up to date, and schedules the sweep', async () => {
    const older = new PgBoss({ connectionString: database.url, supervise: false, schedule: false });
    older.on('error', () => undefined);
    await older.start();
    await older.createQueue('deliver', { policy: 'key_strict_fifo', retryLimit: 1, expireInSeconds: 5 });
    await older.stop({ graceful: false });

    await startReplica();

    const queue = await database.pool.query(
      `select retry_limit, expire_seconds, heartbeat_seconds from pgboss.queue where name = 'deliver'`,
    );
    const schedule = await database.pool.query('select name, cron from pgboss.schedule');
    expect(queue.rows).toEqual([{ retry_limit: 2_147_483_647, expire_seconds: 300, heartbeat_seconds: 10 }]);
    expect(schedule.rows).toEqual([{ name: 'sweep', cron: '* * * * *' }]);
  });

  test('says how much waits, and whether the database answers', async () => {
    await startReplica();
    await enqueue(wake('a'), wake('b'), {
      queue: 'tick',
      data: { incidentId },
      startAfter: '2100-01-01T00:00:00.000Z',
    });

    await until(async () => (await jobs.depth()).deliver.ready === 2);

    await until(async () => (await jobs.depth()).tick.deferred === 1);
    expect((await jobs.depth()).sweep).toEqual({ ready: 0, deferred: 0, active: 0 });
    await expect(jobs.ping()).resolves.toBeUndefined();
  });
});

describe('stop', () => {
  test('waits for the work that runs', async () => {
    await startReplica();
    const door = gate();
    let finished = false;
    const { calls, handler } = recorder(async () => {
      await door.opened;
      finished = true;
    });
    await jobs.work('deliver', handler);
    await enqueue(wake('a'));
    await until(() => calls.length === 1);

    const stopped = replicas.pop()?.stop({ deadlineMs: 20_000 });
    door.open();
    await stopped;

    expect(finished).toBe(true);
    expect(await waitingJobs('deliver')).toBe(0);
  });

  test('hands work that takes too long to another replica, and tells it to end', async () => {
    await startReplica();
    const other = await startReplica();
    const aborted = gate();
    await jobs.work('deliver', async (_data, { signal }) => {
      await once(signal, 'abort');
      aborted.open();
    });
    await enqueue(wake('a'));
    await until(async () => (await jobs.depth()).deliver.active === 1);

    await replicas.shift()?.stop({ deadlineMs: 1_000 });
    await aborted.opened;

    const attempts: number[] = [];
    await other.work('deliver', async (_data, { attempt }) => {
      attempts.push(attempt);
    });
    await until(() => attempts.length === 1);
    expect(attempts).toEqual([2]);
  });
});

describe('trouble', () => {
  test('of a replica that is killed: another takes its job over', async () => {
    await startReplica();
    await enqueue(wake('orphan'));
    const program = fileURLToPath(new URL('../fixtures/job-worker.ts', import.meta.url));
    const victim = spawn(process.execPath, [program, database.url], { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: victim.stdout })) {
      if (line === 'orphan') break;
    }

    victim.kill('SIGKILL');
    const takenOver: [string, number][] = [];
    await jobs.work('deliver', async ({ lane }, { attempt }) => {
      takenOver.push([lane, attempt]);
    });

    await until(() => takenOver.length === 1, 50_000);
    expect(takenOver).toEqual([['orphan', 2]]);
  }, 60_000);

  test('of the database: everything goes on when it is back', async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'lifeboat-jobs-'));
    await chmod(dir, 0o711);
    const options = { dir, log: silentLog, flags: ['-c', 'fsync=off'], initFlags: ['--no-sync'] };
    const first = await startEmbeddedPostgres(options);
    await migrate(first.url, silentLog);
    const ownPool = createPool({ url: first.url, log: silentLog });
    const { jobs: own, errors } = await startJobs(first.url);
    const ownStore = createIncidentStore({ pool: ownPool, jobs: own });
    const { calls, handler } = recorder<{ lane: string }>();
    await own.work('deliver', handler, { concurrency: 2 });

    await first.stop();
    const whileDown = ownStore.transact((tx) => tx.enqueue([wake('lost')]));
    await expect(whileDown).rejects.toMatchObject({ service: 'postgres', retry: 'safe' });
    await expect(own.ping()).rejects.toBeInstanceOf(UpstreamError);
    await until(() => errors.length > 0);
    const second = await startEmbeddedPostgres(options);

    expect(second.url).toBe(first.url);
    await ownStore.transact(async (tx) => {
      await append(tx, await tx.allocateId(), undefined, [aDeclaration()]);
      await tx.enqueue([wake('after')]);
    });
    await until(() => calls.length === 1);
    expect(calls).toEqual([{ lane: 'after' }]);
    await own.stop({ deadlineMs: 1_000 });
    await ownPool.end();
    await second.stop();
    await rm(dir, { recursive: true });
  }, 60_000);
});
