import { type Logger, LogLevel } from '@slack/web-api';
import type { Log } from '../../lib/redact.ts';

/**
 * Lets Slack's libraries speak through our log. Their debug lines hold whole requests and are dropped;
 * what they call an error is thrown as well and handled where it belongs, so here it is a warning at most.
 */
export function slackLogger(log: Log): Logger {
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (...detail: unknown[]) => log.debug({ detail: words(detail) }, 'a slack library warns'),
    error: (...detail: unknown[]) => log.warn({ detail: words(detail) }, 'a slack library reports trouble'),
    setLevel: () => undefined,
    getLevel: () => LogLevel.WARN,
    setName: () => undefined,
  };
}

function words(detail: unknown[]): string {
  return detail.map((part) => (part instanceof Error ? part.message : String(part))).join(' ');
}
