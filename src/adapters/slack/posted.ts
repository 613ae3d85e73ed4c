import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Instant } from '../../core/shared/time.ts';
import { UpstreamError } from '../../core/shared/upstream-error.ts';
import { call } from './errors.ts';
import type { SlackIdentity } from './identity.ts';

const EVENT_TYPE = 'lifeboat_message';

/** Our marks on a message; everything else in a channel's history is of no interest. */
const Marked = z.object({
  ts: z.string(),
  bot_id: z.string().optional(),
  user: z.string().optional(),
  metadata: z.object({ event_type: z.literal(EVENT_TYPE), event_payload: z.object({ key: z.string() }) }),
});

const PAGE = 500;
/** Ten thousand messages since we tried: more than any outage leaves in an incident's channel. */
const MAX_PAGES = 20;
/** Our clock and Slack's may differ. */
const CLOCK_TOLERANCE_MS = 60_000;

/** What a message carries unseen, so that it can be recognised. */
export function metadataOf(key: string) {
  return { event_type: EVENT_TYPE, event_payload: { key } };
}

/** Looks for our own message with this key. @throws when the history is too long to be sure it is not there. */
export async function findMessage(
  client: WebClient,
  wanted: { channel: string; key: string; since: Instant; us: SlackIdentity | undefined },
): Promise<{ ts: string } | undefined> {
  const oldest = ((Date.parse(wanted.since) - CLOCK_TOLERANCE_MS) / 1000).toFixed(6);
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { messages, response_metadata } = await call('conversations.history', 'safe', () =>
      client.conversations.history({
        channel: wanted.channel,
        oldest,
        limit: PAGE,
        include_all_metadata: true,
        ...(cursor ? { cursor } : {}),
      }),
    );
    const found = (messages ?? []).find((message) => isWanted(message, wanted.key, wanted.us));
    if (found?.ts) return { ts: found.ts };
    cursor = response_metadata?.next_cursor || undefined;
    if (!cursor) return undefined;
  }
  throw new UpstreamError('slack', 'history_too_long', { retry: 'never', detail: wanted.channel });
}

/** Other apps may write any metadata: only what we posted ourselves counts. */
function isWanted(message: unknown, key: string, us: SlackIdentity | undefined): boolean {
  const marked = Marked.safeParse(message);
  if (!marked.success || marked.data.metadata.event_payload.key !== key) return false;
  const { bot_id, user } = marked.data;
  return us === undefined || user === us.botUserId || (bot_id !== undefined && bot_id === us.botId);
}
