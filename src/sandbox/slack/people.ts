import { archive, bring, join, leave, say } from './chatter.ts';
import { type ClickOptions, click, type MessageEntries } from './clicks.ts';
import {
  type CommandOptions,
  openHomeTab,
  sendEvent,
  typeCommand,
  useMessageShortcut,
  useShortcut,
} from './commands.ts';
import type { DeliveryResult, RawAnswer, RawRequest } from './deliveries.ts';
import type { PeopleDeps } from './people-deps.ts';
import { closeTop, type FormValues, type SubmitResult, submit } from './submissions.ts';
import type { JsonObject, RetryMark, SlackMessage } from './types.ts';

/** What people in the workspace do. Every person is named by handle; all throw if there is no such person. */
export interface People {
  /** Types `/dr text` and waits for the acknowledgement, at most the three seconds Slack waits. */
  command(handle: string, text: string, options?: CommandOptions): Promise<DeliveryResult>;
  /** Presses a button or chooses from a menu, in a message, a modal or the Home tab. */
  click(handle: string, options: ClickOptions): Promise<DeliveryResult>;
  /** Fills the top-most modal and submits it. */
  submitView(handle: string, values?: FormValues): Promise<SubmitResult>;
  /** Closes the top-most modal; `undefined` when the app did not ask to be told. */
  closeView(handle: string): Promise<DeliveryResult | undefined>;
  shortcut(handle: string, callbackId: string): Promise<DeliveryResult>;
  messageShortcut(
    handle: string,
    callbackId: string,
    target: { channel: string; ts: string },
  ): Promise<DeliveryResult>;
  openHome(handle: string): Promise<DeliveryResult>;
  say(handle: string, channel: string, text: string, options?: { threadTs?: string }): Promise<SlackMessage>;
  join(handle: string, channel: string): Promise<void>;
  leave(handle: string, channel: string): Promise<void>;
  /** Invites people, or the bot by its handle. */
  invite(handle: string, channel: string, handles: string[]): Promise<void>;
  archive(handle: string, channel: string): Promise<void>;
  /** Any event of the Events API. */
  sendEvent(event: JsonObject, options?: RetryMark & { eventId?: string }): Promise<DeliveryResult>;
  /** The same request once more, byte for byte, with new signature and retry marks. */
  redeliver(deliveryId: string, mark?: RetryMark): Promise<DeliveryResult>;
  /** A request made by hand. */
  sendSigned(request: RawRequest): Promise<RawAnswer>;
}

/** Builds the people. */
export function createPeople(deps: PeopleDeps): People {
  const entries: MessageEntries = new Map();
  const who = (handle: string) => deps.directory.find(handle);
  return {
    command: async (handle, text, options = {}) => typeCommand(deps, who(handle), text, options),
    click: async (handle, options) => click(deps, entries, who(handle), options),
    submitView: async (handle, values = {}) => submit(deps, who(handle), values),
    closeView: async (handle) => closeTop(deps, who(handle)),
    shortcut: async (handle, callbackId) => useShortcut(deps, who(handle), callbackId),
    messageShortcut: async (handle, callbackId, target) =>
      useMessageShortcut(deps, who(handle), callbackId, target),
    openHome: async (handle) => openHomeTab(deps, who(handle)),
    say: async (handle, channel, text, options) => say(deps, who(handle), channel, text, options?.threadTs),
    join: async (handle, channel) => join(deps, who(handle), channel),
    leave: async (handle, channel) => leave(deps, who(handle), channel),
    async invite(handle, channel, handles) {
      const ids = handles.map((one) => (one === deps.bot.handle ? deps.bot.userId : who(one).id));
      await bring(deps, who(handle), channel, ids);
    },
    archive: async (handle, channel) => archive(deps, who(handle), channel),
    sendEvent: (event, options) => sendEvent(deps, event, options),
    redeliver: (deliveryId, mark) => deps.deliveries.again(deliveryId, mark),
    sendSigned: (request) => deps.deliveries.raw(request),
  };
}
