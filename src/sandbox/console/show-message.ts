import type { EphemeralMessage, JsonObject, SlackMessage } from '../slack/types.ts';
import { showNumbers, withNumbers } from './numbered.ts';
import type { Session } from './session.ts';
import { showEmphasis } from './style.ts';
import { indent } from './text-layout.ts';

const BODY_INDENT = 6;
const LONGEST_INLINE = 90;

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
  return showBlocks(session, message, (element, label) =>
    session.targets.add({ person: session.me, place, element, label }),
  );
}

/** The text of a message without numbers; what `expect` reads. */
export function plainText(
  { sandbox, me }: Session,
  message: { text?: string; blocks?: JsonObject[] },
): string {
  const numberless = { ...message, blocks: withNumbers(message.blocks ?? [], () => 0) };
  const text = showNumbers(sandbox.workspace.text(numberless, me), () => '');
  return showEmphasis(text, PLAIN);
}

/** Blocks, or else the text, as styled lines. */
export function showBlocks(
  session: Session,
  message: { text?: string; blocks?: JsonObject[] },
  numberOf: (element: JsonObject, label: string) => number,
): string {
  const { style } = session.screen;
  const numbered = { ...message, blocks: withNumbers(message.blocks ?? [], numberOf) };
  const text = session.sandbox.workspace.text(numbered, session.me);
  return showEmphasis(showNumbers(text, style.button), style).trimEnd();
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
