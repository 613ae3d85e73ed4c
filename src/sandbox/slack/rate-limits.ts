import type { Clock } from './types.ts';

/** Slack's tiers: calls of one method in a minute. */
type Tier = 1 | 2 | 3 | 4;

const PER_MINUTE: Record<Tier, number> = { 1: 1, 2: 20, 3: 50, 4: 100 };

const TIERS: Readonly<Record<string, Tier>> = {
  'apps.connections.open': 1,
  'bookmarks.add': 2,
  'bookmarks.edit': 2,
  'bookmarks.list': 3,
  'bookmarks.remove': 2,
  'bots.info': 3,
  'chat.delete': 3,
  'chat.postEphemeral': 4,
  'chat.update': 3,
  'conversations.archive': 2,
  'conversations.create': 2,
  'conversations.history': 3,
  'conversations.info': 3,
  'conversations.invite': 3,
  'conversations.join': 3,
  'conversations.kick': 3,
  'conversations.leave': 3,
  'conversations.list': 2,
  'conversations.members': 4,
  'conversations.open': 3,
  'conversations.rename': 2,
  'conversations.replies': 3,
  'conversations.setPurpose': 2,
  'conversations.setTopic': 2,
  'conversations.unarchive': 2,
  'files.completeUploadExternal': 4,
  'files.delete': 3,
  'files.getUploadURLExternal': 4,
  'files.info': 4,
  'pins.add': 2,
  'pins.list': 2,
  'pins.remove': 2,
  'reactions.add': 3,
  'reactions.get': 3,
  'reactions.remove': 2,
  'team.info': 3,
  'usergroups.list': 2,
  'usergroups.users.list': 2,
  'users.conversations': 3,
  'users.info': 4,
  'users.list': 2,
  'users.lookupByEmail': 3,
  'views.open': 4,
  'views.publish': 4,
  'views.push': 4,
  'views.update': 4,
};

// Posting has a rule of its own: one message a second in a channel, short bursts pass,
// and "several hundred" a minute over the whole workspace.
const POST_BURST = 4;
const POSTS_PER_MINUTE = 300;
/** Methods with large allowances that Slack does not number. */
const UNLIMITED = new Set(['api.test', 'auth.test', 'chat.getPermalink']);
/** A fresh start reopens several sockets at once; Slack lets that pass although the tier says one a minute. */
const CONNECTION_BURST = 10;

/** How strictly calls are counted: as Slack does, not at all, or Slack's allowances times a factor. */
export type RateLimitMode = 'slack' | 'off' | { factor: number };

/** Counts calls. */
export interface RateLimits {
  /** Counts one call; the answer is the seconds to wait (as `Retry-After` says) if it may not pass. */
  take(method: string, channel: string | undefined): number | undefined;
  reset(): void;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** Buckets that start full (a whole minute's allowance may come as a burst) and fill evenly. */
export function createRateLimits(mode: RateLimitMode, now: Clock): RateLimits {
  const buckets = new Map<string, Bucket>();
  const factor = typeof mode === 'object' ? mode.factor : 1;

  const waitFor = (key: string, capacity: number, perSecond: number): number => {
    const bucket = buckets.get(key) ?? { tokens: capacity, at: now() };
    buckets.set(key, bucket);
    bucket.tokens = Math.min(capacity, bucket.tokens + ((now() - bucket.at) / 1000) * perSecond);
    bucket.at = now();
    return bucket.tokens >= 1 ? 0 : Math.ceil((1 - bucket.tokens) / perSecond);
  };
  const takeAll = (rules: readonly [key: string, capacity: number, perSecond: number][]) => {
    const wait = Math.max(
      ...rules.map(([key, capacity, rate]) => waitFor(key, capacity * factor, rate * factor)),
    );
    if (wait > 0) return wait;
    for (const [key] of rules) {
      const bucket = buckets.get(key);
      if (bucket) bucket.tokens -= 1;
    }
    return undefined;
  };

  return {
    take(method, channel) {
      if (mode === 'off' || UNLIMITED.has(method)) return undefined;
      if (method === 'chat.postMessage') {
        return takeAll([
          [`post:${channel ?? ''}`, POST_BURST, 1],
          ['post', POSTS_PER_MINUTE, POSTS_PER_MINUTE / 60],
        ]);
      }
      const allowed = PER_MINUTE[TIERS[method] ?? 3];
      return takeAll([
        [method, method === 'apps.connections.open' ? CONNECTION_BURST : allowed, allowed / 60],
      ]);
    },
    reset: () => buckets.clear(),
  };
}
