import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ChangeHub } from './change-hub.ts';
import { parseJsonObject } from './request-body.ts';
import { type ApiReply, type DeliveryKind, type JsonObject, type RetryMark, slackError } from './types.ts';

/** How an envelope fared. */
export type SocketAck =
  | { outcome: 'acked'; payload: unknown }
  | { outcome: 'timeout' }
  /** The socket closed before the acknowledgement. */
  | { outcome: 'lost' };

/** Why Slack closes a socket. */
export type DisconnectReason = 'warning' | 'refresh_requested' | 'link_disabled';

/** Socket Mode: the app connects to Slack and gets its requests over that connection. */
export interface SocketMode {
  /** Connections that have been greeted and are open. */
  count(): number;
  /** `apps.connections.open`. */
  openConnection(): ApiReply;
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
  /** Sends one envelope to one connection, in turn, and waits for its acknowledgement. */
  send(kind: DeliveryKind, payload: JsonObject, mark: RetryMark, timeoutMs: number): Promise<SocketAck>;
  /** Says goodbye on every connection; with a refresh or a disabled link Slack closes it as well. */
  disconnect(reason: DisconnectReason): void;
  /** Cuts every connection without a word. */
  cut(): void;
  close(): Promise<void>;
}

/** An app may hold this many connections. */
const MAX_CONNECTIONS = 10;
const GOODBYE_MS = 500;
const PING_EVERY_MS = 10_000;
const LINK_PATH = '/link/';

interface Waiting {
  socket: WebSocket;
  settle(ack: SocketAck): void;
}

interface Connections {
  open: WebSocket[];
  waiting: Map<string, Waiting>;
}

/** Sockets under the front's origin; tickets are good for one connection. */
export function createSocketMode(appId: string, origin: () => string, hub: ChangeHub): SocketMode {
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Set<string>();
  const all: Connections = { open: [], waiting: new Map() };
  let turn = 0;
  return {
    count: () => all.open.length,
    openConnection() {
      if (all.open.length >= MAX_CONNECTIONS) return slackError('too_many_websockets');
      const ticket = randomUUID();
      tickets.add(ticket);
      return { ok: true, url: `${origin().replace(/^http/, 'ws')}${LINK_PATH}${ticket}` };
    },
    upgrade(request, socket, head) {
      if (tickets.delete((request.url ?? '').slice(LINK_PATH.length))) {
        server.handleUpgrade(request, socket, head, (connected) => greet(all, connected, appId, hub));
      } else {
        socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
      }
    },
    async send(kind, payload, mark, timeoutMs) {
      const socket = all.open[turn++ % all.open.length];
      if (!socket) return { outcome: 'lost' };
      return sendEnvelope(all.waiting, socket, envelope(kind, payload, mark), timeoutMs);
    },
    disconnect(reason) {
      for (const socket of [...all.open]) sayGoodbye(socket, reason);
    },
    cut() {
      for (const socket of [...all.open]) socket.terminate();
    },
    async close() {
      await Promise.all(all.open.map(closePolitely));
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      await promise;
    },
  };
}

function greet(all: Connections, socket: WebSocket, appId: string, hub: ChangeHub): void {
  all.open.push(socket);
  const ping = setInterval(() => socket.ping(), PING_EVERY_MS).unref();
  socket.on('close', () => {
    clearInterval(ping);
    forget(all, socket);
    hub.emit({ kind: 'socket' });
  });
  // A broken connection is reported by "close" as well.
  socket.on('error', () => {});
  socket.on('message', (data) => settle(all.waiting, String(data)));
  socket.send(JSON.stringify(hello(appId, all.open.length)));
  hub.emit({ kind: 'socket' });
}

function sayGoodbye(socket: WebSocket, reason: DisconnectReason): void {
  socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'local' } }));
  if (reason !== 'warning') socket.close();
}

function forget({ open, waiting }: Connections, socket: WebSocket): void {
  const index = open.indexOf(socket);
  if (index >= 0) open.splice(index, 1);
  for (const [id, one] of waiting) {
    if (one.socket !== socket) continue;
    waiting.delete(id);
    one.settle({ outcome: 'lost' });
  }
}

/** Lets the other side finish its own goodbye, which the official client waits half a minute for. */
async function closePolitely(socket: WebSocket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const deadline = setTimeout(() => socket.terminate(), GOODBYE_MS);
  socket.once('close', () => {
    clearTimeout(deadline);
    resolve();
  });
  socket.close();
  await promise;
}

function hello(appId: string, connections: number): JsonObject {
  return {
    type: 'hello',
    num_connections: connections,
    connection_info: { app_id: appId },
    debug_info: { host: 'local', build_number: 1, approximate_connection_time: 18_060 },
  };
}

function envelope(kind: DeliveryKind, payload: JsonObject, { retryNum, retryReason }: RetryMark): JsonObject {
  return {
    type: kind,
    envelope_id: randomUUID(),
    accepts_response_payload: kind !== 'events_api',
    payload,
    ...(kind === 'events_api' ? { retry_attempt: retryNum ?? 0, retry_reason: retryReason ?? '' } : {}),
  };
}

function sendEnvelope(
  waiting: Map<string, Waiting>,
  socket: WebSocket,
  sent: JsonObject,
  timeoutMs: number,
): Promise<SocketAck> {
  const { promise, resolve } = Promise.withResolvers<SocketAck>();
  const id = String(sent.envelope_id);
  const timer = setTimeout(() => {
    waiting.delete(id);
    resolve({ outcome: 'timeout' });
  }, timeoutMs);
  const settleOnce = (ack: SocketAck) => {
    clearTimeout(timer);
    resolve(ack);
  };
  waiting.set(id, { socket, settle: settleOnce });
  socket.send(JSON.stringify(sent));
  return promise;
}

function settle(waiting: Map<string, Waiting>, data: string): void {
  const ack = parseJsonObject(data);
  const one = waiting.get(String(ack?.envelope_id));
  if (!one) return;
  waiting.delete(String(ack?.envelope_id));
  one.settle({ outcome: 'acked', payload: emptyToUndefined(ack?.payload) });
}

// Bolt acknowledges with an empty object where HTTP has an empty body.
function emptyToUndefined(payload: unknown): unknown {
  const isEmpty = typeof payload === 'object' && payload !== null && Object.keys(payload).length === 0;
  return isEmpty ? undefined : payload;
}
