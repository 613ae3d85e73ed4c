import type { WebClient } from '@slack/web-api';
import type { Directory } from '../../app/ports/chat.ts';
import { capabilitiesOf, roleMembers } from '../../core/profile/lookup.ts';
import type { Profile } from '../../core/profile/profile.ts';
import type { Capability, Requester, Standing } from '../../core/shared/actor.ts';
import type { Log } from '../../lib/redact.ts';
import { type AccountFacts, createAccounts, standingOf } from './accounts.ts';
import type { IdentityKeeper } from './identity.ts';
import type { Memory } from './last-known.ts';
import { createPersons, type Identified } from './persons.ts';
import { type Seats, seatsOf, sitsIn } from './role-seats.ts';
import { createRoleSources, type OnCallReader, type Sources } from './role-sources.ts';

export interface DirectoryOptions {
  /** For reading only. */
  client: WebClient;
  identity: Pick<IdentityKeeper, 'current'>;
  profile: Profile;
  /** Keeps the last answers, so that a restart while Slack is away still knows who is who. */
  memory: Memory;
  onCall: OnCallReader;
  log: Log;
  /** Milliseconds since 1970. */
  now?: () => number;
}

export interface SlackDirectory extends Directory {
  /** Takes the user object of an event. True if it changes what somebody may do. */
  accountChanged(user: unknown): boolean;
}

/** Who people are in Slack, and what the profile lets them do. Nothing is read before it is asked for. */
export function createDirectory(options: DirectoryOptions): SlackDirectory {
  const { client, identity, profile, memory, log, now = Date.now } = options;
  const accounts = createAccounts({ client, memory, now, log });
  const sources = createRoleSources({ client, profile, onCall: options.onCall, memory, now, log });
  const persons = createPersons({ client, identity, profile, accounts, memory, now, log });
  const allRoles = Object.keys(profile.roles);

  return {
    async requester(account) {
      // Side by side: a person waits for this.
      const [facts, read] = await Promise.all([accounts.get(account.userId), sources.read(allRoles)]);
      const identified = persons.identify(account, facts);
      if (!facts.ok) return unreadable(identified, `Slack could not be asked who this is (${facts.problem})`);
      const us = identity.current();
      if (!us) return unreadable(identified, 'Slack has not said yet which workspace this is');
      const standing = standingOf(facts.value, us);
      if (standing !== 'member' || isElsewhere(account.teamId, facts.value)) {
        return powerless(identified, standing === 'member' ? 'external' : standing);
      }
      return { person: identified.person, standing, ...rightsOf(profile, identified, read) };
    },
    async roleMembers(role) {
      if (!profile.roles[role]) return { people: [], problem: `the profile has no role ${role}` };
      const read = await sources.read([role]);
      const members = roleMembers(profile, role).map((member) => seatsOf(member, read));
      const people = await persons.sitting(members.flatMap(({ seats }) => seats));
      const problem = problemsOf(members);
      return problem ? { people, problem: `${profile.roles[role].title}: ${problem}` } : { people };
    },
    async person(account) {
      return persons.identify(account, await accounts.get(account.userId)).person;
    },
    forget() {
      accounts.forget();
      sources.forget();
    },
    accountChanged: (user) => accounts.changed(user),
  };
}

/** The request came from another workspace than the account is of. */
function isElsewhere(teamId: string, facts: AccountFacts): boolean {
  // In an organisation one account serves several workspaces.
  return !facts.teams.includes(teamId) && facts.enterpriseId === undefined;
}

function powerless({ person }: Identified, standing: Standing): Requester {
  return { person, standing, roles: [], capabilities: ['read'] };
}

function unreadable(identified: Identified, rolesUnreadable: string): Requester {
  return { ...powerless(identified, 'unknown'), rolesUnreadable };
}

/**
 * Roles that are certain, and what they allow. What only an unreadable list could grant is refused; what
 * everybody may do, such as declaring, stays: a disaster is when lists cannot be read.
 */
function rightsOf(
  profile: Profile,
  { sought }: Identified,
  sources: Sources,
): Pick<Requester, 'roles' | 'capabilities' | 'rolesUnreadable'> {
  const roles: string[] = [];
  const doubtful = new Map<string, string>();
  for (const role of Object.keys(profile.roles)) {
    const members = roleMembers(profile, role).map((member) => seatsOf(member, sources));
    if (members.some(({ seats }) => seats.some((seat) => sitsIn(seat, sought)))) roles.push(role);
    else if (members.some(({ isUnreadable }) => isUnreadable)) doubtful.set(role, problemsOf(members));
  }
  const certain = capabilitiesOf(profile, 'member', roles);
  const possible = capabilitiesOf(profile, 'member', [...roles, ...doubtful.keys()]);
  const undecided = possible.filter((capability) => !certain.includes(capability));
  if (undecided.length === 0) return { roles, capabilities: certain };
  const rolesUnreadable = whyUndecided(profile, undecided, doubtful);
  return { roles, capabilities: certain, rolesUnreadable };
}

function whyUndecided(profile: Profile, undecided: Capability[], doubtful: Map<string, string>): string {
  const deciding = [...doubtful].filter(([role]) =>
    undecided.some((capability) => capability !== 'read' && grants(profile, capability, role)),
  );
  return deciding.map(([role, problem]) => `${profile.roles[role]?.title ?? role}: ${problem}`).join('; ');
}

function grants(profile: Profile, capability: Exclude<Capability, 'read'>, role: string): boolean {
  const grant = profile.permissions[capability];
  return grant !== 'everyone' && grant.includes(role);
}

function problemsOf(members: Seats[]): string {
  return members.flatMap(({ problem }) => (problem ? [problem] : [])).join('; ');
}
