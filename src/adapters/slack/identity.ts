import { createHash } from 'node:crypto';
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { NotesStore } from '../../app/ports/store.ts';
import { UpstreamError } from '../../core/shared/upstream-error.ts';
import type { Log } from '../../lib/redact.ts';
import { withTimeout } from '../../lib/with-timeout.ts';
import { backoff } from './backoff.ts';
import { call, isTokenRefused } from './errors.ts';

/** Who the bot is in Slack. */
export const SlackIdentity = z.object({
  teamId: z.string().min(1),
  botUserId: z.string().min(1),
  botId: z.string().optional(),
  /** Set when the workspace belongs to an Enterprise organisation. */
  enterpriseId: z.string().optional(),
  /** Installed in the whole organisation, not in one workspace. */
  isOrgInstall: z.boolean(),
  /** Address of the workspace, ending in a slash. */
  url: z.string().optional(),
});
export type SlackIdentity = z.infer<typeof SlackIdentity>;

/** Learns who the bot is, and keeps asking while Slack is away. */
export interface IdentityKeeper {
  /** Recalls the last known answer and begins to ask. Never rejects. */
  start(): Promise<void>;
  /** Undefined until Slack has answered once, now or in an earlier life. */
  current(): SlackIdentity | undefined;
  /** How things stand, in words for the readiness page. */
  ready(): { ok: boolean; words: string };
  stop(): void;
}

export interface IdentityOptions {
  client: WebClient;
  /** Of the same client; only its hash leaves this module. */
  token: string;
  memory: Pick<NotesStore, 'remember' | 'recall'>;
  log: Log;
  /** First pause between attempts, in milliseconds. */
  firstPauseMs?: number;
}

const MAX_PAUSE_MS = 60_000;
/** How long a start waits for the first answer. */
const FIRST_ANSWER_MS = 3_000;

/** Nothing happens before `start`. */
export function createIdentity(options: IdentityOptions): IdentityKeeper {
  const { client, memory, log } = options;
  const pause = backoff(options.firstPauseMs ?? 1_000, MAX_PAUSE_MS);
  // Another token may be another workspace: what was remembered for this one does not count there.
  const key = `slack:identity:${createHash('sha256').update(options.token).digest('hex').slice(0, 16)}`;
  let known: SlackIdentity | undefined;
  let problem = 'Slack has not been asked yet';
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  async function ask(): Promise<void> {
    try {
      known = await whoAmI(client);
      problem = '';
    } catch (error) {
      problem = describe(error);
      log.warn({ err: error }, 'slack did not say who we are, asking again');
      if (!isStopped) timer = setTimeout(() => void ask(), pause.next());
      return;
    }
    log.info({ teamId: known.teamId, botUserId: known.botUserId }, 'connected to slack');
    await memory.remember(key, known).catch((err: unknown) => {
      log.warn({ err }, 'could not remember who we are in slack');
    });
  }

  return {
    async start() {
      try {
        const recalled = SlackIdentity.safeParse((await memory.recall(key))?.value);
        if (recalled.success) known ??= recalled.data;
      } catch (err) {
        log.warn({ err }, 'could not recall who we are in slack');
      }
      // Ready means that commands can be answered; but Slack being away must not hold up the start.
      const first = ask();
      await withTimeout(FIRST_ANSWER_MS, () => first).catch(() => undefined);
    },
    current: () => known,
    ready() {
      if (problem === '') return { ok: true, words: `connected to workspace ${known?.teamId}` };
      const from = known ? `, working for workspace ${known.teamId} as remembered` : '';
      return { ok: false, words: `${problem}${from}` };
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

async function whoAmI(client: WebClient): Promise<SlackIdentity> {
  const reply = await call('auth.test', 'safe', () => client.auth.test());
  const identity = SlackIdentity.safeParse({
    teamId: reply.team_id,
    botUserId: reply.user_id,
    botId: reply.bot_id,
    enterpriseId: reply.enterprise_id ?? undefined,
    isOrgInstall: reply.is_enterprise_install === true,
    url: reply.url,
  });
  if (identity.success) return identity.data;
  throw new UpstreamError('slack', 'unexpected_reply', { retry: 'safe', detail: 'auth.test' });
}

function describe(error: unknown): string {
  if (!(error instanceof UpstreamError)) return 'Slack could not be asked';
  const isRefused = error.retry === 'never' || isTokenRefused(error);
  return isRefused ? `Slack refuses the bot token (${error.code})` : `Slack is out of reach (${error.code})`;
}
