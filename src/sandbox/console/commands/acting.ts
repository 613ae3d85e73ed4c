import type { Shortcut } from '../../manifest.ts';
import { type CommandGroup, type ConsoleCommand, splitWord } from '../command.ts';
import { fillForm } from '../fill-form.ts';
import { findByLabel, pressTarget } from '../press.ts';
import { ConsoleError, channelName, type Session } from '../session.ts';
import { messagesSeen, unreadIn } from '../show-channel.ts';
import { DIRECT, plainText } from '../show-message.ts';

const START_CHANNEL = 'general';

const as: ConsoleCommand = {
  name: 'as',
  usage: '<person>',
  summary: 'be somebody else ("who" lists them)',
  run(session, rest) {
    const { sandbox, screen } = session;
    const wanted = rest.replace(/^@/, '').toLowerCase();
    const member = sandbox.cast.members.find(({ handle }) => handle === wanted);
    if (!member) {
      const known = sandbox.cast.members.map(({ handle }) => handle).join(', ');
      throw new ConsoleError(`Nobody is called "${rest}". You can be ${known}.`);
    }
    session.me = member.handle;
    const view = sandbox.workspace.channel(session.channel);
    if (!view?.members.includes(session.me)) {
      session.channel = sandbox.workspace.channelId(START_CHANNEL);
      screen.print(screen.style.dim(`  (${session.me} is not in #${view?.name}; now in #${START_CHANNEL})`));
    }
    const unread = unreadIn(session, DIRECT);
    if (unread > 0) {
      const what = unread === 1 ? '1 new direct message' : `${unread} new direct messages`;
      screen.print(screen.style.dim(`  (${what}: "dms" shows them)`));
    }
  },
};

const press: ConsoleCommand = {
  name: 'press',
  aliases: ['p'],
  usage: '<number|label> [choice]',
  summary: 'press a button, or choose from a menu',
  async run(session, rest) {
    const { word, rest: choice } = splitWord(rest);
    const number = /^\[?(\d+)\]?$/.exec(word)?.[1];
    const target = number
      ? session.targets.byNumber(Number(number))
      : findByLabel(session, rest.replaceAll(/^"|"$/g, ''));
    if (!target || (target.person ?? session.me) !== session.me) {
      const own = session.targets.of(session.me).map((one) => `[${one.number}] ${one.label}`);
      const offered =
        own.length > 0 ? `There is ${own.join(', ')}.` : 'Nothing with a number was shown to you.';
      throw new ConsoleError(
        `${session.me} sees nothing to press called "${rest}". ${offered} "open" shows the channel anew.`,
      );
    }
    await pressTarget(session, target, number ? choice : '');
  },
};

const say: ConsoleCommand = {
  name: 'say',
  usage: '<text>',
  summary: 'write into the open channel',
  async run(session, rest) {
    if (rest === '') throw new ConsoleError('Say what: say <text>');
    await session.sandbox.workspace.say(session.me, session.channel, rest);
  },
};

const join: ConsoleCommand = {
  name: 'join',
  summary: 'join the open channel, if it is public',
  async run(session) {
    await session.sandbox.workspace.join(session.me, session.channel);
    session.screen.print(`${session.me} is in #${channelName(session)} now.`);
  },
};

const shortcut: ConsoleCommand = {
  name: 'shortcut',
  usage: '[name]',
  summary: "use the app's global shortcut (Declare disaster)",
  async run(session, rest) {
    const chosen = shortcutOf(session, 'global', rest);
    const result = await session.sandbox.workspace.shortcut(session.me, chosen.callback_id);
    if (result.failure) throw new ConsoleError(`${chosen.name} failed with the error "${result.failure}"`);
  },
};

const message: ConsoleCommand = {
  name: 'message',
  usage: '<n> [shortcut]',
  summary: 'message shortcut, on the n-th newest that people wrote here',
  async run(session, rest) {
    const { word, rest: named } = splitWord(rest);
    const { sandbox, me, channel, screen } = session;
    const written = messagesSeen(session, channel).filter(
      ({ user, bot_id: bot }) => user !== 'USLACKBOT' && !bot,
    );
    const target = written.at(-Number(word || 1));
    if (!target)
      throw new ConsoleError(`People wrote ${written.length} messages in #${channelName(session)}.`);
    const chosen = shortcutOf(session, 'message', named);
    screen.print(screen.style.dim(`  (${chosen.name}: "${plainText(session, target)}")`));
    const place = { channel, ts: target.ts };
    const result = await sandbox.workspace.messageShortcut(me, chosen.callback_id, place);
    if (result.failure) throw new ConsoleError(`${chosen.name} failed with the error "${result.failure}"`);
  },
};

const form: ConsoleCommand = {
  name: 'form',
  summary: 'fill in the form that is open on your screen',
  async run(session) {
    session.setAside = undefined;
    await fillForm(session);
  },
};

const close: ConsoleCommand = {
  name: 'close',
  summary: 'close the window that is open on your screen',
  async run(session) {
    const { workspace } = session.sandbox;
    if (!workspace.modal(session.me)) throw new ConsoleError('No window is open.');
    await workspace.closeView(session.me);
  },
};

/** Commands by which people do something in Slack. */
export const acting: CommandGroup = {
  title: 'Act',
  commands: [as, press, say, join, shortcut, message, form, close],
};

function shortcutOf({ sandbox }: Session, type: Shortcut['type'], named: string): Shortcut {
  const offered = sandbox.manifest.features.shortcuts.filter((one) => one.type === type);
  const wanted = named.toLowerCase();
  const found = offered.find(({ name }) => name.toLowerCase().includes(wanted));
  if (found) return found;
  const names = offered.map(({ name }) => name).join(', ');
  throw new ConsoleError(`The app offers ${names === '' ? 'no such shortcut' : `only: ${names}`}.`);
}
