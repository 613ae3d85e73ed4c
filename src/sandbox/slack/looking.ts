import { type ChannelView, channelView } from './channel-view.ts';
import { directWith, findChannel, messagesIn, type PeopleDeps } from './people-deps.ts';
import type { TextContext } from './render-mrkdwn.ts';
import { renderMessageText, type ShownMessage } from './render-text.ts';
import type { EphemeralMessage, SlackMessage, SlackView } from './types.ts';
import { viewObject } from './view-store.ts';

/** What there is to see, without waiting. What is returned is never changed later: a new state is a new object. */
export interface Looking {
  /** Oldest first, without Slack's own lines; the thread's messages if `threadTs` is given. @throws if there is no such channel. */
  messages(channel: string, options?: { threadTs?: string }): SlackMessage[];
  /** What only this person sees, oldest first; in one channel if given. */
  ephemerals(handle: string, channel?: string): EphemeralMessage[];
  /** The top-most modal. */
  modal(handle: string): SlackView | undefined;
  /** All modals, bottom first. */
  modals(handle: string): SlackView[];
  home(handle: string): SlackView | undefined;
  /** By name or id; `undefined` if there is none. */
  channel(nameOrId: string): ChannelView | undefined;
  /** Without direct messages. */
  channels(): ChannelView[];
  /** Direct messages between the bot and this person, oldest first. */
  dms(handle: string): SlackMessage[];
  /** A message as its reader sees it, as plain text; UTC unless a reader is named. */
  text(message: ShownMessage, reader?: string): string;
}

/** Builds the view onto the workspace. */
export function createLooking(deps: PeopleDeps): Looking {
  const { mirror, directory, views } = deps;
  const idOf = (handle: string) => directory.find(handle).id;
  return {
    messages: (channel, options) => messagesIn(deps, findChannel(deps, channel).id, options?.threadTs),
    ephemerals(handle, channel) {
      const channelId = channel === undefined ? undefined : findChannel(deps, channel).id;
      const own = mirror.ephemerals(idOf(handle));
      return own.filter((one) => channelId === undefined || one.channel === channelId);
    },
    modal(handle) {
      const held = views.stack(idOf(handle)).at(-1);
      return held && viewObject(held);
    },
    modals: (handle) => views.stack(idOf(handle)).map(viewObject),
    home(handle) {
      const held = views.home(idOf(handle));
      return held && viewObject(held);
    },
    channel(nameOrId) {
      const channel = mirror.channel(nameOrId) ?? mirror.channelByName(nameOrId);
      return channel && channelView(deps, channel);
    },
    channels() {
      const named = mirror.channels().filter((one) => one.kind === 'public' || one.kind === 'private');
      return named.map((one) => channelView(deps, one));
    },
    dms(handle) {
      const channel = directWith(deps, directory.find(handle));
      return channel ? mirror.messages(channel.id) : [];
    },
    text: (message, reader) => renderMessageText(message, textContext(deps, reader)),
  };
}

/** Names and zone for showing text to a reader. */
export function textContext(deps: PeopleDeps, reader?: string): TextContext {
  const { directory, mirror, bot } = deps;
  return {
    names: {
      user: (id) => (id === bot.userId ? bot.handle : directory.byId(id)?.handle),
      channel: (id) => mirror.channel(id)?.name,
      group: (id) => directory.groupById(id)?.handle,
    },
    timeZone: reader === undefined ? 'UTC' : directory.find(reader).tz,
  };
}
