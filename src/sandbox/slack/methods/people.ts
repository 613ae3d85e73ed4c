import { type ApiReply, type JsonObject, slackError } from '../types.ts';
import type { MethodDeps } from './deps.ts';
import { booleanArg, type Methods, page, stringArg } from './method.ts';

/** `users.*`, `usergroups.*` and who the bot itself is. */
export function peopleMethods(deps: MethodDeps): Methods {
  return {
    'auth.test': () => whoAmI(deps),
    'api.test': () => ({ ok: true }),
    'bots.info': (args) => botInfo(deps, args),
    'team.info': () => ({ ok: true, team: { ...deps.team } }),
    'users.info': (args) => userInfo(deps, args),
    'users.list': (args) => listUsers(deps, args),
    'users.lookupByEmail': (args) => userByEmail(deps, args),
    'usergroups.list': (args) => listGroups(deps, args),
    'usergroups.users.list': (args) => groupMembers(deps, args),
  };
}

function whoAmI({ team, bot }: MethodDeps): ApiReply {
  return {
    ok: true,
    url: `https://${team.domain}.slack.com/`,
    team: team.name,
    user: bot.handle,
    team_id: team.id,
    user_id: bot.userId,
    bot_id: bot.botId,
    is_enterprise_install: false,
  };
}

function botInfo({ bot }: MethodDeps, args: JsonObject): ApiReply {
  const asked = stringArg(args, 'bot');
  if (asked && asked !== bot.botId) return slackError('bot_not_found');
  const { botId, appId, userId, handle } = bot;
  return { ok: true, bot: { id: botId, app_id: appId, user_id: userId, name: handle, deleted: false } };
}

function userObject(deps: MethodDeps, id: string): JsonObject | undefined {
  const { directory, bot, team } = deps;
  if (id === bot.userId) {
    const profile = { real_name: bot.handle, display_name: bot.handle, bot_id: bot.botId, team: team.id };
    return { id, team_id: team.id, name: bot.handle, deleted: false, is_bot: true, profile };
  }
  const user = directory.byId(id);
  return user && directory.userObject(user, bot.scopes.has('users:read.email'));
}

function userInfo(deps: MethodDeps, args: JsonObject): ApiReply {
  const user = userObject(deps, stringArg(args, 'user'));
  return user ? { ok: true, user } : slackError('user_not_found');
}

function listUsers(deps: MethodDeps, args: JsonObject): ApiReply {
  const ids = [deps.bot.userId, ...deps.directory.users().map((user) => user.id)];
  const { items, metadata } = page(args, ids, 1000);
  const members = items.map((id) => userObject(deps, id));
  return { ok: true, members, cache_ts: Math.floor(deps.now() / 1000), response_metadata: metadata };
}

function userByEmail(deps: MethodDeps, args: JsonObject): ApiReply {
  const user = deps.directory.byEmail(stringArg(args, 'email'));
  if (!user || user.kind === 'deactivated') return slackError('users_not_found');
  return { ok: true, user: deps.directory.userObject(user, true) };
}

function listGroups({ directory }: MethodDeps, args: JsonObject): ApiReply {
  const withDisabled = booleanArg(args, 'include_disabled');
  const groups = directory.userGroups().filter((group) => withDisabled || !group.disabled);
  return {
    ok: true,
    usergroups: groups.map((group) => directory.groupObject(group, booleanArg(args, 'include_users'))),
  };
}

function groupMembers({ directory }: MethodDeps, args: JsonObject): ApiReply {
  const group = directory.groupById(stringArg(args, 'usergroup'));
  const isHidden = group?.disabled && !booleanArg(args, 'include_disabled');
  if (!group || isHidden) return slackError('no_such_subteam');
  return { ok: true, users: [...group.members] };
}
