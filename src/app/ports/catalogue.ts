import type { FormWords, Message } from '../../core/message/message.ts';
import type { MessageId, MessageVariables } from '../../core/message/messages.ts';
import type { Entry } from '../../core/message/variables.ts';
import type { Refusal } from '../../core/shared/refusal.ts';

/** All words that people read. Complete and checked before the process is ready. */
export interface Catalogue {
  render<Id extends MessageId>(id: Id, vars: MessageVariables<Id>): Message;
  /** The words of a form message. */
  form<Id extends MessageId>(id: Id, vars: MessageVariables<Id>): FormWords;
  /** One line that tells a record: for timelines, read-ins and channel lines. */
  line(entry: Entry): string;
  /** What is wrong, what did not happen, what to do. */
  refusal(refusal: Refusal): MessageVariables<'refusal'>;
}
