import { LIFEBOAT, type PersonView } from '../core/shared/actor.ts';
import type { IncidentId } from '../core/shared/ids.ts';
import type { DecideIncident } from './decide-incident.ts';
import type { CrashPoint } from './deliver-lane.ts';
import type { Chat, Directory } from './ports/chat.ts';
import type { IncidentStore } from './ports/store.ts';

export interface Invitation {
  incidentId: IncidentId;
  roles: string[];
  people: PersonView[];
  /** The same for every repeat of the same invitation. */
  key: string;
}

/** Brings people and whole roles into the channel, and records who came and who could not. */
export function createInvitePeople(deps: {
  chat: Chat;
  directory: Directory;
  store: IncidentStore;
  decide: DecideIncident;
  crashPoint?: CrashPoint;
}): (invitation: Invitation) => Promise<void> {
  const { chat, directory, store, decide } = deps;

  return async ({ incidentId, roles, people, key }) => {
    await deps.crashPoint?.('invite.before');
    const channel = (await store.load(incidentId))?.incident.channel;
    if (!channel || channel.archived) return;
    const { wanted, failed } = await resolve(directory, roles, people);
    const reachable = wanted.filter((person) => person.slack !== undefined);
    const invited = await chat.invite(
      channel.id,
      reachable.map((person) => person.slack as string),
    );
    for (const person of wanted) {
      if (!person.slack) failed.push({ name: person.name, why: 'no_slack_account' });
      const refused = invited.failed.find(({ userId }) => userId === person.slack);
      if (refused) failed.push({ name: person.name, why: refused.why });
    }
    const inside = reachable.filter(
      (person) => !invited.failed.some(({ userId }) => userId === person.slack),
    );
    if (inside.length + failed.length === 0) return;
    await decide({
      key: `invited:${key}`,
      id: incidentId,
      command: { type: 'record_invited', people: inside, failed, asked: roles.join(', ') },
      actor: LIFEBOAT,
      capabilities: [],
    });
  };
}

/** Everybody meant, each person once; a role that cannot be read is named, the others still come. */
async function resolve(directory: Directory, roles: string[], people: PersonView[]) {
  const wanted = new Map(people.map((person) => [person.id, person]));
  const failed: { name: string; why: string }[] = [];
  const members = await Promise.all(roles.map((role) => directory.roleMembers(role)));
  for (const [index, role] of members.entries()) {
    for (const person of role.people) if (!wanted.has(person.id)) wanted.set(person.id, person);
    if (role.problem) failed.push({ name: roles[index] as string, why: role.problem });
  }
  return { wanted: [...wanted.values()], failed };
}
