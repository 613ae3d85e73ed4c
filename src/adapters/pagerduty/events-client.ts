import type { Deadline } from './deadline.ts';
import {
  configurationFault,
  errorCode,
  type Refusal,
  replyFault,
  scrub,
  statusFault,
  transportFault,
} from './faults.ts';
import { EventReply } from './schema.ts';

/** What PagerDuty's Events API v2 takes, without the routing key. */
export interface AlertEvent {
  event_action: 'trigger' | 'acknowledge' | 'resolve';
  dedup_key: string;
  payload?: {
    summary: string;
    source: string;
    severity: string;
    custom_details: Record<string, string>;
  };
  links?: { href: string; text: string }[];
  client?: string;
  client_url?: string;
}

export interface EventsClient {
  /** Sends once and waits until the deadline at most. Repeating is always safe: the dedup key sees to it. @throws UpstreamError */
  send(event: AlertEvent, deadline: Deadline): Promise<void>;
}

interface EventsClientOptions {
  routingKey: string | undefined;
  /** Without a slash at the end. */
  eventsUrl: string;
  /** Texts that must not show up in an error. */
  secrets: string[];
}

/** Failures before anything was sent, as Node and undici name them. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * PagerDuty's Events API v2 by plain fetch: pdjs cannot be pointed at another address for it. It needs no
 * user and no API token, so it is the way to wake people when the REST API is down.
 */
export function createEventsClient({ routingKey, eventsUrl, secrets }: EventsClientOptions): EventsClient {
  return {
    async send(event, deadline) {
      if (routingKey === undefined) throw configurationFault('not_configured', 'routing key');
      const reply = await post(`${eventsUrl}/v2/enqueue`, { ...event, routing_key: routingKey }, deadline);
      const header = (name: string) => reply.headers.get(name);
      if (!reply.ok) {
        throw statusFault({
          status: reply.status,
          header,
          refusal: refusalOf(reply.text, secrets),
          inDoubt: 'safe',
        });
      }
      if (parse(reply.text)?.status !== 'success') {
        throw replyFault(`HTTP ${reply.status}, but not PagerDuty's "success"`, 'safe');
      }
    },
  };
}

async function post(url: string, body: object, deadline: Deadline) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: deadline.signal,
    });
    const { ok, status, headers } = response;
    return { ok, status, headers, text: await response.text() };
  } catch (error) {
    const ended = deadline.ended();
    if (ended !== undefined) throw transportFault(ended, { sent: true, inDoubt: 'safe' });
    const reason = errorCode(error) ?? '';
    if (reason === 'ERR_INVALID_URL') throw configurationFault('misconfigured', 'address of the Events API');
    const code = NEVER_SENT.has(reason) ? 'unreachable' : 'connection_lost';
    throw transportFault(code, { sent: true, inDoubt: 'safe', cause: error });
  }
}

function parse(text: string): EventReply | undefined {
  try {
    return EventReply.parse(JSON.parse(text));
  } catch {
    // Whatever it is, it is not the Events API speaking; the caller judges by the status.
    return undefined;
  }
}

function refusalOf(text: string, secrets: string[]): Refusal {
  const reply = parse(text);
  if (reply === undefined) return {};
  const words = [reply.message, ...(reply.errors ?? [])].filter((part) => part !== undefined).join('; ');
  return { text: scrub(words, secrets) };
}
