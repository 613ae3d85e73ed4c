import { checkMessage, hasContent, type MessageContent } from '../message-check.ts';
import {
  type ApiReply,
  type JsonObject,
  type SlackChannel,
  type SlackMessage,
  slackError,
} from '../types.ts';
import { type MethodDeps, visibleChannel } from './deps.ts';
import { booleanArg, type Methods, stringArg } from './method.ts';

/** `chat.*` as far as a bot of this kind needs it. */
export function chatMethods(deps: MethodDeps): Methods {
  return {
    'chat.postMessage': (args) => postMessage(deps, args),
    'chat.postEphemeral': (args) => postEphemeral(deps, args),
    'chat.update': (args) => updateMessage(deps, args),
    'chat.delete': (args) => deleteMessage(deps, args),
    'chat.getPermalink': (args) => permalink(deps, args),
  };
}

/** Where a message is to be posted, or why it cannot be. */
type Target = { channelId: string } | { refusal: ApiReply };

async function postMessage(deps: MethodDeps, args: JsonObject): Promise<ApiReply> {
  const checked = checkMessage(args);
  if ('refusal' in checked) return checked.refusal;
  if (!hasContent(checked.content)) return slackError('no_text');
  const target = findTarget(deps, stringArg(args, 'channel'));
  if ('refusal' in target) return target.refusal;
  return deps.lock.run(target.channelId, async () => {
    const archived = deps.mirror.channel(target.channelId)?.isArchived;
    if (archived) return slackError('is_archived');
    const reply = await deps.upstream.call('chat.postMessage', {
      ...passedOn(args, ['thread_ts', 'reply_broadcast', 'unfurl_links', 'unfurl_media', 'mrkdwn', 'parse']),
      ...contentArgs(checked.content),
      channel: target.channelId,
      bot_id: deps.bot.botId,
      app_id: deps.bot.appId,
    });
    return reply.ok ? showPosted(deps, target.channelId, args, checked.content, reply) : reply;
  });
}

function showPosted(
  deps: MethodDeps,
  target: string,
  args: JsonObject,
  content: MessageContent,
  reply: ApiReply,
): ApiReply {
  const channelId = String(reply.channel);
  if (!deps.mirror.channel(channelId)) deps.mirror.addChannel(directMessage(deps, channelId, [target]));
  const message = reply.message as SlackMessage;
  if (booleanArg(args, 'reply_broadcast')) message.subtype = 'thread_broadcast';
  deps.mirror.putMessage(channelId, message);
  countReply(deps, channelId, message);
  return withWarning(reply, content);
}

function countReply(deps: MethodDeps, channelId: string, message: SlackMessage): void {
  const parent = message.thread_ts ? deps.mirror.message(channelId, message.thread_ts) : undefined;
  if (!parent || parent.ts === message.ts) return;
  const count = (parent.reply_count ?? 0) + 1;
  const users = new Set([...((parent.reply_users as string[] | undefined) ?? []), String(message.user)]);
  deps.mirror.putMessage(channelId, {
    ...parent,
    thread_ts: parent.ts,
    reply_count: count,
    reply_users: [...users],
  });
}

/** A direct message as people see it. */
export function directMessage(deps: MethodDeps, channelId: string, userIds: readonly string[]): SlackChannel {
  return {
    id: channelId,
    name: userIds.map((id) => deps.directory.byId(id)?.handle ?? id).join(', '),
    kind: userIds.length > 1 ? 'mpim' : 'im',
    isArchived: false,
    topic: '',
    purpose: '',
    creator: deps.bot.userId,
    created: Math.floor(deps.now() / 1000),
    members: new Set([deps.bot.userId, ...userIds]),
    pins: [],
    bookmarks: [],
  };
}

function findTarget(deps: MethodDeps, given: string): Target {
  if (/^[UW]/.test(given) && deps.directory.byId(given)) return findPerson(deps, given);
  const byName = given.startsWith('#') ? deps.mirror.channelByName(given) : undefined;
  const channel = visibleChannel(deps, byName?.id ?? given);
  if (!channel) return { refusal: slackError('channel_not_found') };
  const mayPost = channel.members.has(deps.bot.userId) || deps.bot.scopes.has('chat:write.public');
  return mayPost ? { channelId: channel.id } : { refusal: slackError('not_in_channel') };
}

function findPerson(deps: MethodDeps, userId: string): Target {
  const kind = deps.directory.byId(userId)?.kind;
  if (kind === 'bot') return { refusal: slackError('cannot_dm_bot') };
  if (kind === 'deactivated' || kind === 'external') return { refusal: slackError('channel_not_found') };
  return { channelId: userId };
}

async function postEphemeral(deps: MethodDeps, args: JsonObject): Promise<ApiReply> {
  const checked = checkMessage(args);
  if ('refusal' in checked) return checked.refusal;
  const { content } = checked;
  if (!hasContent(content)) return slackError('no_text');
  const channel = visibleChannel(deps, stringArg(args, 'channel'));
  if (!channel) return slackError('channel_not_found');
  if (channel.isArchived) return slackError('is_archived');
  if (!channel.members.has(deps.bot.userId) && !deps.bot.scopes.has('chat:write.public')) {
    return slackError('not_in_channel');
  }
  const userId = stringArg(args, 'user');
  if (!deps.directory.byId(userId)) return slackError('user_not_found');
  if (!channel.members.has(userId)) return slackError('user_not_in_channel');
  const ts = deps.mirror.nextTs();
  deps.mirror.addEphemeral({
    ...messageOf(deps, content, ts),
    ...passedOn(args, ['thread_ts']),
    channel: channel.id,
    to: userId,
  });
  return withWarning({ ok: true, message_ts: ts }, content);
}

/** A message of the bot that never passed through the emulator. */
export function messageOf(deps: MethodDeps, content: MessageContent, ts: string): SlackMessage {
  return {
    type: 'message',
    ts,
    user: deps.bot.userId,
    bot_id: deps.bot.botId,
    app_id: deps.bot.appId,
    text: content.text ?? '',
    ...(content.blocks ? { blocks: content.blocks } : {}),
    ...(content.attachments ? { attachments: content.attachments } : {}),
    ...(content.metadata ? { metadata: content.metadata } : {}),
  };
}

async function updateMessage(deps: MethodDeps, args: JsonObject): Promise<ApiReply> {
  const checked = checkMessage(args);
  if ('refusal' in checked) return checked.refusal;
  const { content } = checked;
  if (content.text === undefined && !content.blocks && !content.attachments && !content.metadata) {
    return slackError('no_text');
  }
  const [channelId, ts] = [stringArg(args, 'channel'), stringArg(args, 'ts')];
  return deps.lock.run(channelId, async () => {
    const refusal = refuseChange(deps, channelId, ts);
    if (refusal) return refusal;
    const reply = await deps.upstream.call('chat.update', {
      ...passedOn(args, ['reply_broadcast', 'parse']),
      ...contentArgs(content),
      channel: channelId,
      ts,
    });
    if (!reply.ok) return reply;
    const subtype = deps.mirror.message(channelId, ts)?.subtype;
    deps.mirror.putMessage(channelId, {
      ...(subtype ? { subtype } : {}),
      ...(reply.message as SlackMessage),
    });
    return withWarning(reply, content);
  });
}

function deleteMessage(deps: MethodDeps, args: JsonObject): Promise<ApiReply> {
  const [channelId, ts] = [stringArg(args, 'channel'), stringArg(args, 'ts')];
  return deps.lock.run(channelId, async () => {
    const refusal = refuseChange(deps, channelId, ts);
    if (refusal) return refusal;
    const reply = await deps.upstream.call('chat.delete', { channel: channelId, ts });
    if (!reply.ok) return reply;
    deps.mirror.removeMessage(channelId, ts);
    deps.mirror.changeChannel(channelId, (channel) => {
      channel.pins = channel.pins.filter((pin) => pin !== ts);
    });
    return reply;
  });
}

function refuseChange(deps: MethodDeps, channelId: string, ts: string): ApiReply | undefined {
  const channel = visibleChannel(deps, channelId);
  if (!channel) return slackError('channel_not_found');
  if (!deps.mirror.message(channelId, ts)) return slackError('message_not_found');
  return channel.isArchived ? slackError('is_inactive') : undefined;
}

function permalink(deps: MethodDeps, args: JsonObject): ApiReply {
  const channel = visibleChannel(deps, stringArg(args, 'channel'));
  if (!channel) return slackError('channel_not_found');
  const message = deps.mirror.message(channel.id, stringArg(args, 'message_ts'));
  if (!message) return slackError('message_not_found');
  return { ok: true, channel: channel.id, permalink: permalinkTo(deps, channel.id, message) };
}

/** The address of a message. */
export function permalinkTo(deps: MethodDeps, channelId: string, message: SlackMessage): string {
  const link = `https://${deps.team.domain}.slack.com/archives/${channelId}/p${message.ts.replace('.', '')}`;
  const isReply = message.thread_ts && message.thread_ts !== message.ts;
  return isReply ? `${link}?thread_ts=${message.thread_ts}&cid=${channelId}` : link;
}

function contentArgs(content: MessageContent): JsonObject {
  return {
    ...(content.text === undefined ? {} : { text: content.text }),
    ...(content.blocks ? { blocks: content.blocks } : {}),
    ...(content.attachments ? { attachments: content.attachments } : {}),
    ...(content.metadata ? { metadata: content.metadata } : {}),
  };
}

function passedOn(args: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.flatMap((name) => (args[name] === undefined ? [] : [[name, args[name]]])));
}

function withWarning(reply: ApiReply, content: MessageContent): ApiReply {
  if (!content.warning) return reply;
  return { ...reply, warning: content.warning, response_metadata: { warnings: [content.warning] } };
}
