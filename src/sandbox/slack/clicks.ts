import { actionTs } from './commands.ts';
import type { DeliveryResult } from './deliveries.ts';
import {
  blocksOf,
  describeElements,
  type ElementQuery,
  type FoundElement,
  findElement,
} from './find-element.ts';
import { channelOf, interactionBase, messageContainer } from './payloads.ts';
import { channelFor, lookups, type PeopleDeps, seenIn, showOutcome } from './people-deps.ts';
import { suggest } from './suggestions.ts';
import type { EphemeralMessage, JsonObject, SlackChannel, SlackMessage, SlackUser } from './types.ts';
import { actionValue, entryKey, type Given, isStateful, stateValues } from './view-state.ts';
import { type HeldView, viewObject } from './view-store.ts';

/** What a person uses, and where. */
export interface ClickOptions extends ElementQuery {
  /** Name or id; without it the top-most modal is meant, or else the Home tab. */
  channel?: string;
  /** Without it the newest message in the channel that has the element. */
  ts?: string;
  /** For menus and inputs: the option, person, channel, date or text chosen. */
  selected?: Given;
}

/** What people entered into messages, by channel and time stamp. */
export type MessageEntries = Map<string, Map<string, JsonObject>>;

/** Presses a button or chooses from a menu. @throws if there is nothing like it on the person's screen. */
export function click(
  deps: PeopleDeps,
  entries: MessageEntries,
  user: SlackUser,
  options: ClickOptions,
): Promise<DeliveryResult> {
  return options.channel === undefined
    ? clickInView(deps, user, options)
    : clickInChannel(deps, entries, user, channelFor(deps, user, options.channel), options);
}

async function clickInView(
  deps: PeopleDeps,
  user: SlackUser,
  options: ClickOptions,
): Promise<DeliveryResult> {
  const held = deps.views.stack(user.id).at(-1) ?? deps.views.home(user.id);
  if (!held) throw new Error(`${user.handle} has neither a modal nor a Home tab open; name a channel`);
  const found = findElement(held.view.blocks, options);
  if (!found) throw new Error(missing(user, options, describeElements(held.view.blocks)));
  const action = await actionOf(deps, user, found, options, held);
  if (isStateful(found.element)) {
    deps.views.enter(
      held,
      String(found.block.block_id),
      String(found.element.action_id),
      chosen(found, action),
    );
  }
  return deps.deliveries.send('interactive', {
    ...interactionBase(deps, user, deps.triggers.issue(user.id, held.view.id)),
    type: 'block_actions',
    container: { type: 'view', view_id: held.view.id },
    view: viewObject(held),
    actions: [action],
  });
}

async function clickInChannel(
  deps: PeopleDeps,
  entries: MessageEntries,
  user: SlackUser,
  channel: SlackChannel,
  options: ClickOptions,
): Promise<DeliveryResult> {
  const { message, found } = findInChannel(deps, user, channel, options);
  const action = await actionOf(deps, user, found, options);
  const values = remember(entries, channel.id, message, found, action);
  const isEphemeral = 'to' in message;
  const context = { userId: user.id, channelId: channel.id, messageTs: message.ts };
  const result = await deps.deliveries.send('interactive', {
    ...interactionBase(deps, user, deps.triggers.issue(user.id)),
    type: 'block_actions',
    container: messageContainer(channel.id, message, isEphemeral),
    channel: channelOf(channel),
    // Slack does not send the message along when only one person could see it.
    ...(isEphemeral ? {} : { message: structuredClone(message) }),
    state: { values },
    response_url: deps.responseUrls.issue(context),
    actions: [action],
  });
  if (result.failure) await showOutcome(deps, context, result, 'The button');
  return result;
}

function findInChannel(
  deps: PeopleDeps,
  user: SlackUser,
  channel: SlackChannel,
  options: ClickOptions,
): { message: SlackMessage | EphemeralMessage; found: FoundElement } {
  const candidates = seenIn(deps, user, channel.id).filter(
    (one) => options.ts === undefined || one.ts === options.ts,
  );
  for (const message of candidates.toReversed()) {
    const found = findElement(blocksOf(message), options);
    if (found) return { message, found };
  }
  throw new Error(missing(user, options, describeElements(candidates.flatMap(blocksOf))));
}

function missing(user: SlackUser, options: ClickOptions, offered: string): string {
  const { selected: _, ...wanted } = options;
  return `${user.handle} sees no ${JSON.stringify(wanted)}; there is ${offered}`;
}

async function actionOf(
  deps: PeopleDeps,
  user: SlackUser,
  { block, element }: FoundElement,
  options: ClickOptions,
  held?: HeldView,
): Promise<JsonObject> {
  const ids = { action_id: element.action_id, block_id: block.block_id, action_ts: actionTs(deps) };
  if (element.type === 'button') {
    const { text, value, style, url } = element;
    return { ...defined({ text, value, style, url }), ...ids, type: 'button' };
  }
  if (block.type === 'input' && block.dispatch_action !== true) {
    throw new Error(`${String(element.action_id)} sends nothing by itself; fill it with submitView`);
  }
  if (options.selected === undefined)
    throw new Error(`Say with "selected" what to choose in ${String(element.action_id)}`);
  const offered = await withOffers(deps, user, { block, element }, options.selected, held);
  return {
    ...ids,
    ...defined({ placeholder: element.placeholder }),
    ...actionValue(offered, options.selected, lookups(deps)),
  };
}

/** For menus filled by the app: the element with the options the app offers for what was typed. */
export async function withOffers(
  deps: PeopleDeps,
  user: SlackUser,
  { block, element }: FoundElement,
  given: Given,
  held?: HeldView,
): Promise<JsonObject> {
  if (element.type !== 'external_select' && element.type !== 'multi_external_select') return element;
  const typed = Array.isArray(given) ? given : [given];
  const offers = await Promise.all(
    typed.map((one) => suggest(deps, user, { block, element }, String(one ?? ''), held)),
  );
  return { ...element, options: offers.flat() };
}

function chosen({ element }: FoundElement, action: JsonObject): JsonObject {
  const { action_id: _a, block_id: _b, action_ts: _t, placeholder: _p, ...value } = action;
  return { ...value, type: element.type };
}

function remember(
  entries: MessageEntries,
  channelId: string,
  message: SlackMessage,
  found: FoundElement,
  action: JsonObject,
): JsonObject {
  const key = `${channelId} ${message.ts}`;
  const entered = entries.get(key) ?? new Map<string, JsonObject>();
  if (isStateful(found.element)) {
    entered.set(
      entryKey(String(found.block.block_id), String(found.element.action_id)),
      chosen(found, action),
    );
    entries.set(key, entered);
  }
  return stateValues(blocksOf(message), entered);
}

function defined(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
