import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { PgBoss } from 'pg-boss';
import type { Log } from '../../lib/redact.ts';
import { createPool } from './connection.ts';

export interface Heirs {
  stop(): Promise<void>;
}

export interface HeirsOptions {
  url: string;
  boss: PgBoss;
  log: Log;
  /** Jobs of a replica that is gone wait for somebody now. */
  onFreed(): void;
}

/** Keeps our advisory locks apart from everybody else's. */
const LOCK_CLASS = 4_812_011;
const LOCK_MAX = 2 ** 31 - 1;
const LOOK_EVERY_MS = 500;
/** A replica that lives gives several signs of life for each of its jobs in this time. */
const PATIENCE_MS = 2_000;

/**
 * Frees the jobs of a replica that is gone in two to three seconds; their heartbeats take ten. Every replica
 * holds a lock as long as its session lives, and looks at the locks of the others. When one of them ends,
 * or when this replica has just begun to look, whatever job has then given no sign of life for a while is
 * nobody's any more. A lock alone frees nothing: a replica that only lost a connection goes on.
 */
export function watchReplicas({ url, boss, log, onFreed }: HeirsOptions): Heirs {
  const pool = createPool({ url, log, max: 1, settings: '-c synchronous_commit=off' });
  const ending = new AbortController();
  let session: pg.PoolClient | undefined;
  let known: string[] | undefined;
  let suspicions: Date[] = [];
  let isBlind = false;

  async function look(): Promise<number> {
    session ??= await present(pool);
    const { rows } = await session.query<{ now: Date; locks: string[] }>(LOCKS, [LOCK_CLASS]);
    const { now, locks } = rows[0] as { now: Date; locks: string[] };
    isBlind = false;
    if (known === undefined || known.some((lock) => !locks.includes(lock))) suspicions.push(now);
    known = locks;
    const ripe = suspicions.filter((since) => now.getTime() - since.getTime() >= PATIENCE_MS);
    suspicions = suspicions.filter((since) => !ripe.includes(since));
    const last = ripe.at(-1);
    if (last) await free(session, last);
    const next = suspicions[0];
    return Math.min(LOOK_EVERY_MS, next ? PATIENCE_MS - (now.getTime() - next.getTime()) : LOOK_EVERY_MS);
  }

  async function free(client: pg.PoolClient, since: Date): Promise<void> {
    const { rows } = await client.query<{ name: string; id: string; retryCount: number }>(ORPHANS, [since]);
    if (rows.length === 0) return;
    log.warn({ jobs: rows.length }, 'a replica is gone: its jobs are done by others');
    for (const [name, jobs] of Map.groupBy(rows, (row) => row.name)) {
      // Fenced by the attempt: a job that another replica has begun anew meanwhile is left alone.
      await boss.fail(name, jobs, { message: 'its replica is gone' });
    }
    onFreed();
  }

  async function watch(): Promise<void> {
    while (!ending.signal.aborted) {
      const pause = await look().catch((err: unknown) => {
        if (!isBlind) log.warn({ err }, 'could not look for the other replicas');
        isBlind = true;
        // Others may have come and gone unseen meanwhile.
        known = undefined;
        session?.release(true);
        session = undefined;
        return LOOK_EVERY_MS;
      });
      await sleep(Math.max(1, pause), undefined, { signal: ending.signal }).catch(() => undefined);
    }
  }

  const watching = watch();
  return {
    async stop() {
      ending.abort();
      await watching;
      session?.release(true);
      await pool.end();
    },
  };
}

/** Opens the session whose end tells the others that we are gone. */
async function present(pool: pg.Pool): Promise<pg.PoolClient> {
  const client = await pool.connect();
  try {
    await client.query('select pg_advisory_lock_shared($1, $2)', [LOCK_CLASS, randomInt(LOCK_MAX)]);
    return client;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

const LOCKS = `
  select clock_timestamp() as now, array(
    select objid::text from pg_locks
    where locktype = 'advisory' and classid = $1 and objsubid = 2 and granted
      and database = (select oid from pg_database where datname = current_database())
  ) as locks`;

const ORPHANS = `
  select name, id, retry_count as "retryCount" from pgboss.job
  where state = 'active' and heartbeat_seconds is not null and heartbeat_on < $1`;
