import { setTimeout as sleep } from 'node:timers/promises';
import { SocketModeReceiver } from '@slack/bolt';
import { UpstreamError } from '../../core/shared/upstream-error.ts';
import type { Log } from '../../lib/redact.ts';
import { backoff } from './backoff.ts';
import { type BoltOptions, createBoltApp } from './bolt.ts';
import { isSendable, singleSend } from './client.ts';
import { call } from './errors.ts';
import { slackLogger } from './slack-logger.ts';

/** Takes Slack's requests over a connection that we open to Slack. */
export interface SocketIntake {
  /** Connects in the background, again and again while Slack is away. */
  start(): void;
  /** How things stand, in words for the readiness page. */
  ready(): { ok: boolean; words: string };
  stop(): Promise<void>;
}

export interface SocketIntakeOptions extends BoltOptions {
  /** App-level token with `connections:write`. */
  appToken: string;
  /** First pause between attempts, in milliseconds. */
  firstPauseMs?: number;
}

type SocketClient = SocketModeReceiver['client'];

const OPEN_TIMEOUT_MS = 10_000;
const MAX_PAUSE_MS = 30_000;
/** A connection that ends sooner counts as a failed attempt. */
const HEALTHY_MS = 10_000;
const GOODBYE_MS = 1_000;

/**
 * Socket Mode under our own supervision. Left to itself, the library leaves a hole of five seconds at each of
 * Slack's refreshes, and ends the process when an attempt is refused.
 * @throws if the app token cannot be sent in a header; its value is not in the error.
 */
export async function createSocketIntake(options: SocketIntakeOptions): Promise<SocketIntake> {
  const { log } = options;
  if (!isSendable(options.appToken)) throw new Error('the Slack app token holds characters no token has');
  const stopping = new AbortController();
  const receiver = createReceiver(options, stopping.signal);
  const { client } = receiver;
  shieldMessages(client, log);
  await createBoltApp(receiver, options);
  const pause = backoff(options.firstPauseMs ?? 500, MAX_PAUSE_MS);
  let problem: string | undefined = 'not connected yet';
  let running: Promise<void> | undefined;

  async function connectOnce(): Promise<void> {
    // Before the start: the end may come in the same instant as the greeting.
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    client.once('disconnected', resolve);
    try {
      await call('apps.connections.open', 'safe', () => client.start());
      problem = undefined;
      log.info('slack socket mode connected');
      if (stopping.signal.aborted) await hangUp(client);
      await ended;
    } finally {
      client.off('disconnected', resolve);
    }
  }

  async function keepConnected(): Promise<void> {
    while (!stopping.signal.aborted) {
      const started = performance.now();
      try {
        await connectOnce();
        problem = 'the connection ended';
      } catch (err) {
        problem = err instanceof UpstreamError ? err.code : 'the connection broke off';
      }
      if (stopping.signal.aborted) return;
      log.warn({ problem }, 'slack socket mode is not connected, connecting again');
      if (performance.now() - started >= HEALTHY_MS) pause.reset();
      else await sleep(pause.next(), undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  return {
    start() {
      running ??= keepConnected();
    },
    ready() {
      const state = problem === undefined ? 'connected' : `not connected (${problem}), trying again`;
      return { ok: problem === undefined, words: `Socket Mode ${state}` };
    },
    async stop() {
      stopping.abort();
      await hangUp(client);
      await running;
      problem = 'stopped';
    },
  };
}

function createReceiver(options: SocketIntakeOptions, stop: AbortSignal): SocketModeReceiver {
  const { appToken, log } = options;
  const { fetch, ...client } = singleSend(options);
  return new SocketModeReceiver({
    appToken,
    logger: slackLogger(log),
    autoReconnectEnabled: false,
    installerOptions: {
      clientOptions: {
        ...client,
        timeout: OPEN_TIMEOUT_MS,
        // So that nobody waits for an attempt under way at the stop.
        fetch: (input, init) => {
          const signals = init?.signal ? [init.signal, stop] : [stop];
          return fetch(input, { ...init, signal: AbortSignal.any(signals) });
        },
      },
    },
    processEventErrorHandler: async ({ error }) => {
      log.warn({ err: error }, 'a request of slack could not be taken apart');
      // Not acknowledged: Slack tells the person, or sends it again.
      return false;
    },
  });
}

/** The library leaves rejections of its own message handler to nobody, which would end the process. */
function shieldMessages(client: SocketClient, log: Log): void {
  for (const handle of client.listeners('ws_message')) {
    client.off('ws_message', handle);
    client.on('ws_message', async (...args) => {
      try {
        await handle(...args);
      } catch (err) {
        log.warn({ err }, 'a message of slack socket mode could not be read');
      }
    });
  }
}

/** Says goodbye, and cuts the line if nobody answers. */
async function hangUp(client: SocketClient): Promise<void> {
  const { websocket } = client;
  if (!websocket) return;
  const gone = client.disconnect().then(() => true);
  // When the line breaks at this moment, the library loses this timer and keeps the process for 30 seconds.
  (Reflect.get(websocket, 'closeHandshakeTimeout') as NodeJS.Timeout | undefined)?.unref();
  const isGone = await Promise.race([gone, sleep(GOODBYE_MS, false, { ref: false })]);
  // Asked a second time, it no longer waits for the other side.
  if (!isGone) websocket.disconnect();
}
