import type { WebClient } from '@slack/web-api';
import type { Chat } from '../../app/ports/chat.ts';
import { UpstreamError } from '../../core/shared/upstream-error.ts';
import { createChannelLookup } from './channel-lookup.ts';
import { createChannel, findOwnChannel, joinChannel } from './channels.ts';
import type { SlackClients } from './client.ts';
import { call, callUnless } from './errors.ts';
import type { IdentityKeeper, SlackIdentity } from './identity.ts';
import { inviteAll } from './invite.ts';
import { renderTopic } from './limits.ts';
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
export function createChat({ clients, identity, now = Date.now }: ChatOptions): Chat {
  const { bulk, reads, interactive } = clients;
  const lookup = createChannelLookup(reads, now);
  const directs = new Map<string, string>();

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
    async pin(channel, ts) {
      await callUnless(['already_pinned'], 'pins.add', 'safe', () =>
        bulk.pins.add({ channel, timestamp: ts }),
      );
    },
    bookmarks: (channel) => listBookmarks(reads, channel),
    async addBookmark(channel, bookmark) {
      // Slack keeps doubles. After a lost answer the next attempt finds it here, so repeating is harmless.
      if ((await listBookmarks(reads, channel)).some(({ url }) => url === bookmark.url)) return;
      const { title, url: link } = bookmark;
      await call('bookmarks.add', 'safe', () =>
        bulk.bookmarks.add({ channel_id: channel, title, type: 'link', link }),
      );
    },
    async archive(channel) {
      await callUnless(['already_archived'], 'conversations.archive', 'safe', () =>
        bulk.conversations.archive({ channel }),
      );
    },
    async openDirect(userId) {
      const open = directs.get(userId);
      if (open) return open;
      const { channel } = await call('conversations.open', 'safe', () =>
        bulk.conversations.open({ users: userId }),
      );
      if (!channel?.id) throw new UpstreamError('slack', 'unexpected_reply', { retry: 'safe' });
      directs.set(userId, channel.id);
      return channel.id;
    },
    resolveChannel: (nameOrId) => lookup.resolve(nameOrId),
    async updateScreen(viewId, screen) {
      const view = renderScreen(screen);
      await call('views.update', 'safe', () => interactive.views.update({ view_id: viewId, view }));
    },
    async publishHome(userId, message) {
      const view = renderHome(message);
      await call('views.publish', 'safe', () => bulk.views.publish({ user_id: userId, view }));
    },
    channelUrl: (channel) => channelUrl(identity.current(), channel),
    async ping() {
      await call('auth.test', 'safe', () => reads.auth.test());
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
