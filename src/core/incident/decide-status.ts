import { type Refusal, refuse } from '../shared/refusal.ts';
import { plus } from '../shared/time.ts';
import { nextSlot } from '../status/grid.ts';
import type { Asking } from './asking.ts';
import type { IncidentCommand } from './commands.ts';
import type { IncidentEventBody } from './events.ts';
import type { Incident } from './incident.ts';
import { commanderOnly, commands, notOpen, withReason } from './rights.ts';
import { dueStatus, gridAnchor } from './timers.ts';

export function publishStatus(
  state: Incident,
  { human }: Extract<IncidentCommand, { type: 'publish_status' }>,
): IncidentEventBody[] | Refusal {
  if (state.phase !== 'open') return notOpen(state);
  if (human.situation === '') return refuse('status.empty');
  const { nextDueAt } = state.status;
  return [
    {
      type: 'status_published',
      data: { trigger: 'person', missed: 0, ...(nextDueAt ? { nextDueAt } : {}), human },
    },
  ];
}

/** An update that has come due still goes out: the pause begins after it. */
export function pauseStatus(
  state: Incident,
  { reason, forMs }: { reason: string; forMs: number },
  asking: Asking,
): IncidentEventBody[] | Refusal {
  const { paused } = state.status;
  if (state.phase !== 'open') return notOpen(state);
  if (!commands(state, asking)) return commanderOnly(state, 'pause the updates');
  if (paused && paused.until > asking.now) return refuse('status.already_paused', { until: paused.until });
  if (!(forMs > 0 && forMs <= asking.policy.maxPauseMs)) {
    return refuse('status.pause_too_long', { minutes: String(asking.policy.maxPauseMs / 60_000) });
  }
  return withReason(reason, () => [
    ...dueStatus(state, asking.now),
    { type: 'status_paused', data: { reason, until: plus(asking.now, forMs) } },
  ]);
}

export function resumeStatus(state: Incident, { now }: Asking): IncidentEventBody[] | Refusal {
  const { paused, everyMs } = state.status;
  if (!paused) return refuse('status.not_paused', { incident: state.id });
  // The pause was over by itself: what has come due since is not lost.
  if (paused.until <= now) return dueStatus(state, now);
  return [{ type: 'status_resumed', data: { nextDueAt: nextSlot(gridAnchor(state), everyMs, now) } }];
}
