import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import type { SlackWorkspace } from '../../src/sandbox/slack/workspace.ts';
import {
  APP_TOKEN,
  aClient,
  anHttpApp,
  aSocketApp,
  aWorkspace,
  errorOf,
  type RunningApp,
} from './slack-helpers.ts';

let workspace: SlackWorkspace;
const running: RunningApp[] = [];

beforeEach(async () => {
  workspace = await aWorkspace();
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
  await workspace.close();
});

const plain = (text: string) => ({ type: 'plain_text' as const, text });

test('commands, clicks, submissions and events come over the socket, answers go back over it', async () => {
  const events: [string, number | undefined][] = [];
  running.push(
    await aSocketApp(workspace, (app) => {
      app.command('/dr', async ({ ack, client, body, respond }) => {
        await ack({
          text: 'acknowledged',
          blocks: [{ type: 'actions', elements: [{ type: 'button', action_id: 'go', text: plain('Go') }] }],
        });
        await respond('later');
        await client.chat.postMessage({ channel: body.channel_id, text: 'posted' });
      });
      app.action('go', async ({ ack, client, body }) => {
        await ack();
        const input = {
          type: 'input' as const,
          block_id: 'what',
          label: plain('What'),
          element: { type: 'plain_text_input' as const, action_id: 'a' },
        };
        await client.views.open({
          trigger_id: (body as { trigger_id: string }).trigger_id,
          view: { type: 'modal', callback_id: 'm', title: plain('T'), submit: plain('S'), blocks: [input] },
        });
      });
      app.view('m', async ({ ack }) => ack({ response_action: 'errors', errors: { what: 'No.' } }));
      app.event('team_join', async ({ body, context }) => {
        events.push([body.event_id, context.retryNum]);
      });
    }),
  );

  const result = await workspace.command('anna', 'hello', { channel: 'ops' });
  await workspace.waitFor(
    () => workspace.messages('ops').length === 1 && workspace.ephemerals('anna').length === 2,
  );
  await workspace.click('anna', { channel: 'ops', actionId: 'go' });
  await workspace.waitFor(() => workspace.modal('anna'));
  const submitted = await workspace.submitView('anna', { what: 'x' });
  const event = await workspace.sendEvent({ type: 'team_join', user: { id: 'U1' } }, { eventId: 'Ev1' });
  await workspace.redeliver(event.id, { retryNum: 1, retryReason: 'timeout' });
  await workspace.waitFor(() => events.length === 2);

  expect(result).toMatchObject({
    via: 'socket',
    status: 200,
    timedOut: false,
    response: { text: 'acknowledged' },
  });
  expect(workspace.ephemerals('anna').map((one) => one.text)).toEqual(['acknowledged', 'later']);
  expect(submitted).toMatchObject({ via: 'socket', outcome: 'errors', errors: { what: 'No.' } });
  expect(events).toEqual([
    ['Ev1', 0],
    ['Ev1', 1],
  ]);
});

test('an open socket takes everything, also what would go over HTTP', async () => {
  const via: string[] = [];
  const answer = (name: string) => (app: Parameters<Parameters<typeof anHttpApp>[1]>[0]) => {
    app.command('/dr', async ({ ack }) => {
      via.push(name);
      await ack();
    });
  };
  running.push(await anHttpApp(workspace, answer('http')));
  await workspace.command('anna', '', { channel: 'ops' });
  const socket = await aSocketApp(workspace, answer('socket'));
  await workspace.command('anna', '', { channel: 'ops' });
  await socket.stop();
  await workspace.waitFor(() => workspace.sockets.count() === 0);
  await workspace.command('anna', '', { channel: 'ops' });

  expect(via).toEqual(['http', 'socket', 'http']);
});

test('an envelope without acknowledgement times out', async () => {
  await workspace.close();
  workspace = await aWorkspace({ ackTimeoutMs: 200 });
  let acked = false;
  running.push(
    await aSocketApp(workspace, (app) => {
      app.command('/dr', async ({ ack }) => {
        await sleep(400);
        await ack();
        acked = true;
      });
    }),
  );

  const result = await workspace.command('anna', '', { channel: 'ops' });

  expect(result).toMatchObject({ via: 'socket', timedOut: true, failure: 'operation_timeout' });
  await workspace.waitFor(() => acked);
});

/** A bare client, for what Bolt hides. */
async function connect(): Promise<{ socket: WebSocket; received: Record<string, unknown>[] }> {
  const { url } = await aClient(workspace, { token: APP_TOKEN }).apps.connections.open();
  const socket = new WebSocket(String(url));
  const received: Record<string, unknown>[] = [];
  socket.on('message', (data) => received.push(JSON.parse(String(data)) as Record<string, unknown>));
  await workspace.waitFor(() => received.some((one) => one.type === 'hello'), { what: 'hello' });
  return { socket, received };
}

test('several connections are used in turn; a cut one loses what it had', async () => {
  const [first, second] = [await connect(), await connect()];
  const types = (one: typeof first) => one.received.map((message) => message.type);

  const lost = workspace.command('anna', '1', { channel: 'ops' });
  await workspace.waitFor(() => first.received.length + second.received.length === 3);
  workspace.sockets.cut();

  expect([...types(first), ...types(second)].sort()).toEqual(['hello', 'hello', 'slash_commands']);
  expect(await lost).toMatchObject({ failure: 'dispatch_failed', timedOut: false });
  await workspace.waitFor(() => workspace.sockets.count() === 0);
});

test('goodbye is said before a socket is closed for a refresh', async () => {
  const { socket, received } = await connect();
  const closed = new Promise((resolve) => socket.once('close', resolve));

  workspace.sockets.disconnect('warning');
  await workspace.waitFor(() => received.length === 2);
  const stillOpen = workspace.sockets.count();
  workspace.sockets.disconnect('refresh_requested');
  await closed;

  expect(stillOpen).toBe(1);
  expect(received.slice(1)).toEqual([
    expect.objectContaining({ type: 'disconnect', reason: 'warning' }),
    expect.objectContaining({ type: 'disconnect', reason: 'refresh_requested' }),
  ]);
});

test('a ticket is good for one connection, and ten connections are enough', async () => {
  const { url } = await aClient(workspace, { token: APP_TOKEN }).apps.connections.open();
  const refused = async () => {
    const socket = new WebSocket(String(url));
    return new Promise((resolve) => socket.once('error', (error) => resolve(error.message)));
  };
  const first = new WebSocket(String(url));
  await new Promise((resolve) => first.once('open', resolve));
  const again = await refused();
  for (let index = 1; index < 10; index += 1) await connect();

  expect(again).toMatch('404');
  expect(workspace.sockets.count()).toBe(10);
  expect(await errorOf(aClient(workspace, { token: APP_TOKEN }).apps.connections.open())).not.toBe('ok');
  workspace.sockets.cut();
});

test('Bolt comes back by itself after a cut', async () => {
  running.push(
    await aSocketApp(workspace, (app) => {
      app.command('/dr', async ({ ack }) => ack('again'));
    }),
  );

  workspace.sockets.cut();
  await workspace.waitFor(() => workspace.sockets.count() === 0);
  await workspace.waitFor(() => workspace.sockets.count() === 1, {
    timeoutMs: 15_000,
    what: 'the new socket',
  });

  expect(await workspace.command('anna', '', { channel: 'ops' })).toMatchObject({
    via: 'socket',
    response: { text: 'again' },
  });
});
