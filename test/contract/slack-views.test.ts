import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { SlackWorkspace } from '../../src/sandbox/slack/workspace.ts';
import { aClient, anHttpApp, aWorkspace, errorOf, messagesOf, type RunningApp } from './slack-helpers.ts';

let workspace: SlackWorkspace;
let running: RunningApp;
let client: WebClient;
let time: number;
const triggers: string[] = [];

beforeEach(async () => {
  time = Date.now();
  triggers.length = 0;
  workspace = await aWorkspace({ now: () => time, rateLimits: 'off' });
  client = aClient(workspace);
  running = await anHttpApp(workspace, (app) => {
    app.command('/dr', async ({ ack, body }) => {
      triggers.push(body.trigger_id);
      await ack();
    });
    app.action('next', async ({ ack, body }) => {
      triggers.push((body as { trigger_id: string }).trigger_id);
      await ack();
    });
  });
});

afterEach(async () => {
  await running.stop();
  await workspace.close();
});

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const view = (extra: object = {}): ModalView => ({
  type: 'modal',
  title: plain('Title'),
  blocks: [{ type: 'actions', elements: [{ type: 'button', action_id: 'next', text: plain('Next') }] }],
  ...extra,
});

async function aTrigger(): Promise<string> {
  await workspace.command('anna', '', { channel: 'ops' });
  return String(triggers.at(-1));
}

const open = (trigger_id: string, extra: object = {}) => client.views.open({ trigger_id, view: view(extra) });

async function nextTrigger(): Promise<string> {
  await workspace.click('anna', { actionId: 'next' });
  return String(triggers.at(-1));
}

test('a trigger id is good once, and for three seconds', async () => {
  const trigger = await aTrigger();

  expect(await errorOf(open(trigger))).toBe('ok');
  expect(await errorOf(open(trigger))).toBe('exchanged_trigger_id');
  const late = await aTrigger();
  time += 2_999;
  expect(await errorOf(open(late))).toBe('ok');
  const tooLate = await aTrigger();
  time += 3_000;
  expect(await errorOf(open(tooLate))).toBe('expired_trigger_id');
  expect(await errorOf(open('1.2.made-up'))).toBe('invalid_trigger_id');
  expect(workspace.refusals.map((one) => one.error)).toEqual(['exchanged_trigger_id', 'invalid_trigger_id']);
});

test('a bad view does not use the trigger up', async () => {
  const trigger = await aTrigger();

  const messages = await messagesOf(open(trigger, { title: plain('x'.repeat(25)) }));

  expect(messages).toEqual(['[ERROR] must be less than 25 characters [json-pointer:/view/title/text]']);
  expect(workspace.modal('anna')).toBeUndefined();
  expect(await errorOf(open(trigger))).toBe('ok');
});

test('modals lie three deep at most', async () => {
  await open(await aTrigger());
  const push = async () => client.views.push({ trigger_id: await nextTrigger(), view: view() });

  await push();
  await push();

  expect(await errorOf(push())).toBe('push_limit_reached');
  expect(workspace.modals('anna')).toHaveLength(3);
  await workspace.closeView('anna');
  expect(workspace.modals('anna')).toHaveLength(2);
});

test('a push needs a trigger from a modal that is still there', async () => {
  expect(await errorOf(client.views.push({ trigger_id: await aTrigger(), view: view() }))).toBe('not_found');
});

test('opening starts a new stack', async () => {
  await open(await aTrigger());
  await client.views.push({ trigger_id: await nextTrigger(), view: view() });

  await open(await aTrigger(), { callback_id: 'fresh' });

  expect(workspace.modals('anna').map((one) => one.callback_id)).toEqual(['fresh']);
});

test('an update needs the present hash, if it brings one, and a view that is there', async () => {
  const opened = await open(await aTrigger());
  const [view_id, hash] = [String(opened.view?.id), String(opened.view?.hash)];
  const update = (args: object) => errorOf(client.views.update({ view_id, view: view(), ...args } as never));

  expect(await update({ hash })).toBe('ok');
  expect(await update({ hash })).toBe('hash_conflict');
  expect(await update({ hash: workspace.modal('anna')?.hash })).toBe('ok');
  expect(await update({})).toBe('ok');
  expect(await update({ external_id: 'both' })).toBe('invalid_arguments');
  await workspace.closeView('anna');
  expect(await update({})).toBe('not_found');
});

test('external ids are unique and name a view', async () => {
  await open(await aTrigger(), { external_id: 'mine' });

  const renamed = await client.views.update({
    external_id: 'mine',
    view: view({ external_id: 'mine', callback_id: 'c' }),
  });
  await workspace.command('ben', '', { channel: 'ops' });
  const second = await errorOf(open(String(triggers.at(-1)), { external_id: 'mine' }));

  expect(renamed.view?.callback_id).toBe('c');
  expect(second).toBe('duplicate_external_id');
});

test('Home is published for a person, with a hash against races', async () => {
  const user_id = workspace.userId('anna');
  const home = { type: 'home' as const, blocks: [{ type: 'divider' }] };

  const first = await client.views.publish({ user_id, view: home });
  const second = await client.views.publish({ user_id, view: home, hash: first.view?.hash });

  expect(second.view?.id).toBe(first.view?.id);
  expect(await errorOf(client.views.publish({ user_id, view: home, hash: first.view?.hash }))).toBe(
    'hash_conflict',
  );
  expect(await errorOf(client.views.publish({ user_id: 'U0NOBODY', view: home }))).toBe('user_not_found');
  expect(await errorOf(client.views.publish({ user_id, view: view() as never }))).toBe('invalid_arguments');
});
