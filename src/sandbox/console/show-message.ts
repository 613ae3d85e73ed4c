import type { EphemeralMessage, JsonObject, SlackMessage } from '../slack/types.ts';
import { type NumberOf, showNumbers, withNumbers, withoutAddresses } from './numbered.ts';
import type { Session } from './session.ts';
import { showEmphasis } from './style.ts';
import { indent } from './text-layout.ts';

/** What stands for the conversation between the bot and the one who acts, instead of a channel. */
export const DIRECT = 'dm';

const BODY_INDENT = 6;
const LONGEST_INLINE = 90;

/** What a message, or a part of a window, says. */
interface Words {
  text?: string;
  blocks?: JsonObject[];
}

export type AnyMessage = SlackMessage | EphemeralMessage;

/** A message as it stands in a channel: time, author, marks, text, and numbers on what can be pressed. */
export function showMessage(
  session: Session,
  channel: string,
  message: AnyMessage,
  marks: string[] = [],
): string {
  const { style } = session.screen;
  const all = [...marksOf(session, channel, message), ...marks];
  const head = [style.dim(timeOf(message.ts)), style.name(authorOf(session, message))].join(' ');
  const marked = all.length > 0 ? `${head} ${style.dim(`· ${all.join(' · ')}`)}` : head;
  const body = bodyOf(session, channel, message);
  const isShort = !body.includes('\n') && body.length <= LONGEST_INLINE;
  return isShort ? `${marked}  ${body}` : `${marked}\n${indent(body, BODY_INDENT)}`;
}

/** The text of a message for the one who acts, with numbers. */
export function bodyOf(session: Session, channel: string, message: AnyMessage): string {
  const place = { kind: 'message' as const, channel, ts: message.ts };
  const isPrivate = 'to' in message || channel === DIRECT;
  const person = isPrivate ? session.me : undefined;
  return showBlocks(session, message, (element, label) =>
    session.targets.add({ person, place, element, label }),
  );
}

/** The text of a message without numbers; what `expect` reads. */
export function plainText({ sandbox, me }: Session, message: Words): string {
  const numberless = prepared(message, () => 0);
  const text = showNumbers(sandbox.workspace.text(numberless, me), () => '');
  return showEmphasis(text, PLAIN);
}

/** Blocks, or else the text, as styled lines. */
export function showBlocks(session: Session, message: Words, numberOf: NumberOf): string {
  const { style } = session.screen;
  const text = session.sandbox.workspace.text(prepared(message, numberOf), session.me);
  return showEmphasis(showNumbers(text, style.button), style).trimEnd();
}

function prepared(message: Words, numberOf: NumberOf): Words {
  return { text: withoutAddresses(message.text ?? ''), blocks: withNumbers(message.blocks ?? [], numberOf) };
}

/** `HH:MM` in this machine's zone. */
export function timeOf(ts: string): string {
  return new Date(Number(ts) * 1000).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

const SLACK = 'slackbot';

/** The handle of whoever wrote a message. */
export function authorOf({ sandbox }: Session, message: AnyMessage): string {
  const { workspace, cast } = sandbox;
  if (message.user === 'USLACKBOT') return SLACK;
  if (message.bot_id || message.user === workspace.botUserId) return 'lifeboat';
  return cast.workspace.users.find(({ id }) => id === message.user)?.handle ?? String(message.user);
}

function marksOf({ sandbox }: Session, channel: string, message: AnyMessage): string[] {
  const marks: string[] = [];
  if ('to' in message) marks.push('only visible to you');
  if (sandbox.workspace.channel(channel)?.pins.includes(message.ts)) marks.push('pinned');
  if (message.edited) marks.push(`edited ${timeOf(message.edited.ts)}`);
  return marks;
}

const same = (text: string) => text;
const PLAIN = { bold: same, dim: same, italic: same, name: same, button: same, good: same, bad: same };
