import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpIntake } from '../../src/adapters/slack/bolt.ts';
import { createChat } from '../../src/adapters/slack/chat.ts';
import { createSlackClients, type SlackClients } from '../../src/adapters/slack/client.ts';
import { createCourier } from '../../src/adapters/slack/deliver.ts';
import { createIdentity, type IdentityKeeper } from '../../src/adapters/slack/identity.ts';
import { createInbound, type Inbound } from '../../src/adapters/slack/inbound.ts';
import { createInboundWords } from '../../src/adapters/slack/inbound-words.ts';
import type { Memory } from '../../src/adapters/slack/last-known.ts';
import { createSocketIntake } from '../../src/adapters/slack/socket-mode.ts';
import type { Catalogue } from '../../src/app/ports/catalogue.ts';
import type { Chat, Form } from '../../src/app/ports/chat.ts';
import type { Answer, Chatops } from '../../src/chatops/port.ts';
import type { Message } from '../../src/core/message/message.ts';
import { UpstreamError } from '../../src/core/shared/upstream-error.ts';
import type { Log } from '../../src/lib/redact.ts';
import type { SlackWorkspace } from '../../src/sandbox/slack/workspace.ts';
import { silentLog } from '../fixtures/silent-log.ts';
import { APP_TOKEN, SECRET, TOKEN } from './slack-helpers.ts';

export const text = (words: string): Message => ({ text: words, blocks: [{ kind: 'text', text: words }] });

/** What the database keeps for the adapter, without a database. */
export function aMemory(now: () => number = Date.now): Memory & { values: Map<string, unknown> } {
  const values = new Map<string, unknown>();
  const times = new Map<string, string>();
  return {
    values,
    async remember(key, value) {
      values.set(key, structuredClone(value));
      times.set(key, new Date(now()).toISOString());
    },
    async recall(key) {
      return values.has(key) ? { value: values.get(key), at: times.get(key) as string } : undefined;
    },
  };
}

export interface TestChat {
  chat: Chat;
  clients: SlackClients;
  identity: IdentityKeeper;
}

/** The adapter's outward half against a workspace that has answered once. */
export async function aChat(
  workspace: SlackWorkspace,
  options: { timeoutMs?: number } = {},
): Promise<TestChat> {
  const clients = createSlackClients({
    token: TOKEN,
    apiUrl: workspace.apiUrl,
    timeoutMs: options.timeoutMs,
    log: silentLog,
  });
  const identity = await knownIdentity(clients);
  return { chat: createChat({ clients, identity }), clients, identity };
}

export async function knownIdentity(clients: SlackClients): Promise<IdentityKeeper> {
  const identity = createIdentity({
    client: clients.reads,
    token: TOKEN,
    memory: aMemory(),
    log: silentLog,
    firstPauseMs: 20,
  });
  await identity.start();
  await until(() => identity.ready().ok);
  identity.stop();
  return identity;
}

/** Polls a state that nobody announces. @throws after five seconds */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The error a call ends in. @throws if it does not end in one of ours */
export async function faultOf(call: Promise<unknown>): Promise<UpstreamError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof UpstreamError) return error;
    throw error;
  }
  throw new Error('the call went well');
}

/** Words that tell which message they are and what it was given. */
export const plainCatalogue: Catalogue = {
  render: (id, vars) => text(`[${id}] ${JSON.stringify(vars)}`),
  form: () => ({ title: 'Form', submit: 'Send', close: 'Close', intro: [], fields: {} }),
  line: () => '',
  refusal: ({ refused, detail }) => ({
    what: [refused, ...Object.values(detail)].join(' '),
    kept: 'kept',
    next: 'next',
  }),
};

export const aForm = (context: Record<string, string> = {}): Form => ({
  callback: 'note.submit',
  context,
  words: {
    title: 'A note',
    submit: 'Save',
    close: 'Cancel',
    intro: [],
    fields: { note: { label: 'Note' }, who: { label: 'Who' } },
  },
  fields: [
    { name: 'note', kind: 'text' },
    { name: 'who', kind: 'person', optional: true },
  ],
});

type Heard = { [Name in keyof Chatops]: Parameters<Chatops[Name]>[0][] };

export interface FakeChatops extends Chatops {
  /** What it was asked, by kind. */
  heard: Heard;
  /** What it answers from now on. */
  answers(answer: Answer | (() => Promise<Answer>)): void;
}

/** ChatOps that remembers what it was asked and answers as told. */
export function fakeChatops(): FakeChatops {
  const heard: Heard = {
    command: [],
    intent: [],
    submit: [],
    homeOpened: [],
    directoryChanged: [],
    channelArchived: [],
  };
  let next: Answer | (() => Promise<Answer>) = { kind: 'message', message: text('done') };
  const answer = async () => (typeof next === 'function' ? next() : next);
  return {
    heard,
    answers: (given) => {
      next = given;
    },
    async command(incoming) {
      heard.command.push(incoming);
      return answer();
    },
    async intent(incoming) {
      heard.intent.push(incoming);
      return answer();
    },
    async submit(incoming) {
      heard.submit.push(incoming);
      return answer();
    },
    async homeOpened(incoming) {
      heard.homeOpened.push(incoming);
    },
    directoryChanged() {
      heard.directoryChanged.push(undefined as never);
    },
    async channelArchived(incoming) {
      heard.channelArchived.push(incoming);
    },
  };
}

/** A log whose lines can be looked at. */
export function spyLog(): Log & { lines: string[] } {
  const lines: string[] = [];
  const write =
    (level: string) =>
    (...args: unknown[]) => {
      lines.push(
        `${level} ${JSON.stringify(args, (_, value) => (value instanceof Error ? { ...value, message: value.message, stack: value.stack } : value))}`,
      );
    };
  return {
    lines,
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  } as Log & { lines: string[] };
}

/** A bare HTTP server, as somebody else would run it. */
export async function aServer(listener: (req: IncomingMessage, res: ServerResponse) => void) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface TestIntake {
  chatops: FakeChatops;
  inbound: Inbound;
  /** Of our endpoint, in HTTP mode. */
  url: string;
  log: ReturnType<typeof spyLog>;
  /** How long Slack waited for each acknowledgement, by kind. */
  acks: [kind: string, tookMs: number][];
  /** What became of user objects that events brought. */
  changes: unknown[];
  stop(): Promise<void>;
}

export interface IntakeOptions {
  identity?: Pick<IdentityKeeper, 'current'>;
  /** What an event's user object is said to change. */
  accountChanged?: boolean;
}

/** The way in over HTTP, behind a server of its own, with the workspace delivering to it. */
export async function anHttpIntake(
  workspace: SlackWorkspace,
  options: IntakeOptions = {},
): Promise<TestIntake> {
  const parts = await intakeParts(workspace, options);
  const intake = await createHttpIntake({ ...parts.bolt, signingSecret: SECRET });
  const server = await aServer(intake.slackRequestListener);
  workspace.deliverTo(server.url);
  return {
    ...parts.seen,
    url: server.url,
    async stop() {
      await server.close();
      await parts.seen.inbound.drain();
    },
  };
}

/** The way in over Socket Mode; resolves when it is connected. */
export async function aSocketIntake(workspace: SlackWorkspace, options: IntakeOptions = {}) {
  const parts = await intakeParts(workspace, options);
  const socket = await createSocketIntake({ ...parts.bolt, appToken: APP_TOKEN, firstPauseMs: 20 });
  socket.start();
  await until(() => socket.ready().ok);
  return {
    ...parts.seen,
    url: '',
    socket,
    async stop() {
      await socket.stop();
      await parts.seen.inbound.drain();
    },
  };
}

async function intakeParts(workspace: SlackWorkspace, options: IntakeOptions) {
  const log = spyLog();
  const clients = createSlackClients({ token: TOKEN, apiUrl: workspace.apiUrl, timeoutMs: 1_000, log });
  const identity = options.identity ?? (await knownIdentity(clients));
  const chatops = fakeChatops();
  const acks: TestIntake['acks'] = [];
  const changes: unknown[] = [];
  const inbound = createInbound({
    chatops,
    identity,
    words: createInboundWords(plainCatalogue),
    courier: createCourier({ clients, log }),
    accountChanged(user) {
      changes.push(user);
      return options.accountChanged ?? false;
    },
    log,
    onAck: (kind, tookMs) => acks.push([kind, tookMs]),
    answerWithinMs: 300,
  });
  const bolt = { token: TOKEN, apiUrl: workspace.apiUrl, identity, inbound, log };
  return { bolt, seen: { chatops, inbound, log, acks, changes } };
}
