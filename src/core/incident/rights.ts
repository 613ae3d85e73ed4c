import { type Refusal, refuse } from '../shared/refusal.ts';
import type { Asking } from './asking.ts';
import type { IncidentEventBody } from './events.ts';
import { type Incident, isLive } from './incident.ts';

/** What every command asks first: whether the incident is in the right phase, and the asker in command. */

/** The commander of this incident commands it, whatever the profile's pools say. */
export function commands(state: Incident, { actor, capabilities }: Asking): boolean {
  const isCommander = actor.kind === 'person' && state.duties.commander?.id === actor.id;
  return isCommander || capabilities.includes('command');
}

export function commanderOnly(state: Incident, what: string): Refusal {
  const who = state.duties.commander?.name ?? 'nobody yet: take the role with /dr role commander';
  return refuse('permission.commander_only', { what, who });
}

export function notOpen(state: Incident): Refusal {
  return refuse('incident.not_open', { incident: state.id, phase: state.phase });
}

export function notClosed(state: Incident): Refusal | undefined {
  return isLive(state) || state.phase === 'resolved'
    ? undefined
    : refuse('incident.closed', { incident: state.id });
}

export function withReason(reason: string, events: () => IncidentEventBody[]): IncidentEventBody[] | Refusal {
  return reason === '' ? refuse('command.needs_reason') : events();
}
