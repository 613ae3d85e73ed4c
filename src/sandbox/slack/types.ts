/** Any JSON object as it travels to or from Slack. */
export type JsonObject = Record<string, unknown>;

/** What a person is to the workspace; decides what Slack's user object says about them. */
export type UserKind = 'member' | 'guest' | 'restricted' | 'deactivated' | 'external' | 'bot';

/** One person (or bot) of the workspace. */
export interface SlackUser {
  id: string;
  handle: string;
  realName: string;
  kind: UserKind;
  /** IANA zone, e.g. `Europe/London`. */
  tz: string;
  email?: string;
  phone?: string;
}

/** A user group (`@handle`, `<!subteam^ID>`). */
export interface SlackUserGroup {
  id: string;
  handle: string;
  name: string;
  /** User ids. */
  members: string[];
  disabled: boolean;
}

/** A message as Slack's API returns it (snake_case, only the fields Lifeboat's world needs are named). */
export interface SlackMessage extends JsonObject {
  type: 'message';
  ts: string;
  text: string;
  user?: string;
  bot_id?: string;
  app_id?: string;
  blocks?: JsonObject[];
  attachments?: JsonObject[];
  thread_ts?: string;
  metadata?: JsonObject;
  subtype?: string;
  reply_count?: number;
  edited?: { user: string; ts: string };
}

/** A message only one person sees. */
export interface EphemeralMessage extends SlackMessage {
  channel: string;
  /** User id of the only reader. */
  to: string;
}

/** One link in a channel's bookmark bar. */
export interface SlackBookmark {
  id: string;
  title: string;
  link: string;
  emoji: string;
}

/** A channel or direct message as people see it. */
export interface SlackChannel {
  id: string;
  name: string;
  kind: 'public' | 'private' | 'im' | 'mpim';
  isArchived: boolean;
  topic: string;
  purpose: string;
  creator: string;
  /** Unix seconds. */
  created: number;
  /** User ids, in the order they joined. */
  members: Set<string>;
  /** Time stamps of pinned messages, oldest pin first. */
  pins: string[];
  bookmarks: SlackBookmark[];
}

/** A modal or App Home as Slack's API returns it. */
export interface SlackView extends JsonObject {
  id: string;
  type: 'modal' | 'home';
  blocks: JsonObject[];
  hash: string;
  callback_id: string;
  private_metadata: string;
  external_id: string;
  root_view_id: string;
  previous_view_id: string | null;
  title: { type: string; text: string } | null;
  submit: { type: string; text: string } | null;
  close: { type: string; text: string } | null;
  clear_on_close: boolean;
  notify_on_close: boolean;
  state: { values: Record<string, Record<string, JsonObject>> };
}

/** What a Web API method answers. */
export interface ApiReply extends JsonObject {
  ok: boolean;
  error?: string;
}

/** The app (bot) that is installed in the workspace. */
export interface InstalledBot {
  token: string;
  appToken: string | undefined;
  signingSecret: string;
  appId: string;
  botId: string;
  userId: string;
  handle: string;
  scopes: ReadonlySet<string>;
}

/** The workspace itself. */
export interface SlackTeam {
  id: string;
  name: string;
  domain: string;
}

/** What a delivery carries. */
export type DeliveryKind = 'slash_commands' | 'interactive' | 'events_api';

/** How Slack marks a repeated event. */
export interface RetryMark {
  retryNum?: number;
  retryReason?: string;
}

/** Something people could see has changed. */
export interface WorkspaceChange {
  kind:
    | 'channel'
    | 'message'
    | 'ephemeral'
    | 'modal'
    | 'home'
    | 'request'
    | 'delivery'
    | 'socket'
    | 'user'
    | 'fault';
  /** Channel id, for a change in a channel. */
  channel?: string;
  /** User id, for a change only one person sees. */
  user?: string;
  ts?: string;
}

/** Milliseconds since 1970; injected so that tests can let time pass. */
export type Clock = () => number;

/** A refusal in Slack's words. */
export function slackError(error: string, more: JsonObject = {}): ApiReply {
  return { ok: false, error, ...more };
}
