import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { WebClient } from '@slack/web-api';
import { allScopes, METHOD_SCOPES } from '../../src/sandbox/slack/scopes.ts';
import type { SlackWorkspace } from '../../src/sandbox/slack/workspace.ts';
import { aClient, aWorkspace, errorOf, messagesOf } from './slack-helpers.ts';

let workspace: SlackWorkspace;
let client: WebClient;
let ops: string;

async function start(overrides: Parameters<typeof aWorkspace>[0] = {}): Promise<void> {
  workspace = await aWorkspace({ rateLimits: 'off', ...overrides });
  client = aClient(workspace);
  ops = workspace.channelId('ops');
}

beforeEach(() => start());
afterEach(() => workspace.close());

async function restart(overrides: Parameters<typeof aWorkspace>[0]): Promise<void> {
  await workspace.close();
  await start(overrides);
}

describe('tokens and scopes', () => {
  test('only the installed token gets in', async () => {
    const me = await client.auth.test();

    expect(me).toMatchObject({ ok: true, user_id: workspace.botUserId, team_id: workspace.teamId });
    expect(await errorOf(aClient(workspace, { token: 'xoxb-other' }).auth.test())).toBe('invalid_auth');
    expect(await errorOf(aClient(workspace, { token: '' }).auth.test())).toBe('not_authed');
    expect(await errorOf(client.apps.connections.open())).toBe('not_allowed_token_type');
    expect(workspace.refusals.map((one) => one.error)).toEqual([
      'invalid_auth',
      'not_authed',
      'not_allowed_token_type',
    ]);
  });

  test('a method without its scope is refused, by the kind of channel', async () => {
    await restart({ scopes: ['chat:write', 'channels:manage', 'channels:read'] });

    expect(await errorOf(client.conversations.create({ name: 'public' }))).toBe('ok');
    expect(await errorOf(client.conversations.create({ name: 'private', is_private: true }))).toBe(
      'missing_scope',
    );
    expect(await errorOf(client.conversations.info({ channel: ops }))).toBe('ok');
    expect(await errorOf(client.conversations.info({ channel: workspace.channelId('secret') }))).toBe(
      'missing_scope',
    );
    expect(await errorOf(client.conversations.list({ types: 'public_channel,private_channel' }))).toBe(
      'missing_scope',
    );
    expect(await errorOf(client.usergroups.list())).toBe('missing_scope');
    const refusal = workspace.requests.at(-1)?.reply;
    expect(refusal).toMatchObject({
      needed: 'usergroups:read',
      provided: 'chat:write,channels:manage,channels:read',
    });
  });

  test('answers say which scopes were granted', async () => {
    const { response_metadata } = await client.conversations.info({ channel: ops });

    expect(response_metadata?.scopes).toEqual(allScopes());
  });

  test('every method of the table is served, and no other', async () => {
    const answers = await Promise.all(
      Object.keys(METHOD_SCOPES).map(async (method) => [method, await errorOf(client.apiCall(method))]),
    );

    expect(answers.filter(([, error]) => error === 'unknown_method')).toEqual([]);
    expect(await errorOf(client.apiCall('admin.users.list'))).toBe('unknown_method');
  });
});

describe('messages', () => {
  test('are posted, updated, threaded, deleted and read back', async () => {
    const parent = await client.chat.postMessage({ channel: ops, text: 'one' });
    const reply = await client.chat.postMessage({ channel: ops, text: 'two', thread_ts: parent.ts });
    await client.chat.postMessage({
      channel: ops,
      text: 'three',
      thread_ts: String(parent.ts),
      reply_broadcast: true,
    });
    await client.chat.update({ channel: ops, ts: String(parent.ts), text: 'one, edited' });

    expect(workspace.messages('ops').map((one) => one.text)).toEqual(['one, edited', 'three']);
    expect(workspace.messages('ops', { threadTs: parent.ts }).map((one) => one.text)).toEqual([
      'one, edited',
      'two',
      'three',
    ]);
    const replies = await client.conversations.replies({ channel: ops, ts: String(parent.ts) });
    expect(replies.messages?.map((one) => one.text)).toEqual(['one, edited', 'two', 'three']);
    await client.chat.delete({ channel: ops, ts: String(reply.ts) });
    expect(workspace.messages('ops', { threadTs: parent.ts })).toHaveLength(2);
  });

  test('keep their metadata, and history gives it when asked', async () => {
    const metadata = { event_type: 'dr_card', event_payload: { incident: 'DR-1' } };
    const { ts } = await client.chat.postMessage({ channel: ops, text: 'card', metadata });
    await client.chat.update({ channel: ops, ts: String(ts), text: 'card, edited' });

    const bare = await client.conversations.history({ channel: ops });
    const full = await client.conversations.history({ channel: ops, include_all_metadata: true });

    expect(bare.messages?.[0]).not.toHaveProperty('metadata');
    expect(full.messages?.[0]).toMatchObject({ text: 'card, edited', metadata });
    expect(
      await errorOf(
        client.apiCall('chat.postMessage', { channel: ops, text: 'x', metadata: { event_type: 'y' } }),
      ),
    ).toBe('invalid_metadata_format');
  });

  test('history goes by time and page, newest first', async () => {
    const stamps: string[] = [];
    for (const text of ['a', 'b', 'c', 'd']) {
      const { ts } = await client.chat.postMessage({ channel: ops, text });
      stamps.push(String(ts));
    }
    const texts = async (args: object) => {
      const page = await client.conversations.history({ channel: ops, ...args });
      return page.messages?.map((one) => one.text);
    };

    const first = await client.conversations.history({ channel: ops, limit: 3 });

    expect(first.messages?.map((one) => one.text)).toEqual(['d', 'c', 'b']);
    expect(await texts({ limit: 3, cursor: first.response_metadata?.next_cursor })).toEqual(['a']);
    expect(await texts({ oldest: stamps[1] })).toEqual(['d', 'c']);
    expect(await texts({ oldest: stamps[1], latest: stamps[2], inclusive: true })).toEqual(['c', 'b']);
  });

  test('need text or blocks, and text beside blocks is warned of', async () => {
    const blocks = [{ type: 'divider' }];

    expect(await errorOf(client.chat.postMessage({ channel: ops, text: '' }))).toBe('no_text');
    expect(await errorOf(client.apiCall('chat.postMessage', { channel: ops, blocks }))).toBe('ok');
    expect(await errorOf(client.chat.postMessage({ channel: ops, blocks, text: 'fine' }))).toBe('ok');

    expect(workspace.warnings).toEqual([
      expect.objectContaining({ method: 'chat.postMessage', warning: 'missing_text_in_message' }),
    ]);
  });

  test('have limits', async () => {
    const post = (args: object) => errorOf(client.apiCall('chat.postMessage', { channel: ops, ...args }));

    expect(await post({ text: 'x'.repeat(40_000) })).toBe('ok');
    expect(await post({ text: 'x'.repeat(40_001) })).toBe('msg_too_long');
    expect(await post({ markdown_text: 'x'.repeat(12_001) })).toBe('msg_too_long');
    expect(await post({ markdown_text: 'x', text: 'y' })).toBe('markdown_text_conflict');
    expect(await post({ markdown_text: '# title' })).toBe('ok');
    expect(await post({ text: 'x', blocks: 'no json' })).toBe('invalid_blocks_format');
    expect(await post({ text: 'x', attachments: [{ blocks: [{ type: 'wrong' }] }] })).toBe(
      'invalid_attachments',
    );
  });

  test('reach only where the bot may speak', async () => {
    const post = (channel: string) => errorOf(client.chat.postMessage({ channel, text: 'x' }));
    await workspace.archive('anna', 'secret');

    expect(await post(workspace.channelId('lobby'))).toBe('ok');
    expect(await post('#ops')).toBe('ok');
    expect(await post(workspace.channelId('hidden'))).toBe('channel_not_found');
    expect(await post(workspace.channelId('secret'))).toBe('is_archived');
    expect(await post('C0NOWHERE')).toBe('channel_not_found');
    expect(await post(workspace.userId('robot'))).toBe('cannot_dm_bot');

    await restart({ scopes: ['chat:write'] });
    expect(await post(workspace.channelId('lobby'))).toBe('not_in_channel');
  });

  test('to a person open a direct message', async () => {
    const { channel } = await client.chat.postMessage({ channel: workspace.userId('anna'), text: 'psst' });
    const opened = await client.conversations.open({ users: workspace.userId('anna') });

    expect(opened.channel?.id).toBe(channel);
    expect(workspace.dms('anna').map((one) => one.text)).toEqual(['psst']);
    expect(workspace.dms('ben')).toEqual([]);
    expect(await errorOf(client.conversations.open({ users: workspace.userId('dora') }))).toBe(
      'user_disabled',
    );
  });

  test('for one person need that person in the channel', async () => {
    const post = (user: string, channel = ops) =>
      errorOf(client.chat.postEphemeral({ channel, user, text: 'x' }));

    expect(await post(workspace.userId('ben'))).toBe('ok');
    expect(await post(workspace.userId('gwen'))).toBe('user_not_in_channel');
    expect(await post('U0NOBODY')).toBe('user_not_found');
    expect(await post(workspace.userId('ben'), 'C0NOWHERE')).toBe('channel_not_found');
    const [own] = workspace.ephemerals('ben');
    expect(own).toMatchObject({ text: 'x', channel: ops });
    expect(await errorOf(client.chat.update({ channel: ops, ts: String(own?.ts), text: 'y' }))).toBe(
      'message_not_found',
    );
  });

  test('of others, and in archived channels, cannot be changed', async () => {
    const said = await workspace.say('anna', 'ops', 'mine');
    const { ts } = await client.chat.postMessage({ channel: ops, text: 'the bot’s' });
    const update = (stamp: string) =>
      errorOf(client.chat.update({ channel: ops, ts: stamp, text: 'changed' }));

    expect(await update(said.ts)).toBe('cant_update_message');
    expect(await update('1.000001')).toBe('message_not_found');
    await client.conversations.archive({ channel: ops });
    expect(await update(String(ts))).toBe('is_inactive');
    expect(await errorOf(client.conversations.archive({ channel: ops }))).toBe('already_archived');
  });

  test('have an address', async () => {
    const { ts } = await client.chat.postMessage({ channel: ops, text: 'x' });

    const { permalink } = await client.chat.getPermalink({ channel: ops, message_ts: String(ts) });

    expect(permalink).toBe(`https://acme.slack.com/archives/${ops}/p${String(ts).replace('.', '')}`);
  });

  test('sent at once come out in one order for all', async () => {
    await Promise.all(
      Array.from({ length: 40 }, (_, index) => client.chat.postMessage({ channel: ops, text: `m${index}` })),
    );

    const stamps = workspace.messages('ops').map((one) => one.ts);
    expect(stamps).toHaveLength(40);
    expect(stamps).toEqual([...stamps].sort());
  });
});

describe('channels', () => {
  test('have rules for names, kept by archived ones too', async () => {
    const create = (name: string) => errorOf(client.conversations.create({ name }));

    expect(await create('dr-20260115-us-east-1-gone')).toBe('ok');
    expect(await create('x'.repeat(80))).toBe('ok');
    expect(await create('x'.repeat(81))).toBe('invalid_name_maxlength');
    expect(await create('what?')).toBe('invalid_name_specials');
    expect(await create('---')).toBe('invalid_name_punctuation');
    expect(await create('ops')).toBe('name_taken');
    await client.conversations.archive({ channel: ops });
    expect(await create('ops')).toBe('name_taken');
    expect(workspace.channel('dr-20260115-us-east-1-gone')?.members).toEqual(['lifeboat']);
  });

  test('topics are at most 250 characters and need membership', async () => {
    const set = (topic: string, channel = ops) => errorOf(client.conversations.setTopic({ channel, topic }));

    expect(await set('x'.repeat(250))).toBe('ok');
    expect(await set('x'.repeat(251))).toBe('too_long');
    expect(await set('x', workspace.channelId('lobby'))).toBe('not_in_channel');
    expect(workspace.channel('ops')?.topic).toBe('x'.repeat(250));
    const { channel } = await client.conversations.info({ channel: ops });
    expect(channel?.topic?.value).toBe('x'.repeat(250));
    // Slack writes a line of its own into the channel; readers of history must cope with it.
    const { messages } = await client.conversations.history({ channel: ops });
    expect(messages?.map((one) => one.subtype)).toEqual(['channel_topic']);
    expect(workspace.messages('ops')).toEqual([]);
  });

  test('invitations are all or nothing, unless forced', async () => {
    const { channel } = await client.conversations.create({ name: 'war-room' });
    const id = String(channel?.id);
    const ids = (...handles: string[]) => handles.map((handle) => workspace.userId(handle)).join(',');
    const invite = (users: string, force = false) =>
      client.conversations.invite({ channel: id, users, force }).then(
        (reply) => reply,
        (error: { data: { error: string; errors?: object[] } }) => error.data,
      );

    const refused = await invite(`${ids('anna', 'dora')},U0NOBODY`);
    const none = workspace.channel('war-room')?.members;
    const forced = await invite(`${ids('anna', 'dora', 'eve', 'gwen', 'rita')},${workspace.botUserId}`, true);
    const again = await invite(ids('anna'));

    expect(refused).toMatchObject({ ok: false, error: 'user_not_found' });
    expect(refused.errors).toEqual([
      { user: workspace.userId('dora'), ok: false, error: 'user_not_found' },
      { user: 'U0NOBODY', ok: false, error: 'user_not_found' },
    ]);
    expect(none).toEqual(['lifeboat']);
    expect(forced).toMatchObject({ ok: true });
    expect((forced.errors as { error: string }[]).map((one) => one.error)).toEqual([
      'user_not_found',
      'cant_invite',
      'user_is_restricted',
      'cant_invite_self',
    ]);
    expect(workspace.channel('war-room')?.members).toEqual(['lifeboat', 'anna', 'gwen']);
    expect(again).toMatchObject({ error: 'already_in_channel' });
    expect(
      await errorOf(
        client.conversations.invite({ channel: workspace.channelId('lobby'), users: ids('ben') }),
      ),
    ).toBe('not_in_channel');
  });

  test('pins and bookmarks keep Slack’s rules', async () => {
    const { ts } = await client.chat.postMessage({ channel: ops, text: 'card' });
    const pin = (timestamp: string) => errorOf(client.pins.add({ channel: ops, timestamp }));
    const mark = (link: string) =>
      errorOf(client.bookmarks.add({ channel_id: ops, title: 'Doc', type: 'link', link }));

    expect(await pin(String(ts))).toBe('ok');
    expect(await pin(String(ts))).toBe('already_pinned');
    expect(await pin('1.000001')).toBe('message_not_found');
    expect(await mark('https://a.test')).toBe('ok');
    expect(await mark('https://a.test')).toBe('ok');
    expect(await mark('ftp://a.test')).toBe('invalid_link');

    expect(workspace.channel('ops')?.pins).toEqual([ts]);
    expect(workspace.channel('ops')?.bookmarks.map((one) => one.link)).toEqual([
      'https://a.test',
      'https://a.test',
    ]);
    const { bookmarks } = await client.bookmarks.list({ channel_id: ops });
    await client.bookmarks.remove({ channel_id: ops, bookmark_id: String(bookmarks?.[0]?.id) });
    expect(workspace.channel('ops')?.bookmarks).toHaveLength(1);
  });

  test('are listed as far as the bot may see them', async () => {
    const { channels } = await client.conversations.list({ types: 'public_channel,private_channel' });
    const mine = await client.users.conversations({ types: 'public_channel,private_channel' });
    const bens = await client.users.conversations({
      user: workspace.userId('ben'),
      types: 'public_channel,private_channel',
    });
    const firstPage = await client.conversations.members({ channel: ops, limit: 2 });

    expect(channels?.map((one) => one.name)).toEqual(['ops', 'lobby', 'secret']);
    expect(mine.channels?.map((one) => one.name)).toEqual(['ops', 'secret']);
    expect(bens.channels?.map((one) => one.name)).toEqual(['ops']);
    expect(await errorOf(client.conversations.info({ channel: workspace.channelId('hidden') }))).toBe(
      'channel_not_found',
    );
    expect(firstPage.members).toEqual([workspace.userId('anna'), workspace.userId('ben')]);
    expect(firstPage.response_metadata?.next_cursor).toBeTruthy();
  });
});

describe('people and groups', () => {
  test('say what kind of account they are', async () => {
    const info = async (handle: string) => (await client.users.info({ user: workspace.userId(handle) })).user;

    expect(await info('anna')).toMatchObject({
      name: 'anna',
      deleted: false,
      is_bot: false,
      is_restricted: false,
      team_id: workspace.teamId,
      tz: 'Europe/Berlin',
      profile: { email: 'anna@acme.test', phone: '+49 30 1', real_name: 'Anna Almeida' },
    });
    expect(await info('gwen')).toMatchObject({ is_restricted: true, is_ultra_restricted: false });
    expect(await info('rita')).toMatchObject({ is_restricted: true, is_ultra_restricted: true });
    expect(await info('dora')).toMatchObject({ deleted: true });
    expect(await info('robot')).toMatchObject({ is_bot: true });
    const eve = await info('eve');
    expect(eve).toMatchObject({ is_stranger: true });
    expect(eve?.team_id).not.toBe(workspace.teamId);
    expect(await errorOf(client.users.info({ user: 'U0NOBODY' }))).toBe('user_not_found');
    expect((await client.users.lookupByEmail({ email: 'BEN@acme.test' })).user?.name).toBe('ben');
    expect(await errorOf(client.users.lookupByEmail({ email: 'dora@acme.test' }))).toBe('users_not_found');
  });

  test('show addresses only with the scope for it', async () => {
    await restart({ scopes: ['users:read'] });

    const { user } = await client.users.info({ user: workspace.userId('anna') });

    expect(user?.profile).not.toHaveProperty('email');
  });

  test('are in user groups, which can change', async () => {
    const { usergroups } = await client.usergroups.list({ include_users: true });
    const members = async () => (await client.usergroups.users.list({ usergroup: 'S0DBAS' })).users;

    expect(usergroups?.map((one) => [one.handle, one.users?.length])).toEqual([
      ['dbas', 2],
      ['leads', 1],
    ]);
    expect(await members()).toEqual([workspace.userId('anna'), workspace.userId('ben')]);
    workspace.setUserGroup('dbas', { members: ['ben'] });
    expect(await members()).toEqual([workspace.userId('ben')]);
    workspace.setUserGroup('dbas', { disabled: true });
    expect(await errorOf(members())).toBe('no_such_subteam');
    expect(await errorOf(client.usergroups.users.list({ usergroup: 'S0NONE' }))).toBe('no_such_subteam');
    workspace.setUser('anna', { kind: 'deactivated' });
    expect((await client.users.info({ user: workspace.userId('anna') })).user?.deleted).toBe(true);
  });
});

describe('files and reactions', () => {
  test('a file is uploaded and shown in the channel', async () => {
    await client.filesUploadV2({
      channel_id: ops,
      filename: 'report.md',
      content: '# Report',
      initial_comment: 'The report',
    });

    const [message] = workspace.messages('ops');
    expect(message).toMatchObject({ text: 'The report', files: [{ name: 'report.md' }] });
  });

  test('a reaction is seen on the message', async () => {
    const { ts } = await client.chat.postMessage({ channel: ops, text: 'x' });

    await client.reactions.add({ channel: ops, timestamp: String(ts), name: 'eyes' });

    expect(workspace.messages('ops')[0]?.reactions).toEqual([
      { name: 'eyes', users: [workspace.botUserId], count: 1 },
    ]);
  });
});

describe('the record of requests', () => {
  test('has the arguments without the token, and counts', async () => {
    await client.chat.postMessage({ channel: ops, text: 'x', blocks: [{ type: 'divider' }] });
    await errorOf(client.chat.postMessage({ channel: ops, text: '' }));

    expect(workspace.requests).toEqual([
      expect.objectContaining({
        method: 'chat.postMessage',
        outcome: 'answered',
        status: 200,
        args: { channel: ops, text: 'x', blocks: [{ type: 'divider' }] },
      }),
      expect.objectContaining({ reply: { ok: false, error: 'no_text' } }),
    ]);
    expect(workspace.requestCounts()).toEqual({ 'chat.postMessage': 2 });
    expect(JSON.stringify(workspace.requests)).not.toContain('xoxb');
    expect(workspace.refusals.map((one) => one.error)).toEqual(['no_text']);
    workspace.forget();
    expect([workspace.requests, workspace.refusals]).toEqual([[], []]);
  });

  test('bad blocks are told in Slack’s words', async () => {
    const messages = await messagesOf(
      client.chat.postMessage({ channel: ops, text: 'x', blocks: [{ type: 'header' }] as never }),
    );

    expect(messages).toEqual(['[ERROR] missing required field: text [json-pointer:/blocks/0]']);
  });
});
