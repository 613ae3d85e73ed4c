import type { Directory } from '../directory.ts';
import type { KeyedLock } from '../keyed-lock.ts';
import type { Mirror } from '../mirror.ts';
import {
  type ApiReply,
  type Clock,
  type InstalledBot,
  type JsonObject,
  type SlackChannel,
  type SlackTeam,
  slackError,
} from '../types.ts';
import type { Upstream } from '../upstream.ts';

/** What the methods work with. */
export interface MethodDeps {
  upstream: Upstream;
  directory: Directory;
  mirror: Mirror;
  team: SlackTeam;
  bot: InstalledBot;
  lock: KeyedLock;
  now: Clock;
}

/** True for channels the bot's token may know of: public ones and those it is in. */
export function isVisible(deps: MethodDeps, channel: SlackChannel): boolean {
  return channel.kind === 'public' || channel.members.has(deps.bot.userId);
}

/** A channel by id, as far as the bot may see it. */
export function visibleChannel(deps: MethodDeps, id: string): SlackChannel | undefined {
  const channel = deps.mirror.channel(id);
  return channel && isVisible(deps, channel) ? channel : undefined;
}

/**
 * Lets the emulator do a write in a channel the bot can see and, if it did, shows the result to people.
 * Writes to one channel go one after the other.
 */
export function writeTo(
  deps: MethodDeps,
  channelId: string,
  method: string,
  args: JsonObject,
  show: (channel: SlackChannel, reply: ApiReply) => void,
): Promise<ApiReply> {
  return deps.lock.run(channelId, async () => {
    const channel = visibleChannel(deps, channelId);
    if (!channel) return slackError('channel_not_found');
    const reply = await deps.upstream.call(method, args);
    if (reply.ok) show(channel, reply);
    return reply;
  });
}
