import { randomBytes } from 'node:crypto';
import type { ChangeHub } from './change-hub.ts';
import type { Clock, EphemeralMessage, SlackChannel, SlackMessage } from './types.ts';

/**
 * What people see: channels and messages as the emulator's answers left them.
 * Readable without waiting, which is what tests and a live page need.
 */
export interface Mirror {
  channels(): SlackChannel[];
  channel(id: string): SlackChannel | undefined;
  channelByName(name: string): SlackChannel | undefined;
  addChannel(channel: SlackChannel): void;
  changeChannel(id: string, change: (channel: SlackChannel) => void): void;
  /** Puts a message where it belongs; one with the same `ts` is replaced in place. */
  putMessage(channelId: string, message: SlackMessage): void;
  removeMessage(channelId: string, ts: string): void;
  message(channelId: string, ts: string): SlackMessage | undefined;
  /** In the order they were posted, replies included. */
  messages(channelId: string): SlackMessage[];
  /** A line Slack itself writes into a channel ("set the channel topic"). */
  addSystemLine(channelId: string, subtype: string, user: string, text: string): void;
  addEphemeral(message: EphemeralMessage): void;
  replaceEphemeral(userId: string, ts: string, change: Partial<SlackMessage>): boolean;
  removeEphemeral(userId: string, ts: string): boolean;
  ephemerals(userId: string): EphemeralMessage[];
  /** A message time stamp the emulator will not give out. */
  nextTs(): string;
}

/** An empty mirror that tells the hub of every change. */
export function createMirror(hub: ChangeHub, now: Clock): Mirror {
  const messages = new Map<string, Map<string, SlackMessage>>();
  const nextTs = createTsSource(now);
  const putMessage = (channelId: string, message: SlackMessage) => {
    getOrAdd(messages, channelId).set(message.ts, message);
    hub.emit({ kind: 'message', channel: channelId, ts: message.ts });
  };
  return {
    ...channelStore(hub),
    putMessage,
    removeMessage(channelId, ts) {
      messages.get(channelId)?.delete(ts);
      hub.emit({ kind: 'message', channel: channelId, ts });
    },
    message: (channelId, ts) => messages.get(channelId)?.get(ts),
    messages: (channelId) => [...(messages.get(channelId)?.values() ?? [])],
    addSystemLine(channelId, subtype, user, text) {
      putMessage(channelId, { type: 'message', subtype, user, text, ts: nextTs() });
    },
    ...ephemeralStore(hub),
    nextTs,
  };
}

type ChannelStore = Pick<Mirror, 'channels' | 'channel' | 'channelByName' | 'addChannel' | 'changeChannel'>;

function channelStore(hub: ChangeHub): ChannelStore {
  const channels = new Map<string, SlackChannel>();
  const idsByName = new Map<string, string>();
  const rememberName = (channel: SlackChannel) => {
    if (channel.kind !== 'im' && channel.kind !== 'mpim') idsByName.set(channel.name, channel.id);
  };
  return {
    channels: () => [...channels.values()],
    channel: (id) => channels.get(id),
    channelByName: (name) => channels.get(idsByName.get(name.replace(/^#/, '')) ?? ''),
    addChannel(channel) {
      channels.set(channel.id, channel);
      rememberName(channel);
      hub.emit({ kind: 'channel', channel: channel.id });
    },
    changeChannel(id, change) {
      const channel = channels.get(id);
      if (!channel) return;
      if (idsByName.get(channel.name) === id) idsByName.delete(channel.name);
      change(channel);
      rememberName(channel);
      hub.emit({ kind: 'channel', channel: id });
    },
  };
}

type EphemeralStore = Pick<Mirror, 'addEphemeral' | 'replaceEphemeral' | 'removeEphemeral' | 'ephemerals'>;

function ephemeralStore(hub: ChangeHub): EphemeralStore {
  const store = new Map<string, Map<string, EphemeralMessage>>();
  const changed = (message: EphemeralMessage) =>
    hub.emit({ kind: 'ephemeral', channel: message.channel, user: message.to, ts: message.ts });
  return {
    addEphemeral(message) {
      getOrAdd(store, message.to).set(message.ts, message);
      changed(message);
    },
    replaceEphemeral(userId, ts, change) {
      const old = store.get(userId)?.get(ts);
      if (!old) return false;
      const next = { ...old, ...change } as EphemeralMessage;
      getOrAdd(store, userId).set(ts, next);
      changed(next);
      return true;
    },
    removeEphemeral(userId, ts) {
      const old = store.get(userId)?.get(ts);
      if (!old) return false;
      store.get(userId)?.delete(ts);
      changed(old);
      return true;
    },
    ephemerals: (userId) => [...(store.get(userId)?.values() ?? [])],
  };
}

function getOrAdd<V>(map: Map<string, Map<string, V>>, key: string): Map<string, V> {
  let inner = map.get(key);
  if (!inner) {
    inner = new Map();
    map.set(key, inner);
  }
  return inner;
}

// The emulator counts from 000001 in the fraction; these count from 900001, so the two never meet.
function createTsSource(now: Clock): () => string {
  let counter = 900_000;
  return () => {
    counter += 1;
    return `${Math.floor(now() / 1000)}.${String(counter).padStart(6, '0')}`;
  };
}

/** An id in Slack's shape: a letter or two and ten characters. */
export function newId(prefix: string): string {
  return prefix + randomBytes(5).toString('hex').toUpperCase();
}
