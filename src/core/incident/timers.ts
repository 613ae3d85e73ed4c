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
  return [...dueStatus(state, now), ...dueRungs(state, now), ...dueNudges(state, now)];
}

/** The next rung that the timer will call; none once somebody answered. */
export function nextRung(state: Incident): { index: number; dueAt: Instant } | undefined {
  if (state.ladder.acknowledged) return undefined;
  const index = state.ladder.rungs.findIndex((rung) => rung.calledAt === undefined);
  const rung = state.ladder.rungs[index];
  return rung && { index, dueAt: rung.dueAt };
}

/**
 * Where the status grid of this incident starts: the declaration as Lifeboat saw it, not the mark, which
 * people may correct later.
 */
export function gridAnchor(state: Incident): Instant {
  return state.openedAt;
}

/** The update that has come due, after the end of the pause if that has come too. */
export function dueStatus(state: Incident, now: Instant): IncidentEventBody[] {
  const { paused, nextDueAt, everyMs } = state.status;
  if (!paused) return dueUpdate(nextDueAt, everyMs, now);
  if (msBetween(paused.until, now) < 0) return [];
  // The grid goes on where the pause ended, however late the timer is; a slot at that instant counts.
  const resumesAt = nextSlot(gridAnchor(state), everyMs, plus(paused.until, -1));
  const updates = dueUpdate(resumesAt, everyMs, now);
  const next = dueSlot(resumesAt, everyMs, now)?.nextDueAt ?? resumesAt;
  return [{ type: 'status_resumed', data: { nextDueAt: next } }, ...updates];
}

function dueUpdate(nextDueAt: Instant | undefined, everyMs: number, now: Instant): IncidentEventBody[] {
  const due = nextDueAt && dueSlot(nextDueAt, everyMs, now);
  return due ? [{ type: 'status_published', data: { trigger: 'slot', ...due } }] : [];
}

/** What the timer owes at this moment, for an update that goes out for another reason and stands for it. */
export function owed(state: Incident, now: Instant): { resumed: IncidentEventBody[]; missed: number } {
  const due = dueStatus(state, now);
  const update = due.find((event) => event.type === 'status_published');
  return {
    resumed: due.filter((event) => event.type === 'status_resumed'),
    missed: update ? update.data.missed + 1 : 0,
  };
}

/** All that have come due: after an outage of Lifeboat none is left out, and none waits for another round. */
function dueRungs(state: Incident, now: Instant): IncidentEventBody[] {
  const first = nextRung(state)?.index;
  if (first === undefined) return [];
  const waiting = state.ladder.rungs.slice(first);
  const early = waiting.findIndex((rung) => msBetween(rung.dueAt, now) < 0);
  const due = early < 0 ? waiting : waiting.slice(0, early);
  return due.map(({ title, roles }, i) => ({
    type: 'rung_called',
    data: { index: first + i, title, roles, by: 'timer' },
  }));
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
