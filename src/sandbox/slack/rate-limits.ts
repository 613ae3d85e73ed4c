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

/** Sums of thirds of a token are never quite whole. */
const ROUNDING = 1e-6;

/** How strictly calls are counted: as Slack does, not at all, or Slack's allowances times a factor. */
export type RateLimitMode = 'slack' | 'off' | { factor: number };

/** Counts calls. */
export interface RateLimits {
  /** Counts one call; the answer is the seconds to wait (as `Retry-After` says) if it may not pass. */
  take(method: string, channel: string | undefined): number | undefined;
  /** Counts by another rule from now on, with full allowances. */
  setMode(mode: RateLimitMode): void;
}

interface Rule {
  key: string;
  capacity: number;
  perSecond: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** Buckets that start full (a whole minute's allowance may come as a burst) and fill evenly. */
export function createRateLimits(initial: RateLimitMode, now: Clock): RateLimits {
  const buckets = new Map<string, Bucket>();
  let mode = initial;

  const fill = (rule: Rule, factor: number): Bucket => {
    const capacity = rule.capacity * factor;
    const bucket = buckets.get(rule.key) ?? { tokens: capacity, at: now() };
    buckets.set(rule.key, bucket);
    const elapsed = Math.max(0, now() - bucket.at) / 1000;
    bucket.tokens = Math.min(capacity, bucket.tokens + elapsed * rule.perSecond * factor);
    bucket.at = now();
    return bucket;
  };
  return {
    take(method, channel) {
      if (mode === 'off') return undefined;
      const factor = typeof mode === 'object' ? mode.factor : 1;
      const rules = rulesFor(method, channel);
      const filled = rules.map((rule) => fill(rule, factor));
      const waits = rules.map((rule, index) =>
        waitSeconds(filled[index]?.tokens ?? 0, rule.perSecond * factor),
      );
      const wait = Math.max(0, ...waits);
      if (wait > 0) return wait;
      for (const bucket of filled) bucket.tokens -= 1;
      return undefined;
    },
    setMode(next) {
      mode = next;
      buckets.clear();
    },
  };
}

function waitSeconds(tokens: number, perSecond: number): number {
  const lacking = 1 - tokens;
  return lacking < ROUNDING ? 0 : Math.ceil(lacking / perSecond - ROUNDING);
}

function rulesFor(method: string, channel: string | undefined): Rule[] {
  if (UNLIMITED.has(method)) return [];
  if (method === 'chat.postMessage') {
    return [
      { key: `post:${channel ?? ''}`, capacity: POST_BURST, perSecond: 1 },
      { key: 'post', capacity: POSTS_PER_MINUTE, perSecond: POSTS_PER_MINUTE / 60 },
    ];
  }
  const perMinute = PER_MINUTE[TIERS[method] ?? 3];
  const capacity = method === 'apps.connections.open' ? CONNECTION_BURST : perMinute;
  return [{ key: method, capacity, perSecond: perMinute / 60 }];
}
