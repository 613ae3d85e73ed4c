import type { UserGroupOptions, UserOptions } from './directory.ts';
import type { RateLimitMode } from './rate-limits.ts';
import { allScopes } from './scopes.ts';
import type { ChannelOptions } from './seed-channels.ts';
import type { Clock, InstalledBot, SlackTeam } from './types.ts';
import { TEAM_ID } from './upstream.ts';

/** What a workspace starts with. */
export interface SlackWorkspaceOptions {
  /** By default any free port. */
  port?: number;
  team?: { name: string; domain: string };
  users: UserOptions[];
  channels: ChannelOptions[];
  userGroups: UserGroupOptions[];
  /** The installed app. Other tokens get `invalid_auth`. */
  bot: { token: string; appToken?: string; signingSecret: string; handle?: string };
  /** Where requests go while no socket is connected; `deliverTo` sets it later. */
  requestUrl?: string;
  /** By default as Slack does. */
  rateLimits?: RateLimitMode;
  /** Scopes granted to the bot; by default all. */
  scopes?: readonly string[];
  /** Milliseconds Slack waits for an answer; by default its 3,000. */
  ackTimeoutMs?: number;
  /** The workspace's clock, for trigger ids, response URLs, rates and signatures. */
  now?: Clock;
}

const ACK_TIMEOUT_MS = 3_000;

/** Options with every gap filled. */
export interface Settings {
  team: SlackTeam;
  bot: InstalledBot;
  rateLimits: RateLimitMode;
  ackTimeoutMs: number;
  now: Clock;
}

/** Fills the gaps. */
export function settingsOf(options: SlackWorkspaceOptions): Settings {
  return {
    team: { id: TEAM_ID, ...(options.team ?? { name: 'Acme', domain: 'acme' }) },
    bot: {
      token: options.bot.token,
      appToken: options.bot.appToken,
      signingSecret: options.bot.signingSecret,
      appId: 'A0LIFEBOAT1',
      botId: 'B0LIFEBOAT1',
      userId: 'U0LIFEBOAT1',
      handle: options.bot.handle ?? 'lifeboat',
      scopes: new Set(options.scopes ?? allScopes()),
    },
    rateLimits: options.rateLimits ?? 'slack',
    ackTimeoutMs: options.ackTimeoutMs ?? ACK_TIMEOUT_MS,
    now: options.now ?? Date.now,
  };
}
