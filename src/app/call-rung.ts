import { LIFEBOAT, type PersonView } from '../core/shared/actor.ts';
import type { IncidentId } from '../core/shared/ids.ts';
import type { DecideIncident } from './decide-incident.ts';
import type { Directory } from './ports/chat.ts';

/** Finds the people of a rung of the escalation ladder; the record of it is what calls them. */
export function createCallRung(deps: {
  directory: Directory;
  decide: DecideIncident;
}): (call: { incidentId: IncidentId; index: number; roles: string[] }) => Promise<void> {
  return async ({ incidentId, index, roles }) => {
    const people = new Map<string, PersonView>();
    const unreachable = new Set<string>();
    for (const role of await Promise.all(roles.map((name) => readRole(deps.directory, name)))) {
      for (const person of role.people) {
        if (person.slack) people.set(person.id, person);
        else unreachable.add(`${person.name} has no Slack account`);
      }
      if (role.problem) unreachable.add(role.problem);
    }
    await deps.decide({
      key: `rung:${incidentId}:${index}`,
      id: incidentId,
      command: { type: 'record_reached', index, people: [...people.values()], unreachable: [...unreachable] },
      actor: LIFEBOAT,
      capabilities: [],
    });
  };
}

async function readRole(directory: Directory, name: string) {
  const role = await directory.roleMembers(name);
  const empty = role.people.length === 0 && !role.problem;
  return { ...role, problem: empty ? `nobody holds the role ${name}` : role.problem };
}
