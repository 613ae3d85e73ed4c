import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api';
import { z } from 'zod';
import { type Retry, UpstreamError } from '../../core/shared/upstream-error.ts';

/** What to do when a call may or may not have had its effect: harmless to repeat, or look first. */
export type InDoubt = Exclude<Retry, 'never'>;

/** Slack understood and said no. */
export interface SlackRefusal {
  ok: false;
  /** Slack's error code. */
  code: string;
  /** The whole answer. */
  data: unknown;
  fault: UpstreamError;
}

/** What a refusal looks like beside `ok` and `error`; read where it helps to say what is wrong. */
const RefusalDetail = z.object({
  needed: z.string().optional().catch(undefined),
  response_metadata: z
    .object({ messages: z.array(z.string()).optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

/**
 * "No" of a kind that may be a "yes" later. `in_doubt`: part of it may have happened. `not_let_in`: nothing
 * works until somebody mends the installation, and what waits until then must not be lost.
 */
const PASSING: Record<string, 'nothing_done' | 'in_doubt' | 'not_let_in'> = {
  account_inactive: 'not_let_in',
  invalid_auth: 'not_let_in',
  not_authed: 'not_let_in',
  token_expired: 'not_let_in',
  token_revoked: 'not_let_in',
  fatal_error: 'in_doubt',
  internal_error: 'in_doubt',
  server_error: 'in_doubt',
  service_unavailable: 'in_doubt',
  fetch_members_failed: 'in_doubt',
  ratelimited: 'nothing_done',
  rate_limited: 'nothing_done',
  request_timeout: 'nothing_done',
  team_added_to_org: 'nothing_done',
  external_channel_migrating: 'nothing_done',
};

/** A request that got no whole answer, as our own `fetch` throws it. */
class TransportError extends Error {
  readonly reason: 'timed_out' | 'unreachable' | 'connection_lost';
  /** `ECONNREFUSED` and the like. */
  readonly errno: string | undefined;

  constructor(reason: TransportError['reason'], errno: string | undefined) {
    super(reason);
    this.reason = reason;
    this.errno = errno;
  }
}

/** What an error of `fetch` means; its own words may quote what was sent and are not kept. */
export function transportError(error: unknown): TransportError {
  const errno = errorCode(error);
  if (isTimeout(error)) return new TransportError('timed_out', errno);
  const isUnsent = errno !== undefined && NOT_SENT.has(errno);
  return new TransportError(isUnsent ? 'unreachable' : 'connection_lost', errno);
}

/** The connection was never made, so nothing was sent. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** Statuses of something between us and Slack that will not change by repeating. */
const FINAL_STATUSES = new Set([400, 405, 413, 414, 415, 431]);

const SLACK_CODE = /^[a-z0-9_.]{1,80}$/;
const MAX_RETRY_AFTER_MS = 60 * 60 * 1000;
const DEFAULT_WAIT_MS = 1_000;
const MENDING_WAIT_MS = 15_000;
const MAX_DETAIL = 300;

/**
 * Sends one call and turns every failure into an `UpstreamError('slack', …)` without any secret in it.
 * @param method Slack's name of it, for the error
 */
export async function call<T>(method: string, inDoubt: InDoubt, send: () => Promise<T>): Promise<T> {
  const outcome = await attempt(method, inDoubt, send);
  if (!outcome.ok) throw outcome.fault;
  return outcome.reply;
}

/** Like `call`, but a lasting "no" of Slack's is returned: some of them mean that all is well. */
export async function attempt<T>(
  method: string,
  inDoubt: InDoubt,
  send: () => Promise<T>,
): Promise<{ ok: true; reply: T } | SlackRefusal> {
  try {
    return { ok: true, reply: await send() };
  } catch (error) {
    const fault = slackFault(error, method, inDoubt);
    if (error instanceof WebAPIPlatformError && fault.retry === 'never') {
      return { ok: false, code: fault.code, data: error.data, fault };
    }
    throw fault;
  }
}

/** Sends a call for which these refusals mean that what was wanted is so already. */
export async function callUnless<T>(
  fine: readonly string[],
  method: string,
  inDoubt: InDoubt,
  send: () => Promise<T>,
): Promise<void> {
  const outcome = await attempt(method, inDoubt, send);
  if (!outcome.ok && !fine.includes(outcome.code)) throw outcome.fault;
}

/** What an error of the client library means. Errors that are no failure of a call pass through. */
function slackFault(error: unknown, method: string, inDoubt: InDoubt): UpstreamError {
  if (error instanceof WebAPIRateLimitedError) {
    const retryAfterMs = Math.min(error.retryAfter * 1000, MAX_RETRY_AFTER_MS);
    return new UpstreamError('slack', 'rate_limited', { retry: 'safe', retryAfterMs, detail: method });
  }
  if (error instanceof WebAPIPlatformError) return platformFault(error, method, inDoubt);
  if (error instanceof WebAPIHTTPError) {
    const retry = FINAL_STATUSES.has(error.statusCode) ? 'never' : inDoubt;
    return new UpstreamError('slack', `http_${error.statusCode}`, { retry, detail: method });
  }
  const broken = brokenBy(error instanceof WebAPIRequestError ? error.original : error);
  // No failure of the call but a fault of our own, to be seen as such.
  if (!broken) throw error;
  const retry = broken.reason === 'unreachable' ? 'safe' : inDoubt;
  const detail = [method, broken.errno].filter(Boolean).join(', ');
  return new UpstreamError('slack', broken.reason, { retry, detail });
}

/** A body that broke off comes past our `fetch`, as the platform throws it. */
function brokenBy(error: unknown): TransportError | undefined {
  if (error instanceof TransportError) return error;
  return isTimeout(error) || errorCode(error) !== undefined ? transportError(error) : undefined;
}

function platformFault(error: WebAPIPlatformError, method: string, inDoubt: InDoubt): UpstreamError {
  const code = error.data.error;
  // The library puts a body that is not JSON, such as a proxy's page, where the code belongs.
  if (!SLACK_CODE.test(code)) {
    return new UpstreamError('slack', 'unexpected_reply', { retry: inDoubt, detail: method });
  }
  const { needed, response_metadata } = RefusalDetail.parse(error.data);
  const detail = [method, needed, ...(response_metadata?.messages ?? [])]
    .filter(Boolean)
    .join(', ')
    .slice(0, MAX_DETAIL);
  const passing = PASSING[code];
  if (passing === undefined) return new UpstreamError('slack', code, { retry: 'never', detail });
  if (passing === 'in_doubt') return new UpstreamError('slack', code, { retry: inDoubt, detail });
  const retryAfterMs = passing === 'not_let_in' ? MENDING_WAIT_MS : DEFAULT_WAIT_MS;
  return new UpstreamError('slack', code, { retry: 'safe', retryAfterMs, detail });
}

/** Slack does not let us in with this token: for whoever runs the bot to mend. */
export function isTokenRefused({ code }: UpstreamError): boolean {
  return PASSING[code] === 'not_let_in';
}

function isTimeout(error: unknown): boolean {
  return (error as { name?: unknown } | undefined)?.name === 'TimeoutError';
}

/** `ECONNREFUSED` and the like, wherever in the chain of causes it is. */
function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return typeof code === 'string' ? code : errorCode(cause);
}
