import { LIFEBOAT, type PersonView } from '../core/shared/actor.ts';
import type { IncidentId } from '../core/shared/ids.ts';
import { UpstreamError } from '../core/shared/upstream-error.ts';
import type { CrashPoint } from './crash-point.ts';
import type { DecideIncident } from './decide-incident.ts';
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
    const incident = (await store.load(incidentId))?.incident;
    if (!incident || incident.phase === 'closed' || incident.channel?.archived) return;
    // The job comes back until there is something to invite to.
    if (!incident.channel) throw new UpstreamError('slack', 'channel_not_open', { retry: 'safe' });
    const { wanted, failed } = await resolve(directory, roles, people);
    const reachable = wanted.filter((person) => person.slack !== undefined);
    const refusals = await inviteAll(chat, incident.channel.id, reachable);
    for (const person of wanted) {
      const why = person.slack ? refusals.get(person.slack) : 'no_slack_account';
      if (why) failed.push({ name: person.name, why });
    }
    const inside = reachable.filter((person) => !refusals.has(person.slack as string));
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

/** Why which account could not be brought in. A refusal of the whole call holds for everybody in it. */
async function inviteAll(chat: Chat, channel: string, people: PersonView[]): Promise<Map<string, string>> {
  const accounts = people.map((person) => person.slack as string);
  if (accounts.length === 0) return new Map();
  try {
    const { failed } = await chat.invite(channel, accounts);
    return new Map(failed.map(({ userId, why }) => [userId, why]));
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.retry !== 'never') throw error;
    return new Map(accounts.map((account) => [account, error.code]));
  }
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
