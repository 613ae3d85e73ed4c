import type { IncidentEvent, RecordedEvent } from '../core/incident/events.ts';
import type { IncidentId } from '../core/shared/ids.ts';
import { hashRecord } from '../lib/hash-chain.ts';

/** What the hash of a record protects: everything in it but the hashes themselves. */
export function protectedContent(event: IncidentEvent & { incidentId: string; seq: number }): object {
  const { incidentId, seq, type, at, actor, data } = event;
  return { incidentId, seq, type, at, actor, data };
}

/**
 * Numbers events and ties each to the one before it.
 * @param after where the chain stands: the number of records so far and the hash of the last one
 *   (`GENESIS` when there is none). Throws on content that JSON cannot hold faithfully.
 */
export function chain(
  incidentId: IncidentId,
  events: readonly IncidentEvent[],
  after: { version: number; head: string },
): RecordedEvent[] {
  let prevHash = after.head;
  return events.map((event, index) => {
    const numbered = { ...event, incidentId, seq: after.version + index + 1 };
    const hash = hashRecord(prevHash, protectedContent(numbered));
    const recorded: RecordedEvent = { ...numbered, prevHash, hash };
    prevHash = hash;
    return recorded;
  });
}
