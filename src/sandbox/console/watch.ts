import type { WorkspaceChange } from '../slack/types.ts';
import type { Session } from './session.ts';
import { printMessage, remember } from './show-channel.ts';
import { type AnyMessage, DIRECT, plainText, showMessage } from './show-message.ts';
import { isForm, printView } from './show-view.ts';
import { indent } from './text-layout.ts';

/** Shows by itself what the one who acts would see happen. */
export interface Watch {
  /** A new command begins: the pinned card may be mentioned once more. */
  rearm(): void;
  close(): void;
}

interface Memory {
  /** The pinned card was mentioned since the last command. */
  saidCard: boolean;
  /** The window that was shown last. */
  view: string;
}

const CARD_CHANGED = '      (the pinned card is up to date: "card" shows it)';
const FORM_OPENED = 'A form has opened: "form" fills it in, "close" closes it.';
const THREAD_INDENT = 4;

/**
 * Prints new messages of the open channel, direct messages and private answers as they come, changed
 * messages anew, and windows that tell something. An edit of the pinned card is only mentioned.
 */
export function startWatch(session: Session): Watch {
  const memory: Memory = { saidCard: false, view: '' };
  const close = session.sandbox.workspace.subscribe((change) => {
    try {
      onChange(session, memory, change);
    } catch (error) {
      // The workspace is in the middle of its work and must not suffer from a fault of the display.
      session.screen.print(`This could not be shown: ${(error as Error).stack}`);
    }
  });
  return {
    rearm() {
      memory.saidCard = false;
    },
    close,
  };
}

function onChange(session: Session, memory: Memory, change: WorkspaceChange): void {
  const { channel = '', ts = '' } = change;
  const isHere = channel === session.channel;
  if (change.kind === 'message' && isHere) onMessage(session, memory, ts);
  else if (change.kind === 'message') onDirect(session, channel, ts);
  else if (change.kind === 'channel' && isHere) onChannel(session);
  else if (change.kind === 'ephemeral' && isMine(session, change)) onEphemeral(session, channel, ts);
  else if (change.kind === 'modal' && isMine(session, change)) onModal(session, memory);
}

function isMine({ sandbox, me }: Session, { user }: WorkspaceChange): boolean {
  return user === sandbox.workspace.userId(me);
}

function onMessage(session: Session, memory: Memory, ts: string): void {
  const { sandbox, channel, screen } = session;
  const message = sandbox.workspace.messages(channel).find((one) => one.ts === ts);
  const isPinned = sandbox.workspace.channel(channel)?.pins.includes(ts) === true;
  if (!message) {
    onReply(session, ts);
  } else if (!isPinned || !wasShown(session, channel, ts)) {
    show(session, channel, message);
  } else if (!isUnchanged(session, channel, message)) {
    remember(session, channel, message);
    if (!memory.saidCard) screen.print(screen.style.dim(CARD_CHANGED));
    memory.saidCard = true;
  }
}

function onReply(session: Session, ts: string): void {
  const { sandbox, channel, screen } = session;
  const parents = sandbox.workspace.messages(channel).filter((one) => one.reply_count);
  for (const parent of parents) {
    const thread = sandbox.workspace.messages(channel, { threadTs: parent.ts });
    const reply = thread.find((one) => one.ts === ts);
    if (!reply || isUnchanged(session, channel, reply)) continue;
    screen.print(indent(showMessage(session, channel, reply, ['in a thread']), THREAD_INDENT));
    remember(session, channel, reply);
  }
}

function onDirect(session: Session, channel: string, ts: string): void {
  const { workspace } = session.sandbox;
  // Channels have names; what is in none of them is between the bot and one person.
  if (workspace.channels().some(({ id }) => id === channel)) return;
  if (!workspace.channel(channel)?.members.includes(session.me)) return;
  const message = workspace.dms(session.me).find((one) => one.ts === ts);
  if (message) show(session, DIRECT, message, ['direct message']);
}

function onEphemeral(session: Session, channel: string, ts: string): void {
  const { workspace } = session.sandbox;
  const message = workspace.ephemerals(session.me, channel).find((one) => one.ts === ts);
  const elsewhere = channel === session.channel ? [] : [`in #${workspace.channel(channel)?.name ?? channel}`];
  if (message) show(session, channel, message, elsewhere);
}

function onModal(session: Session, memory: Memory): void {
  const view = session.sandbox.workspace.modal(session.me);
  if (!view) return;
  if (isForm(view)) {
    // Shown by whoever fills it in, unless it opens when nobody reckons with it any more.
    if (session.isIdle && memory.view !== view.id) session.screen.print(FORM_OPENED);
    memory.view = view.id;
    return;
  }
  const now = JSON.stringify([view.id, view.title, view.blocks]);
  if (now === memory.view) return;
  memory.view = now;
  printView(session, view);
}

function onChannel({ sandbox, channel, screen, shown }: Session): void {
  const view = sandbox.workspace.channel(channel);
  const key = `${channel} archived`;
  if (!view?.isArchived || shown.has(key)) return;
  shown.set(key, 'said');
  screen.print(screen.style.dim(`      (#${view.name} is archived)`));
}

function show(session: Session, channel: string, message: AnyMessage, marks: string[] = []): void {
  if (isUnchanged(session, channel, message)) return;
  if (!wasShown(session, channel, message.ts)) {
    printMessage(session, channel, message, marks);
    return;
  }
  session.screen.print(showMessage(session, channel, message, marks));
  remember(session, channel, message);
}

function wasShown({ shown }: Session, channel: string, ts: string): boolean {
  return shown.has(`${channel} ${ts}`);
}

function isUnchanged(session: Session, channel: string, message: AnyMessage): boolean {
  return session.shown.get(`${channel} ${message.ts}`) === plainText(session, message);
}
