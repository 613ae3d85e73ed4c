import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault, FaultPlan } from './faults.ts';
import { parseArgs, readBody } from './request-body.ts';
import type { RequestLog, RequestRecord } from './request-log.ts';
import { type ApiReply, type JsonObject, slackError } from './types.ts';

/** What the front asks the rest of the workspace. */
export interface FrontDeps {
  faults: FaultPlan;
  log: RequestLog;
  /** Runs a Web API call: who may, how often, and what it does. */
  call(method: string, token: string, args: JsonObject): Promise<Answer>;
  /** Takes a message sent to a `response_url`; the path tells which. */
  respond(path: string, body: Buffer): Promise<Answer>;
  upload(
    path: string,
    contentType: string | undefined,
    body: Buffer,
  ): Promise<{ status: number; body: string }>;
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
}

/** An answer on the wire. */
export interface Answer {
  status: number;
  reply: ApiReply;
  headers?: Record<string, string>;
}

/** The HTTP server the bot takes for Slack. */
export interface Front {
  /** Without a slash at the end. */
  origin(): string;
  open(): Promise<void>;
  /** Refuses connections from now on and cuts the present ones. */
  close(): Promise<void>;
}

/** Path under which `response_url`s live. */
export const RESPONSE_PATH = '/response/';

/** Builds the server; it listens after `open` (port 0: any), and again on the same port after `close`. */
export function createFront(deps: FrontDeps, wantedPort: number): Front {
  let port = wantedPort;
  const server = createServer((request, response) => {
    handle(deps, request, response).catch((error: unknown) => {
      // A fault of the workspace itself must be seen, not retried away by the client.
      console.error('The local Slack workspace failed', error);
      if (!response.headersSent) send(response, { status: 500, reply: slackError('internal_error') });
    });
  });
  server.on('upgrade', (request, socket, head) => deps.upgrade(request, socket as Socket, head));

  return {
    origin: () => `http://127.0.0.1:${port}`,
    async open() {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
      await promise;
      server.off('error', reject);
      port = (server.address() as AddressInfo).port;
    },
    async close() {
      if (!server.listening) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      server.closeAllConnections();
      await promise;
    },
  };
}

async function handle(deps: FrontDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://slack');
  const body = await readBody(request).catch(() => undefined);
  // The client has gone away or sent too much; there is nobody to answer.
  if (!body) return void request.socket.destroy();

  if (url.pathname.startsWith('/api/')) return handleCall(deps, request, response, url, body);
  if (url.pathname.startsWith(RESPONSE_PATH)) {
    const record = deps.log.start('response_url', { ...parseBodyForLog(body), path: url.pathname });
    return answerWithFaults(deps, record, request, response, () => deps.respond(url.pathname, body));
  }
  if (url.pathname.startsWith('/upload/')) {
    const uploaded = await deps.upload(url.pathname, request.headers['content-type'], body);
    response.writeHead(uploaded.status).end(uploaded.body);
    return;
  }
  response.writeHead(404).end();
}

function parseBodyForLog(body: Buffer): JsonObject {
  try {
    return JSON.parse(body.toString()) as JsonObject;
  } catch {
    return { body: body.toString() };
  }
}

async function handleCall(
  deps: FrontDeps,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  body: Buffer,
): Promise<void> {
  const method = url.pathname.slice('/api/'.length);
  const parsed = parseArgs(request, url.searchParams, body);
  const { token: bodyToken, ...args } = parsed ?? {};
  const token = request.headers.authorization?.replace(/^Bearer /i, '') ?? String(bodyToken ?? '');
  const record = deps.log.start(method, args);
  await answerWithFaults(deps, record, request, response, () =>
    parsed
      ? deps.call(method, token, args)
      : Promise.resolve({ status: 200, reply: slackError('invalid_post_type') }),
  );
}

async function answerWithFaults(
  deps: FrontDeps,
  record: RequestRecord,
  request: IncomingMessage,
  response: ServerResponse,
  work: () => Promise<Answer>,
): Promise<void> {
  const channel = record.args.channel ?? record.args.channel_id;
  const fault = deps.faults.hit(record.method, channel === undefined ? undefined : String(channel));
  const early = fault && (await instead(deps, fault, record, request));
  if (early === 'cut') return;
  const answer = early ?? (await work());
  if (fault?.kind === 'drop-reply') {
    deps.log.finish(record, { outcome: 'reply-lost', reply: answer.reply });
    request.socket.resetAndDestroy();
    return;
  }
  // Before the answer leaves: whoever sees the answer finds it in the log.
  deps.log.finish(record, { outcome: 'answered', status: answer.status, reply: answer.reply });
  send(response, answer);
}

/** What a fault does in place of the call; nothing if the call goes on. */
async function instead(
  deps: FrontDeps,
  fault: Fault,
  record: RequestRecord,
  request: IncomingMessage,
): Promise<Answer | 'cut' | undefined> {
  switch (fault.kind) {
    case 'reset':
      deps.log.finish(record, { outcome: 'reset' });
      request.socket.resetAndDestroy();
      return 'cut';
    case 'hang':
      deps.log.finish(record, { outcome: 'hung' });
      await deps.faults.untilCleared(fault);
      request.socket.destroy();
      return 'cut';
    case 'slow':
      await delay(fault.ms, undefined, { ref: false });
      return undefined;
    case 'rate-limited':
      return tooMany(fault.retryAfter);
    case 'http':
      return { status: fault.status, reply: slackError('internal_error') };
    case 'error':
      return { status: 200, reply: slackError(fault.error) };
    case 'drop-reply':
      return undefined;
  }
}

/** HTTP 429 as Slack sends it; `retryAfter` in seconds. */
export function tooMany(retryAfter: number): Answer {
  return { status: 429, reply: slackError('ratelimited'), headers: { 'retry-after': String(retryAfter) } };
}

function send(response: ServerResponse, answer: Answer): void {
  response
    .writeHead(answer.status, { 'content-type': 'application/json; charset=utf-8', ...answer.headers })
    .end(JSON.stringify(answer.reply));
}
