import type pg from 'pg';
import type { IncidentStore, Job, ListQuery } from '../../app/ports/store.ts';
import type { Incident } from '../../core/incident/incident.ts';
import type { IncidentId } from '../../core/shared/ids.ts';
import { type Instant, toInstant } from '../../core/shared/time.ts';
import type { Jobs } from './jobs.ts';
import {
  EVENT_COLUMNS,
  type EventRow,
  INCIDENT_COLUMNS,
  type IncidentRow,
  toEvent,
  toStored,
} from './rows.ts';
import { CLOCK, inTransaction, type Query, queryOf } from './transaction.ts';
import { createTx } from './tx.ts';

export interface IncidentStoreDeps {
  pool: pg.Pool;
  jobs: Pick<Jobs, 'enqueueIn' | 'enqueue' | 'wake'>;
  /** Overrides the database's clock, for tests. */
  now?: () => Instant;
}

/** The incidents, their record and the inbox, in PostgreSQL. Throws UpstreamErrors of service `postgres`. */
export function createIncidentStore({ pool, jobs, now }: IncidentStoreDeps): IncidentStore {
  const query = queryOf(pool);
  return {
    async transact(work) {
      const enqueued: Job[] = [];
      const result = await inTransaction(pool, (transaction) =>
        work(createTx(transaction, { jobs, enqueued, now })),
      );
      jobs.wake(enqueued);
      return result;
    },

    async now() {
      if (now) return now();
      const { rows } = await query<{ now: Date }>(`select ${CLOCK} as now`);
      return toInstant(rows[0]!.now);
    },

    load: (id) => find(query, 'id = $1', id),
    byChannel: (channelId) => find(query, 'channel_id = $1', channelId),

    async byPager(pagerId) {
      const { rows } = await query<IncidentRow>(BY_PAGER, [pagerId]);
      return toStored(rows[0]);
    },

    list: (wanted) => list(query, wanted),

    async events(id, options = {}) {
      const { rows } = await query<EventRow>(
        `select ${EVENT_COLUMNS} from lifeboat.event where incident_id = $1 order by seq desc limit $2`,
        [id, options.last ?? null],
      );
      return rows.reverse().map(toEvent);
    },

    async overdue(before, limit) {
      const { rows } = await query<{ id: IncidentId }>(
        'select id from lifeboat.incident where wake_at < $1 order by wake_at limit $2',
        [before, limit],
      );
      return rows.map((row) => row.id);
    },

    async forgetClaims(before) {
      await query('delete from lifeboat.inbox where at < $1', [before]);
    },

    enqueue: (wanted) => jobs.enqueue(wanted),

    async recordCount() {
      const { rows } = await query<{ total: string }>(
        'select coalesce(sum(version), 0) as total from lifeboat.incident',
      );
      return Number(rows[0]?.total ?? 0);
    },
  };
}

async function find(query: Query, where: 'id = $1' | 'channel_id = $1', value: string) {
  const { rows } = await query<IncidentRow>(
    `select ${INCIDENT_COLUMNS} from lifeboat.incident where ${where}`,
    [value],
  );
  return toStored(rows[0]);
}

/** Materialized, so that sorting never tempts the planner to walk all incidents by date. */
const BY_PAGER = `
  with found as materialized (
    select ${INCIDENT_COLUMNS}, phase, opened_at from lifeboat.incident where pager_ids @> array[$1]
  )
  select ${INCIDENT_COLUMNS} from found
  order by phase in ('proposed', 'open') desc, opened_at desc
  limit 1`;

const PAGE = `
  select newest.state
  from unnest($1::text[]) as wanted (phase)
  cross join lateral (
    select i.id, i.opened_at, i.state
    from lifeboat.incident i
    where i.phase = wanted.phase and (not i.private or $2::text is null or i.people @> array[$2])
    order by i.opened_at desc, i.id desc
    limit $3
  ) as newest
  order by newest.opened_at desc, newest.id desc
  limit $3`;

const TOTAL = `
  select
    (select count(*) from lifeboat.incident where phase = any ($1) and not private)
    + (select count(*) from lifeboat.incident
       where phase = any ($1) and private and ($2::text is null or people @> array[$2])) as total`;

async function list(query: Query, { phases, limit, visibleTo, counted }: ListQuery) {
  const scope = [[...new Set(phases)], visibleTo === 'all' ? null : visibleTo];
  const [page, total] = await Promise.all([
    query<{ state: Incident }>(PAGE, [...scope, limit]),
    counted === false ? undefined : query<{ total: string }>(TOTAL, scope),
  ]);
  return {
    incidents: page.rows.map((row) => row.state),
    total: total ? Number(total.rows[0]?.total ?? 0) : page.rows.length,
  };
}
