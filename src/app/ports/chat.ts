import type { FormWords, Message } from '../../core/message/message.ts';
import type { PersonView, Requester } from '../../core/shared/actor.ts';
import type { Instant } from '../../core/shared/time.ts';

/**
 * The chat workspace. Every call has a deadline and is sent once; failures are
 * `UpstreamError('slack', <Slack's error code>, …)` whose `retry` says whether sending again is safe.
 */
export interface Chat {
  /** Fails with code `name_taken` when the name is used. The name that comes back may be normalised. */
  createChannel(name: string, isPrivate: boolean): Promise<{ id: string; name: string }>;
  /** A channel of that name which this bot itself created since `since`. */
  findOwnChannel(name: string, since: Instant): Promise<{ id: string; name: string } | undefined>;
  setTopic(channel: string, topic: string): Promise<void>;
  /** One bad account never stops the rest; who is in already counts as invited. */
  invite(channel: string, userIds: string[]): Promise<{ failed: { userId: string; why: string }[] }>;
  /** `key` is stored with the message, so that `findPosted` can recognise it. */
  post(channel: string, message: Message, key: string): Promise<{ ts: string }>;
  findPosted(channel: string, key: string, since: Instant): Promise<{ ts: string } | undefined>;
  update(channel: string, ts: string, message: Message): Promise<void>;
  pin(channel: string, ts: string): Promise<void>;
  bookmarks(channel: string): Promise<{ title: string; url: string }[]>;
  addBookmark(channel: string, bookmark: { title: string; url: string }): Promise<void>;
  archive(channel: string): Promise<void>;
  /** The direct-message channel with a person. */
  openDirect(userId: string): Promise<string>;
  /** The id of a channel given by name (`#ops`) or id. Undefined when the bot sees none such. */
  resolveChannel(nameOrId: string): Promise<string | undefined>;
  updateScreen(viewId: string, screen: Screen): Promise<void>;
  publishHome(userId: string, message: Message): Promise<void>;
  /** A link that opens the channel. */
  channelUrl(channel: string): string;
  ping(): Promise<void>;
}

/** A modal without fields: what a form turns into after it was sent. */
export interface Screen {
  title: string;
  message: Message;
  close: string;
}

export type FormField =
  | {
      name: string;
      kind: 'text';
      optional?: boolean;
      initial?: string;
      multiline?: boolean;
      maxLength?: number;
    }
  | { name: string; kind: 'choice'; optional?: boolean; initial?: string; options: FormOption[] }
  | { name: string; kind: 'choices'; optional?: boolean; initial?: string[]; options: FormOption[] }
  | { name: string; kind: 'person'; optional?: boolean; initial?: string }
  | { name: string; kind: 'people'; optional?: boolean; initial?: string[] };

export interface FormOption {
  value: string;
  label: string;
  description?: string;
}

/** A form to fill in. `callback` names the intent that receives it; `context` travels along unseen. */
export interface Form {
  callback: string;
  context: Record<string, string>;
  words: FormWords;
  fields: FormField[];
}

export interface Account {
  userId: string;
  teamId: string;
}

/** Who people are, and what the profile lets them do. */
export interface Directory {
  /** Identity and rights at this moment. Never throws for an unreadable service: it says so in the answer. */
  requester(account: Account): Promise<Requester>;
  /** The people of a role of the profile. `problem` says which part could not be read. */
  roleMembers(role: string): Promise<{ people: PersonView[]; problem?: string }>;
  /** The person behind an account of this workspace. */
  person(account: Account): Promise<PersonView>;
  /** Forgets cached answers, after Slack said that something changed. */
  forget(): void;
}
