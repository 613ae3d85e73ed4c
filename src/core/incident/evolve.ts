import { type PersonView, viewOf } from '../shared/actor.ts';
import { assertNever } from '../shared/assert-never.ts';
import type { IncidentId } from '../shared/ids.ts';
import { type Instant, msBetween, plus } from '../shared/time.ts';
import type { IncidentEvent, Opening, PagerAlert, PagerChange, StatusPublished } from './events.ts';
import {
  type Incident,
  isLive,
  NUDGES,
  type NudgeKind,
  type PagerLink,
  type Phase,
  type Rung,
} from './incident.ts';

const NO_NUDGES: Incident['nudges'] = {
  noCommander: { sent: 0 },
  noUpdate: { sent: 0 },
  stale: { sent: 0 },
};

/** The state after an event. Pure and total: the state is always the fold of the record. */
export function evolve(state: Incident | undefined, event: IncidentEvent, id: IncidentId): Incident {
  if (event.type === 'incident_proposed') return opened(id, event, event.data, 'proposed');
  if (event.type === 'incident_declared') return declared(state, event, id);
  if (!state) throw new Error(`${id}: ${event.type} before the incident was opened`);
  return touched(changed(state, event), event);
}

export function fold(events: Iterable<IncidentEvent>, id: IncidentId): Incident | undefined {
  let state: Incident | undefined;
  for (const event of events) state = evolve(state, event, id);
  return state;
}

function opened(id: IncidentId, event: IncidentEvent, opening: Opening, phase: Phase): Incident {
  const by = viewOf(event.actor);
  const alert = 'alert' in event.data ? (event.data.alert as PagerAlert | undefined) : undefined;
  return {
    id,
    phase,
    title: opening.title,
    description: opening.description,
    severity: opening.severity,
    level: opening.level,
    kind: opening.kind,
    tiers: opening.tiers,
    regions: opening.regions,
    private: opening.private,
    ...(by ? { openedBy: by } : {}),
    openedAt: event.at,
    duties: {},
    people: by ? [by] : [],
    marks: alert
      ? { detected: { at: alert.at, source: 'automatic', evidence: `alert ${alert.id}: ${alert.title}` } }
      : {},
    objectives: opening.objectives,
    status: { everyMs: 0, published: 0 },
    ladder: { rungs: [] },
    nudgeRules: opening.nudgeRules,
    nudges: NO_NUDGES,
    links: [],
    pager: { links: alert ? [linkOf(alert)] : [], paged: false },
    ...(opening.runbook ? { runbook: opening.runbook } : {}),
    lastActivityAt: event.at,
  };
}

function declared(
  before: Incident | undefined,
  event: Extract<IncidentEvent, { type: 'incident_declared' }>,
  id: IncidentId,
): Incident {
  const fresh = opened(id, event, event.data, 'open');
  const by = viewOf(event.actor);
  return {
    ...fresh,
    ...(before?.channel ? { channel: before.channel } : {}),
    duties: before?.duties ?? {},
    people: withPeople(before?.people ?? [], by ? [by] : []),
    links: before?.links ?? [],
    marks: { ...fresh.marks, ...before?.marks, declared: { at: event.at, source: 'automatic' } },
    status: { everyMs: event.data.everyMs, published: 0 },
    ladder: { rungs: event.data.ladder },
    pager: { ...(before?.pager ?? fresh.pager), paged: event.data.page },
  };
}

function changed(s: Incident, event: IncidentEvent): Incident {
  switch (event.type) {
    case 'incident_proposed':
    case 'incident_declared':
      return s;
    case 'incident_dismissed':
      return { ...s, phase: 'dismissed' };
    case 'channel_opened':
      return { ...s, channel: { id: event.data.channelId, name: event.data.name } };
    case 'channel_archived':
      return archived(s);
    case 'people_invited':
      return { ...s, people: withPeople(s.people, event.data.people) };
    case 'severity_changed':
      return {
        ...s,
        severity: event.data.to,
        status: { ...s.status, everyMs: event.data.everyMs },
        ladder: { ...s.ladder, rungs: event.data.ladder },
        objectives: event.data.objectives ?? s.objectives,
        pager: { ...s.pager, paged: s.pager.paged || event.data.page === true },
      };
    case 'duty_taken':
      return {
        ...s,
        duties: { ...s.duties, [event.data.duty]: event.data.holder },
        people: withPeople(s.people, [event.data.holder]),
        nudges: event.data.duty === 'commander' ? reset(s, 'noCommander') : s.nudges,
      };
    case 'duty_dropped': {
      const { [event.data.duty]: _dropped, ...duties } = s.duties;
      const isCommander = event.data.duty === 'commander';
      return { ...s, duties, nudges: isCommander ? rest(s, event.at, ['noCommander']) : s.nudges };
    }
    case 'mark_set':
      return { ...s, marks: { ...s.marks, [event.data.name]: event.data.mark } };
    case 'link_added':
      return { ...s, links: [...s.links, event.data] };
    case 'status_published':
      return published(s, event.data, event);
    case 'status_paused': {
      const by = viewOf(event.actor)?.name ?? 'Lifeboat';
      return { ...s, status: { ...s.status, paused: { by, ...event.data } } };
    }
    case 'status_resumed': {
      const { paused: _paused, ...status } = s.status;
      return { ...s, status: { ...status, nextDueAt: event.data.nextDueAt } };
    }
    case 'rung_called':
      return { ...s, ladder: { rungs: withCalled(s.ladder.rungs, event.data, event.at) } };
    case 'rung_reached':
      return { ...s, people: withPeople(s.people, event.data.people) };
    case 'ladder_acknowledged': {
      const by = viewOf(event.actor)?.name ?? (event.actor.kind === 'pagerduty' ? 'PagerDuty' : 'Lifeboat');
      const acknowledged = s.marks.acknowledged ?? { at: event.at, source: 'automatic' as const };
      return {
        ...s,
        ladder: { ...s.ladder, acknowledged: { by, at: event.at } },
        marks: { ...s.marks, acknowledged },
      };
    }
    case 'nudge_sent': {
      const { nudge, count } = event.data;
      return {
        ...s,
        nudges: { ...s.nudges, [nudge]: { ...s.nudges[nudge], sent: count, lastAt: event.at } },
      };
    }
    case 'nudge_snoozed': {
      const { nudge, until } = event.data;
      return { ...s, nudges: { ...s.nudges, [nudge]: { ...s.nudges[nudge], snoozedUntil: until } } };
    }
    case 'pager_alerted':
      return { ...s, pager: { ...s.pager, links: [...s.pager.links, linkOf(event.data.alert)] } };
    case 'pager_changed':
      return { ...s, pager: { ...s.pager, links: relink(s.pager.links, event.data) } };
    case 'pager_unreachable':
      return { ...s, pager: { ...s.pager, unreachableSince: event.at } };
    case 'pager_reachable': {
      const { unreachableSince: _since, ...pager } = s.pager;
      return { ...s, pager };
    }
    case 'incident_resolved': {
      const by = viewOf(event.actor)?.name ?? 'Lifeboat';
      const { nextDueAt: _next, paused: _paused, ...status } = s.status;
      return {
        ...s,
        phase: 'resolved',
        status,
        resolution: { summary: event.data.summary, by, at: event.at },
        marks: { ...s.marks, resolved: { at: event.at, source: 'automatic' } },
      };
    }
    case 'incident_reopened':
      return reopened(s, event);
    case 'incident_closed':
      return { ...s, phase: 'closed' };
    case 'message_undeliverable':
      return event.data.first ? { ...s, undeliverable: [...(s.undeliverable ?? []), event.data.where] } : s;
    case 'note_added':
    case 'refused':
      return s;
    default:
      return assertNever(event);
  }
}

/**
 * The clocks run again. What was said to be restored is not, and what Lifeboat does by the clock (rungs,
 * nudges) does not count the time in between.
 */
function reopened(s: Incident, event: Extract<IncidentEvent, { type: 'incident_reopened' }>): Incident {
  const { resolution, ...open } = s;
  const { resolved: _resolved, service_restored: _restored, validated: _validated, ...marks } = s.marks;
  const stoodMs = resolution ? msBetween(resolution.at, event.at) : 0;
  return {
    ...open,
    phase: 'open',
    marks,
    status: { ...s.status, nextDueAt: event.data.nextDueAt },
    ladder: { ...s.ladder, rungs: s.ladder.rungs.map((rung) => delayed(rung, stoodMs)) },
    nudges: rest(s, event.at, NUDGES),
  };
}

/** A rung past the end of the ladder is one that a person called where no ladder runs by itself. */
function withCalled(
  rungs: Rung[],
  { index, title, roles, by }: Extract<IncidentEvent, { type: 'rung_called' }>['data'],
  at: Instant,
): Rung[] {
  const rung = rungs[index] ?? { title, roles, dueAt: at };
  // Whoever a person calls late gets as long to answer as if called in time.
  const lateMs = by === 'person' ? Math.max(0, msBetween(rung.dueAt, at)) : 0;
  const later = rungs.slice(index + 1).map((next) => delayed(next, lateMs));
  return [...rungs.slice(0, index), { ...rung, calledAt: at }, ...later];
}

function delayed(rung: Rung, ms: number): Rung {
  return rung.calledAt === undefined ? { ...rung, dueAt: plus(rung.dueAt, ms) } : rung;
}

/** While the incident lives, an archived channel is no channel: another one will be opened. */
function archived(s: Incident): Incident {
  if (!s.channel) return s;
  if (!isLive(s)) return { ...s, channel: { ...s.channel, archived: true } };
  const { channel: _channel, ...rest } = s;
  return rest;
}

function published(s: Incident, data: StatusPublished, event: IncidentEvent): Incident {
  const { nextDueAt: _next, ...status } = s.status;
  const by = viewOf(event.actor)?.name ?? 'Lifeboat';
  return {
    ...s,
    status: {
      ...status,
      ...(data.nextDueAt ? { nextDueAt: data.nextDueAt } : {}),
      lastAt: event.at,
      published: s.status.published + 1,
      ...(data.human ? { lastHuman: { ...data.human, by, at: event.at } } : {}),
    },
    nudges: data.human ? reset(s, 'noUpdate') : s.nudges,
  };
}

/** A person who does something is part of the incident, and ends its silence. */
function touched(s: Incident, event: IncidentEvent): Incident {
  const by = viewOf(event.actor);
  if (!by || event.type === 'refused') return s;
  return {
    ...s,
    people: withPeople(s.people, [by]),
    lastActivityAt: event.at,
    nudges: event.type === 'nudge_snoozed' ? s.nudges : reset(s, 'stale'),
  };
}

function reset(s: Incident, kind: NudgeKind): Incident['nudges'] {
  return { ...s.nudges, [kind]: { sent: 0 } };
}

/** These nudges begin anew, the first after its full time from now. */
function rest(s: Incident, from: Instant, kinds: readonly NudgeKind[]): Incident['nudges'] {
  const rested = kinds.map((kind) => [
    kind,
    { sent: 0, snoozedUntil: plus(from, s.nudgeRules[kind].afterMs) },
  ]);
  return { ...s.nudges, ...Object.fromEntries(rested) };
}

function withPeople(known: PersonView[], more: PersonView[]): PersonView[] {
  const fresh = more.filter((person) => !known.some((k) => k.id === person.id));
  return fresh.length === 0 ? known : [...known, ...fresh];
}

function linkOf(alert: PagerAlert): PagerLink {
  return { id: alert.id, title: alert.title, ...(alert.url ? { url: alert.url } : {}), status: 'triggered' };
}

function relink(links: PagerLink[], data: { pagerId: string; change: PagerChange }): PagerLink[] {
  const status = STATUS_AFTER[data.change];
  if (!status) return links;
  return links.map((link) => (link.id === data.pagerId ? { ...link, status } : link));
}

const STATUS_AFTER: Partial<Record<PagerChange, PagerLink['status']>> = {
  acknowledged: 'acknowledged',
  unacknowledged: 'triggered',
  reopened: 'triggered',
  resolved: 'resolved',
};
