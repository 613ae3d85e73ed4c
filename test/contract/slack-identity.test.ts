import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createSlackClients } from '../../src/adapters/slack/client.ts';
import { createIdentity, type IdentityKeeper } from '../../src/adapters/slack/identity.ts';
import type { SlackWorkspace } from '../../src/sandbox/slack/workspace.ts';
import { aMemory, spyLog, until } from './slack-adapter-setup.ts';
import { aWorkspace, TOKEN } from './slack-helpers.ts';

let workspace: SlackWorkspace;
let log: ReturnType<typeof spyLog>;
let memory = aMemory();
const running: IdentityKeeper[] = [];

beforeAll(async () => {
  workspace = await aWorkspace({ rateLimits: 'off' });
});

afterAll(() => workspace.close());

beforeEach(() => {
  log = spyLog();
  memory = aMemory();
  workspace.forget();
});

afterEach(async () => {
  for (const identity of running.splice(0)) identity.stop();
  await workspace.faults.clear();
});

function anIdentity(token = TOKEN): IdentityKeeper {
  const clients = createSlackClients({ token, apiUrl: workspace.apiUrl, timeoutMs: 500, log });
  const identity = createIdentity({ client: clients.reads, token, memory, log, firstPauseMs: 20 });
  running.push(identity);
  return identity;
}

test('asks Slack once who we are, and says so', async () => {
  const identity = anIdentity();

  expect(identity.ready()).toEqual({ ok: false, words: 'Slack has not been asked yet' });
  await identity.start();
  await until(() => identity.ready().ok);

  expect(identity.current()).toEqual({
    teamId: workspace.teamId,
    botUserId: workspace.botUserId,
    botId: 'B0LIFEBOAT1',
    isOrgInstall: false,
    url: 'https://acme.slack.com/',
  });
  expect(identity.ready().words).toBe(`connected to workspace ${workspace.teamId}`);
  expect(workspace.requestCounts()).toEqual({ 'auth.test': 1 });
});

test('keeps asking while Slack is away at the start', async () => {
  await workspace.faults.down();
  const identity = anIdentity();

  await identity.start();
  await until(() => log.lines.filter((line) => line.includes('asking again')).length >= 3);
  expect(identity.current()).toBeUndefined();
  expect(identity.ready()).toMatchObject({ ok: false, words: expect.stringContaining('out of reach') });
  await workspace.faults.up();

  await until(() => identity.ready().ok);
});

test('works from memory while Slack is away', async () => {
  const first = anIdentity();
  await first.start();
  await until(() => memory.values.size === 1);
  await workspace.faults.down();

  const second = anIdentity();
  await second.start();

  expect(second.current()).toEqual(first.current());
  await until(() => second.ready().words.includes('as remembered'));
  expect(second.ready().ok).toBe(false);
});

test('does not take what it remembers of another token', async () => {
  const first = anIdentity();
  await first.start();
  await until(() => memory.values.size === 1);
  await workspace.faults.down();

  const other = anIdentity('xoxb-another');
  await other.start();

  expect(other.current()).toBeUndefined();
});

test('says when the token is refused, and shows it nowhere', async () => {
  const identity = anIdentity('xoxb-wrong-one');

  await identity.start();
  await until(() => identity.ready().words.includes('invalid_auth'));

  expect(identity.ready().words).toBe('Slack refuses the bot token (invalid_auth)');
  expect([...log.lines, ...memory.values.keys(), identity.ready().words].join()).not.toContain(
    'xoxb-wrong-one',
  );
  workspace.forget();
});

test('survives a memory that fails', async () => {
  const broken = () => Promise.reject(new Error('no database'));
  memory = Object.assign(aMemory(), { remember: broken, recall: broken });
  const identity = anIdentity();

  await identity.start();

  await until(() => identity.ready().ok);
});

test('asks no more once stopped', async () => {
  await workspace.faults.down();
  const identity = anIdentity();
  await identity.start();
  await until(() => log.lines.some((line) => line.includes('asking again')));

  identity.stop();
  const before = log.lines.length;
  await new Promise((resolve) => setTimeout(resolve, 200));

  // One attempt may have been under way.
  expect(log.lines.length).toBeLessThanOrEqual(before + 1);
});
