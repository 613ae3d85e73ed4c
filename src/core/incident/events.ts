import type { Actor, PersonView } from '../shared/actor.ts';
import type { Instant } from '../shared/time.ts';
import type {
  Declaration,
  Duty,
  HumanUpdate,
  Mark,
  MarkName,
  NudgeKind,
  NudgeRule,
  Objective,
  Rung,
} from './incident.ts';

/** What a declaration or a proposal fixes for the life of the incident. */
export interface Opening extends Declaration {
  objectives: Objective[];
  nudgeRules: Record<NudgeKind, NudgeRule>;
}

/** An alert of the pager that belongs to the incident. */
export interface PagerAlert {
  id: string;
  title: string;
  url?: string;
  service?: string;
  /** The page that Lifeboat itself raised for this incident. */
  own?: true;
  at: Instant;
}

export type StatusTrigger = 'declared' | 'slot' | 'person' | 'change' | 'resolved' | 'reopened';

export interface StatusPublished {
  trigger: StatusTrigger;
  /** The slot of the grid that this update fills; absent for updates between slots. */
  slot?: Instant;
  /** Earlier slots of the grid that passed without an update. */
  missed: number;
  nextDueAt?: Instant;
  human?: HumanUpdate;
  /** What changed, when a change caused the update. */
  change?: { severity?: { from: string; to: string; reason: string } };
  /** Why it was reopened. */
  reason?: string;
}

/** Everything that can happen to an incident. `type` and `data` are stored; never rename, only add. */
export type IncidentEventBody =
  | { type: 'incident_proposed'; data: Opening & { alert: PagerAlert } }
  | {
      type: 'incident_declared';
      data: Opening & { everyMs: number; ladder: Rung[]; page: boolean; alert?: PagerAlert };
    }
  | { type: 'incident_dismissed'; data: { reason: string } }
  | { type: 'channel_opened'; data: { channelId: string; name: string } }
  | { type: 'channel_archived'; data: Record<string, never> }
  | {
      type: 'people_invited';
      data: { people: PersonView[]; failed: { name: string; why: string }[]; asked: string };
    }
  | {
      type: 'severity_changed';
      data: {
        from: string;
        to: string;
        reason: string;
        everyMs: number;
        ladder: Rung[];
        /** The targets at the new severity. */
        objectives?: Objective[];
        /** People are paged who were not paged at the declaration. */
        page?: boolean;
      };
    }
  | { type: 'duty_taken'; data: { duty: Duty; holder: PersonView; before?: PersonView } }
  | { type: 'duty_dropped'; data: { duty: Duty; before: PersonView } }
  | { type: 'note_added'; data: { text: string } }
  | { type: 'mark_set'; data: { name: MarkName; mark: Mark; before?: Mark } }
  | { type: 'link_added'; data: { title: string; url: string } }
  | { type: 'status_published'; data: StatusPublished }
  | { type: 'status_paused'; data: { reason: string; until: Instant } }
  | { type: 'status_resumed'; data: { nextDueAt: Instant } }
  | { type: 'rung_called'; data: { index: number; title: string; roles: string[]; by: 'timer' | 'person' } }
  | { type: 'rung_reached'; data: { index: number; people: PersonView[]; unreachable: string[] } }
  | { type: 'ladder_acknowledged'; data: { index: number } }
  | { type: 'nudge_sent'; data: { nudge: NudgeKind; to?: PersonView; count: number } }
  | { type: 'nudge_snoozed'; data: { nudge: NudgeKind; until: Instant } }
  | { type: 'pager_alerted'; data: { alert: PagerAlert } }
  | {
      type: 'pager_changed';
      data: { pagerId: string; change: PagerChange; at: Instant; text?: string; known?: true };
    }
  | { type: 'pager_unreachable'; data: { problem: string } }
  | { type: 'pager_reachable'; data: { afterMs: number } }
  | { type: 'message_undeliverable'; data: { message: string; where: string; problem: string; first?: true } }
  | { type: 'incident_resolved'; data: { summary: string } }
  | { type: 'incident_reopened'; data: { reason: string; nextDueAt: Instant } }
  | { type: 'incident_closed'; data: Record<string, never> }
  | { type: 'refused'; data: { command: string; code: string } };

export type PagerChange =
  | 'acknowledged'
  | 'unacknowledged'
  | 'resolved'
  | 'reopened'
  | 'annotated'
  | 'priority'
  | 'reassigned'
  | 'escalated';

/** One entry of the record: what happened, when, by whom. */
export type IncidentEvent = IncidentEventBody & { at: Instant; actor: Actor };
export type IncidentEventType = IncidentEventBody['type'];

/** An event as stored: numbered per incident from 1, chained by hash. */
export type RecordedEvent = IncidentEvent & {
  incidentId: string;
  seq: number;
  hash: string;
  prevHash: string;
};
