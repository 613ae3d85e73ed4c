import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Account } from './account.ts';
import { applyEvent, checkEvent } from './events-api.ts';
import type { createFaultSwitch } from './fault-switch.ts';
import { createRateLimit } from './rate-limit.ts';
import { ApiRefusal, refuse } from './refusal.ts';
import { answerRest } from './rest-api.ts';
import type { Fault, RecordedRequest } from './types.ts';

interface Answer {
  status: number;
  body: object | string;
  headers?: Record<string, string>;
}

interface Parts {
  account: Account;
  faults: ReturnType<typeof createFaultSwitch>;
  requests: RecordedRequest[];
}

const EVENTS_PATH = '/v2/enqueue';
const MAX_BODY_BYTES = 512 * 1024;

/** Both APIs on one port of 127.0.0.1, at any path PagerDuty has them. */
export async function openHttpFront({ account, faults, requests }: Parts) {
  const { limits = {}, eventDelayMs = 0, apiToken, port = 0 } = account.settings;
  const restLimit = createRateLimit(limits.rest ?? 960);
  const eventsLimit = createRateLimit(limits.events ?? 120);
  const closing = new AbortController();

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    const raw = await readBody(request);
    const record = describe(request, url, parseJson(raw));
    requests.push(record);
    const fault = faults.take(record.api, record.method, record.path);
    if (fault?.kind === 'hang') {
      record.outcome = 'no_reply';
      return;
    }
    if (fault?.kind === 'down') return cutOff(request, record);

    const answer = injected(fault) ?? work(request, url, record, raw);
    if (fault?.kind === 'slow') await pause(fault.ms, undefined, { signal: closing.signal });
    if (fault?.kind === 'drop_reply') return cutOff(request, record);
    record.outcome = answer.status;
    reply(response, answer);
  }

  function work(
    request: IncomingMessage,
    url: URL,
    record: RecordedRequest,
    raw: string | undefined,
  ): Answer {
    try {
      if (raw === undefined)
        return { status: 413, body: { error: { message: 'Request too large', code: 2001 } } };
      return record.api === 'events' ? takeEvent(record.body) : takeRest(request, url, record);
    } catch (error) {
      if (error instanceof ApiRefusal) return { status: error.status, body: error.body as object };
      throw error;
    }
  }

  function takeEvent(body: unknown): Answer {
    const event = checkEvent(account, body);
    if (!eventsLimit.count(event.serviceId).allowed) {
      return { status: 429, body: { status: 'throttle exceeded', message: 'Request Limit Exceeded' } };
    }
    if (eventDelayMs === 0) applyEvent(account, event);
    else void applyLater(event);
    return {
      status: 202,
      body: { status: 'success', message: 'Event processed', dedup_key: event.dedupKey },
    };
  }

  async function applyLater(event: ReturnType<typeof checkEvent>): Promise<void> {
    try {
      await pause(eventDelayMs, undefined, { signal: closing.signal });
    } catch {
      // Closed meanwhile: the event is lost with its account.
      return;
    }
    applyEvent(account, event);
  }

  function takeRest(request: IncomingMessage, url: URL, record: RecordedRequest): Answer {
    if (request.headers.authorization !== `Token token=${apiToken}`)
      refuse(401, 2006, 'Authentication failed');
    const used = restLimit.count('token');
    const headers = {
      'ratelimit-limit': String(used.limit),
      'ratelimit-remaining': String(used.remaining),
      'ratelimit-reset': String(used.resetSeconds),
    };
    if (!used.allowed)
      return { status: 429, body: { error: { message: 'Rate Limit Exceeded', code: 2020 } }, headers };
    const call = { query: url.searchParams, body: record.body, from: record.from };
    return { ...answerRest(account, record.method, url.pathname, call), headers };
  }

  const server = createServer((request, response) => {
    receive(request, response).catch(() => {
      // Closed while waiting, or the client went away: nobody is left to answer.
      request.socket.destroy();
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,

    async close(): Promise<void> {
      if (!server.listening) return;
      closing.abort();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The answer of a fault that keeps anything from being done. */
function injected(fault: Fault | undefined): Answer | undefined {
  switch (fault?.kind) {
    case 'error':
      return { status: fault.status, body: { error: { message: 'Injected error', code: 2000 } } };
    case 'html':
      return { status: fault.status, body: '<html><body><h1>Bad gateway</h1></body></html>' };
    case 'rate_limit': {
      const { header = 'ratelimit-reset', seconds } = fault;
      const headers: Record<string, string> = header === 'none' ? {} : { [header]: String(seconds) };
      return { status: 429, body: { error: { message: 'Rate Limit Exceeded', code: 2020 } }, headers };
    }
    default:
      return undefined;
  }
}

function describe(request: IncomingMessage, url: URL, body: unknown): RecordedRequest {
  const query: Record<string, string[]> = {};
  for (const name of url.searchParams.keys()) query[name] = url.searchParams.getAll(name);
  const { from } = request.headers;
  return {
    at: new Date().toISOString(),
    api: url.pathname === EVENTS_PATH ? 'events' : 'rest',
    method: request.method ?? '',
    path: url.pathname,
    query,
    from: from === undefined ? undefined : String(from),
    body,
    outcome: 'pending',
  };
}

function cutOff(request: IncomingMessage, record: RecordedRequest): void {
  record.outcome = 'connection_closed';
  request.socket.destroy();
}

function reply(response: ServerResponse, { status, body, headers }: Answer): void {
  const html = typeof body === 'string';
  response.writeHead(status, { 'content-type': html ? 'text/html' : 'application/json', ...headers });
  response.end(html ? body : JSON.stringify(body));
}

/** Undefined when it is larger than PagerDuty takes. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk as Buffer);
  }
  return bytes > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}

function parseJson(raw: string | undefined): unknown {
  if (!raw) return undefined;
  try {
    return JSON.parse(raw);
  } catch {
    // Not JSON: every handler will miss what it needs and refuse.
    return undefined;
  }
}
