-- Incidents, their record, and what follows from them.

-- The state is always the fold of the record; the other columns repeat parts of it for finding.
create table lifeboat.incident (
  id text primary key,
  version integer not null check (version > 0),
  head text not null,
  state jsonb not null,
  phase text not null,
  private boolean not null,
  channel_id text,
  opened_at timestamptz(3) not null,
  wake_at timestamptz(3),
  people text[] not null,
  pager_ids text[] not null
) with (fillfactor = 80);

create unique index incident_channel on lifeboat.incident (channel_id) where channel_id is not null;
create index incident_wake on lifeboat.incident (wake_at) where wake_at is not null;
-- Serves the newest of any set of phases, and counts them without reading the rows.
create index incident_phase on lifeboat.incident (phase, opened_at desc, id desc) include (private);
create index incident_private on lifeboat.incident using gin (people) with (fastupdate = off) where private;
create index incident_pager on lifeboat.incident using gin (pager_ids) with (fastupdate = off);

-- The record: one hash chain per incident.
create table lifeboat.event (
  incident_id text not null references lifeboat.incident (id),
  seq integer not null check (seq > 0),
  type text not null,
  at timestamptz(3) not null,
  actor jsonb not null,
  data jsonb not null,
  prev_hash text not null,
  hash text not null,
  primary key (incident_id, seq)
);

create function lifeboat.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '%.% is append-only: % is refused', tg_table_schema, tg_table_name, tg_op
    using errcode = 'restrict_violation',
      hint = 'Records are never changed or removed. Add another record that corrects the wrong one.';
end
$$;

create trigger append_only before update or delete or truncate on lifeboat.event
  for each statement execute function lifeboat.refuse_change();
-- Also for sessions that apply changes of another server (session_replication_role = replica).
alter table lifeboat.event enable always trigger append_only;

-- Requests that were decided: a repeat gets the same outcome.
create table lifeboat.inbox (
  key text primary key,
  at timestamptz(3) not null,
  outcome jsonb
);
create index inbox_at on lifeboat.inbox (at);

-- The last incident number of each UTC day.
create table lifeboat.incident_counter (
  day date primary key,
  last integer not null
);

-- What is to be sent outside. Written with the decision, sent later, in order of id within a lane.
create table lifeboat.delivery (
  id bigint generated always as identity primary key,
  key text not null unique,
  incident_id text not null,
  lane text not null,
  op jsonb not null,
  join_key text,
  state text not null default 'pending'
    check (state in ('pending', 'sending', 'sent', 'failed', 'superseded')),
  attempts integer not null default 0,
  joined integer not null default 0,
  problem text,
  receipt jsonb,
  created_at timestamptz(3) not null,
  sent_at timestamptz(3)
);

create index delivery_waiting on lifeboat.delivery (lane, id) include (created_at)
  where state in ('pending', 'sending');

-- What Lifeboat has done to an incident's channel so far; working notes, not evidence.
create table lifeboat.channel_notes (
  incident_id text primary key,
  notes jsonb not null
);

-- The last good answers of other services, for when they are down.
create table lifeboat.memory (
  key text primary key,
  value jsonb not null,
  at timestamptz(3) not null
);
