import { z } from 'zod';
import type { IncidentEventBody, IncidentEventType } from '../../core/incident/events.ts';
import { By } from '../../core/message/variables.ts';

/** What the line templates may read of each event's data; the compiler holds it against the events. */

type DataOf<T extends IncidentEventType> = Extract<IncidentEventBody, { type: T }>['data'];

type Shapes = Record<IncidentEventType, z.ZodObject>;

/** Fails to compile when a shape asks for something that an event does not carry. */
function checked<S extends Shapes>(
  shapes: S & { [T in IncidentEventType]: DataOf<T> extends z.infer<S[T]> ? unknown : never },
): S {
  return shapes;
}

const text = z.string();
const person = z.object({ id: z.string(), name: z.string(), slack: z.string().optional() });
const alert = z.object({
  id: text,
  title: text,
  url: text.optional(),
  service: text.optional(),
  own: z.boolean().optional(),
  at: text,
});
const opening = {
  title: text,
  severity: text,
  level: text,
  kind: text,
  private: z.boolean(),
  regions: z.object({ from: text.optional(), to: text.optional() }),
};
const mark = z.object({
  at: text,
  source: z.enum(['automatic', 'person']),
  evidence: text.optional(),
});
const nudge = z.enum(['noCommander', 'noUpdate', 'stale']);
const nothing = z.object({});

export const RECORD_SHAPES = checked({
  incident_proposed: z.object({ ...opening, alert }),
  incident_declared: z.object({ ...opening, page: z.boolean(), alert: alert.optional() }),
  incident_dismissed: z.object({ reason: text }),
  channel_opened: z.object({ channelId: text, name: text }),
  channel_archived: nothing,
  people_invited: z.object({
    people: z.array(person),
    failed: z.array(z.object({ name: text, why: text })),
    asked: text,
  }),
  severity_changed: z.object({ from: text, to: text, reason: text }),
  duty_taken: z.object({ duty: text, holder: person, before: person.optional() }),
  duty_dropped: z.object({ duty: text, before: person }),
  note_added: z.object({ text }),
  mark_set: z.object({ name: text, mark, before: mark.optional() }),
  link_added: z.object({ title: text, url: text }),
  status_published: z.object({
    trigger: z.enum(['declared', 'slot', 'person', 'change', 'resolved', 'reopened']),
    missed: z.number(),
    nextDueAt: text.optional(),
    human: z.object({ situation: text, actions: text, needs: text }).optional(),
  }),
  status_paused: z.object({ reason: text, until: text }),
  status_resumed: z.object({ nextDueAt: text }),
  rung_called: z.object({ index: z.number(), title: text, by: z.enum(['timer', 'person']) }),
  rung_reached: z.object({ index: z.number(), people: z.array(person), unreachable: z.array(text) }),
  ladder_acknowledged: z.object({ index: z.number() }),
  nudge_sent: z.object({ nudge, to: person.optional(), count: z.number() }),
  nudge_snoozed: z.object({ nudge, until: text }),
  pager_alerted: z.object({ alert }),
  pager_changed: z.object({
    pagerId: text,
    change: z.enum([
      'acknowledged',
      'unacknowledged',
      'resolved',
      'reopened',
      'annotated',
      'priority',
      'reassigned',
      'escalated',
    ]),
    at: text,
    text: text.optional(),
  }),
  pager_unreachable: z.object({ problem: text }),
  pager_reachable: z.object({ afterMs: z.number() }),
  message_undeliverable: z.object({ message: text, where: text, problem: text }),
  incident_resolved: z.object({ summary: text }),
  incident_reopened: z.object({ reason: text, nextDueAt: text }),
  incident_closed: nothing,
  refused: z.object({ command: text, code: text }),
});

/** An entry of the record with the data of its type. */
export function entryShape(data: z.ZodType) {
  return z.object({ seq: z.number(), type: z.string(), at: z.string(), by: By, data });
}
