import type { Chat, Screen } from '../../src/app/ports/chat.ts';
import type { Message } from '../../src/core/message/message.ts';
import { type Instant, plus } from '../../src/core/shared/time.ts';
import type { FakeClock } from './clock.ts';
import { createOutages, type Outages, refusedFor } from './outages.ts';

export interface FakeMessage {
  ts: string;
  key: string;
  at: Instant;
  message: Message;
  edits: number;
}

export interface FakeChannel {
  id: string;
  name: string;
  isPrivate: boolean;
  /** False for channels that others made. */
  isOurs: boolean;
  createdAt: Instant;
  topic: string;
  members: string[];
  messages: FakeMessage[];
  pins: string[];
  bookmarks: { title: string; url: string }[];
  isArchived: boolean;
}

/** A workspace that keeps what it is told, and can be in trouble in all the ways that Slack is. */
export interface FakeChat extends Chat {
  outages: Outages;
  channels: FakeChannel[];
  /** Accounts that cannot be brought in, and why. */
  uninvitable: Map<string, string>;
  screens: Map<string, Screen>;
  homes: Map<string, Message>;
  /** Adds a channel that somebody else made. */
  addChannel(name: string, changes?: Partial<FakeChannel>): FakeChannel;
  channel(idOrName: string): FakeChannel;
  /** The direct-message channel with somebody, if there is one. */
  direct(userId: string): FakeChannel | undefined;
  /** The ids of the messages of a channel, in order, by what they say. */
  said(idOrName: string): string[];
}

/** Clocks differ: as much as the real adapter allows for. */
const TOLERANCE_MS = 60_000;

export function createFakeChat({ clock }: { clock: FakeClock }): FakeChat {
  const outages = createOutages('slack');
  const { call } = outages;
  const channels: FakeChannel[] = [];
  let count = 0;

  function addChannel(name: string, changes: Partial<FakeChannel> = {}): FakeChannel {
    count += 1;
    const channel: FakeChannel = {
      id: `C${String(count).padStart(3, '0')}`,
      name,
      isPrivate: false,
      isOurs: false,
      createdAt: clock.now(),
      topic: '',
      members: [],
      messages: [],
      pins: [],
      bookmarks: [],
      isArchived: false,
      ...changes,
    };
    channels.push(channel);
    return channel;
  }

  function open(id: string): FakeChannel {
    const channel = channels.find((known) => known.id === id);
    if (!channel) throw refusedFor('channel_not_found');
    if (channel.isArchived) throw refusedFor('is_archived');
    return channel;
  }

  function byName(idOrName: string): FakeChannel | undefined {
    const name = idOrName.replace(/^#/, '');
    return channels.find((channel) => channel.id === idOrName || channel.name === name);
  }

  function channel(idOrName: string): FakeChannel {
    const found = byName(idOrName);
    if (!found)
      throw new Error(`no channel ${idOrName} among ${channels.map(({ name }) => name).join(', ')}`);
    return found;
  }

  return {
    outages,
    channels,
    uninvitable: new Map(),
    screens: new Map(),
    homes: new Map(),
    addChannel,
    channel,
    direct: (userId) => byName(`direct-${userId}`),
    said: (idOrName) => channel(idOrName).messages.map(({ message }) => message.text),

    createChannel: (name, isPrivate) =>
      call('createChannel', () => {
        if (byName(name)) throw refusedFor('name_taken');
        return { id: addChannel(name, { isPrivate, isOurs: true }).id, name };
      }),
    findOwnChannel: (name, since) =>
      call('findOwnChannel', () => {
        const found = channels.find((known) => known.isOurs && known.name === name);
        return found && found.createdAt >= plus(since, -TOLERANCE_MS)
          ? { id: found.id, name: found.name }
          : undefined;
      }),
    setTopic: (id, topic) =>
      call('setTopic', () => {
        open(id).topic = topic;
      }),
    invite(id, userIds) {
      return call('invite', () => {
        const { members } = open(id);
        const failed = userIds.flatMap((userId) => {
          const why = this.uninvitable.get(userId);
          if (why === undefined && !members.includes(userId)) members.push(userId);
          return why === undefined ? [] : [{ userId, why }];
        });
        return { failed };
      });
    },
    post: (id, message, key) =>
      call('post', () => {
        const { messages } = open(id);
        count += 1;
        const ts = `${Date.parse(clock.now()) / 1000}.${String(count).padStart(6, '0')}`;
        messages.push({ ts, key, at: clock.now(), message, edits: 0 });
        return { ts };
      }),
    findPosted: (id, key, since) =>
      call('findPosted', () => {
        const known = channels.find((candidate) => candidate.id === id);
        if (!known) throw refusedFor('channel_not_found');
        const earliest = plus(since, -TOLERANCE_MS);
        const found = known.messages.find((message) => message.key === key && message.at >= earliest);
        return found && { ts: found.ts };
      }),
    update: (id, ts, message) =>
      call('update', () => {
        const found = open(id).messages.find((known) => known.ts === ts);
        if (!found) throw refusedFor('message_not_found');
        found.message = message;
        found.edits += 1;
      }),
    pin: (id, ts) =>
      call('pin', () => {
        const { pins } = open(id);
        if (!pins.includes(ts)) pins.push(ts);
      }),
    bookmarks: (id) => call('bookmarks', () => [...open(id).bookmarks]),
    addBookmark: (id, bookmark) =>
      call('addBookmark', () => {
        open(id).bookmarks.push(bookmark);
      }),
    archive: (id) =>
      call('archive', () => {
        channel(id).isArchived = true;
      }),
    openDirect: (userId) =>
      call('openDirect', () => (byName(`direct-${userId}`) ?? addChannel(`direct-${userId}`)).id),
    resolveChannel: (nameOrId) => call('resolveChannel', () => byName(nameOrId)?.id),
    updateScreen(viewId, screen) {
      return call('updateScreen', () => {
        this.screens.set(viewId, screen);
      });
    },
    publishHome(userId, message) {
      return call('publishHome', () => {
        this.homes.set(userId, message);
      });
    },
    channelUrl: (id) => `https://chat.example/archives/${id}`,
    ping: () => call('ping', () => undefined),
  };
}
