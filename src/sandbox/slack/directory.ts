import type { JsonObject, SlackTeam, SlackUser, SlackUserGroup, UserKind } from './types.ts';

/** Options for one person; `id` is derived from the handle when absent, so that fixtures can name it. */
export interface UserOptions {
  handle: string;
  realName: string;
  id?: string;
  email?: string;
  kind?: UserKind;
  tz?: string;
  phone?: string;
}

/** Options for one user group; members are handles. */
export interface UserGroupOptions {
  handle: string;
  name: string;
  members: string[];
  id?: string;
}

/** Who is in the workspace. */
export interface Directory {
  users(): SlackUser[];
  userGroups(): SlackUserGroup[];
  byId(id: string): SlackUser | undefined;
  /** Takes a handle (with or without `@`) or an id. @throws if there is no such person. */
  find(handleOrId: string): SlackUser;
  byEmail(email: string): SlackUser | undefined;
  groupById(id: string): SlackUserGroup | undefined;
  /** @throws if there is no such group. */
  findGroup(handleOrId: string): SlackUserGroup;
  /** Slack's user object; `withEmail` as the scope `users:read.email` allows. */
  userObject(user: SlackUser, withEmail: boolean): JsonObject;
  groupObject(group: SlackUserGroup, withUsers: boolean): JsonObject;
}

/** Id of the other company external people belong to. */
const EXTERNAL_TEAM_ID = 'T0EXTERNAL1';

/** The id a person gets when none is given: `anna` is `U000000ANNA`. */
export function derivedUserId(handle: string): string {
  return `U${handle
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .padStart(10, '0')}`;
}

/** Builds the directory. @throws on a doubled handle or id, or a group member nobody knows. */
export function createDirectory(
  team: SlackTeam,
  users: readonly UserOptions[],
  groups: readonly UserGroupOptions[],
): Directory {
  const byId = new Map<string, SlackUser>();
  const byHandle = new Map<string, SlackUser>();
  for (const options of users) addUser(options, byId, byHandle);

  const find = (handleOrId: string): SlackUser => {
    const user = byHandle.get(handleOrId.replace(/^@/, '')) ?? byId.get(handleOrId);
    if (!user) throw new Error(`Nobody in this workspace is called "${handleOrId}"`);
    return user;
  };
  const groupsById = new Map<string, SlackUserGroup>();
  const groupsByHandle = new Map<string, SlackUserGroup>();
  for (const [index, group] of groups.entries()) {
    const id = group.id ?? `S${String(index + 1).padStart(10, '0')}`;
    const members = group.members.map((member) => find(member).id);
    const built: SlackUserGroup = { id, handle: group.handle, name: group.name, members, disabled: false };
    groupsById.set(id, built);
    groupsByHandle.set(group.handle, built);
  }

  return {
    users: () => [...byId.values()],
    userGroups: () => [...groupsById.values()],
    byId: (id) => byId.get(id),
    find,
    byEmail: (email) => [...byId.values()].find((user) => user.email?.toLowerCase() === email.toLowerCase()),
    groupById: (id) => groupsById.get(id),
    findGroup(handleOrId) {
      const group = groupsByHandle.get(handleOrId.replace(/^@/, '')) ?? groupsById.get(handleOrId);
      if (!group) throw new Error(`There is no user group "${handleOrId}"`);
      return group;
    },
    userObject: (user, withEmail) => userObject(team, user, withEmail),
    groupObject: (group, withUsers) => groupObject(team, group, withUsers),
  };
}

function addUser(options: UserOptions, byId: Map<string, SlackUser>, byHandle: Map<string, SlackUser>): void {
  const user: SlackUser = {
    id: options.id ?? derivedUserId(options.handle),
    handle: options.handle,
    realName: options.realName,
    kind: options.kind ?? 'member',
    tz: options.tz ?? 'Etc/UTC',
    email: options.email,
    phone: options.phone,
  };
  if (byHandle.has(user.handle)) throw new Error(`Two people are called "${user.handle}"`);
  if (byId.has(user.id)) throw new Error(`Two people have the id "${user.id}"`);
  byId.set(user.id, user);
  byHandle.set(user.handle, user);
}

function userObject(team: SlackTeam, user: SlackUser, withEmail: boolean): JsonObject {
  const teamId = user.kind === 'external' ? EXTERNAL_TEAM_ID : team.id;
  const isGuest = user.kind === 'guest' || user.kind === 'restricted';
  const profile = {
    real_name: user.realName,
    real_name_normalized: user.realName,
    display_name: user.handle,
    display_name_normalized: user.handle,
    phone: user.phone ?? '',
    team: teamId,
    ...(withEmail && user.email ? { email: user.email } : {}),
  };
  // Slack leaves most fields out for people who have been deactivated.
  if (user.kind === 'deactivated') {
    return { id: user.id, team_id: teamId, name: user.handle, deleted: true, is_bot: false, profile };
  }
  return {
    id: user.id,
    team_id: teamId,
    name: user.handle,
    deleted: false,
    real_name: user.realName,
    tz: user.tz,
    tz_label: user.tz,
    tz_offset: zoneOffsetSeconds(user.tz),
    profile,
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: isGuest,
    is_ultra_restricted: user.kind === 'restricted',
    is_bot: user.kind === 'bot',
    is_app_user: false,
    ...(user.kind === 'external' ? { is_stranger: true } : {}),
    updated: 0,
  };
}

function groupObject(team: SlackTeam, group: SlackUserGroup, withUsers: boolean): JsonObject {
  return {
    id: group.id,
    team_id: team.id,
    is_usergroup: true,
    is_subteam: true,
    name: group.name,
    description: '',
    handle: group.handle,
    is_external: false,
    date_create: 0,
    date_update: 0,
    date_delete: group.disabled ? 1 : 0,
    auto_type: null,
    user_count: group.members.length,
    ...(withUsers ? { users: [...group.members] } : {}),
  };
}

function zoneOffsetSeconds(timeZone: string): number {
  const now = new Date(Math.floor(Date.now() / 60_000) * 60_000);
  const local = new Date(now.toLocaleString('en-US', { timeZone }));
  const utc = new Date(now.toLocaleString('en-US', { timeZone: 'UTC' }));
  return Math.round((local.getTime() - utc.getTime()) / 1000);
}
