import { type Refusal, refuse } from '../shared/refusal.ts';
import type { Instant } from '../shared/time.ts';
import type { IncidentCommand } from './commands.ts';
import { ladderFrom } from './decide-opening.ts';
import type { IncidentEventBody } from './events.ts';
import type { Incident, Rung } from './incident.ts';
import type { Policy, SeverityPolicy } from './policy.ts';
import { notOpen } from './rights.ts';

/** Calls the next rung now; a person may do so also where the severity runs no ladder by itself. */
export function escalate(state: Incident, policy: Policy): IncidentEventBody[] | Refusal {
  if (state.phase !== 'open') return notOpen(state);
  const { rungs } = state.ladder;
  const waiting = rungs.findIndex((rung) => rung.calledAt === undefined);
  const index = waiting < 0 ? rungs.length : waiting;
  const rung = rungs[index] ?? policy.ladder[index];
  if (!rung) return refuse('ladder.at_the_top', { incident: state.id });
  const { title, roles } = rung;
  return [{ type: 'rung_called', data: { index, title, roles, by: 'person' } }];
}

/** Who is on it already need not wait to be called. */
export function acknowledgeRung(state: Incident): IncidentEventBody[] | Refusal {
  if (state.phase !== 'open') return notOpen(state);
  if (state.ladder.rungs.length === 0) return refuse('rung.nothing_to_acknowledge', { incident: state.id });
  if (state.ladder.acknowledged) return [];
  const called = state.ladder.rungs.findLastIndex((rung) => rung.calledAt !== undefined);
  return [{ type: 'ladder_acknowledged', data: { index: Math.max(0, called) } }];
}

export function pagerChange(
  state: Incident,
  { pagerId, change, at, text }: Extract<IncidentCommand, { type: 'pager_change' }>,
): IncidentEventBody[] {
  // Whoever answered here has answered there too, mostly by Lifeboat itself: no news.
  const known = change === 'acknowledged' && state.ladder.acknowledged !== undefined;
  const changed = { pagerId, change, at, ...(text ? { text } : {}), ...(known ? { known } : {}) };
  const events: IncidentEventBody[] = [{ type: 'pager_changed', data: changed }];
  if (change !== 'acknowledged') return events;
  if (!state.marks.acknowledged) {
    const mark = { at, source: 'automatic' as const, evidence: `PagerDuty ${pagerId}` };
    events.push({ type: 'mark_set', data: { name: 'acknowledged', mark } });
  }
  const answered = acknowledgeRung(state);
  return 'refused' in answered ? events : [...events, ...answered];
}

/**
 * The rungs at another severity: what was called stays called; what was not is dropped where no ladder
 * runs, and waits its full time from now where one begins.
 */
export function ladderAt(state: Incident, policy: Policy, severity: SeverityPolicy, now: Instant): Rung[] {
  const { rungs } = state.ladder;
  if (!severity.ladder) return rungs.filter((rung) => rung.calledAt !== undefined);
  return [...rungs, ...ladderFrom(policy, severity, now).slice(rungs.length)];
}
