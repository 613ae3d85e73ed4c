import type { WebClient } from '@slack/web-api';
import type { Chat } from '../../app/ports/chat.ts';
import { UpstreamError } from '../../core/shared/upstream-error.ts';
import { createChannelLookup } from './channel-lookup.ts';
import { createChannel, findOwnChannel, joinChannel, openDirect } from './channels.ts';
import type { SlackClients } from './client.ts';
import { call, callUnless } from './errors.ts';
import type { IdentityKeeper, SlackIdentity } from './identity.ts';
import { inviteAll } from './invite.ts';
import { inertText, renderTopic } from './limits.ts';
import { findMessage, metadataOf } from './posted.ts';
import { renderMessage } from './render-message.ts';
import { renderHome, renderScreen } from './render-screen.ts';

export interface ChatOptions {
  clients: SlackClients;
  identity: Pick<IdentityKeeper, 'current'>;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** Slack as the place where incidents are talked about. */
export function createChat(options: ChatOptions): Chat {
  const { clients, identity } = options;
  return {
    ...channelsOf(options),
    ...messagesOf(options),
    ...bookmarksOf(clients),
    ...viewsOf(clients),
    channelUrl: (channel) => channelUrl(identity.current(), channel),
    async ping() {
      await call('auth.test', 'safe', () => clients.reads.auth.test());
    },
  };
}

type Part<Name extends keyof Chat> = Pick<Chat, Name>;

function channelsOf({
  clients: { bulk, reads },
  identity,
  now = Date.now,
}: ChatOptions): Part<
  'createChannel' | 'findOwnChannel' | 'setTopic' | 'invite' | 'archive' | 'openDirect' | 'resolveChannel'
> {
  const lookup = createChannelLookup(reads, now);
  const directs = new Map<string, string>();

  return {
    createChannel: (name, isPrivate) => createChannel(bulk, name, isPrivate),
    async findOwnChannel(name, since) {
      const { botUserId } = known(identity.current());
      return findOwnChannel(reads, { name, since, creator: botUserId });
    },
    async setTopic(channel, text) {
      const topic = renderTopic({ text, blocks: [] });
      await call('conversations.setTopic', 'safe', () => bulk.conversations.setTopic({ channel, topic }));
    },
    async invite(channel, userIds) {
      return { failed: await inviteAll(bulk, channel, userIds) };
    },
    async archive(channel) {
      await callUnless(['already_archived'], 'conversations.archive', 'safe', () =>
        bulk.conversations.archive({ channel }),
      );
    },
    async openDirect(userId) {
      const channel = directs.get(userId) ?? (await openDirect(bulk, userId));
      directs.set(userId, channel);
      return channel;
    },
    resolveChannel: (nameOrId) => lookup.resolve(nameOrId),
  };
}

function messagesOf({
  clients: { bulk, reads },
  identity,
}: ChatOptions): Part<'post' | 'findPosted' | 'update' | 'pin'> {
  /** Public channels are joined when needed: without that nobody could look for a message in doubt. */
  async function asMember<T>(channel: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      const isOutside = error instanceof UpstreamError && error.code === 'not_in_channel';
      if (isOutside && (await joinChannel(bulk, channel))) return run();
      throw error;
    }
  }

  return {
    async post(channel, message, key) {
      const content = { ...renderMessage(message), metadata: metadataOf(key) };
      const { ts } = await asMember(channel, () =>
        call('chat.postMessage', 'after_check', () =>
          bulk.chat.postMessage({ channel, ...content, unfurl_links: false, unfurl_media: false }),
        ),
      );
      if (!ts) throw new UpstreamError('slack', 'unexpected_reply', { retry: 'after_check' });
      return { ts };
    },
    findPosted: (channel, key, since) =>
      asMember(channel, () => findMessage(reads, { channel, key, since, us: identity.current() })),
    async update(channel, ts, message) {
      const content = renderMessage(message);
      await call('chat.update', 'safe', () => bulk.chat.update({ channel, ts, ...content }));
    },
    async pin(channel, timestamp) {
      await callUnless(['already_pinned'], 'pins.add', 'safe', () => bulk.pins.add({ channel, timestamp }));
    },
  };
}

function bookmarksOf({ bulk, reads }: SlackClients): Part<'bookmarks' | 'addBookmark'> {
  return {
    bookmarks: (channel) => listBookmarks(reads, channel),
    async addBookmark(channel, bookmark) {
      // Slack keeps doubles. After a lost answer the next attempt finds it here, so repeating is harmless.
      if ((await listBookmarks(reads, channel)).some(({ url }) => isSameAddress(url, bookmark.url))) return;
      const title = inertText(bookmark.title);
      const link = bookmark.url;
      await call('bookmarks.add', 'safe', () =>
        bulk.bookmarks.add({ channel_id: channel, title, type: 'link', link }),
      );
    },
  };
}

function viewsOf({ interactive, bulk }: SlackClients): Part<'updateScreen' | 'publishHome'> {
  return {
    async updateScreen(viewId, screen) {
      const view = renderScreen(screen);
      await call('views.update', 'safe', () => interactive.views.update({ view_id: viewId, view }));
    },
    async publishHome(userId, message) {
      const view = renderHome(message);
      await call('views.publish', 'safe', () => bulk.views.publish({ user_id: userId, view }));
    },
  };
}

async function listBookmarks(reads: WebClient, channel: string): Promise<{ title: string; url: string }[]> {
  const { bookmarks } = await call('bookmarks.list', 'safe', () =>
    reads.bookmarks.list({ channel_id: channel }),
  );
  return (bookmarks ?? []).flatMap(({ title, link }) => (link ? [{ title: title ?? '', url: link }] : []));
}

/** @throws while Slack has never said who we are: nothing can be recognised as ours then. */
function known(identity: SlackIdentity | undefined): SlackIdentity {
  if (identity) return identity;
  throw new UpstreamError('slack', 'identity_unknown', { retry: 'safe' });
}

function channelUrl(identity: SlackIdentity | undefined, channel: string): string {
  if (identity?.url) return new URL(`archives/${channel}`, identity.url).href;
  const team = identity ? `&team=${identity.teamId}` : '';
  return `https://slack.com/app_redirect?channel=${channel}${team}`;
}

/** Slack writes some addresses its own way, such as with a slash at the end. */
function isSameAddress(one: string, other: string): boolean {
  return (
    one === other || (URL.canParse(one) && URL.canParse(other) && new URL(one).href === new URL(other).href)
  );
}
