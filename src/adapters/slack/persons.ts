import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Account } from '../../app/ports/chat.ts';
import { personBehind } from '../../core/profile/lookup.ts';
import type { Person } from '../../core/profile/people.ts';
import type { Profile } from '../../core/profile/profile.ts';
import type { PersonView } from '../../core/shared/actor.ts';
import { assertNever } from '../../core/shared/assert-never.ts';
import { personId } from '../../core/shared/ids.ts';
import type { Log } from '../../lib/redact.ts';
import type { AccountFacts, Accounts } from './accounts.ts';
import { attempt } from './errors.ts';
import type { IdentityKeeper } from './identity.ts';
import { type Ages, createLastKnown, type Known, type LastKnown, type Memory } from './last-known.ts';
import type { Seat, Sought } from './role-seats.ts';

/** A person with everything they are found by. */
export interface Identified {
  person: PersonView;
  sought: Sought;
}

/** Tells the person behind an account, an address or an entry of the profile: one human, one id. */
export interface Persons {
  identify(account: Account, facts: Known<AccountFacts>): Identified;
  /** Everybody in these seats, each person once, with an account to mention where there is one. */
  sitting(seats: Seat[]): Promise<PersonView[]>;
}

interface PersonsDeps {
  client: WebClient;
  identity: Pick<IdentityKeeper, 'current'>;
  profile: Profile;
  accounts: Accounts;
  memory: Memory;
  now(): number;
  log: Log;
}

/** Addresses seldom move to another account. */
const ADDRESS_AGES: Ages = { freshMs: 10 * 60_000, staleMs: 60 * 60_000, limitMs: 24 * 60 * 60_000 };

export function createPersons(deps: PersonsDeps): Persons {
  const { profile, accounts, identity } = deps;
  const accountByEmail = createAddressBook(deps);

  function identify(account: Account, facts: Known<AccountFacts>): Identified {
    const seen = facts.ok ? facts.value : undefined;
    const email = seen?.email?.toLowerCase();
    const person = personBehind(profile, account.userId) ?? personWith(profile, email);
    const id = person?.id ?? `slack:${seen?.teamId ?? account.teamId}:${account.userId}`;
    const name = person?.name ?? seen?.name ?? account.userId;
    const emails = [email, person?.email?.toLowerCase()].filter((one) => one !== undefined);
    return {
      person: { id: personId(id), name, slack: account.userId },
      sought: { person, userIds: [account.userId, ...(person?.slack ?? [])], emails },
    };
  }

  /** Undefined for an account nobody can be reached at: closed, a bot's, or none at all. */
  async function viewOfAccount(userId: string): Promise<PersonView | undefined> {
    const facts = await accounts.get(userId);
    if (facts.ok && (!facts.value.found || facts.value.isDeactivated || facts.value.isBot)) return undefined;
    const teamId = identity.current()?.teamId ?? 'unknown';
    return identify({ userId, teamId }, facts).person;
  }

  async function viewOfPerson(person: Person): Promise<PersonView> {
    const plain: PersonView = { id: personId(person.id), name: person.name };
    for (const userId of person.slack) {
      // In the order of the profile: the first account that is alive is the one to mention.
      if (await viewOfAccount(userId)) return { ...plain, slack: userId };
    }
    const slack = person.email && (await accountByEmail(person.email.toLowerCase()));
    return slack && (await viewOfAccount(slack)) ? { ...plain, slack } : plain;
  }

  async function viewOfSeat(seat: Seat): Promise<PersonView | undefined> {
    switch (seat.kind) {
      case 'account':
        return viewOfAccount(seat.userId);
      case 'person': {
        const person = profile.people.find(({ id }) => id === seat.id);
        return person && viewOfPerson(person);
      }
      case 'on-call': {
        const email = seat.email?.toLowerCase();
        const person = personWith(profile, email);
        if (person) return viewOfPerson(person);
        const slack = email && (await accountByEmail(email));
        const found = slack && (await viewOfAccount(slack));
        return found || { id: personId(`pagerduty:${email ?? seat.name}`), name: seat.name };
      }
      default:
        return assertNever(seat);
    }
  }

  return {
    identify,
    async sitting(seats) {
      const people = new Map<string, PersonView>();
      for (const view of await Promise.all(seats.map(viewOfSeat))) {
        if (view && !people.get(view.id)?.slack) people.set(view.id, view);
      }
      return [...people.values()];
    },
  };
}

function personWith(profile: Profile, email: string | undefined): Person | undefined {
  if (email === undefined) return undefined;
  return profile.people.find((person) => person.email?.toLowerCase() === email);
}

/** Finds accounts by e-mail address; undefined when there is none or Slack cannot be asked. */
function createAddressBook({ client, memory, now, log }: PersonsDeps) {
  const kept = new Map<string, LastKnown<string>>();
  return async (email: string): Promise<string | undefined> => {
    const account =
      kept.get(email) ??
      createLastKnown({
        key: `slack:address:${email}`,
        schema: z.string(),
        ages: ADDRESS_AGES,
        memory,
        now,
        log,
        read: () => readAddress(client, email),
      });
    kept.set(email, account);
    const known = await account.get();
    return known.ok && known.value !== NOBODY ? known.value : undefined;
  };
}

const NOBODY = '';

async function readAddress(client: WebClient, email: string): Promise<string> {
  const outcome = await attempt('users.lookupByEmail', 'safe', () => client.users.lookupByEmail({ email }));
  if (outcome.ok) return outcome.reply.user?.id ?? NOBODY;
  if (outcome.code === 'users_not_found') return NOBODY;
  throw outcome.fault;
}
