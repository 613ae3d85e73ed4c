import type { PersonView } from '../shared/actor.ts';
import type { IncidentId } from '../shared/ids.ts';
import type { Instant } from '../shared/time.ts';

export const INCIDENT_KINDS = ['real', 'drill', 'gameday', 'tabletop', 'maintenance'] as const;
export type IncidentKind = (typeof INCIDENT_KINDS)[number];

/**
 * proposed: an alert opened the channel, nobody has declared yet;
 * open: declared and running; resolved: over, may be reopened;
 * closed: archived for good; dismissed: a proposal that was no disaster.
 */
export type Phase = 'proposed' | 'open' | 'resolved' | 'closed' | 'dismissed';

/** Named instants of an incident; an unknown mark is absent, never guessed. */
export const MARKS = [
  'outage_started',
  'detected',
  'acknowledged',
  'assessed',
  'declared',
  'activated',
  'service_restored',
  'validated',
  'resolved',
] as const;
export type MarkName = (typeof MARKS)[number];

export interface Mark {
  at: Instant;
  /** `automatic`: Lifeboat or an alert saw it; `person`: somebody said so. */
  source: 'automatic' | 'person';
  evidence?: string;
}

/** Duties a person can hold in one incident. Each is held by at most one person. */
export const DUTIES = ['commander', 'communications', 'scribe', 'operations', 'legal'] as const;
export type Duty = (typeof DUTIES)[number];

/** What people said in the last update, in their own words. */
export interface HumanUpdate {
  situation: string;
  actions: string;
  needs: string;
}

export interface StatusPlan {
  /** Length of a slot, in milliseconds. */
  everyMs: number;
  /** The next slot of this incident's own grid. Absent once resolved. */
  nextDueAt?: Instant;
  paused?: { by: string; reason: string; until: Instant };
  lastAt?: Instant;
  lastHuman?: HumanUpdate & { by: string; at: Instant };
  published: number;
}

export interface Rung {
  title: string;
  roles: string[];
  dueAt: Instant;
  calledAt?: Instant;
}

export interface Ladder {
  rungs: Rung[];
  acknowledged?: { by: string; at: Instant };
}

export const NUDGES = ['noCommander', 'noUpdate', 'stale'] as const;
export type NudgeKind = (typeof NUDGES)[number];

export interface NudgeRule {
  /** Silence before the first nudge, in milliseconds. */
  afterMs: number;
  /** Pause between nudges, in milliseconds. */
  everyMs: number;
  /** Never more than this many until the cause goes away. */
  max: number;
}

export interface NudgeCount {
  sent: number;
  lastAt?: Instant;
  snoozedUntil?: Instant;
}

export interface Objective {
  name: string;
  rtoMs?: number;
  rpoMs?: number;
}

export interface PagerLink {
  /** The pager's own incident id; absent for a page that Lifeboat raised by key. */
  id?: string;
  url?: string;
  title?: string;
  status: 'triggered' | 'acknowledged' | 'resolved';
}

/** What is said of a disaster when it is declared. */
export interface Declaration {
  title: string;
  description: string;
  severity: string;
  level: string;
  kind: IncidentKind;
  tiers: string[];
  regions: { from?: string; to?: string };
  private: boolean;
  /** The runbook that fits, where the profile names one. */
  runbook?: string;
}

export interface Incident extends Declaration {
  id: IncidentId;
  phase: Phase;
  openedBy?: PersonView;
  openedAt: Instant;
  channel?: { id: string; name: string; archived?: true };
  duties: Partial<Record<Duty, PersonView>>;
  /** Everybody who was brought in or took part; decides who may see a private incident. */
  people: PersonView[];
  marks: Partial<Record<MarkName, Mark>>;
  objectives: Objective[];
  status: StatusPlan;
  ladder: Ladder;
  nudgeRules: Record<NudgeKind, NudgeRule>;
  nudges: Record<NudgeKind, NudgeCount>;
  links: { title: string; url: string }[];
  pager: { links: PagerLink[]; unreachableSince?: Instant; paged: boolean };
  /** Places that messages of this incident could not be delivered to. */
  undeliverable?: string[];
  resolution?: { summary: string; by: string; at: Instant };
  /** Last time a person did something here. */
  lastActivityAt: Instant;
}

/** The instant RTO is counted from: the outage if known, else its detection, else the declaration. */
export function clockStart(incident: Incident): Instant {
  const { outage_started, detected, declared } = incident.marks;
  return outage_started?.at ?? detected?.at ?? declared?.at ?? incident.openedAt;
}

/** The instant RTO stops: service restored, or the resolution when nobody marked it. */
export function clockEnd(incident: Incident): Instant | undefined {
  return incident.marks.service_restored?.at ?? incident.marks.resolved?.at;
}

/** The strictest RTO that applies, in milliseconds. */
export function strictestRtoMs(incident: Incident): number | undefined {
  const targets = incident.objectives.map((o) => o.rtoMs).filter((ms) => ms !== undefined);
  return targets.length === 0 ? undefined : Math.min(...targets);
}

export function isLive(incident: Incident): boolean {
  return incident.phase === 'open' || incident.phase === 'proposed';
}

export function maySee(incident: Incident, personId: string, commands: boolean): boolean {
  return !incident.private || commands || incident.people.some((person) => person.id === personId);
}
