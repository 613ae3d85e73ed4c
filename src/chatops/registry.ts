import { distance } from 'fastest-levenshtein';
import type { Command, Intent } from './define-command.ts';

/** All commands and everything buttons and forms can lead to, found by name. */
export interface Registry {
  commands: Command<unknown>[];
  command(word: string): Command<unknown> | undefined;
  intent(name: string): Intent | undefined;
  /** The command somebody most likely meant. */
  nearest(word: string): string;
}

/** Throws when two commands or intents claim one name: the folder is the registry, it must be sound. */
export function createRegistry(commands: Command<unknown>[]): Registry {
  const byWord = new Map<string, Command<unknown>>();
  const intents = new Map<string, Intent>();
  for (const command of commands) {
    for (const word of [command.name, ...(command.aliases ?? [])]) claim(byWord, word, command);
    for (const [name, intent] of Object.entries(command.intents ?? {})) claim(intents, name, intent);
  }
  const words = [...byWord.keys()];
  return {
    commands: commands.toSorted((a, b) => a.name.localeCompare(b.name)),
    command: (word) => byWord.get(word.toLowerCase()),
    intent: (name) => intents.get(name),
    nearest: (said) => {
      const word = said.toLowerCase();
      return words.toSorted((a, b) => distance(word, a) - distance(word, b))[0] ?? 'help';
    },
  };
}

function claim<T>(names: Map<string, T>, name: string, value: T): void {
  if (names.has(name)) throw new Error(`two commands claim "${name}"`);
  names.set(name, value);
}
