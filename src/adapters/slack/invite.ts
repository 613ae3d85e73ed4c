import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { attempt, type SlackRefusal } from './errors.ts';

const MAX_INVITED = 100;

/** Nothing is wrong: they are in. */
const FINE = new Set(['already_in_channel', 'cant_invite_self']);

/** What is wrong with the channel or with us, not with the person. */
const NOT_ABOUT_A_PERSON = new Set([
  'access_denied',
  'account_inactive',
  'channel_not_found',
  'ekm_access_denied',
  'invalid_auth',
  'is_archived',
  'method_not_supported_for_channel_type',
  'missing_scope',
  'no_permission',
  'not_authed',
  'not_in_channel',
  'restricted_action',
  'token_expired',
  'token_revoked',
]);

const WORDS: Record<string, string> = {
  cant_invite: 'Slack does not allow this person in the channel',
  invitee_cant_see_channel: 'the channel is not shared with their workspace',
  no_external_invite_permission: 'the bot may not invite people of other organisations',
  org_user_not_in_team: 'not a member of this workspace',
  ura_max_channels: 'a guest of one channel, and already in one',
  user_disabled: 'the account is deactivated',
  user_is_restricted: 'a guest, whom the bot may not invite',
  user_is_ultra_restricted: 'a guest of one channel',
  user_not_found: 'Slack knows no such account',
  user_team_not_in_channel: 'the channel is not shared with their workspace',
};

/** People the answer names; also found in an answer that is "ok" for the others. */
const PerPerson = z.object({
  errors: z.array(z.object({ user: z.string(), error: z.string() })).catch([]),
});

interface Failure {
  userId: string;
  why: string;
}

/** Invites everybody who can come; says in words why somebody could not. Harmless to repeat. */
export async function inviteAll(client: WebClient, channel: string, userIds: string[]): Promise<Failure[]> {
  const wanted = [...new Set(userIds)];
  const failures: Failure[] = [];
  for (let start = 0; start < wanted.length; start += MAX_INVITED) {
    // One chunk after the other: they share one allowance.
    failures.push(...(await inviteSome(client, channel, wanted.slice(start, start + MAX_INVITED))));
  }
  return failures;
}

async function inviteSome(client: WebClient, channel: string, userIds: string[]): Promise<Failure[]> {
  const outcome = await attempt('conversations.invite', 'safe', () =>
    client.conversations.invite({ channel, users: userIds.join(','), force: true }),
  );
  const named = PerPerson.parse(outcome.ok ? outcome.reply : outcome.data).errors;
  const failures = named.flatMap(({ user, error }) => failureOf(user, error));
  if (outcome.ok) return failures;
  if (NOT_ABOUT_A_PERSON.has(outcome.code)) throw outcome.fault;

  const rest = userIds.filter((id) => !named.some(({ user }) => user === id));
  if (rest.length === userIds.length) return inviteParts(client, channel, userIds, outcome);
  return rest.length === 0 ? failures : [...failures, ...(await inviteSome(client, channel, rest))];
}

/** Slack did not say whom it minds: halves find out with few calls. */
async function inviteParts(
  client: WebClient,
  channel: string,
  userIds: string[],
  refusal: SlackRefusal,
): Promise<Failure[]> {
  const [only, second] = userIds;
  if (only !== undefined && second === undefined) return failureOf(only, refusal.code);
  const middle = Math.ceil(userIds.length / 2);
  const first = await inviteSome(client, channel, userIds.slice(0, middle));
  return [...first, ...(await inviteSome(client, channel, userIds.slice(middle)))];
}

function failureOf(userId: string, code: string): Failure[] {
  return FINE.has(code) ? [] : [{ userId, why: WORDS[code] ?? `Slack refuses it (${code})` }];
}
