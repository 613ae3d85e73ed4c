import type { ProfilePerson, ProfileWorld } from './profile-world.ts';
import type { UserGroupOptions, UserOptions } from './slack/directory.ts';
import type { SlackWorkspaceOptions } from './slack/options.ts';

/** One person one can be in the sandbox. */
export interface CastMember {
  handle: string;
  slackId: string;
  name: string;
  title: string | undefined;
  email: string | undefined;
  phone: string | undefined;
  isGuest: boolean;
  /** Handles of the user groups the person is in. */
  groups: string[];
}

/** Who is there, and what the Slack workspace starts with. */
export interface Cast {
  members: CastMember[];
  workspace: Pick<SlackWorkspaceOptions, 'team' | 'users' | 'channels' | 'userGroups'>;
}

/** Who is in which group, for the people of the example profile. */
const GROUPS: Record<string, string[]> = {
  'dr-commanders': ['ben', 'ines'],
  'dr-oncall': ['amara'],
  dba: ['chidi', 'dana'],
  'platform-leads': ['ines'],
  security: ['elif'],
  legal: ['farid'],
  executives: ['grace'],
};
const GUESTS = ['hugo'];
const OWN_CHANNELS = ['general', 'ops', 'incident-board'];

/**
 * The people of a profile as a Slack workspace: their accounts, the groups its roles name, the channels it
 * broadcasts to. A profile that lists nobody gets the people of the example.
 */
export function castOf(profile: ProfileWorld, example: ProfileWorld): Cast {
  const listed = profile.people.filter(({ slack }) => slack.length > 0);
  const people = listed.length > 0 ? listed : example.people;
  const userGroups = groupsOf(profile, people);
  const members = [...people.map((person) => memberOf(person, userGroups)), ...strangers(profile, people)];
  const users = people.flatMap((person) => accountsOf(person));
  return {
    members,
    workspace: {
      team: { name: profile.name, domain: 'sandbox' },
      users: [...users, ...strangers(profile, people).map(userOf)],
      userGroups,
      channels: channelsOf(profile, members),
    },
  };
}

function memberOf(person: ProfilePerson, groups: readonly UserGroupOptions[]): CastMember {
  const handle = person.id;
  return {
    handle,
    slackId: person.slack[0] ?? '',
    name: person.name,
    title: person.title,
    email: person.email,
    phone: person.phone,
    isGuest: GUESTS.includes(handle),
    groups: groups.filter((group) => group.members.includes(handle)).map((group) => group.handle),
  };
}

/** Further accounts of one human are called `kim2`, `kim3`. */
function accountsOf(person: ProfilePerson): UserOptions[] {
  return person.slack.map((id, index) => ({
    id,
    handle: index === 0 ? person.id : `${person.id}${index + 1}`,
    realName: person.name,
    tz: localZone(),
    ...(index === 0 && person.email ? { email: person.email } : {}),
    ...(person.phone ? { phone: person.phone } : {}),
    kind: GUESTS.includes(person.id) ? 'guest' : 'member',
  }));
}

function userOf(member: CastMember): UserOptions {
  return { id: member.slackId, handle: member.handle, realName: member.name, tz: localZone() };
}

/** Accounts that roles name directly although no person of the profile has them. */
function strangers(profile: ProfileWorld, people: readonly ProfilePerson[]): CastMember[] {
  const known = new Set(people.flatMap(({ slack }) => slack));
  const ids = new Set(mentioned(profile, /^user:(\w+)$/).filter((id) => !known.has(id)));
  return [...ids].map((slackId) => ({
    handle: slackId.toLowerCase(),
    slackId,
    name: slackId,
    title: undefined,
    email: undefined,
    phone: undefined,
    isGuest: false,
    groups: [],
  }));
}

/** Groups this sandbox does not know get two people each, in turn, so that somebody can act. */
function groupsOf(profile: ProfileWorld, people: readonly ProfilePerson[]): UserGroupOptions[] {
  const handles = new Set(mentioned(profile, /^group:@(.+)$/));
  const full = people.map(({ id }) => id).filter((id) => !GUESTS.includes(id));
  const inTurn = (turn: number) => full[turn % full.length] as string;
  const named = [...handles].map((handle, index) => {
    const known = (GROUPS[handle] ?? []).filter((id) => full.includes(id));
    const members = known.length > 0 ? known : [...new Set([inTurn(2 * index), inTurn(2 * index + 1)])];
    return { handle, name: handle, members };
  });
  const byId = new Set(mentioned(profile, /^group:(S\w+)$/));
  return [
    ...named,
    ...[...byId].map((id) => ({ id, handle: id.toLowerCase(), name: id, members: [inTurn(0), inTurn(1)] })),
  ];
}

function mentioned(profile: ProfileWorld, form: RegExp): string[] {
  const members = Object.values(profile.roles).flatMap((role) => role.members);
  return members.flatMap((member) => form.exec(member)?.[1] ?? []);
}

function channelsOf(profile: ProfileWorld, members: readonly CastMember[]) {
  const broadcast = profile.channels.broadcast
    .filter((name) => !/^[CG][A-Z0-9]{6,}$/.test(name))
    .map((name) => name.replace(/^#/, ''));
  const everybody = members.map(({ handle }) => handle);
  const staff = members.filter(({ isGuest }) => !isGuest).map(({ handle }) => handle);
  return [...new Set([...OWN_CHANNELS, ...broadcast])].map((name) => ({
    name,
    members: name === 'general' ? everybody : staff,
  }));
}

function localZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
