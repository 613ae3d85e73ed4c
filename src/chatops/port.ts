import type { Account, Form, Screen } from '../app/ports/chat.ts';
import type { Message } from '../core/message/message.ts';
import type { IntentValues } from './define-command.ts';

/** An answer ready for the platform: words rendered, nothing left to decide. */
export type Answer =
  | { kind: 'message'; message: Message }
  | { kind: 'form'; form: Form }
  | { kind: 'screen'; screen: Screen }
  | { kind: 'invalid'; fields: Record<string, string> };

interface Incoming {
  account: Account;
  channelId?: string;
  /** Unique per click, command or submission as the platform numbers them; the same for its repeats. */
  key: string;
}

/**
 * The way in for a chat platform. The platform adapter verifies and parses, calls one of these, and
 * shows the answer. They never reject: trouble becomes a message with a short id.
 */
export interface Chatops {
  command(incoming: Incoming & { text: string }): Promise<Answer>;
  /** A button, menu choice or shortcut. `intent` is e.g. `rung.acknowledge`. */
  intent(incoming: Incoming & { intent: string; values: IntentValues }): Promise<Answer>;
  /**
   * A form was sent. `screenId` is the platform's id of the open form, so that it can be changed
   * later; `context` is what the form carried along.
   */
  submit(
    incoming: Incoming & {
      intent: string;
      values: IntentValues;
      context: Record<string, string>;
      screenId: string;
    },
  ): Promise<Answer>;
  /** The person opened the app's home tab. */
  homeOpened(incoming: Incoming): Promise<void>;
  /** Membership or accounts changed; cached rights are forgotten. */
  directoryChanged(): void;
  /** Somebody outside the bot's doing archived a channel. */
  channelArchived(incoming: { channelId: string; key: string }): Promise<void>;
}
