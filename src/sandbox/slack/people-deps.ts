import type { Deliveries, DeliveryResult } from './deliveries.ts';
import type { MethodDeps } from './methods/deps.ts';
import { isTopLevel } from './methods/history.ts';
import type { RequestLog } from './request-log.ts';
import type { ResponseContext, ResponseUrls } from './response-urls.ts';
import type { Triggers } from './triggers.ts';
import type { EphemeralMessage, JsonObject, SlackChannel, SlackMessage, SlackUser } from './types.ts';
import type { Lookups } from './view-state.ts';
import type { ViewStore } from './view-store.ts';

/** What people's doings work with. */
export interface PeopleDeps extends MethodDeps {
  deliveries: Deliveries;
  triggers: Triggers;
  views: ViewStore;
  responseUrls: ResponseUrls;
  log: RequestLog;
}

/** A channel by name (with or without `#`) or id. @throws if there is none. */
export function findChannel(deps: PeopleDeps, nameOrId: string): SlackChannel {
  const channel = deps.mirror.channel(nameOrId) ?? deps.mirror.channelByName(nameOrId);
  if (!channel) throw new Error(`There is no channel "${nameOrId}"`);
  return channel;
}

/** A channel as a person may use it; `dm` is the person's own with the bot. @throws if the person is not in it. */
export function channelFor(deps: PeopleDeps, user: SlackUser, nameOrId: string): SlackChannel {
  const channel = (nameOrId === 'dm' && directWith(deps, user)) || findChannel(deps, nameOrId);
  if (!channel.members.has(user.id)) throw new Error(`${user.handle} is not in "${channel.name}"`);
  return channel;
}

/** The direct message between the bot and a person, if there has been one. */
export function directWith(deps: PeopleDeps, user: SlackUser): SlackChannel | undefined {
  return deps.mirror.channels().find((one) => one.kind === 'im' && one.members.has(user.id));
}

/** How names in forms become ids. */
export function lookups(deps: PeopleDeps): Lookups {
  return {
    userId: (name) => deps.directory.find(name).id,
    channelId: (name) => findChannel(deps, name).id,
  };
}

/** What a person sees in a channel, oldest first: its messages and what is for their eyes only. */
export function seenIn(
  deps: PeopleDeps,
  user: SlackUser,
  channelId: string,
): (SlackMessage | EphemeralMessage)[] {
  const own = deps.mirror.ephemerals(user.id).filter((one) => one.channel === channelId);
  return [...deps.mirror.messages(channelId), ...own].sort((a, b) => Number(a.ts) - Number(b.ts));
}

/** Messages of a channel without Slack's own lines; of one thread if asked. */
export function messagesIn(deps: PeopleDeps, channelId: string, threadTs?: string): SlackMessage[] {
  const all = deps.mirror.messages(channelId).filter((one) => !SYSTEM.has(one.subtype ?? ''));
  if (threadTs === undefined) return all.filter(isTopLevel);
  return all.filter((one) => one.ts === threadTs || one.thread_ts === threadTs);
}

const SYSTEM = new Set([
  'channel_archive',
  'channel_join',
  'channel_leave',
  'channel_name',
  'channel_purpose',
  'channel_topic',
  'channel_unarchive',
  'pinned_item',
]);

/** Shows what came back from the app to the person who asked: its answer, or that it failed. */
export async function showOutcome(
  deps: PeopleDeps,
  context: ResponseContext,
  result: DeliveryResult,
  name: string,
): Promise<void> {
  if (result.failure) {
    tell(deps, context, `${name} failed with the error "${result.failure}"`);
    return;
  }
  const body = typeof result.response === 'string' ? { text: result.response } : result.response;
  if (body === undefined || body === null) return;
  const reply = await deps.responseUrls.show(context, body as JsonObject);
  if (typeof reply.warning === 'string') deps.log.warn('response', reply.warning, body as JsonObject);
  if (reply.ok) return;
  const messages = (reply.response_metadata as { messages?: string[] } | undefined)?.messages ?? [];
  deps.log.refuse('response', String(reply.error), messages, body as JsonObject);
  tell(deps, context, `${name} failed with the error "${String(reply.error)}"`);
}

/** A line of Slackbot, for one person's eyes. */
export function tell(deps: PeopleDeps, context: ResponseContext, text: string): void {
  deps.mirror.addEphemeral({
    type: 'message',
    ts: deps.mirror.nextTs(),
    user: 'USLACKBOT',
    text,
    channel: context.channelId,
    to: context.userId,
  });
}
