import type { StoredIncident } from '../app/ports/store.ts';
import type { UseCases } from '../app/use-cases.ts';
import type { IncidentCommand } from '../core/incident/commands.ts';
import type { Refusal } from '../core/shared/refusal.ts';
import { no, type Reply, type Request, say } from './define-command.ts';

/** The incident a request is about. The router sees to it that there is one. */
export function incidentOf(request: Request): StoredIncident {
  if (!request.here) throw new Error('this command runs only on an incident');
  return request.here;
}

/** Asks the incident to change, in the person's name; answers with the line of the record or the refusal. */
export async function change(request: Request, use: UseCases, command: IncidentCommand): Promise<Reply> {
  const outcome = await use.decide({
    key: request.key,
    id: incidentOf(request).incident.id,
    command,
    requester: request.requester,
  });
  if (outcome.kind === 'refused') return no(outcome.refusal);
  const incident = await use.read.view(outcome.stored.incident);
  return say('recorded', { incident, line: use.tell(outcome.events) });
}

/** Says no to somebody who may not. On an incident the attempt is part of its record. */
export async function refuseAttempt(
  request: Request,
  use: UseCases,
  what: string,
  refusal: Refusal,
): Promise<Reply> {
  if (request.here) {
    await use.decide({
      key: `refused:${request.key}`,
      id: request.here.incident.id,
      command: { type: 'record_refused', command: what, code: refusal.refused },
      requester: request.requester,
    });
  }
  return no(refusal);
}
