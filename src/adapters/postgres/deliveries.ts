import type pg from 'pg';
import type { Delivery, DeliveryOp, DeliveryStore } from '../../app/ports/store.ts';
import type { IncidentId } from '../../core/shared/ids.ts';
import { toInstant } from '../../core/shared/time.ts';
import { queryOf } from './transaction.ts';

interface DeliveryRow {
  id: string;
  key: string;
  incident_id: IncidentId;
  lane: string;
  op: DeliveryOp;
  join_key: string | null;
  state: 'pending' | 'sending';
  attempts: number;
  joined: number;
  created_at: Date;
  not_before: Date | null;
}

const COLUMNS = 'id, key, incident_id, lane, op, join_key, state, attempts, joined, created_at, not_before';
const WAITING = `state in ('pending', 'sending')`;

/**
 * The head of the lane. When it and others behind it that still wait have the same join, the newest of them
 * replaces the rest, itself stays in its place, and `replaced` says that the head is gone.
 */
const HEAD = `
  with head as materialized (
    select ${COLUMNS} from lifeboat.delivery where lane = $1 and ${WAITING} order by id limit 1
  ), mates as materialized (
    select d.id, d.joined from head
    join lifeboat.delivery d on d.lane = head.lane and d.join_key = head.join_key
    where head.state = 'pending' and d.state = 'pending'
  ), newest as (
    select max(id) as id, count(*) - 1 + sum(joined) as joined from mates having count(*) > 1
  ), superseded as (
    update lifeboat.delivery set state = 'superseded'
    where id in (select mates.id from mates, newest where mates.id < newest.id) and state = 'pending'
  ), counted as (
    update lifeboat.delivery d set joined = newest.joined
    from newest where d.id = newest.id and d.state = 'pending'
  )
  select ${COLUMNS}, exists (select from newest) as replaced from head`;

/** Only the attempt that was read, or begun, may be settled. */
const OURS = `id = $1 and attempts = $2 and ${WAITING}`;

/** What is to be sent outside, in PostgreSQL. Every call may be repeated after an error. */
export function createDeliveryStore({ pool }: { pool: pg.Pool }): DeliveryStore {
  const query = queryOf(pool);
  return {
    async next(lane) {
      for (;;) {
        // Again when the head was replaced: there is another one now.
        const { rows } = await query<DeliveryRow & { replaced: boolean }>(HEAD, [lane]);
        if (!rows[0]?.replaced) return rows[0] && toDelivery(rows[0]);
      }
    },

    async begin(delivery) {
      const { rowCount } = await query(
        `update lifeboat.delivery set state = 'sending', attempts = attempts + 1
         where ${OURS}`,
        [delivery.id, delivery.attempts],
      );
      return rowCount === 1;
    },

    async sent(delivery, receipt) {
      await query(
        `update lifeboat.delivery set state = 'sent', receipt = $3, problem = null, sent_at = clock_timestamp()
         where ${OURS}`,
        [delivery.id, delivery.attempts, JSON.stringify(receipt)],
      );
    },

    async release(delivery, problem, notBefore) {
      await query(
        `update lifeboat.delivery set state = 'pending', problem = $3, not_before = $4 where ${OURS}`,
        [delivery.id, delivery.attempts, problem, notBefore ?? null],
      );
    },

    async giveUp(delivery, problem) {
      await query(`update lifeboat.delivery set state = 'failed', problem = $3 where ${OURS}`, [
        delivery.id,
        delivery.attempts,
        problem,
      ]);
    },

    async waitingLanes(before) {
      const { rows } = await query<{ lane: string }>(
        `select distinct lane from lifeboat.delivery where ${WAITING} and created_at < $1 order by lane`,
        [before],
      );
      return rows.map((row) => row.lane);
    },

    async depth() {
      const { rows } = await query<{ kind: string; waiting: string }>(
        `select split_part(lane, ':', 1) as kind, count(*) as waiting
         from lifeboat.delivery where ${WAITING} group by 1`,
      );
      return Object.fromEntries(rows.map((row) => [row.kind, Number(row.waiting)]));
    },
  };
}

function toDelivery(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    key: row.key,
    incidentId: row.incident_id,
    lane: row.lane,
    op: row.op,
    ...(row.join_key === null ? {} : { join: row.join_key }),
    state: row.state,
    attempts: row.attempts,
    createdAt: toInstant(row.created_at),
    ...(row.not_before === null ? {} : { notBefore: toInstant(row.not_before) }),
    joined: row.joined,
  };
}
