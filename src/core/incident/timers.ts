import { earliest, type Instant, msBetween, plus } from '../shared/time.ts';
import { dueSlot, nextSlot } from '../status/grid.ts';
import type { IncidentEventBody } from './events.ts';
import { type Incident, NUDGES, type NudgeKind } from './incident.ts';

/** When this incident next needs looking at; undefined when nothing is due any more. */
export function wakeAt(state: Incident): Instant | undefined {
  if (state.phase !== 'open') return undefined;
  return earliest([
    state.status.paused ? state.status.paused.until : state.status.nextDueAt,
    nextRung(state)?.dueAt,
    ...NUDGES.map((kind) => nudgeDueAt(state, kind)),
  ]);
}

/** Everything that has come due. Empty when the timer fired early or twice. */
export function tick(state: Incident, now: Instant): IncidentEventBody[] {
  if (state.phase !== 'open') return [];
  return [...dueStatus(state, now), ...dueRung(state, now), ...dueNudges(state, now)];
}

/** The next rung that the timer will call; none once somebody answered. */
export function nextRung(state: Incident): { index: number; dueAt: Instant } | undefined {
  if (state.ladder.acknowledged) return undefined;
  const index = state.ladder.rungs.findIndex((rung) => rung.calledAt === undefined);
  const rung = state.ladder.rungs[index];
  return rung && { index, dueAt: rung.dueAt };
}

/** Calls the rung at `index`, whoever asked. */
export function callRung(state: Incident, index: number, by: 'timer' | 'person'): IncidentEventBody[] {
  const rung = state.ladder.rungs[index];
  return rung ? [{ type: 'rung_called', data: { index, title: rung.title, roles: rung.roles, by } }] : [];
}

/** Where the status grid of this incident starts: the declaration. */
export function gridAnchor(state: Incident): Instant {
  return state.marks.declared?.at ?? state.openedAt;
}

function dueStatus(state: Incident, now: Instant): IncidentEventBody[] {
  const { paused, nextDueAt, everyMs } = state.status;
  if (paused) {
    if (msBetween(paused.until, now) < 0) return [];
    return [{ type: 'status_resumed', data: { nextDueAt: nextSlot(gridAnchor(state), everyMs, now) } }];
  }
  const due = nextDueAt && dueSlot(nextDueAt, everyMs, now);
  if (!due) return [];
  return [{ type: 'status_published', data: { trigger: 'slot', ...due } }];
}

function dueRung(state: Incident, now: Instant): IncidentEventBody[] {
  const next = nextRung(state);
  if (!next || msBetween(next.dueAt, now) < 0) return [];
  return callRung(state, next.index, 'timer');
}

function dueNudges(state: Incident, now: Instant): IncidentEventBody[] {
  return NUDGES.flatMap((nudge): IncidentEventBody[] => {
    const dueAt = nudgeDueAt(state, nudge);
    if (!dueAt || msBetween(dueAt, now) < 0) return [];
    const to = nudgeTarget(state, nudge);
    const count = state.nudges[nudge].sent + 1;
    return [{ type: 'nudge_sent', data: { nudge, count, ...(to ? { to } : {}) } }];
  });
}

/** Nudges go privately to the one person who can act: the commander, or whoever declared. */
function nudgeTarget(state: Incident, nudge: NudgeKind) {
  if (nudge === 'noUpdate' && state.duties.communications) return state.duties.communications;
  return state.duties.commander ?? state.openedBy;
}

function nudgeDueAt(state: Incident, kind: NudgeKind): Instant | undefined {
  const rule = state.nudgeRules[kind];
  const count = state.nudges[kind];
  const since = silenceSince(state, kind);
  if (!since || count.sent >= rule.max || !nudgeTarget(state, kind)) return undefined;
  const due = count.lastAt ? plus(count.lastAt, rule.everyMs) : plus(since, rule.afterMs);
  return count.snoozedUntil && count.snoozedUntil > due ? count.snoozedUntil : due;
}

function silenceSince(state: Incident, kind: NudgeKind): Instant | undefined {
  switch (kind) {
    case 'noCommander':
      return state.duties.commander ? undefined : gridAnchor(state);
    case 'noUpdate':
      return state.status.lastHuman?.at ?? gridAnchor(state);
    case 'stale':
      return state.lastActivityAt;
  }
}
