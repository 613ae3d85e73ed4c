import { nearestWord } from '../../../lib/load-yaml.ts';
import type { CommandGroup, ConsoleCommand } from '../command.ts';
import { ConsoleError } from '../session.ts';
import type { Style } from '../style.ts';
import { acting } from './acting.ts';
import { looking } from './looking.ts';
import { pager } from './pager.ts';
import { scripting } from './scripting.ts';
import { trouble } from './trouble.ts';

const help: ConsoleCommand = {
  name: 'help',
  aliases: ['?'],
  summary: 'this list; "/dr help" is what Lifeboat itself can do',
  run: ({ screen }) => screen.print(helpText(screen.style)),
};

const quit: ConsoleCommand = {
  name: 'quit',
  aliases: ['exit', 'q'],
  summary: 'stop everything (Ctrl-C does too)',
  run(session) {
    session.exitCode = 0;
  },
};

const GROUPS: CommandGroup[] = [
  acting,
  looking,
  pager,
  trouble,
  scripting,
  { title: 'Besides', commands: [help, quit] },
];
const COMMANDS = GROUPS.flatMap((group) => group.commands);

/** The command of that name. @throws ConsoleError with the nearest one when there is none. */
export function findCommand(word: string): ConsoleCommand {
  const wanted = word.toLowerCase();
  const found = COMMANDS.find(({ name, aliases = [] }) => name === wanted || aliases.includes(wanted));
  if (found) return found;
  const nearest = nearestWord(wanted, commandNames());
  const hint = nearest ? ` Did you mean "${nearest}"?` : '';
  throw new ConsoleError(
    `There is no command "${word}".${hint} "help" lists them; "say ${word} …" writes into the channel.`,
  );
}

/** For completion. */
export function commandNames(): string[] {
  return COMMANDS.map(({ name }) => name);
}

/** All commands, each in one line of at most 100 columns. */
export function helpText(style: Style): string {
  const heads = COMMANDS.map(headOf);
  const width = Math.max(...heads.map((head) => head.length));
  const lines = GROUPS.flatMap(({ title, commands }) => [
    style.bold(title),
    ...commands.map((command) => `  ${headOf(command).padEnd(width)}  ${command.summary}`),
  ]);
  return [
    `  ${'/dr …'.padEnd(width)}  a slash command, typed as in Slack ("/dr help" lists them)`,
    ...lines,
  ].join('\n');
}

function headOf({ name, usage }: ConsoleCommand): string {
  return usage ? `${name} ${usage}` : name;
}
