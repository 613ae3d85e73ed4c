import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Standing } from '../../core/shared/actor.ts';
import type { Log } from '../../lib/redact.ts';
import { attempt } from './errors.ts';
import type { SlackIdentity } from './identity.ts';
import { type Ages, createLastKnown, type Known, type LastKnown, type Memory } from './last-known.ts';

/** What Slack says of an account, as far as we need it. */
export const AccountFacts = z.object({
  /** False when Slack knows no such account. */
  found: z.boolean(),
  name: z.string().optional(),
  email: z.string().optional(),
  /** The workspace it is of. */
  teamId: z.string().optional(),
  /** In an Enterprise organisation: all workspaces it is of. */
  teams: z.array(z.string()),
  enterpriseId: z.string().optional(),
  isDeactivated: z.boolean(),
  isBot: z.boolean(),
  isGuest: z.boolean(),
  isStranger: z.boolean(),
});
export type AccountFacts = z.infer<typeof AccountFacts>;

/** Slack's user object; most fields are missing for deactivated accounts. */
const SlackUser = z.object({
  id: z.string(),
  team_id: z.string().nullish(),
  name: z.string().nullish(),
  real_name: z.string().nullish(),
  deleted: z.boolean().nullish(),
  is_bot: z.boolean().nullish(),
  is_workflow_bot: z.boolean().nullish(),
  is_restricted: z.boolean().nullish(),
  is_ultra_restricted: z.boolean().nullish(),
  is_stranger: z.boolean().nullish(),
  enterprise_user: z
    .object({ enterprise_id: z.string().nullish(), teams: z.array(z.string()).nullish() })
    .nullish(),
  profile: z.object({ real_name: z.string().nullish(), email: z.string().nullish() }).nullish(),
});

/** The accounts of the workspace, each read when it is first needed. */
export interface Accounts {
  get(userId: string): Promise<Known<AccountFacts>>;
  /** Takes the user object of an event. True if it changes what somebody may do. */
  changed(user: unknown): boolean;
  forget(): void;
}

const AGES: Ages = { freshMs: 60_000, staleMs: 5 * 60_000, limitMs: 15 * 60_000 };
/** More people than command Lifeboat at any time; the one longest unused goes first. */
const MOST_KEPT = 5_000;
const NOT_FOUND: AccountFacts = {
  found: false,
  teams: [],
  isDeactivated: false,
  isBot: false,
  isGuest: false,
  isStranger: false,
};

export function createAccounts(deps: {
  client: WebClient;
  memory: Memory;
  now(): number;
  log: Log;
}): Accounts {
  const { client, ...shared } = deps;
  const kept = new Map<string, LastKnown<AccountFacts>>();

  function accountOf(userId: string): LastKnown<AccountFacts> {
    const found =
      kept.get(userId) ??
      createLastKnown({
        ...shared,
        key: `slack:account:${userId}`,
        schema: AccountFacts,
        ages: AGES,
        read: () => readAccount(client, userId),
      });
    kept.delete(userId);
    kept.set(userId, found);
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value as string);
    return found;
  }

  return {
    get: (userId) => accountOf(userId).get(),
    changed(user) {
      const parsed = SlackUser.safeParse(user);
      if (!parsed.success) return false;
      const account = kept.get(parsed.data.id);
      const before = account?.peek();
      // Nobody has asked for this account yet: there is nothing to correct.
      if (!account || !before) return false;
      const after = factsOf(parsed.data);
      account.put(after);
      return standingBits(before) !== standingBits(after);
    },
    forget() {
      for (const account of kept.values()) account.forget();
    },
  };
}

async function readAccount(client: WebClient, userId: string): Promise<AccountFacts> {
  const outcome = await attempt('users.info', 'safe', () => client.users.info({ user: userId }));
  if (outcome.ok) return factsOf(SlackUser.parse(outcome.reply.user));
  if (outcome.code === 'user_not_found') return NOT_FOUND;
  // Somebody of another organisation, whom we may see nothing of.
  if (outcome.code === 'user_not_visible') return { ...NOT_FOUND, found: true, isStranger: true };
  throw outcome.fault;
}

function factsOf(user: z.infer<typeof SlackUser>): AccountFacts {
  return {
    found: true,
    name: user.profile?.real_name || user.real_name || user.name || undefined,
    email: user.profile?.email || undefined,
    teamId: user.team_id ?? undefined,
    teams: [...(user.team_id ? [user.team_id] : []), ...(user.enterprise_user?.teams ?? [])],
    enterpriseId: user.enterprise_user?.enterprise_id ?? undefined,
    isDeactivated: user.deleted === true,
    isBot: user.is_bot === true || user.is_workflow_bot === true || user.id === 'USLACKBOT',
    isGuest: user.is_restricted === true || user.is_ultra_restricted === true,
    isStranger: user.is_stranger === true,
  };
}

function standingBits({ isDeactivated, isBot, isGuest, isStranger, email }: AccountFacts): string {
  return JSON.stringify([isDeactivated, isBot, isGuest, isStranger, email]);
}

/** What an account is in our workspace; `unknown` whenever that is not certain. */
export function standingOf(facts: AccountFacts, us: SlackIdentity | undefined): Standing {
  if (!facts.found) return 'unknown';
  if (facts.isDeactivated) return 'deactivated';
  if (facts.isBot) return 'bot';
  if (facts.isStranger) return 'external';
  if (us === undefined || facts.teams.length === 0) return 'unknown';
  const isOurOrganisation = us.isOrgInstall && facts.enterpriseId === us.enterpriseId;
  if (!facts.teams.includes(us.teamId) && !isOurOrganisation) return 'external';
  return facts.isGuest ? 'guest' : 'member';
}
