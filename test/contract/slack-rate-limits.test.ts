import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ErrorCode, type WebAPIRateLimitedError } from '@slack/web-api';
import { createRateLimits } from '../../src/sandbox/slack/rate-limits.ts';
import type { SlackWorkspace } from '../../src/sandbox/slack/workspace.ts';
import { aClient, aWorkspace, errorOf } from './slack-helpers.ts';

describe('over the wire', () => {
  let workspace: SlackWorkspace;

  beforeEach(async () => {
    const started = Date.now();
    workspace = await aWorkspace({ now: () => started });
  });
  afterEach(() => workspace.close());

  test('the fifth message in a second is too many in its channel only', async () => {
    const client = aClient(workspace);
    const post = (name: string) => client.chat.postMessage({ channel: workspace.channelId(name), text: 'x' });
    for (let index = 0; index < 4; index += 1) await post('ops');

    const error = await post('ops').catch((caught: WebAPIRateLimitedError) => caught);

    expect(error).toMatchObject({ code: ErrorCode.RateLimitedError, retryAfter: 1 });
    expect(await errorOf(post('secret'))).toBe('ok');
    expect(workspace.requests.at(-2)).toMatchObject({ status: 429, reply: { error: 'ratelimited' } });
    // Being told to wait is no fault of the bot's.
    expect(workspace.refusals).toEqual([]);
    expect(workspace.messages('ops')).toHaveLength(4);
  });

  test('a tier 2 method passes twenty times', async () => {
    const client = aClient(workspace);
    const set = () =>
      errorOf(client.conversations.setTopic({ channel: workspace.channelId('ops'), topic: 'x' }));

    const outcomes = [];
    for (let index = 0; index < 21; index += 1) outcomes.push(await set());

    expect(outcomes.filter((one) => one === 'ok')).toHaveLength(20);
    expect(outcomes.at(-1)).toBe(ErrorCode.RateLimitedError);
  });
});

describe('the counting', () => {
  const limits = (mode: Parameters<typeof createRateLimits>[0]) => {
    const clock = { now: 0 };
    const { take } = createRateLimits(mode, () => clock.now);
    const passed = (calls: number, method: string, channel?: string) =>
      Array.from({ length: calls }, () => take(method, channel)).filter((wait) => wait === undefined).length;
    return { clock, take, passed };
  };

  test('follows the tier of the method', () => {
    const { passed } = limits('slack');

    expect(passed(200, 'conversations.create')).toBe(20);
    expect(passed(200, 'chat.update')).toBe(50);
    expect(passed(200, 'users.info')).toBe(100);
    expect(passed(200, 'auth.test')).toBe(200);
  });

  test('says how long to wait, and lets pass after that', () => {
    const { clock, take, passed } = limits('slack');
    passed(20, 'conversations.create');

    expect(take('conversations.create', undefined)).toBe(3);
    clock.now = 2_000;
    expect(take('conversations.create', undefined)).toBe(1);
    clock.now = 3_000;
    expect(take('conversations.create', undefined)).toBeUndefined();
  });

  test('has a ceiling over all channels for posts', () => {
    const { take } = limits('slack');

    const passed = Array.from({ length: 400 }, (_, index) => take('chat.postMessage', `C${index}`));

    expect(passed.filter((wait) => wait === undefined)).toHaveLength(300);
  });

  test('can be scaled and switched off', () => {
    expect(limits({ factor: 2 }).passed(200, 'conversations.create')).toBe(40);
    expect(limits('off').passed(200, 'conversations.create')).toBe(200);
  });
});
