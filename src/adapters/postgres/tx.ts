import type { Job, NewDelivery, StoredIncident, Tx } from '../../app/ports/store.ts';
import type { RecordedEvent } from '../../core/incident/events.ts';
import { type IncidentId, incidentId } from '../../core/shared/ids.ts';
import { type Instant, toInstant } from '../../core/shared/time.ts';
import { ConcurrencyError } from './faults.ts';
import type { Jobs } from './jobs.ts';
import { INCIDENT_COLUMNS, type IncidentRow, toStored } from './rows.ts';
import { CLOCK, type Query, type Transaction } from './transaction.ts';

export interface TxDeps {
  jobs: Pick<Jobs, 'enqueueIn'>;
  /** Gets the jobs that were written, whose workers are woken after the commit. */
  enqueued: Job[];
  /** Overrides the database's clock. */
  now?: () => Instant;
}

/** The operations of one open transaction. */
export function createTx({ query, startedAt }: Transaction, deps: TxDeps): Tx {
  const tx: Tx = {
    now: deps.now?.() ?? startedAt,
    claim: (key) => claim(query, key, tx.now),
    async settle(key, outcome) {
      await query('update lifeboat.inbox set outcome = $2 where key = $1', [key, JSON.stringify(outcome)]);
    },
    allocateId: () => allocateId(query, tx.now),
    async lock(id) {
      const { rows } = await query<IncidentRow & { now: Date }>(LOCK, [id]);
      // The lock may have been waited for: what is written now must not seem older than what was written
      // meanwhile.
      if (rows[0]) tx.now = deps.now?.() ?? toInstant(rows[0].now);
      return toStored(rows[0]);
    },
    append: (events, after, wakeAt) => append(query, events, after, wakeAt),
    deliver: (deliveries) => deliver(query, deliveries, tx.now),
    async enqueue(jobs) {
      await deps.jobs.enqueueIn(query, jobs);
      deps.enqueued.push(...jobs);
    },
  };
  return tx;
}

const LOCK = `
  select ${INCIDENT_COLUMNS}, ${CLOCK} as now
  from lifeboat.incident where id = $1 for update`;

async function claim(query: Query, key: string, now: Instant): ReturnType<Tx['claim']> {
  // Waits here while another transaction holds the same key.
  const { rowCount } = await query(
    'insert into lifeboat.inbox (key, at) values ($1, $2) on conflict (key) do nothing',
    [key, now],
  );
  if (rowCount === 1) return { first: true };
  const { rows } = await query<{ outcome: unknown }>('select outcome from lifeboat.inbox where key = $1', [
    key,
  ]);
  return { first: false, outcome: rows[0]?.outcome };
}

async function allocateId(query: Query, now: Instant): Promise<IncidentId> {
  const { rows } = await query<{ last: number }>(
    `insert into lifeboat.incident_counter as counter (day, last) values ($1, 1)
     on conflict (day) do update set last = counter.last + 1
     returning last`,
    [now.slice(0, 10)],
  );
  return incidentId(new Date(now), rows[0]!.last);
}

/** The records, taken apart from a JSON list; nothing when the incident was not written. */
const EVENTS = `
  insert into lifeboat.event (incident_id, seq, type, at, actor, data, prev_hash, hash)
  select written.id, e.seq, e.type, e.at, e.actor, e.data, e."prevHash", e.hash
  from written cross join json_to_recordset($12::json) as e (
    seq integer, type text, at timestamptz, actor jsonb, data jsonb, "prevHash" text, hash text
  )`;

const OPEN = `
  with written as (
    insert into lifeboat.incident
      (id, version, head, state, phase, private, channel_id, opened_at, wake_at, people, pager_ids)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    on conflict (id) do nothing
    returning id
  ) ${EVENTS}`;

const CHANGE = `
  with written as (
    update lifeboat.incident set
      version = $2, head = $3, state = $4, phase = $5, private = $6, channel_id = $7,
      opened_at = $8, wake_at = $9, people = $10, pager_ids = $11
    where id = $1 and version = $13
    returning id
  ) ${EVENTS}`;

async function append(
  query: Query,
  events: RecordedEvent[],
  after: StoredIncident,
  wakeAt: Instant | undefined,
): Promise<void> {
  // The state is the fold of the record: without a new record it has not changed either.
  if (events.length === 0) return;
  const { incident, version, head } = after;
  const expected = version - events.length;
  const values = [
    incident.id,
    version,
    head,
    JSON.stringify(incident),
    incident.phase,
    incident.private,
    incident.channel?.id ?? null,
    incident.openedAt,
    wakeAt ?? null,
    incident.people.map((person) => person.id),
    // The pager knows our own pages by the incident's id.
    [incident.id, ...incident.pager.links.flatMap((link) => link.id ?? [])],
    JSON.stringify(events),
  ];
  const { rowCount } =
    expected === 0 ? await query(OPEN, values) : await query(CHANGE, [...values, expected]);
  if (rowCount !== events.length) throw new ConcurrencyError(incident.id);
}

async function deliver(query: Query, deliveries: NewDelivery[], now: Instant): Promise<void> {
  if (deliveries.length === 0) return;
  // The order of the list becomes the order of the ids.
  await query(
    `insert into lifeboat.delivery (key, incident_id, lane, op, join_key, created_at)
     select d.key, d."incidentId", d.lane, d.op, d."join", $2
     from rows from (json_to_recordset($1::json) as
       (key text, "incidentId" text, lane text, op jsonb, "join" text)
     ) with ordinality as d (key, "incidentId", lane, op, "join", place)
     order by d.place
     on conflict (key) do nothing`,
    [JSON.stringify(deliveries), now],
  );
}
