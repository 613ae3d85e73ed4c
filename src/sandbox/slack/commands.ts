import { randomUUID } from 'node:crypto';
import type { DeliveryResult } from './deliveries.ts';
import { channelOf, commandPayload, eventPayload, interactionBase } from './payloads.ts';
import { channelFor, directWith, type PeopleDeps, showOutcome, tell } from './people-deps.ts';
import type { JsonObject, RetryMark, SlackChannel, SlackUser } from './types.ts';
import { viewObject } from './view-store.ts';

/** Where and how a slash command is typed. */
export interface CommandOptions {
  /** Name or id; by default the first channel the person is in. */
  channel?: string;
  /** By default `/dr`. */
  command?: string;
}

/** Types a slash command and waits for its acknowledgement, at most the three seconds Slack waits. */
export async function typeCommand(
  deps: PeopleDeps,
  user: SlackUser,
  text: string,
  options: CommandOptions,
): Promise<DeliveryResult> {
  const channel =
    options.channel === undefined ? firstChannel(deps, user) : channelFor(deps, user, options.channel);
  if (channel.isArchived) throw new Error(`Nobody can type in "${channel.name}": it is archived`);
  const name = options.command ?? '/dr';
  const context = { userId: user.id, channelId: channel.id };
  const responseUrl = deps.responseUrls.issue(context);
  const triggerId = deps.triggers.issue(user.id);
  const payload = commandPayload(deps, user, channel, { name, text, triggerId, responseUrl });
  const result = await deps.deliveries.send('slash_commands', payload);
  await showOutcome(deps, context, result, name);
  return result;
}

function firstChannel(deps: PeopleDeps, user: SlackUser): SlackChannel {
  const channel = deps.mirror.channels().find((one) => one.members.has(user.id) && !one.isArchived);
  if (!channel) throw new Error(`${user.handle} is in no channel`);
  return channel;
}

/** Uses a shortcut of the composer's or search menu. */
export function useShortcut(deps: PeopleDeps, user: SlackUser, callbackId: string): Promise<DeliveryResult> {
  return deps.deliveries.send('interactive', {
    ...interactionBase(deps, user, deps.triggers.issue(user.id)),
    type: 'shortcut',
    callback_id: callbackId,
    action_ts: actionTs(deps),
  });
}

/** Uses a shortcut of a message's menu. @throws if there is no such message. */
export async function useMessageShortcut(
  deps: PeopleDeps,
  user: SlackUser,
  callbackId: string,
  target: { channel: string; ts: string },
): Promise<DeliveryResult> {
  const channel = channelFor(deps, user, target.channel);
  const message = deps.mirror.message(channel.id, target.ts);
  if (!message) throw new Error(`There is no message ${target.ts} in "${channel.name}"`);
  const context = { userId: user.id, channelId: channel.id, messageTs: message.ts };
  const result = await deps.deliveries.send('interactive', {
    ...interactionBase(deps, user, deps.triggers.issue(user.id)),
    type: 'message_action',
    callback_id: callbackId,
    action_ts: actionTs(deps),
    message_ts: message.ts,
    channel: channelOf(channel),
    message: structuredClone(message),
    response_url: deps.responseUrls.issue(context),
  });
  if (result.failure) tell(deps, context, `The shortcut failed with the error "${result.failure}"`);
  return result;
}

/** Opens the Home tab of the app, which tells the app so. */
export function openHomeTab(deps: PeopleDeps, user: SlackUser): Promise<DeliveryResult> {
  const home = deps.views.home(user.id);
  return sendEvent(deps, {
    type: 'app_home_opened',
    user: user.id,
    channel: directWith(deps, user)?.id ?? `D${user.id.slice(1)}`,
    tab: 'home',
    event_ts: actionTs(deps),
    ...(home ? { view: viewObject(home) } : {}),
  });
}

/** An Events API request; give `eventId` to make it a repeat of another. */
export function sendEvent(
  deps: PeopleDeps,
  event: JsonObject,
  options: RetryMark & { eventId?: string } = {},
): Promise<DeliveryResult> {
  const eventId = options.eventId ?? `Ev${randomUUID().replaceAll('-', '').slice(0, 10).toUpperCase()}`;
  return deps.deliveries.send('events_api', eventPayload(deps, event, eventId), options);
}

/** When somebody acted, in Slack's form. */
export function actionTs(deps: PeopleDeps): string {
  return (deps.now() / 1000).toFixed(6);
}
