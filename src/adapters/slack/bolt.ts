import type { IncomingMessage, ServerResponse } from 'node:http';
import { App, HTTPReceiver, type Receiver } from '@slack/bolt';
import type { Log } from '../../lib/redact.ts';
import type { Ack } from './answering.ts';
import { singleSend } from './client.ts';
import { EVENTS } from './events.ts';
import { createGuard } from './guard.ts';
import type { IdentityKeeper } from './identity.ts';
import type { Inbound } from './inbound.ts';
import { SHORTCUTS } from './shortcuts.ts';
import { slackLogger } from './slack-logger.ts';

/** What people type, whatever follows. */
export const COMMAND = '/dr';

export interface BoltOptions {
  token: string;
  /** Base address of the Web API, ending in `/api/`. */
  apiUrl?: string;
  identity: Pick<IdentityKeeper, 'current'>;
  inbound: Inbound;
  log: Log;
}

/** Bolt with our listeners. It calls Slack neither now nor later: who we are, we know from elsewhere. */
export async function createBoltApp(receiver: Receiver, options: BoltOptions): Promise<App> {
  const { token, identity, inbound, log } = options;
  const app = new App({
    receiver,
    // With a token Bolt would ask Slack who it belongs to, and end the process when Slack is down.
    authorize: async () => {
      const us = identity.current();
      return { botToken: token, botId: us?.botId, botUserId: us?.botUserId };
    },
    deferInitialization: true,
    // Its filter needs the bot's id, which may come later; we listen to no event of our own making.
    ignoreSelf: false,
    convoStore: false,
    attachFunctionToken: false,
    clientOptions: singleSend(options),
    logger: slackLogger(log),
  });
  // The default handler passes the error on, out of everybody's reach.
  app.error(async (err) => log.error({ err }, 'a slack listener failed'));
  app.command(COMMAND, ({ body, ack }) => inbound.command(body, ack));
  app.action({ type: 'block_actions' }, ({ body, ack }) => inbound.action(body, () => ack()));
  // Its type allows for other answers by type of view; Slack takes what we send.
  app.view({ type: 'view_submission' }, ({ body, ack }) => inbound.submission(body, ack as Ack));
  for (const callbackId of Object.keys(SHORTCUTS)) {
    app.shortcut(callbackId, ({ body, ack }) => inbound.shortcut(body, () => ack()));
  }
  for (const name of EVENTS) app.event(name, ({ body }) => inbound.event(body));
  await app.init();
  return app;
}

/** Takes Slack's requests from somebody else's HTTP server. */
export interface HttpIntake {
  /** For `POST /slack/events`. Answers everything itself and never throws. */
  slackRequestListener(req: IncomingMessage, res: ServerResponse): void;
}

export interface HttpIntakeOptions extends BoltOptions {
  signingSecret: string;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** Where Slack's requests come in: commands, interactions and events alike. */
export const ENDPOINT = '/slack/events';

/** @throws when the signing secret is empty */
export async function createHttpIntake(options: HttpIntakeOptions): Promise<HttpIntake> {
  const { signingSecret, log } = options;
  const guard = createGuard(options);
  const receiver = new HTTPReceiver({
    signingSecret,
    endpoints: [ENDPOINT],
    logger: slackLogger(log),
    processEventErrorHandler: async ({ error, response }) => {
      log.warn({ err: error }, 'a request of slack could not be taken apart');
      if (!response.headersSent) response.writeHead(400).end();
      return true;
    },
    unhandledRequestHandler: ({ response }) => {
      log.warn('nobody acknowledged a request of slack');
      if (!response.headersSent) response.writeHead(404).end();
    },
  });
  await createBoltApp(receiver, options);

  async function take(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (await guard.admits(req, res)) receiver.requestListener(req, res);
  }

  return {
    slackRequestListener(req, res) {
      take(req, res).catch((err: unknown) => {
        log.warn({ err }, 'a request to the slack endpoint failed');
        if (!res.headersSent) res.writeHead(400).end();
      });
    },
  };
}
