import type { MethodDeps } from './methods/deps.ts';
import type { SlackBookmark, SlackChannel } from './types.ts';

/** A channel as tests read it. */
export interface ChannelView {
  id: string;
  name: string;
  topic: string;
  purpose: string;
  isArchived: boolean;
  isPrivate: boolean;
  /** Handles, the bot's included. */
  members: string[];
  /** Time stamps of pinned messages. */
  pins: string[];
  bookmarks: SlackBookmark[];
}

/** A snapshot of a channel. */
export function channelView(deps: MethodDeps, channel: SlackChannel): ChannelView {
  const handleOf = (id: string) =>
    id === deps.bot.userId ? deps.bot.handle : (deps.directory.byId(id)?.handle ?? id);
  return {
    id: channel.id,
    name: channel.name,
    topic: channel.topic,
    purpose: channel.purpose,
    isArchived: channel.isArchived,
    isPrivate: channel.kind !== 'public',
    members: [...channel.members].map(handleOf),
    pins: [...channel.pins],
    bookmarks: structuredClone(channel.bookmarks),
  };
}
