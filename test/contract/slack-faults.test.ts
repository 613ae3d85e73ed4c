import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ErrorCode, type WebAPIRateLimitedError, type WebClient } from '@slack/web-api';
import { request } from 'undici';
import type { SlackWorkspace } from '../../src/sandbox/slack/workspace.ts';
import { aClient, aWorkspace, errorOf } from './slack-helpers.ts';

let workspace: SlackWorkspace;
let client: WebClient;
let ops: string;

beforeEach(async () => {
  workspace = await aWorkspace({ rateLimits: 'off' });
  client = aClient(workspace);
  ops = workspace.channelId('ops');
});

afterEach(() => workspace.close());

const post = (text = 'x', channel = ops) => client.chat.postMessage({ channel, text });
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: { code: string }) => error.code,
  );

/** Without the client, which hides how a connection broke. */
const rawCode = () => codeOf(request(`${workspace.apiUrl}api.test`, { method: 'POST', reset: true }));

test('down: connections are refused until Slack is up again, at the same address', async () => {
  await workspace.faults.down();

  const away = [await codeOf(post()), await rawCode()];
  await workspace.faults.up();

  expect(away).toEqual([ErrorCode.RequestError, 'ECONNREFUSED']);
  expect(await errorOf(post('back'))).toBe('ok');
  expect(workspace.messages('ops').map((one) => one.text)).toEqual(['back']);
});

test('reset: the connection breaks and nothing happens, as often as told', async () => {
  const fault = workspace.faults.reset({ method: 'chat.postMessage', times: 2 });
  const outcomes = [await codeOf(post()), await codeOf(post()), await codeOf(post('third'))];
  workspace.faults.reset({ method: 'api.test' });

  expect(outcomes).toEqual([ErrorCode.RequestError, ErrorCode.RequestError, 'ok']);
  expect(await rawCode()).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
  expect(fault.hits).toBe(2);
  expect(workspace.messages('ops').map((one) => one.text)).toEqual(['third']);
});

test('hang: no answer comes, and other methods are not held up', async () => {
  const fault = workspace.faults.hang({ method: /^chat\./ });
  const impatient = aClient(workspace, { timeout: 300 });
  const hanging = codeOf(impatient.chat.postMessage({ channel: ops, text: 'x' }));

  expect(await errorOf(client.auth.test())).toBe('ok');
  expect(await hanging).toBe(ErrorCode.RequestError);
  expect(workspace.requests.find((one) => one.method === 'chat.postMessage')?.outcome).toBe('hung');
  fault.clear();
  expect(await errorOf(post())).toBe('ok');
});

test('slow: the answer comes, later', async () => {
  workspace.faults.slow(120, { method: 'chat.postMessage' });
  const start = performance.now();

  const outcome = await errorOf(post());

  expect(outcome).toBe('ok');
  expect(performance.now() - start).toBeGreaterThanOrEqual(115);
});

test('429 for one channel, with the time to wait', async () => {
  const other = workspace.channelId('secret');
  workspace.faults.rateLimit(30, { method: 'chat.postMessage', channel: ops, times: 1 });

  const error = await post().catch((caught: WebAPIRateLimitedError) => caught);

  expect(error).toMatchObject({ code: ErrorCode.RateLimitedError, retryAfter: 30 });
  expect(await errorOf(post('x', other))).toBe('ok');
  expect(await errorOf(post())).toBe('ok');
});

test('HTTP 500 and named errors take no effect', async () => {
  workspace.faults.http(503, { times: 1 });
  const first = await post().catch((caught: { code: string; statusCode: number }) => caught);
  workspace.faults.fail('fatal_error', { method: 'chat.postMessage', times: 1 });
  const second = await errorOf(post());

  expect(first).toMatchObject({ code: ErrorCode.HTTPError, statusCode: 503 });
  expect(second).toBe('fatal_error');
  expect(workspace.messages('ops')).toEqual([]);
  expect(workspace.refusals).toEqual([]);
});

test('a lost reply: the message is there, the client does not know', async () => {
  workspace.faults.dropReply({ method: 'chat.postMessage', times: 1 });

  const outcome = await codeOf(post('there'));

  expect(outcome).toBe(ErrorCode.RequestError);
  expect(workspace.messages('ops').map((one) => one.text)).toEqual(['there']);
  expect(workspace.requests[0]).toMatchObject({ outcome: 'reply-lost', reply: { ok: true } });
});

test('clear ends all of them', async () => {
  workspace.faults.fail('fatal_error');
  workspace.faults.hang({ method: 'users.info' });
  workspace.faults.clockSkew(60_000);
  await workspace.faults.down();

  await workspace.faults.clear();

  expect(await errorOf(post())).toBe('ok');
  expect(await errorOf(client.users.info({ user: workspace.userId('anna') }))).toBe('ok');
});

test('closing does not wait for a hanging call', async () => {
  workspace.faults.hang();
  const hanging = codeOf(aClient(workspace, { timeout: 0 }).auth.test());
  await workspace.waitFor(() => workspace.requests[0]?.outcome === 'hung');

  await workspace.close();

  expect(await hanging).toBe(ErrorCode.RequestError);
});
