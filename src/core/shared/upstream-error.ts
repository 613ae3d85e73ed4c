/**
 * Whether a call that failed may be sent again:
 * `safe`: it certainly had no effect, or repeating it is harmless by key;
 * `after_check`: it may have had its effect, look first;
 * `never`: the other side understood and refused, repeating changes nothing.
 */
export type Retry = 'safe' | 'after_check' | 'never';

/** Unexpected trouble with a service outside (Slack, PagerDuty, the database). Decide by `code` and `retry`, never by `message`. */
export class UpstreamError extends Error {
  readonly service: string;
  readonly code: string;
  readonly retry: Retry;
  /** How long the service asked us to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    service: string,
    code: string,
    options: { retry: Retry; retryAfterMs?: number; cause?: unknown; detail?: string },
  ) {
    super(`${service}: ${code}${options.detail ? ` (${options.detail})` : ''}`, { cause: options.cause });
    this.name = 'UpstreamError';
    this.service = service;
    this.code = code;
    this.retry = options.retry;
    this.retryAfterMs = options.retryAfterMs;
  }
}
