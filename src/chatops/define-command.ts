import type { z } from 'zod';
import type { Form, Screen } from '../app/ports/chat.ts';
import type { StoredIncident } from '../app/ports/store.ts';
import type { UseCases } from '../app/use-cases.ts';
import type { MessageId, MessageVariables } from '../core/message/messages.ts';
import type { Capability, Requester } from '../core/shared/actor.ts';
import type { Refusal } from '../core/shared/refusal.ts';

/** What a person said, wherever they said it: a command line, a button, a form, a shortcut. */
export interface Request {
  requester: Requester;
  account: { userId: string; teamId: string };
  /** The channel it was said in; absent in the home tab and for global shortcuts. */
  channelId?: string;
  /** The incident it is about: the channel's, or the one named. */
  here?: StoredIncident;
  /** Unique for this one click or command; a repeat of it does nothing again. */
  key: string;
  /** The open form that was just sent; it can still be changed. */
  screenId?: string;
  /** What the form carried along unseen. */
  context: Record<string, string>;
}

/** What the person sees at once. Never silence. */
export type Reply =
  | { kind: 'message'; message: RenderedBy }
  | { kind: 'form'; form: Form }
  /** Only valid as the answer to a form: what the form turns into. */
  | {
      kind: 'screen';
      screen: Omit<Screen, 'message'> & { message: RenderedBy };
      follow?: { incidentId: string };
    }
  /** Only valid as the answer to a form: what is wrong with which field. */
  | { kind: 'invalid'; fields: Record<string, Refusal> }
  | { kind: 'refusal'; refusal: Refusal };

/** A message by id, rendered at the edge. */
export type RenderedBy = { [Id in MessageId]: { id: Id; vars: MessageVariables<Id> } }[MessageId];

export interface Command<Input> {
  /** The word after `/dr`. */
  name: string;
  /** Other words that mean the same. */
  aliases?: string[];
  /** One line for `/dr help`. */
  summary: string;
  /** What may follow the word, e.g. `[sev] [text]`. */
  usage: string;
  /** Words that may come first and before the id of an incident, such as `post`. */
  verbs?: readonly string[];
  /** What the person must be allowed to do for the command to be offered and run. */
  capability: Capability;
  /** Whether it is about one incident; then the channel's, a named one, or the person is asked. */
  about: 'incident' | 'nothing';
  /** Turns the words typed after the command into input, e.g. `['sev1', 'gateway is gone']`. */
  parse(words: string): unknown;
  input: z.ZodType<Input>;
  run(request: Request, input: Input, use: UseCases): Promise<Reply>;
  /** Forms, buttons and shortcuts that belong to the command, by intent (`declare.submit`). */
  intents?: Record<string, Intent>;
}

/** Where a button, a form or a shortcut leads. */
export interface Intent {
  capability: Capability;
  about: 'incident' | 'nothing';
  /** `values`: what a button carries, or what was filled in, by field name. */
  run(request: Request, values: IntentValues, use: UseCases): Promise<Reply>;
}

export type IntentValues = Record<string, string | string[] | undefined>;

/** Checks the shape and keeps the input's type together. One command, one file. */
export function defineCommand<Input>(command: Command<Input>): Command<unknown> {
  return command as unknown as Command<unknown>;
}

export function say<Id extends MessageId>(id: Id, vars: MessageVariables<Id>): Reply {
  return { kind: 'message', message: { id, vars } as RenderedBy };
}

export function no(refusal: Refusal): Reply {
  return { kind: 'refusal', refusal };
}
