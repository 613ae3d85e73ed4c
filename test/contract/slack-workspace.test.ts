import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { App } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import type { SlackWorkspace } from '../../src/sandbox/slack/workspace.ts';
import { anHttpApp, aWorkspace, type RunningApp } from './slack-helpers.ts';

let workspace: SlackWorkspace;
let running: RunningApp | undefined;

beforeEach(async () => {
  workspace = await aWorkspace();
  running = undefined;
});

afterEach(async () => {
  await running?.stop();
  await workspace.close();
});

async function run(register: (app: App) => void): Promise<void> {
  running = await anHttpApp(workspace, register);
}

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const goButton = (value: string) => ({
  type: 'button' as const,
  action_id: 'go',
  value,
  text: plain(`Go ${value}`),
});

function modal(callbackId: string, blocks: ModalView['blocks']): ModalView {
  return { type: 'modal', callback_id: callbackId, title: plain('Title'), submit: plain('Send'), blocks };
}

const textInput = (blockId: string, extra: object = {}) =>
  ({
    type: 'input',
    block_id: blockId,
    label: plain(`Label of ${blockId}`),
    element: { type: 'plain_text_input', action_id: 'text', ...extra },
  }) as const;

describe('slash commands', () => {
  test('carry every field Slack sends, and the answer is for the person alone', async () => {
    let body: Record<string, unknown> = {};
    await run((app) => {
      app.command('/dr', async ({ ack, command }) => {
        body = command;
        await ack({ text: 'only *you*' });
      });
    });

    const result = await workspace.command('anna', 'declare sev1 a & b', { channel: 'ops' });

    expect(result).toMatchObject({
      status: 200,
      timedOut: false,
      via: 'http',
      response: { text: 'only *you*' },
    });
    expect(body).toMatchObject({
      command: '/dr',
      text: 'declare sev1 a & b',
      team_id: workspace.teamId,
      team_domain: 'acme',
      channel_id: workspace.channelId('ops'),
      channel_name: 'ops',
      user_id: workspace.userId('anna'),
      user_name: 'anna',
      is_enterprise_install: 'false',
    });
    expect(Object.keys(body)).toEqual(
      expect.arrayContaining(['token', 'api_app_id', 'response_url', 'trigger_id']),
    );
    expect(workspace.ephemerals('anna', 'ops').map((one) => one.text)).toEqual(['only *you*']);
    expect(workspace.ephemerals('ben')).toEqual([]);
    expect(workspace.messages('ops')).toEqual([]);
  });

  test('in a private channel hide its name, and need membership', async () => {
    const names: string[] = [];
    await run((app) => {
      app.command('/dr', async ({ ack, command }) => {
        names.push(command.channel_name);
        await ack();
      });
    });

    await workspace.command('anna', '', { channel: 'secret' });

    expect(names).toEqual(['privategroup']);
    await expect(workspace.command('ben', '', { channel: 'secret' })).rejects.toThrow(
      'ben is not in "secret"',
    );
  });

  test('answered in channel are seen by all; bad blocks in the answer are a refusal', async () => {
    await run((app) => {
      app.command('/dr', async ({ ack, command }) => {
        if (command.text === 'bad') await ack({ text: 'x', blocks: [{ type: 'nonsense' }] });
        else await ack({ response_type: 'in_channel', text: 'hello all' });
      });
    });

    await workspace.command('anna', '', { channel: 'ops' });
    await workspace.command('anna', 'bad', { channel: 'ops' });

    expect(workspace.messages('ops').map((one) => one.text)).toEqual(['hello all']);
    expect(workspace.refusals).toEqual([
      expect.objectContaining({
        error: 'invalid_blocks',
        messages: ['[ERROR] unsupported type: nonsense [json-pointer:/blocks/0/type]'],
      }),
    ]);
    expect(workspace.ephemerals('anna').at(-1)?.text).toBe('/dr failed with the error "invalid_blocks"');
  });

  test('that fail are shown as Slack shows them', async () => {
    await run((app) => {
      app.command('/known', async ({ ack }) => ack());
    });

    const known = await workspace.command('anna', '', { channel: 'ops', command: '/known' });
    workspace.deliverTo(running?.url.replace('/slack/events', '/elsewhere') ?? '');
    const unknown = await workspace.command('anna', '', { channel: 'ops' });
    await running?.stop();
    running = undefined;
    const dead = await workspace.command('anna', '', { channel: 'ops' });

    expect(known).toMatchObject({ status: 200 });
    expect(known.failure).toBeUndefined();
    expect(unknown).toMatchObject({ status: 404, failure: 'http_client_error' });
    expect(dead).toMatchObject({ failure: 'dispatch_failed', timedOut: false });
    expect(workspace.ephemerals('anna').map((one) => one.text)).toEqual([
      '/dr failed with the error "http_client_error"',
      '/dr failed with the error "dispatch_failed"',
    ]);
  });

  test('that are not acknowledged in time end with operation_timeout', async () => {
    await workspace.close();
    workspace = await aWorkspace({ ackTimeoutMs: 150 });
    await run((app) => {
      app.command('/dr', async ({ ack }) => {
        await sleep(300);
        await ack('too late');
      });
    });

    const result = await workspace.command('anna', '', { channel: 'ops' });

    expect(result).toMatchObject({ timedOut: true, failure: 'operation_timeout' });
    expect(result.status).toBeUndefined();
    await sleep(300);
    expect(workspace.ephemerals('anna').map((one) => one.text)).toEqual([
      '/dr failed with the error "operation_timeout"',
    ]);
  });
});

describe('response URLs', () => {
  test('take five answers, then refuse', async () => {
    const outcomes: string[] = [];
    await run((app) => {
      app.command('/dr', async ({ ack, respond }) => {
        await ack();
        for (let index = 1; index <= 6; index += 1) {
          await respond(`answer ${index}`).then(
            () => outcomes.push('ok'),
            (error: { statusCode?: number }) => outcomes.push(String(error.statusCode)),
          );
        }
      });
    });

    await workspace.command('anna', '', { channel: 'ops' });
    await workspace.waitFor(() => outcomes.length === 6, { what: 'six answers' });

    expect(outcomes).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', '404']);
    expect(workspace.ephemerals('anna').map((one) => one.text)).toEqual(
      [1, 2, 3, 4, 5].map((n) => `answer ${n}`),
    );
    expect(workspace.refusals.map((one) => one.error)).toEqual(['used_url']);
  });

  test('expire after half an hour', async () => {
    await workspace.close();
    let time = Date.now();
    workspace = await aWorkspace({ now: () => time });
    let respond: (text: string) => Promise<unknown> = () => Promise.resolve();
    await run((app) => {
      app.command('/dr', async (given) => {
        respond = given.respond;
        await given.ack();
      });
    });
    await workspace.command('anna', '', { channel: 'ops' });

    time += 29 * 60_000;
    await respond('in time');
    time += 60_000;

    await expect(respond('late')).rejects.toMatchObject({ statusCode: 404 });
    expect(workspace.ephemerals('anna').map((one) => one.text)).toEqual(['in time']);
  });

  test('of a button replace and delete the message it stands in, private or not', async () => {
    await run((app) => {
      app.command('/dr', async ({ ack }) =>
        ack({ text: 'private', blocks: [{ type: 'actions', elements: [goButton('p')] }] }),
      );
      app.action('go', async ({ ack, respond, payload }) => {
        await ack();
        const { value } = payload as { value: string };
        if (value === 'delete') await respond({ delete_original: true });
        else await respond({ replace_original: true, text: `replaced ${value}` });
      });
    });
    await workspace.command('anna', '', { channel: 'ops' });
    const posted = await running?.app.client.chat.postMessage({
      channel: workspace.channelId('ops'),
      text: 'public',
      blocks: [
        { type: 'actions', elements: [goButton('c')] },
        { type: 'actions', elements: [goButton('delete')] },
      ],
    });

    await workspace.click('anna', { channel: 'ops', actionId: 'go', value: 'p' });
    await workspace.waitFor(() => workspace.ephemerals('anna')[0]?.text === 'replaced p');
    await workspace.click('ben', { channel: 'ops', ts: String(posted?.ts), actionId: 'go', value: 'delete' });
    await workspace.waitFor(() => workspace.messages('ops').length === 0, { what: 'the message to go' });

    expect(workspace.ephemerals('anna')[0]?.blocks).toBeUndefined();
  });
});

describe('buttons and menus', () => {
  test('in a message send the message, the state and the value', async () => {
    const bodies: Record<string, unknown>[] = [];
    await run((app) => {
      app.action(/.*/, async ({ ack, body }) => {
        bodies.push(body as unknown as Record<string, unknown>);
        await ack();
      });
    });
    const posted = await running?.app.client.chat.postMessage({
      channel: workspace.channelId('ops'),
      text: 'choose',
      blocks: [
        {
          type: 'actions',
          block_id: 'row',
          elements: [
            goButton('1'),
            goButton2(),
            {
              type: 'static_select',
              action_id: 'pick',
              options: [
                { text: plain('One'), value: '1' },
                { text: plain('Two'), value: '2' },
              ],
            },
          ],
        },
      ],
    });

    await workspace.click('ben', { channel: 'ops', actionId: 'pick', selected: 'Two' });
    await workspace.click('ben', { channel: 'ops', label: 'Go 1' });

    expect(bodies[0]).toMatchObject({
      type: 'block_actions',
      actions: [
        { type: 'static_select', action_id: 'pick', block_id: 'row', selected_option: { value: '2' } },
      ],
    });
    expect(bodies[1]).toMatchObject({
      type: 'block_actions',
      user: { id: workspace.userId('ben'), username: 'ben', team_id: workspace.teamId },
      container: {
        type: 'message',
        message_ts: posted?.ts,
        channel_id: workspace.channelId('ops'),
        is_ephemeral: false,
      },
      channel: { id: workspace.channelId('ops'), name: 'ops' },
      message: { ts: posted?.ts, text: 'choose' },
      state: { values: { row: { pick: { type: 'static_select', selected_option: { value: '2' } } } } },
      actions: [{ type: 'button', action_id: 'go', block_id: 'row', value: '1', text: { text: 'Go 1' } }],
    });
    expect(bodies[1]).toHaveProperty('response_url');
    expect(bodies[1]).toHaveProperty('trigger_id');
  });

  test('in an ephemeral message send no message', async () => {
    let body: Record<string, unknown> = {};
    await run((app) => {
      app.command('/dr', async ({ ack }) =>
        ack({ text: 't', blocks: [{ type: 'actions', elements: [goButton('1')] }] }),
      );
      app.action('go', async ({ ack, body: given }) => {
        body = given as unknown as Record<string, unknown>;
        await ack();
      });
    });
    await workspace.command('anna', '', { channel: 'ops' });

    await workspace.click('anna', { channel: 'ops', actionId: 'go' });

    expect(body).toMatchObject({ container: { is_ephemeral: true } });
    expect(body).not.toHaveProperty('message');
    await expect(workspace.click('ben', { channel: 'ops', actionId: 'go' })).rejects.toThrow('ben sees no');
  });

  test('of one person cannot be used by people outside the channel', async () => {
    await run(() => {});
    await running?.app.client.chat.postMessage({
      channel: workspace.channelId('secret'),
      text: 't',
      blocks: [{ type: 'actions', elements: [goButton('1')] }],
    });

    await expect(workspace.click('ben', { channel: 'secret', actionId: 'go' })).rejects.toThrow(
      'not in "secret"',
    );
  });
});

const goButton2 = () => ({ ...goButton('2'), action_id: 'go2' });

describe('modals', () => {
  const opens = (view: () => ModalView) => (app: App) => {
    app.command('/dr', async ({ ack, client, body }) => {
      await ack();
      await client.views.open({ trigger_id: body.trigger_id, view: view() });
    });
  };

  async function open(): Promise<void> {
    await workspace.command('anna', '', { channel: 'ops' });
    await workspace.waitFor(() => workspace.modal('anna'), { what: 'the modal' });
  }

  test('show the values of every kind of input in state.values', async () => {
    let values: unknown;
    const option = (value: string) => ({ text: plain(`Option ${value}`), value });
    const input = (blockId: string, element: object) => ({
      type: 'input',
      block_id: blockId,
      label: plain(blockId),
      optional: true,
      element: { action_id: 'a', ...element },
    });
    const options = [option('x'), option('y')];
    const kinds = [
      input('text', { type: 'plain_text_input', initial_value: 'before' }),
      input('untouched', { type: 'plain_text_input' }),
      input('static', { type: 'static_select', options }),
      input('multi', { type: 'multi_static_select', options }),
      input('radio', { type: 'radio_buttons', options, initial_option: options[0] }),
      input('boxes', { type: 'checkboxes', options }),
      input('user', { type: 'users_select' }),
      input('users', { type: 'multi_users_select' }),
      input('channel', { type: 'conversations_select' }),
      input('date', { type: 'datepicker' }),
      input('time', { type: 'timepicker' }),
      input('moment', { type: 'datetimepicker' }),
      input('number', { type: 'number_input', is_decimal_allowed: false }),
    ];
    await run((app) => {
      opens(() => modal('form', kinds as unknown as ModalView['blocks']))(app);
      app.view('form', async ({ ack, view }) => {
        values = view.state.values;
        await ack();
      });
    });
    await open();

    const result = await workspace.submitView('anna', {
      text: 'after',
      static: 'Option y',
      multi: ['x', 'y'],
      boxes: ['y'],
      user: 'ben',
      users: ['anna', 'ben'],
      channel: 'ops',
      date: '2026-01-15',
      time: '09:30',
      moment: 1_768_467_600,
      number: 7,
    });

    expect(result).toMatchObject({ outcome: 'closed', status: 200 });
    expect(workspace.modal('anna')).toBeUndefined();
    expect(values).toEqual({
      text: { a: { type: 'plain_text_input', value: 'after' } },
      untouched: { a: { type: 'plain_text_input', value: null } },
      static: { a: { type: 'static_select', selected_option: option('y') } },
      multi: { a: { type: 'multi_static_select', selected_options: options } },
      radio: { a: { type: 'radio_buttons', selected_option: option('x') } },
      boxes: { a: { type: 'checkboxes', selected_options: [option('y')] } },
      user: { a: { type: 'users_select', selected_user: workspace.userId('ben') } },
      users: {
        a: {
          type: 'multi_users_select',
          selected_users: [workspace.userId('anna'), workspace.userId('ben')],
        },
      },
      channel: { a: { type: 'conversations_select', selected_conversation: workspace.channelId('ops') } },
      date: { a: { type: 'datepicker', selected_date: '2026-01-15' } },
      time: { a: { type: 'timepicker', selected_time: '09:30' } },
      moment: { a: { type: 'datetimepicker', selected_date_time: 1_768_467_600 } },
      number: { a: { type: 'number_input', value: '7' } },
    });
  });

  test('are not sent while required fields are empty or too long', async () => {
    let submissions = 0;
    await run((app) => {
      opens(() => modal('form', [textInput('what', { max_length: 5 })]))(app);
      app.view('form', async ({ ack }) => {
        submissions += 1;
        await ack();
      });
    });
    await open();

    const empty = await workspace.submitView('anna');
    const long = await workspace.submitView('anna', { 'Label of what': 'too long' });
    const good = await workspace.submitView('anna', { what: 'short' });

    expect(empty).toMatchObject({
      outcome: 'blocked',
      errors: { what: 'Please complete this required field.' },
    });
    expect(long).toMatchObject({
      outcome: 'blocked',
      errors: { what: 'Please enter at most 5 characters.' },
    });
    expect(good.outcome).toBe('closed');
    expect(submissions).toBe(1);
    await expect(workspace.submitView('anna')).rejects.toThrow('anna has no modal open');
  });

  test('follow the answer: errors, update, push, clear', async () => {
    await run((app) => {
      opens(() => modal('first', [textInput('what')]))(app);
      app.view('first', async ({ ack, view }) => {
        const text = view.state.values.what?.text?.value;
        if (text === 'bad') await ack({ response_action: 'errors', errors: { what: 'No.' } });
        else if (text === 'stray') await ack({ response_action: 'errors', errors: { nowhere: 'No.' } });
        else if (text === 'push')
          await ack({ response_action: 'push', view: modal('second', [textInput('more')]) });
        else
          await ack({
            response_action: 'update',
            view: modal('first', [textInput('what'), textInput('new')]),
          });
      });
      app.view('second', async ({ ack }) => ack({ response_action: 'clear' }));
    });
    await open();

    const errors = await workspace.submitView('anna', { what: 'bad' });
    const stray = await workspace.submitView('anna', { what: 'stray' });
    const updated = await workspace.submitView('anna', { what: 'update' });
    const pushed = await workspace.submitView('anna', { what: 'push', new: 'n' });
    const depth = workspace.modals('anna').length;
    const cleared = await workspace.submitView('anna', { more: 'm' });

    expect(errors).toMatchObject({ outcome: 'errors', errors: { what: 'No.' } });
    expect(stray).toMatchObject({ outcome: 'failed', failure: 'invalid_response' });
    expect(workspace.refusals.map((one) => one.method)).toEqual(['view_submission']);
    expect(updated).toMatchObject({ outcome: 'updated' });
    // What was typed survives an update that keeps block and action.
    expect(updated.view?.state.values).toMatchObject({
      what: { text: { value: 'update' } },
      new: { text: { value: null } },
    });
    expect(pushed.view).toMatchObject({
      callback_id: 'second',
      previous_view_id: updated.view?.id,
      root_view_id: updated.view?.id,
    });
    expect(depth).toBe(2);
    expect(cleared.outcome).toBe('cleared');
    expect(workspace.modals('anna')).toEqual([]);
  });

  test('stay open when the app does not answer', async () => {
    await workspace.close();
    workspace = await aWorkspace({ ackTimeoutMs: 200 });
    await run((app) => {
      opens(() => modal('unheard', [textInput('what')]))(app);
      app.view('unheard', async ({ ack }) => {
        await sleep(300);
        await ack();
      });
    });
    await open();

    const result = await workspace.submitView('anna', { what: 'x' });

    expect(result).toMatchObject({ outcome: 'failed', failure: 'operation_timeout', timedOut: true });
    await sleep(200);
    expect(workspace.modal('anna')?.callback_id).toBe('unheard');
  });

  test('tell of their closing when asked to, and only then', async () => {
    const closed: string[] = [];
    let notify = true;
    await run((app) => {
      opens(() => ({ ...modal('m', [textInput('what')]), notify_on_close: notify }))(app);
      app.view({ callback_id: 'm', type: 'view_closed' }, async ({ ack, body }) => {
        closed.push(body.view.callback_id);
        await ack();
      });
    });
    await open();
    await workspace.closeView('anna');
    notify = false;
    await open();

    const untold = await workspace.closeView('anna');

    expect(closed).toEqual(['m']);
    expect(untold).toBeUndefined();
    expect(workspace.modal('anna')).toBeUndefined();
  });

  test('have menus the app fills, and inputs that are sent at once', async () => {
    const chosen: unknown[] = [];
    await run((app) => {
      opens(() =>
        modal('m', [
          {
            type: 'input',
            block_id: 'list',
            dispatch_action: true,
            label: plain('List'),
            element: { type: 'external_select', action_id: 'list', min_query_length: 0 },
          },
        ]),
      )(app);
      app.options('list', async ({ ack, payload }) => {
        await ack({ options: [{ text: plain(`${payload.value} found`), value: payload.value }] });
      });
      app.action('list', async ({ ack, payload }) => {
        chosen.push((payload as { selected_option: { value: string } }).selected_option.value);
        await ack();
      });
      app.view('m', async ({ ack, view }) => {
        chosen.push(view.state.values.list?.list?.selected_option?.value);
        await ack();
      });
    });
    await open();

    await workspace.click('anna', { actionId: 'list', selected: 'first' });
    await workspace.submitView('anna', { list: 'second' });

    expect(chosen).toEqual(['first', 'second']);
  });
});

describe('shortcuts, Home and events', () => {
  test('a global shortcut opens a modal, a message shortcut brings its message', async () => {
    const seen: unknown[] = [];
    await run((app) => {
      app.shortcut('declare', async ({ ack, shortcut, client }) => {
        await ack();
        if (shortcut.type === 'message_action') seen.push(shortcut.message.text, shortcut.channel.id);
        await client.views.open({ trigger_id: shortcut.trigger_id, view: modal('m', [textInput('what')]) });
      });
    });
    const said = await workspace.say('ben', 'ops', 'the database is <gone> @anna');

    await workspace.shortcut('anna', 'declare');
    await workspace.waitFor(() => workspace.modal('anna'));
    await workspace.messageShortcut('ben', 'declare', { channel: 'ops', ts: said.ts });
    await workspace.waitFor(() => workspace.modal('ben'));

    expect(seen).toEqual([
      `the database is &lt;gone&gt; <@${workspace.userId('anna')}>`,
      workspace.channelId('ops'),
    ]);
  });

  test('opening Home tells the app, which publishes; its buttons work', async () => {
    const pressed: string[] = [];
    await run((app) => {
      app.event('app_home_opened', async ({ event, client }) => {
        await client.views.publish({
          user_id: event.user,
          view: { type: 'home', blocks: [{ type: 'actions', elements: [goButton('home')] }] },
        });
      });
      app.action('go', async ({ ack, body }) => {
        pressed.push(body.user.id);
        await ack();
      });
    });

    await workspace.openHome('anna');
    await workspace.waitFor(() => workspace.home('anna'), { what: 'the Home tab' });
    await workspace.click('anna', { actionId: 'go' });

    expect(pressed).toEqual([workspace.userId('anna')]);
    expect(workspace.home('ben')).toBeUndefined();
  });

  test('events can be repeated with the same body and Slack’s retry marks', async () => {
    const seen: [string, number | undefined, string | undefined][] = [];
    await run((app) => {
      app.event('team_join', async ({ body, context }) => {
        seen.push([body.event_id, context.retryNum, context.retryReason]);
      });
    });

    const first = await workspace.sendEvent({ type: 'team_join', user: { id: 'U1' } }, { eventId: 'Ev1' });
    await workspace.redeliver(first.id, { retryNum: 1, retryReason: 'http_timeout' });
    workspace.faults.duplicateDeliveries(2);
    await workspace.sendEvent({ type: 'team_join', user: { id: 'U2' } }, { eventId: 'Ev2' });

    await workspace.waitFor(() => seen.length === 4);
    expect(seen).toEqual([
      ['Ev1', undefined, undefined],
      ['Ev1', 1, 'http_timeout'],
      ['Ev2', undefined, undefined],
      ['Ev2', undefined, undefined],
    ]);
  });

  test('requests made by hand are signed as told', async () => {
    await run((app) => {
      app.command('/dr', async ({ ack }) => ack('good'));
    });
    const body =
      'command=%2Fdr&text=&team_id=T1&user_id=U1&channel_id=C1&trigger_id=t&response_url=http%3A%2F%2Fx';
    const longAgo = Math.floor(Date.now() / 1000) - 301;

    const good = await workspace.sendSigned({ body });
    const unsigned = await workspace.sendSigned({ body, secret: null });
    const forged = await workspace.sendSigned({ body, secret: 'other' });
    const stale = await workspace.sendSigned({ body, timestamp: longAgo });
    workspace.faults.clockSkew(-301_000);
    const skewed = await workspace.command('anna', '', { channel: 'ops' });

    expect([good, unsigned, forged, stale].map((answer) => answer.status)).toEqual([200, 401, 401, 401]);
    expect(good.body).toBe('good');
    expect(skewed).toMatchObject({ status: 401, failure: 'http_client_error' });
  });

  test('several addresses are used in turn', async () => {
    const hits: string[] = [];
    const answer = (name: string) => (app: App) => {
      app.command('/dr', async ({ ack }) => {
        hits.push(name);
        await ack();
      });
    };
    const one = await anHttpApp(workspace, answer('one'));
    const two = await anHttpApp(workspace, answer('two'));
    workspace.deliverTo([one.url, two.url]);

    for (let round = 0; round < 4; round += 1) await workspace.command('anna', '', { channel: 'ops' });
    await one.stop();
    await two.stop();

    expect(hits).toEqual(['one', 'two', 'one', 'two']);
  });
});

describe('waiting', () => {
  test('returns what the look gives', async () => {
    setTimeout(() => void workspace.say('anna', 'ops', 'here'), 20);

    const text = await workspace.waitFor(() => workspace.messages('ops')[0]?.text);

    expect(text).toBe('here');
  });

  test('ends with what is on the screens', async () => {
    await workspace.say('anna', 'ops', 'nothing to see');

    const waiting = workspace.waitFor(() => workspace.messages('nowhere').length > 0, {
      timeoutMs: 60,
      what: 'a sign',
    });

    await expect(waiting).rejects.toThrow(
      /in vain for a sign.*There is no channel "nowhere".*#ops\n {2}nothing to see/s,
    );
  });

  test('tells subscribers what changed', async () => {
    const kinds: string[] = [];
    const end = workspace.subscribe((change) => kinds.push(change.kind));

    await workspace.say('anna', 'ops', 'one');
    end();
    await workspace.say('anna', 'ops', 'two');

    expect(kinds).toEqual(['message']);
  });
});
