import { WebClient } from '@slack/web-api';
import type { Log } from '../../lib/redact.ts';
import { transportError } from './errors.ts';
import { slackLogger } from './slack-logger.ts';

/**
 * One client per kind of work: whatever slows one of them down never holds up the others.
 * Every call is sent once; repeating is the caller's business.
 */
export interface SlackClients {
  /** A person waits for the answer. */
  interactive: WebClient;
  /** Messages, channels and everything else that runs in the background. */
  bulk: WebClient;
  /** Who people are and what is there. */
  reads: WebClient;
}

type Fetch = typeof globalThis.fetch;

export interface SlackClientOptions {
  token: string;
  /** Base address, ending in `/api/`. */
  apiUrl?: string;
  /** How requests leave; for proxies and tests. */
  fetch?: Fetch;
  /** Longest time for one call, in milliseconds, instead of what suits each client. */
  timeoutMs?: number;
  log: Log;
}

const TIMEOUT_MS = { interactive: 3_000, bulk: 5_000, reads: 4_000 };
/** What to wait when Slack says "too many" and not how long. */
const DEFAULT_RETRY_AFTER_S = '30';

/** @throws if the token cannot be sent in a header; its value is not in the error. */
export function createSlackClients(options: SlackClientOptions): SlackClients {
  if (!isSendable(options.token)) {
    throw new Error('the Slack token holds characters that no token has (a line break, a blank?)');
  }
  const client = (kind: keyof typeof TIMEOUT_MS) =>
    new WebClient(options.token, { ...singleSend(options), timeout: options.timeoutMs ?? TIMEOUT_MS[kind] });
  return { interactive: client('interactive'), bulk: client('bulk'), reads: client('reads') };
}

/** Client options under which a call is sent once and never waits for the allowance of another. */
export function singleSend({ apiUrl, fetch, log }: Pick<SlackClientOptions, 'apiUrl' | 'fetch' | 'log'>) {
  return {
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
    fetch: telling(fetch ?? globalThis.fetch),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: slackLogger(log),
  };
}

/** Node's fetch quotes a bad header value, here the token, in its error. */
export function isSendable(token: string): boolean {
  return /^[\x21-\x7e]+$/.test(token);
}

/**
 * `fetch` as the client library needs it: it can tell neither why a request failed nor, without a
 * `Retry-After`, that Slack wants us to slow down.
 */
function telling(fetch: Fetch): Fetch {
  return async (input, init) => {
    const response = await fetch(input, init).catch((error: unknown) => {
      throw transportError(error);
    });
    if (response.status !== 429 || /^\d+$/.test(response.headers.get('retry-after') ?? '')) return response;
    const headers = new Headers(response.headers);
    headers.set('retry-after', DEFAULT_RETRY_AFTER_S);
    return new Response(response.body, { status: response.status, headers });
  };
}
