import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createChat } from '../../src/adapters/slack/chat.ts';
import { createSlackClients } from '../../src/adapters/slack/client.ts';
import type { Chat } from '../../src/app/ports/chat.ts';
import { derivedUserId } from '../../src/sandbox/slack/directory.ts';
import type { SlackWorkspace } from '../../src/sandbox/slack/workspace.ts';
import { silentLog } from '../fixtures/silent-log.ts';
import { aChat, faultOf, knownIdentity, text } from './slack-adapter-setup.ts';
import { aWorkspace, TOKEN } from './slack-helpers.ts';

const A_MINUTE_AGO = () => new Date(Date.now() - 60_000).toISOString();

let workspace: SlackWorkspace;
let chat: Chat;
let count = 0;
const aName = () => `dr-${Date.now().toString(36)}-${count++}`;

beforeAll(async () => {
  workspace = await aWorkspace({ rateLimits: 'off' });
  ({ chat } = await aChat(workspace, { timeoutMs: 600 }));
});

afterAll(() => workspace.close());

beforeEach(() => workspace.forget());

afterEach(async () => {
  await workspace.faults.clear();
  expect(workspace.refusals).toEqual([]);
});

describe('channels', () => {
  test('creates a public and a private one', async () => {
    const [open, hidden] = [aName(), aName()];

    const first = await chat.createChannel(open, false);
    const second = await chat.createChannel(hidden, true);

    expect(first).toEqual({ id: workspace.channel(open)?.id, name: open });
    expect(workspace.channel(second.id)).toMatchObject({ name: hidden, isPrivate: true });
  });

  test('says when the name is taken, and that repeating is of no use', async () => {
    const name = aName();
    await chat.createChannel(name, false);

    const fault = await faultOf(chat.createChannel(name, false));

    expect(fault).toMatchObject({ service: 'slack', code: 'name_taken', retry: 'never' });
  });

  test('finds the one it made although the answer was lost', async () => {
    const since = new Date().toISOString();
    for (const isPrivate of [false, true]) {
      const name = aName();
      workspace.faults.dropReply({ method: 'conversations.create', times: 1 });

      const fault = await faultOf(chat.createChannel(name, isPrivate));
      const found = await chat.findOwnChannel(name, since);

      expect(fault).toMatchObject({ code: 'connection_lost', retry: 'after_check' });
      expect(found).toEqual({ id: workspace.channelId(name), name });
    }
  });

  test('takes no channel for its own that somebody else made, or that is older', async () => {
    const name = aName();
    await chat.createChannel(name, false);

    expect(await chat.findOwnChannel('lobby', A_MINUTE_AGO())).toBeUndefined();
    expect(await chat.findOwnChannel(name, new Date(Date.now() + 3_600_000).toISOString())).toBeUndefined();
    expect(await chat.findOwnChannel(aName(), A_MINUTE_AGO())).toBeUndefined();
  });

  test('does not take a list it could not read for an empty one', async () => {
    workspace.faults.http(503, { method: 'users.conversations' });

    const fault = await faultOf(chat.findOwnChannel('x', A_MINUTE_AGO()));

    expect(fault).toMatchObject({ code: 'http_503', retry: 'safe' });
  });

  test('sets the topic as plain text within Slack’s limit', async () => {
    const { id } = await chat.createChannel(aName(), false);

    await chat.setTopic(id, `R&amp;D ${'x'.repeat(400)}`);

    const topic = workspace.channel(id)?.topic ?? '';
    expect(topic).toMatch(/^R&D x+…$/);
    expect(topic.length).toBeLessThanOrEqual(250);
  });

  test('archives, also what is archived already', async () => {
    const { id } = await chat.createChannel(aName(), false);

    await chat.archive(id);
    await chat.archive(id);

    expect(workspace.channel(id)?.isArchived).toBe(true);
  });

  test('resolves names and ids, and asks once for one name', async () => {
    const again = createChat(await outside());

    const [ops, same, id, hidden, none] = await Promise.all([
      again.resolveChannel('#ops'),
      again.resolveChannel('ops'),
      again.resolveChannel('C0123456789'),
      again.resolveChannel('#hidden'),
      again.resolveChannel('#nowhere'),
    ]);

    expect([ops, same]).toEqual([workspace.channelId('ops'), workspace.channelId('ops')]);
    expect(id).toBe('C0123456789');
    expect([hidden, none]).toEqual([undefined, undefined]);
    const before = workspace.requests.length;
    await again.resolveChannel('#ops');
    await again.resolveChannel('#nowhere');
    expect(workspace.requests.length).toBe(before);
  });

  test('looks again for a name after a failed look', async () => {
    const again = createChat(await outside());
    workspace.faults.http(500, { method: 'users.conversations', times: 1 });

    await faultOf(again.resolveChannel('#ops'));

    expect(await again.resolveChannel('#ops')).toBe(workspace.channelId('ops'));
  });

  test('links to a channel', () => {
    expect(chat.channelUrl('C01')).toBe('https://acme.slack.com/archives/C01');
  });
});

async function outside() {
  const clients = createSlackClients({ token: TOKEN, apiUrl: workspace.apiUrl, log: silentLog });
  return { clients, identity: await knownIdentity(clients) };
}

describe('inviting', () => {
  test('brings everybody who can come and says in words why others cannot', async () => {
    const { id } = await chat.createChannel(aName(), false);
    await chat.invite(id, [workspace.userId('anna')]);

    const { failed } = await chat.invite(id, [
      workspace.userId('anna'),
      workspace.userId('ben'),
      workspace.botUserId,
      workspace.userId('dora'),
      workspace.userId('eve'),
      'U0NOBODY00',
    ]);

    const members = workspace.channel(id)?.members ?? [];
    expect(members).toEqual(expect.arrayContaining(['anna', 'ben']));
    expect(failed).toEqual([
      { userId: workspace.userId('dora'), why: 'Slack knows no such account' },
      { userId: workspace.userId('eve'), why: 'Slack does not allow this person in the channel' },
      { userId: 'U0NOBODY00', why: 'Slack knows no such account' },
    ]);
  });

  test('brings more than a hundred, in as few calls as Slack allows', async () => {
    const users = Array.from({ length: 130 }, (_, index) => ({
      handle: `p${index}`,
      realName: `Person ${index}`,
    }));
    const large = await aWorkspace({
      users,
      channels: [{ name: 'ops', members: ['p0', 'lifeboat'] }],
      userGroups: [],
    });
    try {
      const { chat: own } = await aChat(large);
      const { id } = await own.createChannel('big', false);
      large.forget();

      const { failed } = await own.invite(id, [
        ...users.map(({ handle }) => derivedUserId(handle)),
        'U0GONE',
      ]);

      expect(failed.map(({ userId }) => userId)).toEqual(['U0GONE']);
      expect(large.channel(id)?.members).toHaveLength(131);
      expect(large.requestCounts()).toMatchObject({ 'conversations.invite': 2 });
    } finally {
      await large.close();
    }
  });

  test('finds the one Slack minds when it does not say whom', async () => {
    const { id } = await chat.createChannel(aName(), false);
    const [anna, ben] = [workspace.userId('anna'), workspace.userId('ben')];
    // The first call as a whole is refused without names; the halves go through.
    workspace.faults.fail('cant_invite', { method: 'conversations.invite', times: 1 });

    const { failed } = await chat.invite(id, [anna, ben]);

    expect(failed).toEqual([]);
    expect(workspace.channel(id)?.members).toEqual(expect.arrayContaining(['anna', 'ben']));
  });

  test('blames the channel, not the people, when it is archived', async () => {
    const { id } = await chat.createChannel(aName(), false);
    await chat.archive(id);

    const fault = await faultOf(chat.invite(id, [workspace.userId('anna')]));

    expect(fault).toMatchObject({ code: 'is_archived', retry: 'never' });
  });

  test('is harmless to repeat after a lost answer', async () => {
    const { id } = await chat.createChannel(aName(), false);
    workspace.faults.dropReply({ method: 'conversations.invite', times: 1 });
    const people = [workspace.userId('anna'), workspace.userId('ben')];

    const fault = await faultOf(chat.invite(id, people));

    expect(fault.retry).toBe('safe');
    expect(await chat.invite(id, people)).toEqual({ failed: [] });
  });

  test('invites nobody without a call', async () => {
    expect(await chat.invite('C0123456789', [])).toEqual({ failed: [] });
    expect(workspace.requests).toHaveLength(0);
  });
});

describe('messages', () => {
  test('posts, edits and pins, also twice', async () => {
    const channel = workspace.channelId('ops');

    const { ts } = await chat.post(channel, text('one'), 'key:1');
    await chat.update(channel, ts, text('two'));
    await chat.pin(channel, ts);
    await chat.pin(channel, ts);

    const message = workspace.messages('ops').find((one) => one.ts === ts);
    expect(message && workspace.text(message)).toContain('two');
    expect(workspace.channel('ops')?.pins).toContain(ts);
  });

  test('does not unfurl links', async () => {
    await chat.post(workspace.channelId('ops'), text('see https://example.com'), 'key:links');

    const sent = workspace.requests.find(({ method }) => method === 'chat.postMessage');
    expect(sent?.args).toMatchObject({ unfurl_links: 'false', unfurl_media: 'false' });
  });

  test('finds what was posted although the answer was lost, and only that', async () => {
    const channel = workspace.channelId('ops');
    const since = new Date().toISOString();
    workspace.faults.dropReply({ method: 'chat.postMessage', times: 1 });

    const fault = await faultOf(chat.post(channel, text('status'), 'key:lost'));
    const found = await chat.findPosted(channel, 'key:lost', since);

    expect(fault).toMatchObject({ code: 'connection_lost', retry: 'after_check' });
    expect(workspace.messages('ops').find(({ ts }) => ts === found?.ts)).toMatchObject({ text: 'status' });
    expect(await chat.findPosted(channel, 'key:never', since)).toBeUndefined();
  });

  test('finds it below many newer ones, and after an edit', async () => {
    const channel = workspace.channelId('ops');
    const since = new Date().toISOString();
    const { ts } = await chat.post(channel, text('first'), 'key:deep');
    await chat.update(channel, ts, text('first, edited'));
    for (let index = 0; index < 520; index++) await workspace.say('anna', 'ops', `chatter ${index}`);

    expect(await chat.findPosted(channel, 'key:deep', since)).toEqual({ ts });
  });

  test('is not misled by another app that writes the same key', async () => {
    const channel = workspace.channelId('ops');
    const since = new Date().toISOString();
    const { clients } = await outside();
    const stranger = { teamId: 'T1', botUserId: 'U0OTHERBOT', botId: 'B0OTHER', isOrgInstall: false };
    const other = createChat({ clients, identity: { current: () => stranger } });

    await chat.post(channel, text('ours'), 'key:mine');

    expect(await other.findPosted(channel, 'key:mine', since)).toBeUndefined();
    expect(await chat.findPosted(channel, 'key:mine', since)).toBeDefined();
  });

  test('joins a public channel it has to post to', async () => {
    const strict = await aWorkspace({
      channels: [{ name: 'board', members: ['anna'] }],
      scopes: ['chat:write', 'channels:join', 'channels:history', 'channels:read', 'groups:read'],
    });
    try {
      const { chat: own } = await aChat(strict);
      const channel = strict.channelId('board');
      const since = new Date().toISOString();

      const { ts } = await own.post(channel, text('declared'), 'key:board');

      expect(await own.findPosted(channel, 'key:board', since)).toEqual({ ts });
      expect(strict.messages('board')).toHaveLength(1);
    } finally {
      await strict.close();
    }
  });

  test('says so when it cannot enter', async () => {
    const fault = await faultOf(chat.post(workspace.channelId('hidden'), text('x'), 'key:hidden'));

    expect(fault).toMatchObject({ code: 'channel_not_found', retry: 'never' });
  });

  test('opens a direct message once', async () => {
    const anna = workspace.userId('anna');

    const channel = await chat.openDirect(anna);
    const again = await chat.openDirect(anna);
    await chat.post(channel, text('please come'), 'key:dm');

    expect(again).toBe(channel);
    expect(workspace.requestCounts()).toMatchObject({ 'conversations.open': 1 });
    expect(workspace.dms('anna').at(-1)).toMatchObject({ text: 'please come' });
    expect(await chat.findPosted(channel, 'key:dm', A_MINUTE_AGO())).toBeDefined();
  });

  test('adds a bookmark once, also after a lost answer', async () => {
    const { id } = await chat.createChannel(aName(), false);
    const bookmark = { title: 'Dashboards', url: 'https://grafana.example.com/' };
    workspace.faults.dropReply({ method: 'bookmarks.add', times: 1 });

    await faultOf(chat.addBookmark(id, bookmark));
    await chat.addBookmark(id, bookmark);

    expect(await chat.bookmarks(id)).toEqual([bookmark]);
  });
});

describe('views', () => {
  test('publishes a home tab and replaces it', async () => {
    await chat.publishHome(workspace.userId('anna'), text('nothing waits'));
    await chat.publishHome(workspace.userId('anna'), text('one waits'));

    expect(JSON.stringify(workspace.home('anna')?.blocks)).toContain('one waits');
  });

  test('says when the form to be changed is closed', async () => {
    const screen = { title: 'DR-1', message: text('ready'), close: 'Close' };

    const fault = await faultOf(chat.updateScreen('V0GONE', screen));

    expect(fault).toMatchObject({ code: 'not_found', retry: 'never' });
  });
});

describe('what can go wrong with Slack', () => {
  const post = () => chat.post(workspace.channelId('ops'), text('x'), 'key:fault');
  const edit = () => chat.update(workspace.channelId('ops'), '1.2', text('x'));

  test('too many requests: safe, after the time Slack names', async () => {
    workspace.faults.rateLimit(30, { method: 'chat.postMessage' });

    const fault = await faultOf(post());

    expect(fault).toMatchObject({ code: 'rate_limited', retry: 'safe', retryAfterMs: 30_000 });
  });

  test('too many requests in one place hold up nothing else', async () => {
    workspace.faults.rateLimit(30, { method: 'chat.postMessage' });
    await faultOf(post());
    const started = performance.now();

    await chat.publishHome(workspace.userId('ben'), text('still here'));
    await chat.bookmarks(workspace.channelId('ops'));

    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test('Slack is away: nothing was sent, safe', async () => {
    await workspace.faults.down();
    // The connections kept from before may end in doubt; a new one is refused.
    await faultOf(chat.ping());
    await faultOf(chat.ping());

    expect(await faultOf(post())).toMatchObject({ code: 'unreachable', retry: 'safe' });
  });

  test('no answer: look before posting again, but edit again at once', async () => {
    workspace.faults.hang({ method: /chat\./ });

    expect(await faultOf(post())).toMatchObject({ code: 'timed_out', retry: 'after_check' });
    expect(await faultOf(edit())).toMatchObject({ code: 'timed_out', retry: 'safe' });
  });

  test('the connection breaks: the same', async () => {
    workspace.faults.reset({ method: /chat\./ });

    expect(await faultOf(post())).toMatchObject({ code: 'connection_lost', retry: 'after_check' });
    expect(await faultOf(edit())).toMatchObject({ code: 'connection_lost', retry: 'safe' });
  });

  test.each([500, 502, 503])('HTTP %i: in doubt', async (status) => {
    workspace.faults.http(status, { method: /chat\./ });

    expect(await faultOf(post())).toMatchObject({ code: `http_${status}`, retry: 'after_check' });
    expect(await faultOf(edit())).toMatchObject({ code: `http_${status}`, retry: 'safe' });
  });

  test.each([
    ['internal_error', 'after_check'],
    ['fatal_error', 'after_check'],
    ['service_unavailable', 'after_check'],
    ['team_added_to_org', 'safe'],
    ['ratelimited', 'safe'],
    ['channel_not_found', 'never'],
    ['restricted_action', 'never'],
    ['token_revoked', 'safe'],
  ])('%s: %s', async (error, retry) => {
    workspace.faults.fail(error, { method: 'chat.postMessage' });

    expect(await faultOf(post())).toMatchObject({ code: error, retry });
  });

  test('every call is sent once', async () => {
    workspace.faults.http(500, { method: 'chat.postMessage' });

    await faultOf(post());

    expect(workspace.requestCounts()).toMatchObject({ 'chat.postMessage': 1 });
  });

  test('a page of something in between is no error code', async () => {
    const page = async () => new Response('<html>captive portal</html>', { status: 200 });
    const { post: sent } = await chatOver(page);

    expect(await faultOf(sent())).toMatchObject({ code: 'unexpected_reply', retry: 'after_check' });
  });

  test('too many requests without a time to wait', async () => {
    const { post: sent } = await chatOver(async () => new Response('slow down', { status: 429 }));

    expect(await faultOf(sent())).toMatchObject({ code: 'rate_limited', retryAfterMs: 30_000 });
  });

  test('an answer that breaks off in the middle', async () => {
    const { post: sent } = await chatOver(async () => {
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('{"ok":'));
          controller.error(new TypeError('terminated', { cause: { code: 'UND_ERR_SOCKET' } }));
        },
      });
      return new Response(body, { status: 200 });
    });

    expect(await faultOf(sent())).toMatchObject({ code: 'connection_lost', retry: 'after_check' });
  });

  test('no error holds the token', async () => {
    await workspace.faults.down();
    const faults = [await faultOf(post())];
    await workspace.faults.up();
    workspace.faults.http(500);
    faults.push(await faultOf(post()));

    for (const fault of faults) {
      expect(`${fault.stack} ${JSON.stringify(fault)} ${String(fault.cause)}`).not.toContain(TOKEN);
    }
    expect(() => createSlackClients({ token: 'xoxb-secret\nvalue', log: silentLog })).toThrow(
      /^(?!.*secret).*characters/,
    );
  });

  test('a missing scope is named', async () => {
    const narrow = await aWorkspace({ scopes: ['channels:read'] });
    try {
      const { chat: own } = await aChat(narrow);

      const fault = await faultOf(own.post(narrow.channelId('ops'), text('x'), 'k'));

      expect(fault).toMatchObject({ code: 'missing_scope', retry: 'never' });
      expect(fault.message).toContain('chat:write');
    } finally {
      await narrow.close();
    }
  });

  test('answers when Slack is there', async () => {
    await chat.ping();
    await workspace.faults.down();

    expect(await faultOf(chat.ping())).toMatchObject({ retry: 'safe' });
  });

  async function chatOver(fetch: typeof globalThis.fetch) {
    const clients = createSlackClients({ token: TOKEN, fetch, log: silentLog });
    const own = createChat({ clients, identity: { current: () => undefined } });
    return { post: () => own.post('C0123456789', text('x'), 'k') };
  }
});
