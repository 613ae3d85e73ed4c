import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { WebSocketServer } from 'ws';
import { createSocketIntake } from '../../src/adapters/slack/socket-mode.ts';
import type { SlackWorkspace } from '../../src/sandbox/slack/workspace.ts';
import { aForm, aSocketIntake, fakeChatops, spyLog, text, until } from './slack-adapter-setup.ts';
import { APP_TOKEN, aWorkspace, TOKEN } from './slack-helpers.ts';

// A rejection that nobody handles, which would end the process, fails the test it happens in.
let workspace: SlackWorkspace;
let intake: Awaited<ReturnType<typeof aSocketIntake>>;

beforeAll(async () => {
  workspace = await aWorkspace({ rateLimits: 'off' });
});

afterAll(() => workspace.close());

beforeEach(async () => {
  intake = await aSocketIntake(workspace);
});

afterEach(async () => {
  await workspace.faults.clear();
  await intake.stop();
  await until(() => workspace.sockets.count() === 0);
});

const lastTold = (handle: string) => workspace.ephemerals(handle).at(-1)?.text;

test('commands, clicks, forms and events come over the socket', async () => {
  intake.chatops.answers({ kind: 'message', message: text('noted') });
  const command = await workspace.command('anna', 'note x', { channel: 'ops' });
  expect(command).toMatchObject({ via: 'socket', response: { response_type: 'ephemeral', text: 'noted' } });

  intake.chatops.answers({ kind: 'form', form: aForm({ incident: 'DR-1' }) });
  await workspace.shortcut('anna', 'declare');
  await until(() => workspace.modal('anna') !== undefined);
  intake.chatops.answers({ kind: 'invalid', fields: { note: 'too vague' } });
  expect(await workspace.submitView('anna', { note: 'x' })).toMatchObject({ outcome: 'errors' });
  await workspace.closeView('anna');

  await workspace.sendEvent({ type: 'subteam_members_changed' });
  await until(() => intake.chatops.heard.directoryChanged.length === 1);
  expect(intake.chatops.heard.submit[0]).toMatchObject({
    context: { incident: 'DR-1' },
    values: { note: 'x' },
  });
  expect(workspace.refusals).toEqual([]);
});

test('a late answer finds its way', async () => {
  const { promise, resolve } = Promise.withResolvers<{ kind: 'message'; message: ReturnType<typeof text> }>();
  intake.chatops.answers(() => promise);

  await workspace.command('anna', 'report');
  resolve({ kind: 'message', message: text('late but here') });

  await until(() => lastTold('anna') === 'late but here');
});

test.each(['warning', 'refresh_requested', 'link_disabled'] as const)(
  'connects again at once after Slack says goodbye: %s',
  async (reason) => {
    workspace.sockets.disconnect(reason);
    await until(() => !intake.socket.ready().ok || workspace.sockets.count() === 0);
    await until(() => intake.socket.ready().ok && workspace.sockets.count() === 1);

    intake.chatops.answers({ kind: 'message', message: text(`after ${reason}`) });
    await workspace.command('anna', 'note x');
    expect(lastTold('anna')).toBe(`after ${reason}`);
  },
);

test('connects again after the line is cut', async () => {
  workspace.sockets.cut();
  await until(() => !intake.socket.ready().ok);
  await until(() => workspace.sockets.count() === 1 && intake.socket.ready().ok);
});

test('outlives an outage of Slack, and says so meanwhile', async () => {
  await workspace.faults.down();
  await until(() => /not connected \((unreachable|connection_lost)\)/.test(intake.socket.ready().words));
  await workspace.faults.up();

  await until(() => intake.socket.ready().ok);
  expect(intake.socket.ready().words).toBe('Socket Mode connected');
});

test.each(['invalid_auth', 'internal_error'])('outlives %s when it asks for a connection', async (error) => {
  const fault = workspace.faults.fail(error, { method: 'apps.connections.open' });
  workspace.sockets.cut();
  await until(() => intake.socket.ready().words.includes(error));
  fault.clear();

  await until(() => intake.socket.ready().ok);
});

test('outlives HTTP errors and too many requests when it asks for a connection', async () => {
  const broken = workspace.faults.http(503, { method: 'apps.connections.open' });
  workspace.sockets.cut();
  await until(() => intake.socket.ready().words.includes('http_503'));
  broken.clear();
  const limited = workspace.faults.rateLimit(1, { method: 'apps.connections.open' });
  await until(() => intake.socket.ready().words.includes('rate_limited') || intake.socket.ready().ok);
  limited.clear();

  await until(() => intake.socket.ready().ok);
});

test('stops while the line is being cut', async () => {
  workspace.sockets.cut();

  await intake.stop();

  expect(intake.socket.ready()).toMatchObject({ ok: false });
});

test('stops at once while Slack is away', async () => {
  const fault = workspace.faults.hang({ method: 'apps.connections.open' });
  workspace.sockets.cut();
  await until(() => fault.hits === 1);

  await intake.stop();

  expect(intake.socket.ready()).toMatchObject({ ok: false });
});

/** A Slack that answers as told, where the workspace is too well-behaved. */
async function aRudeSlack(onSocket: (socket: import('ws').WebSocket) => void) {
  const server = createServer((_req, res) => {
    const { port } = server.address() as AddressInfo;
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ ok: true, url: `ws://127.0.0.1:${port}/link` }));
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', onSocket);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('messages that make no sense do no harm', async () => {
  const acked: string[] = [];
  const slack = await aRudeSlack((socket) => {
    socket.on('message', (data) => acked.push(String(data)));
    for (const words of [
      '{"type":"hello"}',
      'null',
      '5',
      '{"type":"events_api"}',
      'no json',
      '{"type":"interactive","envelope_id":"1","payload":{"type":"block_actions"}}',
    ]) {
      socket.send(words);
    }
    const payload = {
      command: '/dr',
      text: 'x',
      user_id: 'U1',
      team_id: 'T1',
      channel_id: 'C1',
      trigger_id: '1',
      response_url: 'http://127.0.0.1:9/',
    };
    socket.send(JSON.stringify({ type: 'slash_commands', envelope_id: 'good', payload }));
  });
  const chatops = fakeChatops();
  const log = spyLog();
  const identity = { current: () => ({ teamId: 'T1', botUserId: 'U0', isOrgInstall: false }) };
  const { createInbound } = await import('../../src/adapters/slack/inbound.ts');
  const courier = { tell: async () => {}, open: async () => true, show: async () => true };
  const words = {} as never;
  const inbound = createInbound({ chatops, identity, words, courier, accountChanged: () => false, log });
  const socket = await createSocketIntake({
    token: TOKEN,
    appToken: APP_TOKEN,
    apiUrl: slack.apiUrl,
    identity,
    inbound,
    log,
  });
  try {
    socket.start();
    await until(() => acked.some((line) => line.includes('good')));

    expect(chatops.heard.command).toHaveLength(1);
    expect(log.lines.join('\n')).not.toContain(APP_TOKEN);
  } finally {
    await socket.stop();
    await slack.close();
  }
});

test('does not wait for a goodbye that never comes', async () => {
  const slack = await aRudeSlack((socket) => {
    socket.send('{"type":"hello"}');
    // The closing frame is received and never answered.
    socket.on('message', () => undefined);
    (
      socket as unknown as { _receiver: { removeAllListeners(event: string): void } }
    )._receiver.removeAllListeners('conclude');
  });
  const socket = await createSocketIntake({
    token: TOKEN,
    appToken: APP_TOKEN,
    apiUrl: slack.apiUrl,
    identity: { current: () => undefined },
    inbound: intake.inbound,
    log: spyLog(),
  });
  socket.start();
  await until(() => socket.ready().ok);

  // Fails by its time limit if it waits.
  await socket.stop();

  expect(socket.ready().ok).toBe(false);
  await slack.close();
}, 10_000);
