import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App, HTTPReceiver, type Logger, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { WebClient, type WebClientOptions } from '@slack/web-api';
import type { SlackWorkspaceOptions } from '../../src/sandbox/slack/options.ts';
import { createSlackWorkspace, type SlackWorkspace } from '../../src/sandbox/slack/workspace.ts';

export const TOKEN = 'xoxb-test';
export const APP_TOKEN = 'xapp-test';
export const SECRET = 'signing-secret';

/** Refusals are the point of most calls here; nobody needs to read of them. */
const silent: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  setName() {},
  getLevel: () => LogLevel.ERROR,
};

/** A workspace with one person of every kind, a public, a private and a foreign channel. */
export function aWorkspace(overrides: Partial<SlackWorkspaceOptions> = {}): Promise<SlackWorkspace> {
  return createSlackWorkspace({
    users: [
      {
        handle: 'anna',
        realName: 'Anna Almeida',
        email: 'anna@acme.test',
        tz: 'Europe/Berlin',
        phone: '+49 30 1',
      },
      { handle: 'ben', realName: 'Ben Berg', email: 'ben@acme.test' },
      { handle: 'gwen', realName: 'Gwen Guest', kind: 'guest' },
      { handle: 'rita', realName: 'Rita Restricted', kind: 'restricted' },
      { handle: 'dora', realName: 'Dora Departed', kind: 'deactivated', email: 'dora@acme.test' },
      { handle: 'eve', realName: 'Eve External', kind: 'external' },
      { handle: 'robot', realName: 'Another Robot', kind: 'bot' },
    ],
    channels: [
      { name: 'ops', members: ['anna', 'ben', 'lifeboat'] },
      { name: 'lobby', members: ['anna'] },
      { name: 'secret', private: true, members: ['anna', 'lifeboat'] },
      { name: 'hidden', private: true, members: ['ben'] },
    ],
    userGroups: [
      { handle: 'dbas', name: 'Database people', members: ['anna', 'ben'], id: 'S0DBAS' },
      { handle: 'leads', name: 'Leads', members: ['ben'] },
    ],
    bot: { token: TOKEN, appToken: APP_TOKEN, signingSecret: SECRET },
    ...overrides,
  });
}

/** The real client, without its retries, so that each answer is seen. */
export function aClient(
  workspace: SlackWorkspace,
  options: WebClientOptions & { token?: string } = {},
): WebClient {
  const { token = TOKEN, ...rest } = options;
  return new WebClient(token, {
    slackApiUrl: workspace.apiUrl,
    timeout: 3_000,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: silent,
    ...rest,
  });
}

/** A running Bolt app. */
export interface RunningApp {
  app: App;
  /** Its address in HTTP mode. */
  url: string;
  stop(): Promise<void>;
}

/** Starts a real Bolt app over HTTP and has the workspace deliver to it. */
export async function anHttpApp(
  workspace: SlackWorkspace,
  register: (app: App) => void,
): Promise<RunningApp> {
  const receiver = new HTTPReceiver({ signingSecret: SECRET, logger: silent });
  const app = anApp(workspace, receiver);
  register(app);
  await app.init();
  const server = (await app.start(0)) as Server;
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`;
  workspace.deliverTo(url);
  return {
    app,
    url,
    async stop() {
      await app.stop();
    },
  };
}

/** Starts a real Bolt app in Socket Mode and waits until it is connected. */
export async function aSocketApp(
  workspace: SlackWorkspace,
  register: (app: App) => void,
): Promise<RunningApp> {
  const receiver = new SocketModeReceiver({
    appToken: APP_TOKEN,
    logger: silent,
    installerOptions: { clientOptions: { slackApiUrl: workspace.apiUrl } },
  });
  const app = anApp(workspace, receiver);
  register(app);
  await app.init();
  await app.start();
  await workspace.waitFor(() => workspace.sockets.count() === 1, { what: 'the socket' });
  return {
    app,
    url: '',
    async stop() {
      await app.stop();
    },
  };
}

function anApp(workspace: SlackWorkspace, receiver: HTTPReceiver | SocketModeReceiver): App {
  return new App({
    token: TOKEN,
    receiver,
    deferInitialization: true,
    convoStore: false,
    logger: silent,
    clientOptions: {
      slackApiUrl: workspace.apiUrl,
      timeout: 3_000,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
    },
  });
}

/** The error code a platform error carries, or what the promise gave. */
export async function errorOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    const { data, code } = error as { data?: { error?: string }; code?: string };
    return data?.error ?? code ?? String(error);
  }
}

/** What Slack says about the refusal. */
export async function messagesOf(call: Promise<unknown>): Promise<string[]> {
  try {
    await call;
    return [];
  } catch (error) {
    const { data } = error as { data?: { response_metadata?: { messages?: string[] } } };
    return data?.response_metadata?.messages ?? [];
  }
}
