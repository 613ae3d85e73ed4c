import { type ApiReply, type JsonObject, type SlackMessage, slackError } from '../types.ts';
import { type MethodDeps, visibleChannel } from './deps.ts';
import { booleanArg, type Methods, page, stringArg } from './method.ts';

/** `conversations.history` and `conversations.replies`, with the time window the emulator leaves out. */
export function historyMethods(deps: MethodDeps): Methods {
  return {
    'conversations.history': (args) => history(deps, args),
    'conversations.replies': (args) => replies(deps, args),
  };
}

function history(deps: MethodDeps, args: JsonObject): ApiReply {
  const channel = visibleChannel(deps, stringArg(args, 'channel'));
  if (!channel) return slackError('channel_not_found');
  if (!channel.members.has(deps.bot.userId)) return slackError('not_in_channel');
  const all = deps.mirror.messages(channel.id).filter(isTopLevel).reverse();
  return answer(args, all);
}

function replies(deps: MethodDeps, args: JsonObject): ApiReply {
  const channel = visibleChannel(deps, stringArg(args, 'channel'));
  if (!channel) return slackError('channel_not_found');
  if (!channel.members.has(deps.bot.userId)) return slackError('not_in_channel');
  const ts = stringArg(args, 'ts');
  if (!deps.mirror.message(channel.id, ts)) return slackError('thread_not_found');
  const thread = deps.mirror.messages(channel.id).filter((one) => one.ts === ts || one.thread_ts === ts);
  return answer(args, thread);
}

/** True for messages that stand in the channel itself, not only in a thread. */
export function isTopLevel(message: SlackMessage): boolean {
  return !message.thread_ts || message.thread_ts === message.ts || message.subtype === 'thread_broadcast';
}

function answer(args: JsonObject, messages: readonly SlackMessage[]): ApiReply {
  const window = messages.filter((one) => isInWindow(args, one.ts));
  const { items, metadata } = page(args, window, 100);
  const withMetadata = booleanArg(args, 'include_all_metadata');
  return {
    ok: true,
    messages: withMetadata ? items : items.map(({ metadata: _, ...message }) => message),
    has_more: metadata.next_cursor !== '',
    response_metadata: metadata,
  };
}

function isInWindow(args: JsonObject, ts: string): boolean {
  const inclusive = booleanArg(args, 'inclusive');
  const at = Number(ts);
  const oldest = Number(stringArg(args, 'oldest') || 0);
  const latest = Number(stringArg(args, 'latest') || Number.POSITIVE_INFINITY);
  return inclusive ? at >= oldest && at <= latest : at > oldest && at < latest;
}
