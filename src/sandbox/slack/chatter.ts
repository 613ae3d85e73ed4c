import { channelFor, findChannel, type PeopleDeps } from './people-deps.ts';
import type { ApiReply, SlackMessage, SlackUser } from './types.ts';

/** Says something in a channel, as typed by a person: mentions by `@handle`, everything else taken literally. */
export async function say(
  deps: PeopleDeps,
  user: SlackUser,
  channelName: string,
  text: string,
  threadTs?: string,
): Promise<SlackMessage> {
  const channel = channelFor(deps, user, channelName);
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const withMentions = escaped.replace(/@([\w.-]+)/g, (all, handle: string) => mention(deps, handle) ?? all);
  return deps.lock.run(channel.id, async () => {
    const args = { channel: channel.id, text: withMentions, ...(threadTs ? { thread_ts: threadTs } : {}) };
    const reply = expectOk(await deps.upstream.call('chat.postMessage', args, user.id));
    const message = reply.message as SlackMessage;
    deps.mirror.putMessage(channel.id, message);
    return message;
  });
}

function mention(deps: PeopleDeps, handle: string): string | undefined {
  const known = [...deps.directory.users(), { handle: deps.bot.handle, id: deps.bot.userId }];
  const user = known.find((one) => one.handle === handle);
  return user && `<@${user.id}>`;
}

/** Joins a public channel. */
export async function join(deps: PeopleDeps, user: SlackUser, channelName: string): Promise<void> {
  const channel = findChannel(deps, channelName);
  expectOk(await deps.upstream.call('conversations.join', { channel: channel.id }, user.id));
  deps.mirror.changeChannel(channel.id, (one) => one.members.add(user.id));
}

/** Leaves a channel. */
export async function leave(deps: PeopleDeps, user: SlackUser, channelName: string): Promise<void> {
  const channel = channelFor(deps, user, channelName);
  expectOk(await deps.upstream.call('conversations.leave', { channel: channel.id }, user.id));
  deps.mirror.changeChannel(channel.id, (one) => one.members.delete(user.id));
}

/** Brings people (or the bot, by its id) into a channel. */
export async function bring(
  deps: PeopleDeps,
  user: SlackUser,
  channelName: string,
  ids: readonly string[],
): Promise<void> {
  const channel = channelFor(deps, user, channelName);
  const args = { channel: channel.id, users: ids.join(',') };
  expectOk(await deps.upstream.call('conversations.invite', args, user.id));
  deps.mirror.changeChannel(channel.id, (one) => {
    for (const id of ids) one.members.add(id);
  });
}

/** Archives a channel behind the bot's back. */
export async function archive(deps: PeopleDeps, user: SlackUser, channelName: string): Promise<void> {
  const channel = channelFor(deps, user, channelName);
  expectOk(await deps.upstream.call('conversations.archive', { channel: channel.id }, user.id));
  deps.mirror.changeChannel(channel.id, (one) => {
    one.isArchived = true;
  });
}

function expectOk(reply: ApiReply): ApiReply {
  if (!reply.ok) throw new Error(`Slack would not: ${String(reply.error)}`);
  return reply;
}
