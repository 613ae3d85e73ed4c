import { LIFEBOAT } from '../core/shared/actor.ts';
import type { IncidentId } from '../core/shared/ids.ts';
import type { DecideIncident } from './decide-incident.ts';

/** An incident's timer fired: publish the slot, call the rung, send the nudges that are due. */
export function createTickIncident(deps: {
  decide: DecideIncident;
}): (incidentId: IncidentId) => Promise<void> {
  return async (incidentId) => {
    await deps.decide({
      id: incidentId,
      command: { type: 'tick' },
      actor: LIFEBOAT,
      capabilities: [],
    });
  };
}
