import type { Job as Claimed, PgBoss } from 'pg-boss';
import type { AnyQueue } from '../../app/ports/store.ts';
import { UpstreamError } from '../../core/shared/upstream-error.ts';
import type { Log } from '../../lib/redact.ts';
import { sharedKeyOf } from './job-queues.ts';
import type { Query } from './transaction.ts';

export interface JobContext {
  /** Aborts when the job was lost to another worker, took too long, or Lifeboat stops. */
  signal: AbortSignal;
  /** 1 at first. */
  attempt: number;
}

export type Handler<D> = (data: D, context: JobContext) => Promise<void>;

/** The workers of one queue in this process. */
export interface Crew {
  /** Something was written to the queue: one who sleeps looks at once. */
  wake(): void;
}

export interface CrewOptions<D> {
  boss: PgBoss;
  query: Query;
  log: Log;
  queue: AnyQueue;
  size: number;
  /** How often one of them looks for jobs whose time has come, in seconds. */
  pollSeconds: number;
  handler: Handler<D>;
}

/** How often the others look by themselves. They are woken when there is more than one job. */
const RELAXED_POLL_SECONDS = 30;
/** Several times in the time after which a job without one counts as abandoned (job-heirs.ts). */
const HEARTBEAT_REFRESH_SECONDS = 0.5;
const LONGEST_PAUSE_SECONDS = 30;
const LONGEST_ASKED_SECONDS = 300;

/**
 * Starts the workers of a queue. Left to itself a worker of pg-boss takes one job and then sleeps until
 * its next poll; here whoever finds a job looks again right after it, and wakes one more, so that a
 * backlog is worked off without pauses, while an empty queue costs one query per poll.
 */
export async function startCrew<D extends object>(options: CrewOptions<D>): Promise<Crew> {
  const { boss, query, log, queue, size, pollSeconds, handler } = options;
  const ids: string[] = [];
  const busy = new Set<string>();

  function wake(): void {
    const sleeper = ids.find((id) => !busy.has(id));
    if (sleeper !== undefined) boss.notifyWorker(sleeper);
  }

  async function run(id: string, job: Claimed<D>): Promise<void> {
    busy.add(id);
    // A handler that ignores its signal must not keep its worker from being woken.
    job.signal.addEventListener('abort', () => busy.delete(id), { once: true });
    boss.notifyWorker(id);
    wake();
    try {
      const shared = sharedKeyOf(queue, job.data);
      if (shared !== undefined) await query(ABSORB, [queue, shared, job.data]);
      await handler(job.data, { signal: job.signal, attempt: job.retryCount + 1 });
    } catch (err) {
      const attempt = job.retryCount + 1;
      const seconds = pauseAfter(err, attempt);
      log.warn({ queue, jobId: job.id, attempt, seconds, err }, 'a job failed and will be repeated');
      await query(SET_PAUSE, [queue, job.id, seconds]).catch(() => {
        // Then the failure cannot be written either: the job comes back when its heartbeat has run out.
      });
      // What is thrown is kept in the database, and an error of a vendor may hold anything.
      throw new Error(summaryOf(err));
    } finally {
      busy.delete(id);
    }
  }

  for (let place = 0; place < size; place += 1) {
    const seconds = place === 0 ? pollSeconds : Math.max(pollSeconds, RELAXED_POLL_SECONDS);
    const timing = { pollingIntervalSeconds: seconds, heartbeatRefreshSeconds: HEARTBEAT_REFRESH_SECONDS };
    // The first fetch comes after this line, so the worker knows its own id by then.
    const id: string = await boss.work<D>(queue, timing, async ([job]) => job && run(id, job));
    ids.push(id);
  }
  return { wake };
}

/** What these are about is committed, so the run that begins now sees it; should it fail, it is repeated. */
const ABSORB = `
  delete from pgboss.job
  where name = $1 and singleton_key = $2 and state = 'created' and start_after <= now() and data = $3`;

/**
 * How long pg-boss waits before it gives the job out again. Its own growing pauses are at least a second
 * or two also for the job of a replica that died, which should not wait at all.
 */
const SET_PAUSE = `
  update pgboss.job set retry_delay = $3 where name = $1 and id = $2 and state = 'active'`;

/** In seconds: 1, 2, 4 … 30, less up to a half by chance; or as long as the service asks for. */
function pauseAfter(error: unknown, attempt: number): number {
  const growing = Math.min(LONGEST_PAUSE_SECONDS, 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
  const asked = error instanceof UpstreamError ? (error.retryAfterMs ?? 0) / 1_000 : 0;
  return Math.ceil(Math.max(growing, Math.min(asked, LONGEST_ASKED_SECONDS)));
}

function summaryOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? `${error.name}: ${code}` : error.name;
}
