import { PgBoss } from 'pg-boss';
import type { AnyQueue, Job, JobData } from '../../app/ports/store.ts';
import type { Log } from '../../lib/redact.ts';
import { createPool } from './connection.ts';
import { statementFault } from './faults.ts';
import { type Crew, type Handler, startCrew } from './job-crews.ts';
import { type Heirs, watchReplicas } from './job-heirs.ts';
import { keyOf, QUEUE_NAMES, QUEUES, queueOptions, startOf, toInsert } from './job-queues.ts';
import { prepared } from './prepared.ts';
import type { Query } from './transaction.ts';

export interface QueueDepth {
  /** Could start now. */
  ready: number;
  /** Wait for their time, or for the next attempt. */
  deferred: number;
  active: number;
}

export interface Jobs {
  /** Connects, makes the queues and the schedule of the sweep (each minute). Workers come afterwards. */
  start(): Promise<void>;
  /** Takes no more jobs and waits for those that run; at the deadline they are handed to other replicas. */
  stop(options: { deadlineMs: number }): Promise<void>;
  /** Writes jobs in the caller's transaction, one statement per queue. Call `wake` after the commit. */
  enqueueIn(query: Query, jobs: Job[]): Promise<void>;
  /** The jobs are committed: workers of this process look for them now instead of at their next poll. */
  wake(jobs: Job[]): void;
  /** Writes jobs about what is committed already; leaves out those of a key that waits anyway. */
  enqueue(jobs: Job[]): Promise<void>;
  /**
   * Runs `handler` for the jobs of a queue, `concurrency` at a time. A handler that throws gets the job
   * again, for ever, after 1 to 30 s or as long as its UpstreamError says; another replica gets it 2 to 3 s
   * after this one died, or 12 s when it only fell silent. It may see a job twice.
   */
  work<Q extends AnyQueue>(
    queue: Q,
    handler: Handler<JobData<Q>>,
    options?: { concurrency?: number },
  ): Promise<void>;
  /** As of the last second. */
  depth(): Promise<Record<AnyQueue, QueueDepth>>;
  /** Throws an UpstreamError when the database does not answer. */
  ping(): Promise<void>;
}

export interface JobsOptions {
  url: string;
  log: Log;
  /** Hears of trouble in the background that no caller hears of; of lasting trouble every 10 s. */
  onError: (error: Error) => void;
  /** How late a job may start whose time has come, in seconds. At least, and by default, 0.5. */
  pollSeconds?: number;
}

const CONNECTIONS = 5;
const QUIET_MS = 10_000;
const EVERY_MINUTE = '* * * * *';
const TIMING = {
  schema: 'pgboss',
  // How soon the jobs of a dead process are seen, after their heartbeat has run out.
  superviseIntervalSeconds: 1,
  monitorIntervalSeconds: 1,
  // Each of these passes reads the whole table of jobs: what is done must leave it soon.
  maintenanceIntervalSeconds: 60,
};

/** Background work by pg-boss, in schema `pgboss` of the same database. */
export function createJobs({ url, log, onError, pollSeconds = 0.5 }: JobsOptions): Jobs {
  // Claims and completions that a crash of the server takes back only mean that a job runs again. What use
  // cases write goes through connections of their own, which wait for the disk.
  const pool = createPool({ url, log, max: CONNECTIONS, settings: '-c synchronous_commit=off' });
  const query: Query = (text, values) =>
    // Some of pg-boss's texts are several statements, which cannot be prepared. It gets the driver's own
    // errors, because it looks at their codes.
    pool.query(text.includes(';') ? { text, values } : prepared(text, values));
  const boss = new PgBoss({ db: { executeSql: query }, ...TIMING });
  boss.on('error', seldom(onError));
  boss.on('warning', ({ message, data }) => log.warn({ data }, message));
  const crews = new Map<AnyQueue, Crew>();
  let heirs: Heirs | undefined;

  const enqueueIn: Jobs['enqueueIn'] = async (queryIn, jobs) => {
    for (const [queue, group] of byQueue(jobs)) {
      // One after the other: they share the caller's connection.
      await orFault(boss.insert(queue, group.map(toInsert), { db: { executeSql: queryIn } }));
    }
  };
  const wake: Jobs['wake'] = (jobs) => {
    const due = jobs.filter((job) => startOf(job) === undefined);
    for (const queue of new Set(due.map((job) => job.queue))) crews.get(queue)?.wake();
  };

  return {
    async start() {
      await boss.start();
      for (const queue of QUEUE_NAMES) {
        await boss.createQueue(queue, { policy: QUEUES[queue].policy, ...queueOptions(queue) });
        // A queue that exists keeps its old options.
        await boss.updateQueue(queue, queueOptions(queue));
      }
      await boss.schedule('sweep', EVERY_MINUTE);
      const onFreed = () => {
        for (const crew of crews.values()) crew.wake();
      };
      heirs ??= watchReplicas({ url, boss, log, onFreed });
    },

    async stop({ deadlineMs }) {
      try {
        await boss.stop({ graceful: true, timeout: deadlineMs });
      } finally {
        // Until here whatever ran had an owner.
        await heirs?.stop();
        await pool.end();
      }
    },

    enqueueIn,
    wake,

    async enqueue(jobs) {
      const wanted = await orFault(withoutWaiting(query, jobs));
      await enqueueIn(query, wanted);
      wake(wanted);
    },

    async work(queue, handler, { concurrency = 1 } = {}) {
      const crew = { boss, query, log, queue, size: concurrency, pollSeconds, handler };
      crews.set(queue, await startCrew(crew));
    },

    async depth() {
      const queues = await orFault(boss.getQueues(QUEUE_NAMES));
      return Object.fromEntries(
        queues.map((q) => [
          q.name,
          { ready: q.readyCount, deferred: q.deferredCount, active: q.activeCount },
        ]),
      ) as Record<AnyQueue, QueueDepth>;
    },

    async ping() {
      await orFault(query('select 1'));
    },
  };
}

/** Without the database every worker fails at every poll: of each kind of error one per pause is told. */
function seldom(tell: (error: Error) => void): (error: Error & { code?: unknown }) => void {
  const quietUntil = new Map<unknown, number>();
  return (error) => {
    const now = performance.now();
    if (now < (quietUntil.get(error.code) ?? 0)) return;
    quietUntil.set(error.code, now + QUIET_MS);
    tell(error);
  };
}

/** Each job once, in order, by queue. */
function byQueue(jobs: Job[]): Map<AnyQueue, Job[]> {
  const different = new Map(jobs.map((job) => [JSON.stringify(job), job]));
  return Map.groupBy(different.values(), (job) => job.queue);
}

/**
 * Leaves out jobs for which one of the same key waits and will start no later. Only safe when what they
 * are about is committed: then the other one will see it.
 */
async function withoutWaiting(query: Query, jobs: Job[]): Promise<Job[]> {
  const asked = jobs.map((job, place) => ({
    place,
    queue: job.queue,
    key: keyOf(job),
    data: job.data,
    start: startOf(job),
  }));
  const { rows } = await query<{ place: number }>(WAITING_ALREADY, [JSON.stringify(asked)]);
  const waiting = new Set(rows.map((row) => row.place));
  return jobs.filter((_, place) => !waiting.has(place));
}

const WAITING_ALREADY = `
  select asked.place
  from json_to_recordset($1::json) as asked (
    place integer, queue text, key text, data jsonb, start timestamptz
  )
  where exists (
    select from pgboss.job
    where job.name = asked.queue and job.singleton_key = asked.key and job.state < 'active'
      and job.data @> asked.data and job.start_after <= coalesce(asked.start, now())
  )`;

async function orFault<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw statementFault(error);
  }
}
