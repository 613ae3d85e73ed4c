import { createHmac, randomUUID } from 'node:crypto';
import { Agent, request } from 'undici';
import type { ChangeHub } from './change-hub.ts';
import type { FaultPlan } from './faults.ts';
import type { SocketMode } from './socket-mode.ts';
import type { Clock, DeliveryKind, InstalledBot, JsonObject, RetryMark } from './types.ts';

/** Slack's word for a request the app did not answer as it must. */
export type DeliveryFailure =
  | 'operation_timeout'
  | 'dispatch_failed'
  | 'http_client_error'
  | 'http_service_error'
  | 'invalid_response';

/** How a request to the app went. */
export interface DeliveryResult {
  id: string;
  via: 'http' | 'socket';
  /** HTTP status; 200 for an acknowledgement over a socket; absent if there was no answer. */
  status?: number;
  elapsedMs: number;
  timedOut: boolean;
  failure?: DeliveryFailure;
  /** The answer: an object if it was JSON, its text if not, `undefined` if it was empty. */
  response?: unknown;
}

/** A request made to the app, kept so that it can be delivered again. */
export interface Delivery {
  id: string;
  kind: DeliveryKind;
  payload: JsonObject;
  at: number;
  result?: DeliveryResult;
}

/** A request made by hand, for hostile tests. */
export interface RawRequest {
  body: string | Buffer;
  /** Path on the app's server; by default the one requests go to. */
  path?: string;
  contentType?: string;
  /** Unix seconds; by default now. */
  timestamp?: number | string;
  /** Signs with this instead of the app's secret; `null` leaves the signature out. */
  secret?: string | null;
  headers?: Record<string, string>;
  method?: string;
}

/** Answer to a request made by hand. */
export interface RawAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  elapsedMs: number;
}

/** Brings requests to the app: over its socket if it has one open, else by signed HTTP. */
export interface Deliveries {
  /** Addresses are used in turn, as a load balancer would. */
  deliverTo(urls: string | readonly string[]): void;
  send(kind: DeliveryKind, payload: JsonObject, mark?: RetryMark): Promise<DeliveryResult>;
  /** The same body once more. @throws if nothing with this id was delivered. */
  again(id: string, mark?: RetryMark): Promise<DeliveryResult>;
  raw(request: RawRequest): Promise<RawAnswer>;
  readonly log: readonly Delivery[];
  close(): Promise<void>;
}

interface DeliveriesDeps {
  bot: InstalledBot;
  faults: FaultPlan;
  sockets: SocketMode;
  hub: ChangeHub;
  now: Clock;
  /** Milliseconds Slack waits for an answer. */
  ackTimeoutMs: number;
}

const KEPT = 5_000;

/** Nothing is delivered before `deliverTo` or the first socket. */
export function createDeliveries(deps: DeliveriesDeps): Deliveries {
  // Connections are kept for a moment only: a bot that is restarted must not meet one of its former life.
  const agent = new Agent({ keepAliveTimeout: 1_000, keepAliveMaxTimeout: 1_000 });
  const log: Delivery[] = [];
  let urls: readonly string[] = [];
  let turn = 0;

  const nextUrl = () => {
    const url = urls[turn++ % urls.length];
    if (!url) throw new Error('No app to deliver to: call deliverTo(url) or connect a socket first');
    return url;
  };
  return {
    deliverTo(given) {
      urls = typeof given === 'string' ? [given] : given;
      turn = 0;
    },
    async send(kind, payload, mark = {}) {
      const delivery: Delivery = { id: randomUUID(), kind, payload, at: deps.now() };
      log.push(delivery);
      if (log.length > KEPT) log.splice(0, KEPT / 4);
      return deliver(deps, agent, nextUrl, delivery, mark);
    },
    async again(id, mark = {}) {
      const delivery = log.find((one) => one.id === id);
      if (!delivery) throw new Error(`Nothing was delivered under the id ${id}`);
      return deliver(deps, agent, nextUrl, { ...delivery }, mark);
    },
    raw: async (given) => sendRaw(deps, agent, nextUrl(), given),
    log,
    close: () => agent.destroy(),
  };
}

async function deliver(
  deps: DeliveriesDeps,
  agent: Agent,
  nextUrl: () => string,
  delivery: Delivery,
  mark: RetryMark,
): Promise<DeliveryResult> {
  const once = () =>
    deps.sockets.count() > 0
      ? viaSocket(deps, delivery, mark)
      : viaHttp(deps, agent, nextUrl(), delivery, mark);
  const others = Array.from({ length: deps.faults.copies() - 1 }, once);
  const result = await once();
  await Promise.all(others);
  delivery.result = result;
  deps.hub.emit({ kind: 'delivery' });
  return result;
}

async function viaSocket(deps: DeliveriesDeps, delivery: Delivery, mark: RetryMark): Promise<DeliveryResult> {
  const start = performance.now();
  const ack = await deps.sockets.send(delivery.kind, delivery.payload, mark, deps.ackTimeoutMs);
  const elapsedMs = performance.now() - start;
  const base = { id: delivery.id, via: 'socket' as const, elapsedMs };
  if (ack.outcome === 'acked') return { ...base, status: 200, timedOut: false, response: ack.payload };
  const timedOut = ack.outcome === 'timeout';
  return { ...base, timedOut, failure: timedOut ? 'operation_timeout' : 'dispatch_failed' };
}

async function viaHttp(
  deps: DeliveriesDeps,
  agent: Agent,
  url: string,
  delivery: Delivery,
  mark: RetryMark,
): Promise<DeliveryResult> {
  const start = performance.now();
  const { contentType, body } = encode(delivery);
  const base = { id: delivery.id, via: 'http' as const };
  const signal = AbortSignal.timeout(deps.ackTimeoutMs);
  try {
    const { statusCode, body: answer } = await request(url, {
      method: 'POST',
      headers: { ...signedHeaders(deps, body), 'content-type': contentType, ...retryHeaders(mark) },
      body,
      dispatcher: agent,
      signal,
    });
    const text = await answer.text();
    return {
      ...base,
      status: statusCode,
      elapsedMs: performance.now() - start,
      timedOut: false,
      ...judge(statusCode, text),
    };
  } catch {
    // Whatever else it was, Slack calls it a failed dispatch.
    const timedOut = signal.aborted;
    const failure = timedOut ? 'operation_timeout' : 'dispatch_failed';
    return { ...base, elapsedMs: performance.now() - start, timedOut, failure };
  }
}

function judge(status: number, text: string): Pick<DeliveryResult, 'failure' | 'response'> {
  if (status >= 500) return { failure: 'http_service_error', response: text };
  if (status < 200 || status >= 300) return { failure: 'http_client_error', response: text };
  return { response: parseAnswer(text) };
}

function parseAnswer(text: string): unknown {
  if (text === '') return undefined;
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function encode({ kind, payload }: Delivery): { contentType: string; body: string } {
  if (kind === 'events_api') return { contentType: 'application/json', body: JSON.stringify(payload) };
  const fields =
    kind === 'interactive' ? { payload: JSON.stringify(payload) } : (payload as Record<string, string>);
  return { contentType: 'application/x-www-form-urlencoded', body: new URLSearchParams(fields).toString() };
}

function signedHeaders(deps: DeliveriesDeps, body: string): Record<string, string> {
  const timestamp = String(Math.floor((deps.now() + deps.faults.skewMs()) / 1000));
  return {
    'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': signature(deps.bot.signingSecret, timestamp, body),
  };
}

function signature(secret: string, timestamp: string, body: string | Buffer): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`;
}

function retryHeaders({ retryNum, retryReason }: RetryMark): Record<string, string> {
  return {
    ...(retryNum === undefined ? {} : { 'x-slack-retry-num': String(retryNum) }),
    ...(retryReason === undefined ? {} : { 'x-slack-retry-reason': retryReason }),
  };
}

async function sendRaw(
  deps: DeliveriesDeps,
  agent: Agent,
  url: string,
  given: RawRequest,
): Promise<RawAnswer> {
  const start = performance.now();
  const timestamp = String(given.timestamp ?? Math.floor((deps.now() + deps.faults.skewMs()) / 1000));
  const secret = given.secret === undefined ? deps.bot.signingSecret : given.secret;
  const { statusCode, headers, body } = await request(given.path ? new URL(given.path, url) : url, {
    method: (given.method ?? 'POST') as 'POST',
    headers: {
      'content-type': given.contentType ?? 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      ...(secret === null ? {} : { 'x-slack-signature': signature(secret, timestamp, given.body) }),
      ...given.headers,
    },
    body: given.body,
    dispatcher: agent,
  });
  return { status: statusCode, headers, body: await body.text(), elapsedMs: performance.now() - start };
}
