import type { PersonView } from '../shared/actor.ts';
import type { Instant } from '../shared/time.ts';
import type { PagerAlert, PagerChange } from './events.ts';
import type { Declaration, Duty, HumanUpdate, MarkName, NudgeKind } from './incident.ts';

/** What somebody says when declaring; the policy fills in the rest. */
export type DeclareInput = Declaration;

/** Everything that can be asked of an incident: by a person, by the pager, or by Lifeboat's own timers. */
export type IncidentCommand =
  | { type: 'propose'; input: DeclareInput; alert: PagerAlert }
  | { type: 'declare'; input: DeclareInput; alert?: PagerAlert }
  | { type: 'confirm_proposal'; input?: Partial<DeclareInput> }
  | { type: 'dismiss'; reason: string }
  | { type: 'record_channel'; channelId: string; name: string }
  | { type: 'record_archived' }
  | {
      type: 'record_invited';
      people: PersonView[];
      failed: { name: string; why: string }[];
      asked: string;
    }
  | { type: 'change_severity'; to: string; reason: string }
  /** `ifVacant`: only if nobody has it, as whoever pressed the button believes. */
  | { type: 'take_duty'; duty: Duty; holder: PersonView; ifVacant?: true }
  | { type: 'drop_duty'; duty: Duty }
  | { type: 'add_note'; text: string }
  | { type: 'set_mark'; name: MarkName; at: Instant; evidence?: string }
  | { type: 'add_link'; title: string; url: string }
  | { type: 'publish_status'; human: HumanUpdate }
  | { type: 'pause_status'; reason: string; forMs: number }
  | { type: 'resume_status' }
  | { type: 'escalate' }
  | { type: 'record_reached'; index: number; people: PersonView[]; unreachable: string[] }
  | { type: 'acknowledge_rung' }
  | { type: 'snooze_nudge'; nudge: NudgeKind; forMs: number }
  | { type: 'pager_alert'; alert: PagerAlert }
  | { type: 'pager_change'; pagerId: string; change: PagerChange; at: Instant; text?: string }
  | { type: 'pager_unreachable'; problem: string }
  | { type: 'pager_reachable' }
  | { type: 'record_undeliverable'; message: string; where: string; problem: string }
  | { type: 'record_refused'; command: string; code: string }
  | { type: 'resolve'; summary: string }
  | { type: 'reopen'; reason: string }
  | { type: 'close' }
  | { type: 'tick' };
