import type { ChannelView } from '../slack/channel-view.ts';
import { ConsoleError, type Session } from './session.ts';
import { type AnyMessage, DIRECT, plainText, showMessage } from './show-message.ts';
import { indent } from './text-layout.ts';

const THREAD_INDENT = 4;
/** How many messages are read when a channel is opened. */
const LAST_MESSAGES = 30;

/** All of a channel as the one who acts sees it: messages and what is for their eyes only, oldest first. */
export function messagesSeen({ sandbox, me }: Session, channel: string): AnyMessage[] {
  const { workspace } = sandbox;
  const own = workspace.ephemerals(me, channel);
  return [...workspace.messages(channel), ...own].sort((a, b) => Number(a.ts) - Number(b.ts));
}

/** How much of a channel is printed. */
export type Extent = 'new' | 'all';

/**
 * Prints a channel: what stands above it, and the messages the one who acts has not seen yet with their
 * threads, or all of them.
 */
export function printChannel(session: Session, view: ChannelView, extent: Extent): void {
  const { screen, me, seen } = session;
  screen.print(headOf(session, view));
  const messages = messagesSeen(session, view.id);
  const last = Number(seen.get(`${me} ${view.id}`) ?? 0);
  const fresh = messages.filter(({ ts }) => Number(ts) > last);
  const shown = extent === 'all' ? messages : fresh.slice(-LAST_MESSAGES);
  const hidden = messages.length - shown.length;
  if (hidden > 0) screen.print(screen.style.dim(`      … ${hidden} earlier ("open all" shows them)`));
  for (const message of shown) printMessage(session, view.id, message);
  if (messages.length === 0) screen.print(screen.style.dim('      Nothing here yet.'));
}

/** Prints a message with its thread, and remembers that it is on the screen. */
export function printMessage(
  session: Session,
  channel: string,
  message: AnyMessage,
  marks: string[] = [],
): void {
  const { screen, sandbox } = session;
  screen.print(showMessage(session, channel, message, marks));
  remember(session, channel, message);
  if (!message.reply_count) return;
  for (const reply of sandbox.workspace.messages(channel, { threadTs: message.ts }).slice(1)) {
    screen.print(indent(showMessage(session, channel, reply), THREAD_INDENT));
    remember(session, channel, reply);
  }
}

/** Notes what a message looked like when it was printed. */
export function remember(session: Session, channel: string, message: AnyMessage): void {
  session.shown.set(`${channel} ${message.ts}`, plainText(session, message));
  const key = `${session.me} ${channel}`;
  if (Number(message.ts) > Number(session.seen.get(key) ?? 0)) session.seen.set(key, message.ts);
}

/** Everything in a channel as one text; what `expect` reads. */
export function channelText(session: Session, channel: string): string {
  const { sandbox } = session;
  const view = sandbox.workspace.channel(channel);
  const messages = messagesSeen(session, channel).flatMap((message) => [
    message,
    ...(message.reply_count ? sandbox.workspace.messages(channel, { threadTs: message.ts }).slice(1) : []),
  ]);
  return [view?.topic ?? '', ...messages.map((message) => plainText(session, message))].join('\n');
}

/** All the bot wrote to the one who acts, as one text. */
export function directText(session: Session): string {
  return session.sandbox.workspace
    .dms(session.me)
    .map((message) => plainText(session, message))
    .join('\n');
}

/** How many messages came since the one who acts last looked. */
export function unreadIn(session: Session, channel: string): number {
  const last = Number(session.seen.get(`${session.me} ${channel}`) ?? 0);
  const messages =
    channel === DIRECT ? session.sandbox.workspace.dms(session.me) : messagesSeen(session, channel);
  return messages.filter(({ ts }) => Number(ts) > last).length;
}

function headOf({ screen, me }: Session, view: ChannelView): string {
  const { style } = screen;
  const marks = [
    ...(view.isPrivate ? ['private'] : []),
    ...(view.isArchived ? ['archived'] : []),
    ...(view.members.includes(me) ? [] : ['you are not in it: "join"']),
  ];
  const lines = [
    `${style.bold(`#${view.name}`)}${marks.length > 0 ? ` (${marks.join(', ')})` : ''}  ${style.dim(view.members.join(', '))}`,
  ];
  if (view.topic) lines.push(`Topic: ${view.topic}`);
  if (view.bookmarks.length > 0) {
    lines.push(`Bookmarks: ${view.bookmarks.map(({ title, link }) => `${title} (${link})`).join(' · ')}`);
  }
  return lines.join('\n');
}

/** Channels the one who acts can see: the public ones, and private ones they are in. */
export function visibleChannels({ sandbox, me }: Session): ChannelView[] {
  const isGuest = sandbox.cast.members.find(({ handle }) => handle === me)?.isGuest;
  return sandbox.workspace
    .channels()
    .filter(({ isPrivate, members }) => members.includes(me) || !(isPrivate || isGuest));
}

/** A channel by its number in the list, its name, or a part of its name that only one has. */
export function findVisibleChannel(session: Session, wanted: string): ChannelView {
  const channels = visibleChannels(session);
  const name = wanted.replace(/^#/, '').toLowerCase();
  const exact = channels.find((one) => one.name === name || one.id === wanted);
  if (exact) return exact;
  const numbered = /^\d{1,3}$/.test(name) ? channels[Number(name) - 1] : undefined;
  if (numbered) return numbered;
  const [first, ...others] = channels.filter((one) => one.name.includes(name));
  if (!first)
    throw new ConsoleError(
      `There is no channel "${wanted}" that ${session.me} can see; "channels" lists them.`,
    );
  if (others.length > 0) {
    throw new ConsoleError(`Which one: ${[first, ...others].map((one) => `#${one.name}`).join(', ')}?`);
  }
  return first;
}
