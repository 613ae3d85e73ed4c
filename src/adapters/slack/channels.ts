import type { WebClient } from '@slack/web-api';
import type { Instant } from '../../core/shared/time.ts';
import { UpstreamError } from '../../core/shared/upstream-error.ts';
import { attempt, call } from './errors.ts';

/** A channel as lists show it, as far as we need it. */
export interface ListedChannel {
  id?: string;
  name?: string;
  name_normalized?: string;
  creator?: string;
  created?: number;
  is_archived?: boolean;
}

const PAGE = 1000;
/** Enough for 50,000 channels; more would be a loop in the cursors. */
const MAX_PAGES = 50;
const TYPES = 'public_channel,private_channel';
/** Slack counts a channel's birth in whole seconds on its own clock. */
const CLOCK_TOLERANCE_S = 5;

export async function createChannel(
  client: WebClient,
  name: string,
  isPrivate: boolean,
): Promise<{ id: string; name: string }> {
  const { channel } = await call('conversations.create', 'after_check', () =>
    client.conversations.create({ name, is_private: isPrivate }),
  );
  // Made, but we cannot tell which: whoever asked has to look.
  if (!channel?.id) throw new UpstreamError('slack', 'unexpected_reply', { retry: 'after_check' });
  return { id: channel.id, name: channel.name ?? name };
}

/** The channels the bot is in, private ones too. */
export function ownChannels(client: WebClient): AsyncGenerator<ListedChannel> {
  return listed('users.conversations', (cursor) =>
    client.users.conversations({ types: TYPES, limit: PAGE, ...(cursor ? { cursor } : {}) }),
  );
}

/** All channels the bot can see: public ones, and those it is in. */
export function visibleChannels(client: WebClient): AsyncGenerator<ListedChannel> {
  return listed('conversations.list', (cursor) =>
    client.conversations.list({ types: TYPES, limit: PAGE, ...(cursor ? { cursor } : {}) }),
  );
}

export function isNamed(channel: ListedChannel, name: string): boolean {
  return channel.name === name || channel.name_normalized === name;
}

/** Looks among the bot's own channels first, where a private one is, then among all. */
export async function findOwnChannel(
  client: WebClient,
  wanted: { name: string; since: Instant; creator: string },
): Promise<{ id: string; name: string } | undefined> {
  const earliest = Math.floor(Date.parse(wanted.since) / 1000) - CLOCK_TOLERANCE_S;
  for (const list of [ownChannels, visibleChannels]) {
    for await (const channel of list(client)) {
      const isOurs = channel.creator === wanted.creator && (channel.created ?? 0) >= earliest;
      if (isOurs && channel.id && isNamed(channel, wanted.name) && !channel.is_archived) {
        return { id: channel.id, name: channel.name ?? wanted.name };
      }
    }
  }
  return undefined;
}

/** True if the bot is in now; false where it has to be invited, as in private channels. */
export async function joinChannel(client: WebClient, channel: string): Promise<boolean> {
  const outcome = await attempt('conversations.join', 'safe', () => client.conversations.join({ channel }));
  return outcome.ok;
}

/** The direct message with one person. */
export async function openDirect(client: WebClient, users: string): Promise<string> {
  const { channel } = await call('conversations.open', 'safe', () => client.conversations.open({ users }));
  if (channel?.id) return channel.id;
  throw new UpstreamError('slack', 'unexpected_reply', { retry: 'safe' });
}

interface Page {
  channels?: ListedChannel[];
  response_metadata?: { next_cursor?: string };
}

async function* listed(
  method: string,
  read: (cursor: string | undefined) => Promise<Page>,
): AsyncGenerator<ListedChannel> {
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { channels, response_metadata } = await call(method, 'safe', () => read(cursor));
    yield* channels ?? [];
    cursor = response_metadata?.next_cursor || undefined;
    if (!cursor) return;
  }
  // "Not found" would be a guess, and a wrong guess makes a second channel.
  throw new UpstreamError('slack', 'too_many_channels', { retry: 'never', detail: method });
}
