import type { MethodDeps } from './methods/deps.ts';
import type { JsonObject, SlackChannel, SlackMessage, SlackUser } from './types.ts';

/** Verification token of old; Slack still sends it. */
const LEGACY_TOKEN = 'local-verification-token';

/** The form fields of a slash command. */
export function commandPayload(
  deps: MethodDeps,
  user: SlackUser,
  channel: SlackChannel,
  command: { name: string; text: string; triggerId: string; responseUrl: string },
): JsonObject {
  return {
    token: LEGACY_TOKEN,
    team_id: deps.team.id,
    team_domain: deps.team.domain,
    channel_id: channel.id,
    channel_name: shownName(channel),
    user_id: user.id,
    user_name: user.handle,
    command: command.name,
    text: command.text,
    api_app_id: deps.bot.appId,
    is_enterprise_install: 'false',
    response_url: command.responseUrl,
    trigger_id: command.triggerId,
  };
}

// Slack hides the names of private conversations in payloads.
function shownName(channel: SlackChannel): string {
  const hidden = { private: 'privategroup', im: 'directmessage', mpim: 'mpdm' };
  return channel.kind === 'public' ? channel.name : hidden[channel.kind];
}

/** What every interaction carries. */
export function interactionBase(deps: MethodDeps, user: SlackUser, triggerId: string): JsonObject {
  return {
    token: LEGACY_TOKEN,
    api_app_id: deps.bot.appId,
    team: { id: deps.team.id, domain: deps.team.domain },
    user: { id: user.id, username: user.handle, name: user.handle, team_id: teamOf(deps, user) },
    enterprise: null,
    is_enterprise_install: false,
    trigger_id: triggerId,
  };
}

function teamOf(deps: MethodDeps, user: SlackUser): unknown {
  return deps.directory.userObject(user, false).team_id;
}

/** The channel as interactions name it. */
export function channelOf(channel: SlackChannel): JsonObject {
  return { id: channel.id, name: shownName(channel) };
}

/** Where a person used a message. */
export function messageContainer(channelId: string, message: SlackMessage, isEphemeral: boolean): JsonObject {
  return {
    type: 'message',
    message_ts: message.ts,
    channel_id: channelId,
    is_ephemeral: isEphemeral,
    ...(message.thread_ts ? { thread_ts: message.thread_ts } : {}),
  };
}

/** The outer object of an Events API request. */
export function eventPayload(deps: MethodDeps, event: JsonObject, eventId: string): JsonObject {
  return {
    token: LEGACY_TOKEN,
    team_id: deps.team.id,
    api_app_id: deps.bot.appId,
    event,
    type: 'event_callback',
    event_id: eventId,
    event_time: Math.floor(deps.now() / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: deps.team.id,
        user_id: deps.bot.userId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
  };
}
