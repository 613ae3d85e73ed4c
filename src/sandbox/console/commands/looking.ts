import type { CommandGroup, ConsoleCommand } from '../command.ts';
import { splitWord } from '../command.ts';
import { ConsoleError, type Session } from '../session.ts';
import {
  directText,
  findVisibleChannel,
  printChannel,
  printMessage,
  unreadIn,
  visibleChannels,
} from '../show-channel.ts';
import { DIRECT } from '../show-message.ts';
import { printView, viewText } from '../show-view.ts';

const HOME_WITHIN_MS = 5_000;
/** In a script a channel may be opened in the same breath that brings it about. */
const CHANNEL_WITHIN_MS = 10_000;

const open: ConsoleCommand = {
  name: 'open',
  aliases: ['o'],
  usage: '[#channel|number] [all]',
  summary: 'read what is new in a channel, or all of it, and stay there',
  async run(session, rest) {
    const { word, rest: more } = splitWord(rest);
    const isAll = word === 'all' || more === 'all';
    const view = word === '' || word === 'all' ? here(session) : await channelSoon(session, word);
    session.channel = view.id;
    session.targets.clear();
    printChannel(session, view, isAll ? 'all' : 'new');
  },
};

const card: ConsoleCommand = {
  name: 'card',
  summary: 'what is pinned in the open channel',
  run(session) {
    const { pins, id, name } = here(session);
    const pinned = session.sandbox.workspace.messages(id).filter(({ ts }) => pins.includes(ts));
    if (pinned.length === 0) throw new ConsoleError(`Nothing is pinned in #${name}.`);
    for (const message of pinned) printMessage(session, id, message);
  },
};

const channels: ConsoleCommand = {
  name: 'channels',
  aliases: ['ls'],
  summary: 'the channels you can see, and what is new in them',
  run(session) {
    const lines = visibleChannels(session).map((view, index) => {
      const unread = view.members.includes(session.me) ? unreadIn(session, view.id) : 0;
      const marks = [
        ...(view.id === session.channel ? ['open here'] : []),
        ...(unread > 0 ? [`${unread} new`] : []),
        ...(view.isPrivate ? ['private'] : []),
        ...(view.isArchived ? ['archived'] : []),
        ...(view.members.includes(session.me) ? [] : ['not joined']),
      ];
      return `${String(index + 1).padStart(2)} #${view.name}${marks.length > 0 ? `  (${marks.join(', ')})` : ''}`;
    });
    session.screen.print(lines.join('\n'));
  },
};

const dms: ConsoleCommand = {
  name: 'dms',
  summary: 'what Lifeboat wrote to you alone',
  run(session) {
    const messages = session.sandbox.workspace.dms(session.me);
    if (messages.length === 0) {
      session.screen.print(`Lifeboat has not written to ${session.me} directly.`);
      return;
    }
    for (const message of messages) printMessage(session, DIRECT, message);
    session.live = () => directText(session);
  },
};

const home: ConsoleCommand = {
  name: 'home',
  summary: "your Home tab of Lifeboat's app",
  async run(session) {
    const { workspace } = session.sandbox;
    const before = workspace.home(session.me)?.hash;
    const result = await workspace.openHome(session.me);
    if (result.failure) throw new ConsoleError(`Slack could not reach the bot (${result.failure}).`);
    // The bot publishes it anew at each visit.
    const look = () => {
      const view = workspace.home(session.me);
      return view && view.hash !== before ? view : undefined;
    };
    const fresh = await workspace.waitFor(look, { timeoutMs: HOME_WITHIN_MS }).catch(() => undefined);
    const view = fresh ?? workspace.home(session.me);
    if (!view) throw new ConsoleError('The bot has not published a Home tab.');
    session.targets.clear();
    printView(session, view);
    session.live = () => viewText(session, workspace.home(session.me) ?? view);
  },
};

const who: ConsoleCommand = {
  name: 'who',
  summary: 'everybody you can be, and what they are',
  run(session) {
    const { cast } = session.sandbox;
    const width = Math.max(...cast.members.map(({ handle }) => handle.length));
    const lines = cast.members.map((one) => {
      const groups = one.groups.map((group) => `@${group}`).join(' ');
      const standing = one.isGuest ? 'guest: may read, not act' : groups;
      const mark = one.handle === session.me ? '*' : ' ';
      return `${mark} ${one.handle.padEnd(width)}  ${[one.name, one.title, standing].filter(Boolean).join(' · ')}`;
    });
    session.screen.print(lines.join('\n'));
  },
};

/** Commands that only look. */
export const looking: CommandGroup = {
  title: 'Look',
  commands: [open, card, channels, dms, home, who],
};

function here(session: Session) {
  const view = session.sandbox.workspace.channel(session.channel);
  if (!view) throw new ConsoleError('The open channel is gone; "channels" lists the others.');
  return view;
}

async function channelSoon(session: Session, wanted: string) {
  if (session.input.isInteractive) return findVisibleChannel(session, wanted);
  const look = () => findVisibleChannel(session, wanted);
  const options = { timeoutMs: CHANNEL_WITHIN_MS };
  return session.sandbox.workspace.waitFor(look, options).catch(look);
}
