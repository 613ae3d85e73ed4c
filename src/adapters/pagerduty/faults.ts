import { type Retry, UpstreamError } from '../../core/shared/upstream-error.ts';

/** What to say when a call may or may not have had its effect: harmless to repeat, or look first. */
export type InDoubt = Exclude<Retry, 'never'>;

/** The words PagerDuty gave for a refusal, already without secrets. */
export interface Refusal {
  /** PagerDuty's own error number, such as 2001. */
  number?: number;
  text?: string;
}

interface StatusFault {
  status: number;
  header: (name: string) => string | null | undefined;
  refusal: Refusal;
  inDoubt: InDoubt;
}

const REFUSALS: Record<number, string> = {
  400: 'bad_request',
  401: 'unauthorized',
  402: 'not_in_plan',
  403: 'forbidden',
  404: 'not_found',
  413: 'too_large',
};

/** PagerDuty's number for a `From` address that is nobody's in the account. */
const REQUESTER_NOT_FOUND = 1008;

const MAX_DETAIL = 300;
const MAX_RETRY_AFTER_MS = 60 * 60 * 1000;

/** The error for an HTTP status outside 2xx. */
export function statusFault({ status, header, refusal, inDoubt }: StatusFault): UpstreamError {
  const detail = describe(status, refusal);
  const retryAfterMs = retryAfter(header);
  if (status === 429) return fault('rate_limited', { retry: 'safe', retryAfterMs, detail });
  if (status >= 500) return fault('unavailable', { retry: inDoubt, retryAfterMs, detail });
  // Both mean "not now": too slow, or somebody else changed the same thing.
  if (status === 408 || status === 409) return fault('busy', { retry: inDoubt, retryAfterMs, detail });
  if (status < 400) return fault('unexpected_redirect', { retry: 'never', detail });
  if (refusal.number === REQUESTER_NOT_FOUND) return fault('from_unknown', { retry: 'never', detail });
  return fault(REFUSALS[status] ?? 'refused', { retry: 'never', detail });
}

/**
 * The error for a call that got no whole reply.
 * @param sent whether the request can have reached PagerDuty: if not, repeating is always safe
 */
export function transportFault(
  code: 'timed_out' | 'aborted' | 'unreachable' | 'connection_lost',
  options: { sent: boolean; inDoubt: InDoubt; cause?: unknown },
): UpstreamError {
  return fault(code, {
    retry: options.sent ? options.inDoubt : 'safe',
    cause: options.cause,
    detail: errorCode(options.cause),
  });
}

/** The error for a 2xx whose body is not what PagerDuty promises: most often a proxy in between. */
export function replyFault(detail: string, inDoubt: InDoubt): UpstreamError {
  return fault('unexpected_reply', { retry: inDoubt, detail: detail.slice(0, MAX_DETAIL) });
}

/** The error for a part of the configuration that is not there, or cannot be used. */
export function configurationFault(code: 'not_configured' | 'misconfigured', detail: string): UpstreamError {
  return fault(code, { retry: 'never', detail });
}

/** `ECONNREFUSED` and the like, wherever node-fetch and undici put it. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (typeof code === 'string') return code;
  return errorCode(cause);
}

/** Takes every secret out of a text that came from outside. */
export function scrub(text: string, secrets: string[]): string {
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, '[secret]'), text);
}

function fault(code: string, options: ConstructorParameters<typeof UpstreamError>[2]): UpstreamError {
  return new UpstreamError('pagerduty', code, options);
}

function describe(status: number, { number, text }: Refusal): string {
  const parts = [`HTTP ${status}`, number === undefined ? undefined : `error ${number}`, text];
  return parts
    .filter((part) => part !== undefined)
    .join(', ')
    .slice(0, MAX_DETAIL);
}

/** `Retry-After` (seconds or a date) or PagerDuty's `ratelimit-reset` (seconds), the longer of the two. */
function retryAfter(header: StatusFault['header']): number | undefined {
  const waits = [seconds(header('ratelimit-reset')), seconds(header('retry-after'))].filter(
    (wait) => wait !== undefined,
  );
  if (waits.length === 0) return undefined;
  return Math.min(Math.max(0, ...waits), MAX_RETRY_AFTER_MS);
}

function seconds(value: string | null | undefined): number | undefined {
  if (!value) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.ceil(ms);
}
