import { type ApiReply, type JsonObject, type SlackChannel, slackError } from '../types.ts';
import { directMessage } from './chat.ts';
import { isVisible, type MethodDeps, visibleChannel, writeTo } from './deps.ts';
import { invite, kick } from './membership.ts';
import { booleanArg, listArg, type Methods, page, stringArg } from './method.ts';

/** `conversations.*` apart from reading messages. */
export function conversationMethods(deps: MethodDeps): Methods {
  const { mirror, bot } = deps;
  return {
    'conversations.create': (args) => create(deps, args),
    'conversations.invite': (args) => invite(deps, args),
    'conversations.kick': (args) => kick(deps, args),
    'conversations.setTopic': (args) => setWords(deps, args, 'topic'),
    'conversations.setPurpose': (args) => setWords(deps, args, 'purpose'),
    'conversations.rename': (args) => rename(deps, args),
    'conversations.archive': (args) => setArchived(deps, args, true),
    'conversations.unarchive': (args) => setArchived(deps, args, false),
    'conversations.join': (args) =>
      write(deps, args, 'conversations.join', (channel) =>
        mirror.changeChannel(channel.id, (one) => one.members.add(bot.userId)),
      ),
    'conversations.leave': (args) =>
      write(deps, args, 'conversations.leave', (channel) =>
        mirror.changeChannel(channel.id, (one) => one.members.delete(bot.userId)),
      ),
    'conversations.open': (args) => openDirect(deps, args),
    'conversations.info': (args) => info(deps, args),
    'conversations.list': (args) => list(deps, args, (channel) => isVisible(deps, channel)),
    'conversations.members': (args) => members(deps, args),
    'users.conversations': (args) => usersConversations(deps, args),
  };
}

type Show = (channel: SlackChannel, reply: ApiReply) => void;

function write(deps: MethodDeps, args: JsonObject, method: string, show: Show): Promise<ApiReply> {
  return writeTo(deps, stringArg(args, 'channel'), method, withoutToken(args), show);
}

function withoutToken({ token: _, ...args }: JsonObject): JsonObject {
  return args;
}

async function create(deps: MethodDeps, args: JsonObject): Promise<ApiReply> {
  const isPrivate = booleanArg(args, 'is_private');
  const reply = await deps.upstream.call('conversations.create', {
    name: stringArg(args, 'name'),
    is_private: isPrivate,
  });
  if (!reply.ok) return reply;
  const channel = fromUpstream(reply.channel as JsonObject, deps.bot.userId);
  deps.mirror.addChannel(channel);
  return { ok: true, channel: channelObject(deps, channel) };
}

/** A channel the emulator has just made, as people see it. */
export function fromUpstream(made: JsonObject, creator: string): SlackChannel {
  return {
    id: String(made.id),
    name: String(made.name),
    kind: made.is_private ? 'private' : 'public',
    isArchived: false,
    topic: (made.topic as { value?: string }).value ?? '',
    purpose: (made.purpose as { value?: string }).value ?? '',
    creator,
    created: Number(made.created),
    members: new Set([creator]),
    pins: [],
    bookmarks: [],
  };
}

function setArchived(deps: MethodDeps, args: JsonObject, isArchived: boolean): Promise<ApiReply> {
  const { mirror, bot } = deps;
  return write(deps, args, isArchived ? 'conversations.archive' : 'conversations.unarchive', (channel) => {
    mirror.changeChannel(channel.id, (one) => {
      one.isArchived = isArchived;
    });
    const words = `<@${bot.userId}> ${isArchived ? 'archived' : 'unarchived'} the channel`;
    mirror.addSystemLine(channel.id, isArchived ? 'channel_archive' : 'channel_unarchive', bot.userId, words);
  });
}

function setWords(deps: MethodDeps, args: JsonObject, what: 'topic' | 'purpose'): Promise<ApiReply> {
  const method = what === 'topic' ? 'conversations.setTopic' : 'conversations.setPurpose';
  const userId = deps.bot.userId;
  return write(deps, args, method, (channel) => {
    const words = stringArg(args, what);
    deps.mirror.changeChannel(channel.id, (one) => {
      one[what] = words;
    });
    deps.mirror.addSystemLine(
      channel.id,
      `channel_${what}`,
      userId,
      `<@${userId}> set the channel ${what}: ${words}`,
    );
  });
}

function rename(deps: MethodDeps, args: JsonObject): Promise<ApiReply> {
  return write(deps, args, 'conversations.rename', (channel, reply) => {
    const name = String((reply.channel as JsonObject).name);
    const words = `<@${deps.bot.userId}> renamed the channel from "${channel.name}" to "${name}"`;
    deps.mirror.changeChannel(channel.id, (one) => {
      one.name = name;
    });
    deps.mirror.addSystemLine(channel.id, 'channel_name', deps.bot.userId, words);
  });
}

async function openDirect(deps: MethodDeps, args: JsonObject): Promise<ApiReply> {
  const users = listArg(args, 'users');
  const kinds = users.map((id) => deps.directory.byId(id)?.kind);
  if (kinds.includes(undefined)) return slackError('user_not_found');
  if (kinds.includes('deactivated')) return slackError('user_disabled');
  if (users.length === 1 && kinds[0] === 'bot') return slackError('cannot_dm_bot');
  const reply = await deps.upstream.call('conversations.open', withoutToken(args));
  const id = (reply.channel as { id?: string } | undefined)?.id;
  if (reply.ok && id && !deps.mirror.channel(id)) deps.mirror.addChannel(directMessage(deps, id, users));
  return reply;
}

function info(deps: MethodDeps, args: JsonObject): ApiReply {
  const channel = visibleChannel(deps, stringArg(args, 'channel'));
  if (!channel) return slackError('channel_not_found');
  return { ok: true, channel: channelObject(deps, channel) };
}

function members(deps: MethodDeps, args: JsonObject): ApiReply {
  const channel = visibleChannel(deps, stringArg(args, 'channel'));
  if (!channel) return slackError('channel_not_found');
  const { items, metadata } = page(args, [...channel.members], 100);
  return { ok: true, members: items, response_metadata: metadata };
}

function usersConversations(deps: MethodDeps, args: JsonObject): ApiReply {
  const userId = stringArg(args, 'user') || deps.bot.userId;
  if (userId !== deps.bot.userId && !deps.directory.byId(userId)) return slackError('user_not_found');
  return list(deps, args, (channel) => channel.members.has(userId) && isVisible(deps, channel));
}

const TYPES: Record<SlackChannel['kind'], string> = {
  public: 'public_channel',
  private: 'private_channel',
  im: 'im',
  mpim: 'mpim',
};

function list(deps: MethodDeps, args: JsonObject, isListed: (channel: SlackChannel) => boolean): ApiReply {
  const given = listArg(args, 'types');
  const types = given.length > 0 ? given : ['public_channel'];
  const unknown = types.filter((type) => !Object.values(TYPES).includes(type));
  if (unknown.length > 0) return slackError('invalid_types');
  const withArchived = !booleanArg(args, 'exclude_archived');
  const all = deps.mirror
    .channels()
    .filter((channel) => types.includes(TYPES[channel.kind]) && isListed(channel))
    .filter((channel) => withArchived || !channel.isArchived);
  const { items, metadata } = page(args, all, 100);
  return { ok: true, channels: items.map((one) => channelObject(deps, one)), response_metadata: metadata };
}

/** Slack's channel object, seen by the bot. */
export function channelObject(deps: MethodDeps, channel: SlackChannel): JsonObject {
  const other = [...channel.members].find((id) => id !== deps.bot.userId);
  const isDirect = channel.kind === 'im' || channel.kind === 'mpim';
  return {
    id: channel.id,
    ...(channel.kind === 'im' ? { user: other } : { name: channel.name, name_normalized: channel.name }),
    is_channel: channel.kind === 'public',
    is_group: channel.kind === 'private',
    is_im: channel.kind === 'im',
    is_mpim: channel.kind === 'mpim',
    is_private: channel.kind !== 'public',
    is_archived: channel.isArchived,
    is_general: channel.name === 'general',
    is_member: channel.members.has(deps.bot.userId),
    created: channel.created,
    creator: channel.creator,
    context_team_id: deps.team.id,
    ...(isDirect ? {} : { topic: words(channel, channel.topic), purpose: words(channel, channel.purpose) }),
    num_members: channel.members.size,
  };
}

function words(channel: SlackChannel, value: string): JsonObject {
  return { value, creator: value ? channel.creator : '', last_set: value ? channel.created : 0 };
}
