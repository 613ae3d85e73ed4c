import { type ApiReply, type JsonObject, type SlackChannel, slackError } from '../types.ts';
import { type MethodDeps, visibleChannel, writeTo } from './deps.ts';
import { booleanArg, listArg, stringArg } from './method.ts';

const MAX_INVITED = 100;

interface InviteProblem {
  user: string;
  ok: false;
  error: string;
}

/**
 * `conversations.invite`: all or nothing, unless `force` lets the good ones through.
 * The emulator does not know `force`, so it is only ever asked to invite those who can come.
 */
export function invite(deps: MethodDeps, args: JsonObject): Promise<ApiReply> | ApiReply {
  const users = listArg(args, 'users');
  if (users.length === 0) return slackError('no_user');
  if (users.length > MAX_INVITED) return slackError('too_many_users');
  return deps.lock.run(stringArg(args, 'channel'), () => inviteEach(deps, args, users));
}

async function inviteEach(deps: MethodDeps, args: JsonObject, users: readonly string[]): Promise<ApiReply> {
  const channel = visibleChannel(deps, stringArg(args, 'channel'));
  if (!channel) return slackError('channel_not_found');
  if (channel.isArchived) return slackError('is_archived');
  if (channel.kind === 'im' || channel.kind === 'mpim')
    return slackError('method_not_supported_for_channel_type');
  if (!channel.members.has(deps.bot.userId)) return slackError('not_in_channel');

  const errors = users.flatMap((user) => inviteProblem(deps, channel, user));
  const good = users.filter((user) => !errors.some((problem) => problem.user === user));
  const first = errors[0];
  if (first && (!booleanArg(args, 'force') || good.length === 0)) return slackError(first.error, { errors });

  const reply = await deps.upstream.call('conversations.invite', {
    channel: channel.id,
    users: good.join(','),
  });
  if (!reply.ok) return reply;
  showJoined(deps, channel, good);
  return first ? { ...reply, errors } : reply;
}

function showJoined(deps: MethodDeps, channel: SlackChannel, users: readonly string[]): void {
  deps.mirror.changeChannel(channel.id, (one) => {
    for (const user of users) one.members.add(user);
  });
  for (const user of users) {
    deps.mirror.addSystemLine(channel.id, 'channel_join', user, `<@${user}> has joined the channel`);
  }
}

function inviteProblem(deps: MethodDeps, channel: SlackChannel, userId: string): InviteProblem[] {
  const error = inviteError(deps, channel, userId);
  return error ? [{ user: userId, ok: false, error }] : [];
}

function inviteError(deps: MethodDeps, channel: SlackChannel, userId: string): string | undefined {
  if (userId === deps.bot.userId) return 'cant_invite_self';
  const user = deps.directory.byId(userId);
  if (!user || user.kind === 'deactivated') return 'user_not_found';
  if (channel.members.has(userId)) return 'already_in_channel';
  if (user.kind === 'external') return 'cant_invite';
  if (user.kind !== 'restricted') return undefined;
  // A single-channel guest cannot be in two channels.
  const isSomewhere = deps.mirror.channels().some((one) => one.kind !== 'im' && one.members.has(userId));
  return isSomewhere ? 'ura_max_channels' : 'user_is_restricted';
}

/** `conversations.kick`. */
export function kick(deps: MethodDeps, args: JsonObject): Promise<ApiReply> {
  const user = stringArg(args, 'user');
  return writeTo(deps, stringArg(args, 'channel'), 'conversations.kick', { ...args }, (channel) => {
    deps.mirror.changeChannel(channel.id, (one) => one.members.delete(user));
    deps.mirror.addSystemLine(channel.id, 'channel_leave', user, `<@${user}> has left the channel`);
  });
}
