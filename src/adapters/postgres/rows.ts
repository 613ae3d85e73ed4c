import type { StoredIncident } from '../../app/ports/store.ts';
import type { RecordedEvent } from '../../core/incident/events.ts';
import type { Incident } from '../../core/incident/incident.ts';
import { toInstant } from '../../core/shared/time.ts';

/** What the schema guarantees; jsonb comes back parsed. */
export interface IncidentRow {
  state: Incident;
  version: number;
  head: string;
}

export interface EventRow {
  incident_id: string;
  seq: number;
  type: string;
  at: Date;
  actor: unknown;
  data: unknown;
  prev_hash: string;
  hash: string;
}

export const INCIDENT_COLUMNS = 'state, version, head';
export const EVENT_COLUMNS = 'incident_id, seq, type, at, actor, data, prev_hash, hash';

export function toStored(row: IncidentRow | undefined): StoredIncident | undefined {
  return row && { incident: row.state, version: row.version, head: row.head };
}

export function toEvent(row: EventRow): RecordedEvent {
  const { type, actor, data, seq, hash } = row;
  const at = toInstant(row.at);
  return {
    incidentId: row.incident_id,
    seq,
    type,
    at,
    actor,
    data,
    prevHash: row.prev_hash,
    hash,
  } as RecordedEvent;
}
