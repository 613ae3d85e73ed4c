import { entryOf } from '../core/incident/effects.ts';
import type { IncidentEventType } from '../core/incident/events.ts';
import type { IncidentId } from '../core/shared/ids.ts';
import type { Instant } from '../core/shared/time.ts';
import type { Catalogue } from './ports/catalogue.ts';
import type { IncidentStore } from './ports/store.ts';

/** One line per record, in words. */
export interface RecordLines {
  lines: { at: Instant; text: string }[];
  total: number;
}

/** Events that tell a late joiner what matters; the rest is in the timeline. */
const TURNING_POINTS: ReadonlySet<IncidentEventType> = new Set([
  'incident_proposed',
  'incident_declared',
  'severity_changed',
  'duty_taken',
  'mark_set',
  'rung_called',
  'pager_unreachable',
  'incident_resolved',
  'incident_reopened',
]);

const CATCHUP_LINES = 12;

/** Reads an incident's record as lines: the whole of it, or what a late joiner needs. */
export function createReadRecord(deps: { store: IncidentStore; catalogue: Catalogue }) {
  const { store, catalogue } = deps;
  return {
    async timeline(id: IncidentId, last: number): Promise<RecordLines> {
      const events = await store.events(id, { last });
      const lines = events.map((event) => ({ at: event.at, text: catalogue.line(entryOf(event)) }));
      return { lines, total: events.at(-1)?.seq ?? 0 };
    },

    async catchup(id: IncidentId): Promise<RecordLines> {
      const events = await store.events(id);
      const told = events.filter(
        (event) =>
          TURNING_POINTS.has(event.type) ||
          event.type === 'note_added' ||
          (event.type === 'status_published' && event.data.human !== undefined),
      );
      const lines = told
        .slice(-CATCHUP_LINES)
        .map((event) => ({ at: event.at, text: catalogue.line(entryOf(event)) }));
      return { lines, total: events.length };
    },
  };
}
export type ReadRecord = ReturnType<typeof createReadRecord>;
