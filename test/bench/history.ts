import type { Database } from './world.ts';

/** How the copies of one closed incident are told apart: `n` counts from 1, 30 a day since 2020. */
const COPIES = `
  select n,
    'DR-' || to_char(date '2020-01-01' + (n - 1) / 30, 'YYYYMMDD') || '-' || lpad(((n - 1) % 30 + 1)::text, 3, '0') as id,
    'CBENCH' || lpad(n::text, 6, '0') as channel,
    timestamptz '2020-01-01' + n * interval '48 minutes' as opened_at
  from generate_series(1, $2::int) as n`;

const STATEMENTS = [
  `insert into lifeboat.incident
     (id, version, head, state, phase, private, channel_id, opened_at, wake_at, people, pager_ids)
   select c.id, t.version, t.head,
     jsonb_set(
       replace(replace(t.state::text, t.id, c.id), t.channel_id, c.channel)::jsonb,
       '{title}', to_jsonb('incident no ' || c.n)),
     t.phase, false, c.channel, c.opened_at, null, t.people, array[c.id, 'QBENCH' || c.n]
   from (${COPIES}) as c cross join lifeboat.incident as t where t.id = $1`,
  `insert into lifeboat.event (incident_id, seq, type, at, actor, data, prev_hash, hash)
   select c.id, t.seq, t.type, c.opened_at + t.seq * interval '1 minute', t.actor, t.data, t.prev_hash, t.hash
   from (${COPIES}) as c cross join lifeboat.event as t where t.incident_id = $1`,
  `insert into lifeboat.delivery
     (key, incident_id, lane, op, join_key, state, attempts, receipt, created_at, sent_at)
   select replace(t.key, $1, c.id), c.id, replace(t.lane, $1, c.id), t.op, t.join_key, t.state, t.attempts,
     t.receipt, c.opened_at, c.opened_at
   from (${COPIES}) as c cross join lifeboat.delivery as t where t.incident_id = $1`,
  `insert into lifeboat.inbox (key, at, outcome)
   select t.key || ' ' || c.n, c.opened_at, t.outcome
   from (${COPIES}) as c cross join lifeboat.inbox as t where t.outcome->>'incidentId' = $1`,
  `insert into lifeboat.channel_notes (incident_id, notes)
   select c.id, t.notes
   from (${COPIES}) as c cross join lifeboat.channel_notes as t where t.incident_id = $1`,
];

/**
 * Puts `count` copies of a closed incident with everything that belongs to it (record, deliveries, settled
 * requests, notes) into the database, each under an id, a channel and a day of its own. The copies keep the
 * hashes of the first: their number and size count here, not what they prove.
 */
export async function addHistory({ pool }: Database, template: string, count: number): Promise<void> {
  // One after the other: events belong to incidents.
  for (const statement of STATEMENTS) await pool.query(statement, [template, count]);
}

/** Lets the planner know what is there. */
export async function analyse({ pool }: Database): Promise<void> {
  await pool.query('vacuum analyze');
}
