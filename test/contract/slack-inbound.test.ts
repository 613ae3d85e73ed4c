import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Answer } from '../../src/chatops/port.ts';
import type { SlackWorkspace } from '../../src/sandbox/slack/workspace.ts';
import { aForm, anHttpIntake, type TestIntake, text, until } from './slack-adapter-setup.ts';
import { aWorkspace, SECRET } from './slack-helpers.ts';

let workspace: SlackWorkspace;
let intake: TestIntake;

beforeAll(async () => {
  workspace = await aWorkspace({ rateLimits: 'off' });
});

afterAll(() => workspace.close());

beforeEach(async () => {
  intake = await anHttpIntake(workspace);
  workspace.forget();
});

afterEach(async () => {
  await workspace.faults.clear();
  await intake.stop();
  while (workspace.modal('anna')) await workspace.closeView('anna');
  expect(workspace.refusals).toEqual([]);
});

/** An answer that comes when the test says so. */
function laterAnswer() {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  return { answer: () => promise, resolve };
}

const told = (handle: string) => workspace.ephemerals(handle).map((one) => one.text);
const lastTold = (handle: string) => told(handle).at(-1);

/** A message of the bot with one button. */
async function aButton(value: string, channel = 'ops'): Promise<void> {
  const { channelId } = { channelId: workspace.channelId(channel) };
  await postAsBot({
    channel: channelId,
    text: 'a question',
    blocks: [
      {
        type: 'actions',
        elements: [
          { type: 'button', action_id: 'note.open:0', text: { type: 'plain_text', text: 'Answer' }, value },
        ],
      },
    ],
  });
}

async function postAsBot(message: object): Promise<void> {
  const response = await fetch(`${workspace.apiUrl}chat.postMessage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer xoxb-test' },
    body: JSON.stringify(message),
  });
  expect(await response.json()).toMatchObject({ ok: true });
}

describe('commands', () => {
  test('reach ChatOps with who, where and what, under a key of their own', async () => {
    await workspace.command(
      'anna',
      'note the <@U000000BEN|ben> said 5 &lt; 6 &amp; see <https://x.example|x.example>',
      {
        channel: 'ops',
      },
    );

    expect(intake.chatops.heard.command).toEqual([
      {
        account: { userId: workspace.userId('anna'), teamId: workspace.teamId },
        channelId: workspace.channelId('ops'),
        key: expect.stringMatching(/^slack:command:\d+\.\d+\.[0-9a-f]+$/),
        text: 'note the <@U000000BEN|ben> said 5 < 6 & see https://x.example',
      },
    ]);
  });

  test('are answered in the acknowledgement itself, privately and without a call', async () => {
    intake.chatops.answers({ kind: 'message', message: text('noted') });

    const result = await workspace.command('anna', 'note x', { channel: 'ops' });

    expect(result).toMatchObject({ status: 200, response: { response_type: 'ephemeral', text: 'noted' } });
    expect(lastTold('anna')).toBe('noted');
    expect(workspace.requests).toHaveLength(0);
    expect(intake.acks.map(([kind]) => kind)).toEqual(['command']);
  });

  test('work while Slack’s API is away', async () => {
    workspace.faults.http(503);
    intake.chatops.answers({ kind: 'message', message: text('noted') });

    await workspace.command('anna', 'note x');

    expect(lastTold('anna')).toBe('noted');
  });

  test('say that the work takes longer, and bring the answer later', async () => {
    const { answer, resolve } = laterAnswer();
    intake.chatops.answers(answer);

    const result = await workspace.command('anna', 'report all', { channel: 'ops' });
    const atFirst = lastTold('anna');
    resolve({ kind: 'message', message: text('here it is') });
    await until(() => lastTold('anna') === 'here it is');

    expect(result.timedOut).toBe(false);
    expect(atFirst).toBe('[working] {"command":"/dr report"}');
  });

  test('open a form', async () => {
    intake.chatops.answers({ kind: 'form', form: aForm({ incident: 'DR-1' }) });

    const result = await workspace.command('anna', 'note', { channel: 'ops' });
    await until(() => workspace.modal('anna') !== undefined);

    expect(result.response).toBeUndefined();
    expect(workspace.modal('anna')).toMatchObject({ callback_id: 'note.submit' });
    expect(JSON.parse(workspace.modal('anna')?.private_metadata ?? '')).toEqual({
      callback: 'note.submit',
      context: { incident: 'DR-1' },
      channel: workspace.channelId('ops'),
    });
  });

  test('say to run the command again when the form came too late', async () => {
    workspace.faults.fail('expired_trigger_id', { method: 'views.open' });
    intake.chatops.answers({ kind: 'form', form: aForm() });

    await workspace.command('anna', 'note');
    await until(() => lastTold('anna')?.includes('form.too_late') ?? false);

    expect(lastTold('anna')).toContain('form.too_late');
  });

  test('find another way when the acknowledged answer cannot go by response_url', async () => {
    const { answer, resolve } = laterAnswer();
    intake.chatops.answers(answer);
    workspace.faults.http(404, { method: 'response_url' });

    await workspace.command('anna', 'report', { channel: 'ops' });
    resolve({ kind: 'message', message: text('by another way') });
    await until(() => lastTold('anna') === 'by another way');

    expect(workspace.requestCounts()).toMatchObject({ response_url: 1, 'chat.postEphemeral': 1 });
  });

  test('come as a direct message where the bot is not', async () => {
    const { answer, resolve } = laterAnswer();
    intake.chatops.answers(answer);
    workspace.faults.http(404, { method: 'response_url' });

    await workspace.command('ben', 'report', { channel: 'hidden' });
    resolve({ kind: 'message', message: text('in private') });
    await until(() => workspace.dms('ben').at(-1)?.text === 'in private');
  });

  test('try a response_url again that failed for the moment', async () => {
    const { answer, resolve } = laterAnswer();
    intake.chatops.answers(answer);
    workspace.faults.http(503, { method: 'response_url', times: 1 });

    await workspace.command('anna', 'report');
    resolve({ kind: 'message', message: text('second try') });
    await until(() => lastTold('anna') === 'second try');

    expect(workspace.requestCounts()).toMatchObject({ response_url: 2 });
  });

  test('survive a ChatOps that breaks its promise', async () => {
    intake.chatops.answers(() => Promise.reject(new Error('boom')));

    await workspace.command('anna', 'note').catch(() => undefined);
    intake.chatops.answers({ kind: 'message', message: text('still here') });
    await workspace.command('anna', 'note');

    expect(lastTold('anna')).toBe('still here');
    expect(intake.log.lines.join()).toContain('boom');
  });

  test('delivered twice have one key', async () => {
    await workspace.command('anna', 'declare');
    const [first] = workspace.deliveries.slice(-1);

    await workspace.redeliver(first?.id ?? '');

    const [one, two] = intake.chatops.heard.command;
    expect(two?.key).toBe(one?.key);
  });
});

describe('buttons', () => {
  test('reach ChatOps with their intent and ids, and are answered privately', async () => {
    await aButton(JSON.stringify({ intent: 'note.open', incident: 'DR-1' }));
    intake.chatops.answers({ kind: 'message', message: text('taken') });

    const result = await workspace.click('anna', { channel: 'ops', actionId: 'note.open:0' });
    await until(() => lastTold('anna') === 'taken');

    expect(result).toMatchObject({ status: 200, response: undefined });
    expect(intake.chatops.heard.intent).toEqual([
      {
        account: { userId: workspace.userId('anna'), teamId: workspace.teamId },
        channelId: workspace.channelId('ops'),
        key: expect.stringMatching(
          new RegExp(`^slack:action:\\d+\\.\\d+:${workspace.userId('anna')}:note.open:0$`),
        ),
        intent: 'note.open',
        values: { incident: 'DR-1' },
      },
    ]);
    expect(workspace.messages('ops').at(-1)).toMatchObject({ text: 'a question' });
  });

  test('are acknowledged before anything is worked out', async () => {
    await aButton(JSON.stringify({ intent: 'note.open' }));
    const { answer, resolve } = laterAnswer();
    intake.chatops.answers(answer);

    const result = await workspace.click('anna', { channel: 'ops', actionId: 'note.open:0' });

    expect(result.status).toBe(200);
    resolve({ kind: 'message', message: text('later') });
    await until(() => lastTold('anna') === 'later');
  });

  test('open a form', async () => {
    await aButton(JSON.stringify({ intent: 'note.open' }));
    intake.chatops.answers({ kind: 'form', form: aForm() });

    await workspace.click('anna', { channel: 'ops', actionId: 'note.open:0' });

    await until(() => workspace.modal('anna')?.callback_id === 'note.submit');
  });

  test.each([
    ['no JSON', 'hello'],
    ['no intent', '{"incident":"DR-1"}'],
    ['a list', '[1]'],
    ['ids that are no text', '{"intent":"note.open","incident":{"$ne":1}}'],
  ])('that carry %s are answered in words and logged', async (_what, value) => {
    await aButton(value);
    const before = told('anna').length;

    await workspace.click('anna', { channel: 'ops', actionId: 'note.open:0' });
    await until(() => told('anna').length > before);

    expect(lastTold('anna')).toContain('button.unknown');
    expect(intake.chatops.heard.intent).toHaveLength(0);
    expect(intake.log.lines.join()).toContain('a button carries nothing we can read');
  });

  test('that are links only are acknowledged and left', async () => {
    await postAsBot({
      channel: workspace.channelId('ops'),
      text: 'a link',
      blocks: [
        {
          type: 'actions',
          elements: [
            {
              type: 'button',
              action_id: 'link:0',
              text: { type: 'plain_text', text: 'Open it' },
              url: 'https://example.com/',
              value: '{"intent":"link"}',
            },
          ],
        },
      ],
    });

    const result = await workspace.click('anna', { channel: 'ops', actionId: 'link:0' });
    await intake.inbound.drain();

    expect(result.status).toBe(200);
    expect(intake.chatops.heard.intent).toHaveLength(0);
  });

  test('in the home tab are answered in a form, for want of another place', async () => {
    const view = {
      type: 'home',
      blocks: [
        {
          type: 'actions',
          elements: [
            {
              type: 'button',
              action_id: 'list.open:0',
              text: { type: 'plain_text', text: 'List' },
              value: '{"intent":"list.open"}',
            },
          ],
        },
      ],
    };
    await fetch(`${workspace.apiUrl}views.publish`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer xoxb-test' },
      body: JSON.stringify({ user_id: workspace.userId('anna'), view }),
    });
    intake.chatops.answers({ kind: 'message', message: text('three are open') });

    await workspace.click('anna', { actionId: 'list.open:0' });
    await until(() => workspace.modal('anna') !== undefined);

    expect(JSON.stringify(workspace.modal('anna')?.blocks)).toContain('three are open');
    expect(intake.chatops.heard.intent[0]).not.toHaveProperty('channelId');
  });
});

describe('forms', () => {
  async function openForm(): Promise<void> {
    intake.chatops.answers({ kind: 'form', form: aForm({ incident: 'DR-1' }) });
    await workspace.command('anna', 'note', { channel: 'ops' });
    await until(() => workspace.modal('anna') !== undefined);
  }

  test('reach ChatOps with what was filled in and what they carried', async () => {
    await openForm();
    const view = workspace.modal('anna');

    await workspace.submitView('anna', { note: 'the & gateway <is> down', who: 'ben' });

    expect(intake.chatops.heard.submit).toEqual([
      {
        account: { userId: workspace.userId('anna'), teamId: workspace.teamId },
        channelId: workspace.channelId('ops'),
        key: `slack:view:${view?.id}:${view?.hash}`,
        intent: 'note.submit',
        values: { note: 'the & gateway <is> down', who: workspace.userId('ben') },
        context: { incident: 'DR-1' },
        screenId: view?.id,
      },
    ]);
  });

  test('turn into what the answer shows', async () => {
    await openForm();
    const screen = { title: 'DR-1', message: text('being opened'), close: 'Close' };
    intake.chatops.answers({ kind: 'screen', screen });

    const result = await workspace.submitView('anna', { note: 'x' });

    expect(result.outcome).toBe('updated');
    expect(JSON.stringify(result.view?.blocks)).toContain('being opened');
  });

  test('show what is wrong with which field, and stay open', async () => {
    await openForm();
    intake.chatops.answers({ kind: 'invalid', fields: { note: 'too vague', nowhere: 'and late' } });

    const result = await workspace.submitView('anna', { note: 'x' });

    expect(result).toMatchObject({ outcome: 'errors', errors: { note: 'too vague and late' } });
  });

  test('close for a plain answer, which is told in the channel they were opened in', async () => {
    await openForm();
    intake.chatops.answers({ kind: 'message', message: text('noted') });

    const result = await workspace.submitView('anna', { note: 'x' });
    await until(() => lastTold('anna') === 'noted');

    expect(result.outcome).toBe('cleared');
    expect(workspace.ephemerals('anna', 'ops').at(-1)).toMatchObject({ text: 'noted' });
  });

  test('tell a plain answer by direct message when there is no channel', async () => {
    intake.chatops.answers({ kind: 'form', form: aForm() });
    await workspace.shortcut('anna', 'declare');
    await until(() => workspace.modal('anna') !== undefined);
    intake.chatops.answers({ kind: 'message', message: text('noted, privately') });

    await workspace.submitView('anna', { note: 'x' });

    await until(() => workspace.dms('anna').at(-1)?.text === 'noted, privately');
  });

  test('can lead to another form', async () => {
    await openForm();
    intake.chatops.answers({ kind: 'form', form: { ...aForm(), callback: 'next.submit' } });

    const result = await workspace.submitView('anna', { note: 'x' });

    expect(result).toMatchObject({ outcome: 'updated', view: { callback_id: 'next.submit' } });
  });

  test('show that Lifeboat is at work, then the answer', async () => {
    await openForm();
    const { answer, resolve } = laterAnswer();
    intake.chatops.answers(answer);

    const result = await workspace.submitView('anna', { note: 'x' });
    resolve({ kind: 'message', message: text('done after all') });
    await until(() => JSON.stringify(workspace.modal('anna')?.blocks).includes('done after all'));

    expect(result.outcome).toBe('updated');
    expect(JSON.stringify(result.view?.blocks)).toContain('[working]');
  });

  test('tell a late answer privately when they were closed meanwhile', async () => {
    await openForm();
    const { answer, resolve } = laterAnswer();
    intake.chatops.answers(answer);

    await workspace.submitView('anna', { note: 'x' });
    await workspace.closeView('anna');
    resolve({ kind: 'invalid', fields: { note: 'too vague' } });
    await until(() => lastTold('anna')?.includes('too vague') ?? false);
  });
});

describe('shortcuts', () => {
  test('open the form to declare', async () => {
    intake.chatops.answers({ kind: 'form', form: aForm() });

    await workspace.shortcut('anna', 'declare');
    await until(() => workspace.modal('anna') !== undefined);

    expect(intake.chatops.heard.intent).toEqual([
      {
        account: { userId: workspace.userId('anna'), teamId: workspace.teamId },
        key: expect.stringMatching(/^slack:shortcut:/),
        intent: 'declare.open',
        values: {},
      },
    ]);
  });

  test('bring the words of a message and its address', async () => {
    const message = await workspace.say('ben', 'ops', 'R&D: the gateway <is> down');

    await workspace.messageShortcut('anna', 'declare_from_message', { channel: 'ops', ts: message.ts });
    await until(() => intake.chatops.heard.intent.length === 1);

    expect(intake.chatops.heard.intent[0]).toMatchObject({
      intent: 'declare.open',
      channelId: workspace.channelId('ops'),
      values: {
        text: 'R&D: the gateway <is> down',
        permalink: `https://acme.slack.com/archives/${workspace.channelId('ops')}/p${message.ts.replace('.', '')}`,
      },
    });
  });

  test('are refused in a form, where nothing else can be shown', async () => {
    intake.chatops.answers({ kind: 'message', message: text('you may not') });

    await workspace.shortcut('anna', 'declare');
    await until(() => workspace.modal('anna') !== undefined);

    expect(JSON.stringify(workspace.modal('anna')?.blocks)).toContain('you may not');
  });
});

describe('events', () => {
  test('open the home tab', async () => {
    await workspace.openHome('anna');
    await intake.inbound.drain();

    expect(intake.chatops.heard.homeOpened).toEqual([
      {
        account: { userId: workspace.userId('anna'), teamId: workspace.teamId },
        key: expect.stringMatching(/^slack:event:Ev/),
      },
    ]);
  });

  test('do not open it for the messages tab', async () => {
    await workspace.sendEvent({ type: 'app_home_opened', user: workspace.userId('anna'), tab: 'messages' });
    await intake.inbound.drain();

    expect(intake.chatops.heard.homeOpened).toHaveLength(0);
  });

  test('delivered three times have one key', async () => {
    const event = { type: 'channel_archive', channel: 'C0123456789', user: workspace.userId('anna') };
    for (const retryNum of [undefined, 1, 2]) {
      await workspace.sendEvent(event, {
        eventId: 'Ev01',
        ...(retryNum ? { retryNum, retryReason: 'http_timeout' } : {}),
      });
    }
    await intake.inbound.drain();

    expect(intake.chatops.heard.channelArchived).toEqual(
      Array.from({ length: 3 }, () => ({ channelId: 'C0123456789', key: 'slack:event:Ev01' })),
    );
  });

  test('say nothing new when the bot archived the channel itself', async () => {
    await workspace.sendEvent({ type: 'group_archive', channel: 'C0123456789', user: workspace.botUserId });
    await intake.inbound.drain();

    expect(intake.chatops.heard.channelArchived).toHaveLength(0);
  });

  test('tell that groups changed', async () => {
    await workspace.sendEvent({ type: 'subteam_members_changed', subteam_id: 'S0DBAS' });
    await intake.inbound.drain();

    expect(intake.chatops.heard.directoryChanged).toHaveLength(1);
  });

  test('tell that an account changed only where it matters', async () => {
    await workspace.sendEvent({ type: 'user_change', user: { id: 'U1', status: 'lunch' } });
    await intake.inbound.drain();

    expect(intake.changes).toEqual([{ id: 'U1', status: 'lunch' }]);
    expect(intake.chatops.heard.directoryChanged).toHaveLength(0);
  });

  test('that nobody listens to are acknowledged', async () => {
    const result = await workspace.sendEvent({ type: 'emoji_changed' });

    expect(result.status).toBe(200);
  });

  test('of another form than documented are left', async () => {
    const result = await workspace.sendEvent({ type: 'channel_archive', channel: { id: 'C1' } });
    await intake.inbound.drain();

    expect(result.status).toBe(200);
    expect(intake.chatops.heard.channelArchived).toHaveLength(0);
  });
});

describe('requests that are not Slack’s, or not for us', () => {
  const COMMAND = new URLSearchParams({
    command: '/dr',
    text: 'declare',
    user_id: 'U000000ANNA',
    team_id: 'T000000001',
    channel_id: 'C000000001',
    trigger_id: '1.2.3',
    response_url: 'https://hooks.slack.com/commands/1',
  }).toString();
  const nowS = () => Math.floor(Date.now() / 1000);

  test('a good one by hand is taken, so that the others fail for the right reason', async () => {
    expect(await workspace.sendSigned({ body: COMMAND })).toMatchObject({ status: 200 });
    expect(intake.chatops.heard.command).toHaveLength(1);
  });

  test('a character set beside the content type does no harm', async () => {
    const contentType = 'application/x-www-form-urlencoded; charset=utf-8';

    expect(await workspace.sendSigned({ body: COMMAND, contentType })).toMatchObject({ status: 200 });
    expect(intake.chatops.heard.command).toHaveLength(1);
  });

  test.each([
    ['a wrong secret', { secret: 'another' }, 401],
    ['no signature', { secret: null }, 401],
    ['a time stamp of six minutes ago', { timestamp: nowS() - 360 }, 401],
    ['a time stamp six minutes ahead', { timestamp: nowS() + 360 }, 401],
    ['a time stamp that is no number', { timestamp: 'soon' }, 401],
    ['a content type of text', { contentType: 'text/plain' }, 415],
    ['a content type of multipart', { contentType: 'multipart/form-data; boundary=x' }, 415],
    ['another method', { method: 'PUT' }, 405],
  ])('%s', async (_what, change, status) => {
    const answer = await workspace.sendSigned({ body: COMMAND, ...change });

    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain(SECRET);
    expect(intake.chatops.heard.command).toHaveLength(0);
  });

  test.each([
    ['malformed JSON', 'application/json', '{"type":'],
    ['null', 'application/json', 'null'],
    ['a list', 'application/json', '[]'],
    ['a malformed payload', undefined, `payload=${encodeURIComponent('{"type":')}`],
    ['a payload of null', undefined, 'payload=null'],
    ['two payloads', undefined, 'payload=%7B%7D&payload=%7B%7D'],
  ])('%s', async (_what, contentType, body) => {
    const answer = await workspace.sendSigned({ body, ...(contentType ? { contentType } : {}) });

    expect(answer.status).toBe(400);
  });

  test.each([
    ['an action without a person', { type: 'block_actions', actions: [{ action_id: 'a' }] }],
    ['no actions', { type: 'block_actions', user: { id: 'U1' }, team: { id: 'T000000001' }, actions: [] }],
    ['a form without state', { type: 'view_submission', user: { id: 'U1' }, team: null, view: { id: 'V' } }],
    ['an event that is null', { type: 'event_callback', event: null }],
    ['a shortcut without anything', { type: 'shortcut', callback_id: 'declare' }],
  ])('a signed payload that is not as documented: %s', async (_what, payload) => {
    const answer = await workspace.sendSigned({
      body: `payload=${encodeURIComponent(JSON.stringify(payload))}`,
    });

    expect([200, 400, 404]).toContain(answer.status);
    expect(intake.chatops.heard.intent).toHaveLength(0);
    expect(intake.chatops.heard.submit).toHaveLength(0);
    expect(await workspace.sendSigned({ body: COMMAND })).toMatchObject({ status: 200 });
  });

  test('a huge body is refused without being read to its end', async () => {
    const body = `text=${'x'.repeat(3_000_000)}`;

    const announced = await workspace.sendSigned({ body });
    const streamed = await fetch(intake.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      duplex: 'half',
      body: new ReadableStream({
        pull(controller) {
          controller.enqueue(new TextEncoder().encode('x'.repeat(100_000)));
        },
      }),
    } as RequestInit).then(
      ({ status }) => status,
      () => 'cut',
    );

    expect(announced.status).toBe(413);
    expect([413, 'cut']).toContain(streamed);
    expect(await workspace.sendSigned({ body: COMMAND })).toMatchObject({ status: 200 });
  });

  test('text of 40,000 characters is taken whole', async () => {
    await workspace.command('anna', `note ${'x'.repeat(40_000)}`);

    expect(intake.chatops.heard.command[0]?.text).toHaveLength(40_005);
  });

  test('a request sent again by somebody who recorded it has the same key', async () => {
    const timestamp = nowS();
    await workspace.sendSigned({ body: COMMAND, timestamp });
    await workspace.sendSigned({ body: COMMAND, timestamp });

    const keys = intake.chatops.heard.command.map(({ key }) => key);
    expect(new Set(keys)).toEqual(new Set(['slack:command:1.2.3']));
  });

  test('a command of another workspace is refused in words', async () => {
    const body = COMMAND.replace('T000000001', 'T0STRANGER');

    const answer = await workspace.sendSigned({ body });

    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({
      response_type: 'ephemeral',
      text: expect.stringContaining('workspace.unknown'),
    });
    expect(intake.chatops.heard.command).toHaveLength(0);
  });

  test('a form of another workspace is refused in words', async () => {
    const payload = {
      type: 'view_submission',
      team: { id: 'T0STRANGER' },
      user: { id: 'U1', team_id: 'T0STRANGER' },
      view: { id: 'V1', hash: '1', callback_id: 'note.submit', private_metadata: '', state: { values: {} } },
    };

    const answer = await workspace.sendSigned({
      body: `payload=${encodeURIComponent(JSON.stringify(payload))}`,
    });

    expect(answer.body).toContain('workspace.unknown');
    expect(intake.chatops.heard.submit).toHaveLength(0);
  });

  test('an event of another workspace is left', async () => {
    const body = JSON.stringify({
      type: 'event_callback',
      team_id: 'T0STRANGER',
      event_id: 'Ev1',
      event: { type: 'subteam_members_changed' },
    });

    await workspace.sendSigned({ body, contentType: 'application/json' });
    await intake.inbound.drain();

    expect(intake.chatops.heard.directoryChanged).toHaveLength(0);
  });

  test('Slack’s test of the certificate is answered, whatever else it carries', async () => {
    const answer = await workspace.sendSigned({ body: `ssl_check=1&${COMMAND}`, secret: null });

    expect(answer.status).toBe(200);
    expect(intake.chatops.heard.command).toHaveLength(0);
  });

  test('Slack’s test of the address is answered when it is signed', async () => {
    const body = JSON.stringify({ type: 'url_verification', challenge: 'c0ffee' });
    const contentType = 'application/json';

    expect((await workspace.sendSigned({ body, contentType })).body).toContain('c0ffee');
    expect(await workspace.sendSigned({ body, contentType, secret: 'wrong' })).toMatchObject({ status: 401 });
  });

  test('bodies and secrets stay out of the log', async () => {
    await workspace.sendSigned({ body: COMMAND.replace('declare', 'very-private-words'), secret: 'wrong' });
    await workspace.sendSigned({ body: '{"secret-words":', contentType: 'application/json' });
    await workspace.command('anna', 'very-private-words');

    const lines = intake.log.lines.join('\n');
    expect(lines).not.toMatch(/very-private-words|secret-words|xoxb-test|signing-secret/);
  });
});

describe('an installation in a whole organisation', () => {
  const us = { teamId: 'E1', botUserId: 'U0BOT', isOrgInstall: true, enterpriseId: 'E1' };
  const action = (enterprise: object | null) => ({
    type: 'block_actions',
    team: null,
    enterprise,
    is_enterprise_install: true,
    user: { id: 'W1', team_id: 'T7' },
    container: { type: 'message', channel_id: 'C1' },
    response_url: `${workspace.apiUrl.replace('/api/', '')}/response/T1/gone`,
    actions: [{ type: 'button', action_id: 'x:0', action_ts: '1.1', value: '{"intent":"x"}' }],
  });
  const send = (payload: object) =>
    workspace.sendSigned({ body: `payload=${encodeURIComponent(JSON.stringify(payload))}` });

  test('is known by the organisation, not by a workspace', async () => {
    const own = await anHttpIntake(workspace, { identity: { current: () => us } });
    try {
      await send(action({ id: 'E1' }));
      await send(action({ id: 'E2' }));
      await send(action(null));
      await until(() => own.log.lines.filter((line) => line.includes('not ours')).length === 2);

      expect(own.chatops.heard.intent).toHaveLength(1);
      expect(own.chatops.heard.intent[0]).toMatchObject({ account: { userId: 'W1', teamId: 'T7' } });
      // Other ways are tried for our own only: our token reaches nobody elsewhere.
      await own.inbound.drain();
      expect(workspace.requestCounts()).toEqual({
        response_url: 3,
        'chat.postEphemeral': 1,
        'conversations.open': 1,
      });
    } finally {
      await own.stop();
    }
  });
});

describe('before Slack has said who we are', () => {
  test('nothing is done, and it is said', async () => {
    const own = await anHttpIntake(workspace, { identity: { current: () => undefined } });
    try {
      await workspace.command('anna', 'declare');
      await workspace.sendEvent({ type: 'subteam_members_changed' });
      await own.inbound.drain();

      expect(lastTold('anna')).toContain('workspace.not_connected');
      expect(own.chatops.heard.command).toHaveLength(0);
      expect(own.chatops.heard.directoryChanged).toHaveLength(0);
    } finally {
      await own.stop();
    }
  });
});

test('fifty people at once are acknowledged well within the time', async () => {
  await Promise.all(
    Array.from({ length: 50 }, (_, index) => workspace.command(index % 2 ? 'anna' : 'ben', `note ${index}`)),
  );

  expect(intake.acks).toHaveLength(50);
  expect(new Set(intake.chatops.heard.command.map(({ key }) => key)).size).toBe(50);
  expect(workspace.requests).toHaveLength(0);
});
