import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Log } from '../../lib/redact.ts';
import { attempt, call } from './errors.ts';
import { type Ages, createLastKnown, type LastKnown, type Memory } from './last-known.ts';

const UserGroup = z.object({
  id: z.string(),
  handle: z.string(),
  isDisabled: z.boolean(),
  /** Account ids. */
  members: z.array(z.string()),
});
export type UserGroup = z.infer<typeof UserGroup>;

const SlackUserGroup = z.object({
  id: z.string(),
  handle: z.string(),
  date_delete: z.number().nullish(),
  /** Left out by Slack for some groups. */
  users: z.array(z.string()).nullish(),
});

const AGES: Ages = { freshMs: 60_000, staleMs: 5 * 60_000, limitMs: 15 * 60_000 };

/** Which groups a profile names. */
export type IsWanted = (group: { id: string; handle: string }) => boolean;

/**
 * The wanted user groups with their members. Read in one call: one call per group would use up Slack's
 * allowance (20 a minute for all replicas together) in a workspace with a dozen roles.
 */
export function createUserGroups(deps: {
  client: WebClient;
  isWanted: IsWanted;
  memory: Memory;
  now(): number;
  log: Log;
}): LastKnown<UserGroup[]> {
  const { client, isWanted, ...shared } = deps;
  return createLastKnown({
    ...shared,
    key: 'slack:user-groups',
    schema: z.array(UserGroup),
    ages: AGES,
    read: () => readGroups(client, isWanted),
  });
}

async function readGroups(client: WebClient, isWanted: IsWanted): Promise<UserGroup[]> {
  const outcome = await attempt('usergroups.list', 'safe', () =>
    client.usergroups.list({ include_users: true, include_disabled: true }),
  );
  // An answer, not a failure: this workspace's plan has no groups.
  if (!outcome.ok && outcome.code === 'plan_upgrade_required') return [];
  if (!outcome.ok) throw outcome.fault;
  const groups = z
    .array(SlackUserGroup)
    .parse(outcome.reply.usergroups ?? [])
    .filter(isWanted);
  return Promise.all(groups.map((group) => completed(client, group)));
}

async function completed(client: WebClient, group: z.infer<typeof SlackUserGroup>): Promise<UserGroup> {
  const isDisabled = Boolean(group.date_delete);
  const members = isDisabled ? [] : (group.users ?? (await readMembers(client, group.id)));
  return { id: group.id, handle: group.handle, isDisabled, members };
}

async function readMembers(client: WebClient, usergroup: string): Promise<string[]> {
  const { users } = await call('usergroups.users.list', 'safe', () =>
    client.usergroups.users.list({ usergroup }),
  );
  return users ?? [];
}
