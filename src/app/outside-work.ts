import { type Audience, effects } from '../core/incident/effects.ts';
import type { RecordedEvent } from '../core/incident/events.ts';
import type { Incident } from '../core/incident/incident.ts';
import type { Policy } from '../core/incident/policy.ts';
import { assertNever } from '../core/shared/assert-never.ts';
import type { Job, NewDelivery } from './ports/store.ts';

/**
 * Turns what follows from an event into deliveries (words and pages, in order per lane) and jobs
 * (everything that looks at the present state when it runs).
 */
export function outsideWork(
  event: RecordedEvent,
  incident: Incident,
  policy: Policy,
  screenId?: string,
): { deliveries: NewDelivery[]; jobs: Job[] } {
  const deliveries: NewDelivery[] = [];
  const jobs: Job[] = [];
  const { id } = incident;
  const key = (what: string) => `${id}:${event.seq}:${what}`;
  for (const effect of effects(event, incident, policy, event.at)) {
    switch (effect.kind) {
      case 'post': {
        const { audience, message, join } = effect;
        const lane = laneOf(audience, id);
        const op = { kind: 'post' as const, audience, message };
        deliveries.push({ key: key(lane), incidentId: id, lane, op, ...(join ? { join } : {}) });
        break;
      }
      case 'archive_channel':
        deliveries.push({
          key: key('archive'),
          incidentId: id,
          lane: `incident:${id}`,
          op: { kind: effect.kind },
        });
        break;
      case 'page':
      case 'pager_note':
      case 'pager_acknowledge':
      case 'pager_resolve':
        deliveries.push({ key: key(effect.kind), incidentId: id, lane: `pager:${id}`, op: effect });
        break;
      case 'sync_channel':
        jobs.push({ queue: 'sync-channel', data: { incidentId: id, ...(screenId ? { screenId } : {}) } });
        break;
      case 'invite':
        jobs.push({
          queue: 'invite',
          data: { incidentId: id, roles: effect.roles, people: effect.people, key: key('invite') },
        });
        break;
      case 'call_rung':
        jobs.push({ queue: 'call-rung', data: { incidentId: id, index: effect.index, roles: effect.roles } });
        break;
      default:
        assertNever(effect);
    }
  }
  // What was said before there was a channel waits in its lane.
  if (event.type === 'channel_opened') jobs.push({ queue: 'deliver', data: { lane: `incident:${id}` } });
  return { deliveries, jobs };
}

function laneOf(audience: Audience, incidentId: string): string {
  switch (audience.to) {
    case 'channel':
      return `incident:${incidentId}`;
    case 'broadcast':
      return `channel:${audience.channel}`;
    case 'person':
      return `person:${audience.person.id}`;
  }
}
