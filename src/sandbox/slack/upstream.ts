import { createEmulator } from 'emulate';
import { Pool } from 'undici';
import type { ApiReply, InstalledBot, JsonObject, SlackTeam, SlackUser } from './types.ts';

/** Slack's Web API as `emulate` plays it, inside this process. */
export interface Upstream {
  url: string;
  /** Calls a method as a user (default: the bot). @throws if the emulator does not answer with JSON. */
  call(method: string, args: JsonObject, asUserId?: string): Promise<ApiReply>;
  /** Passes raw bytes on (file uploads). */
  upload(
    path: string,
    contentType: string | undefined,
    body: Buffer,
  ): Promise<{ status: number; body: string }>;
  close(): Promise<void>;
}

/** Team id the emulator always uses. */
export const TEAM_ID = 'T000000001';
/** Owner of everything the emulator seeds itself. */
export const ADMIN_USER_ID = 'U000000001';

// The emulator refuses a token after 5,000 calls in an hour; Slack has no such rule, so every user has
// many tokens and a call takes the next one.
const CALLS_PER_TOKEN = 4_900;
const BOT_TOKENS = 400;
const PERSON_TOKENS = 4;

/** Starts the emulator with these people; everybody is seeded as an app user because only those keep their id. */
export async function startUpstream(
  team: SlackTeam,
  users: readonly SlackUser[],
  bot: InstalledBot,
): Promise<Upstream> {
  const everybody = [
    { id: bot.userId, name: bot.handle, realName: bot.handle, appId: bot.appId, botId: bot.botId },
    ...users.map((user, index) => ({
      id: user.id,
      name: user.handle,
      realName: user.realName,
      appId: `A${String(index).padStart(9, '0')}P`,
      botId: `B${String(index).padStart(9, '0')}P`,
    })),
  ];
  const emulator = await createEmulator({
    service: 'slack',
    port: 0,
    seed: {
      slack: {
        team: { name: team.name, domain: team.domain },
        oauth_apps: everybody.map((one) => ({
          client_id: `client-${one.id}`,
          client_secret: 'unused',
          redirect_uris: [],
          app_id: one.appId,
          name: one.realName,
          bot_id: one.botId,
          bot_user_id: one.id,
          bot_name: one.name,
        })),
        tokens: [ADMIN_USER_ID, ...everybody.map((one) => one.id)].flatMap((id) => seedTokens(id, bot)),
      },
    },
  });
  return connect(emulator.url, bot, () => emulator.close());
}

function seedTokens(userId: string, bot: InstalledBot): JsonObject[] {
  const isBot = userId === bot.userId;
  return Array.from({ length: isBot ? BOT_TOKENS : PERSON_TOKENS }, (_, index) => ({
    token: tokenOf(userId, index),
    type: isBot ? 'bot' : 'user',
    user_id: userId,
    ...(isBot ? { app_id: bot.appId, bot_id: bot.botId, bot_user_id: bot.userId } : {}),
  }));
}

function tokenOf(userId: string, index: number): string {
  return `upstream-${userId}-${index}`;
}

function createTokenRing(bot: InstalledBot): (userId: string) => string {
  const calls = new Map<string, number>();
  return (userId) => {
    const count = calls.get(userId) ?? 0;
    calls.set(userId, count + 1);
    const tokens = userId === bot.userId ? BOT_TOKENS : PERSON_TOKENS;
    return tokenOf(userId, Math.floor(count / CALLS_PER_TOKEN) % tokens);
  };
}

function connect(url: string, bot: InstalledBot, stop: () => Promise<void>): Upstream {
  const pool = new Pool(url, { connections: 16 });
  const nextToken = createTokenRing(bot);
  return {
    url,
    async call(method, args, asUserId = bot.userId) {
      const response = await pool.request({
        path: `/api/${method}`,
        method: 'POST',
        headers: {
          authorization: `Bearer ${nextToken(asUserId)}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(args),
      });
      if (response.statusCode !== 200) {
        throw new Error(
          `The emulator answered ${method} with HTTP ${response.statusCode}: ${await response.body.text()}`,
        );
      }
      return (await response.body.json()) as ApiReply;
    },
    async upload(path, contentType, body) {
      const headers = contentType ? { 'content-type': contentType } : {};
      const response = await pool.request({ path, method: 'POST', headers, body });
      return { status: response.statusCode, body: await response.body.text() };
    },
    async close() {
      await pool.close();
      await stop();
    },
  };
}
