import type { PagerChange } from '../../core/incident/events.ts';

/** What happened to the pager's incident. */
export type PagerEventKind = 'triggered' | PagerChange;

/** The pager's incident as far as the event tells it; a note names only `id`, `title` and `url`. */
export interface PagerIncident {
  /** The pager's own id, the only field that is always there and never changes. */
  id: string;
  number?: number;
  /**
   * The dedup key the incident was opened with. Often absent: PagerDuty gives none for incidents that
   * carry alerts, which is what its Events API opens by default.
   */
  key?: string;
  title: string;
  url?: string;
  serviceId?: string;
  serviceName?: string;
  urgency?: 'high' | 'low';
  /** The label the account uses, such as `P1`. */
  priority?: string;
  /** Names of the people it is assigned to now. */
  assignees: string[];
}

/** One thing that happened at the pager, told to us by its webhook. The same `id` may come more than once. */
export interface PagerEvent {
  id: string;
  kind: PagerEventKind;
  occurredAt: Date;
  incident: PagerIncident;
  /** Who did it: a person or an integration. Absent when the pager did it by itself. */
  agent?: { id: string; name: string; type: string };
  /** Text of the note, for `annotated`. */
  note?: string;
  /** The program that sent the alert, as it called itself: ours says `Lifeboat`. */
  client?: string;
  /** The link that program gave with the alert. */
  clientUrl?: string;
}
