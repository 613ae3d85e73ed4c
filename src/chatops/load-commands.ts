import { loadModules } from '../lib/load-directory.ts';
import type { Command } from './define-command.ts';

/** The folder is the registry: every file of `commands/` exports one command named like the file. */
export async function loadCommands(dir: string): Promise<Command<unknown>[]> {
  const loaded = await loadModules(dir, (exported, name) => {
    const command = exported[name];
    if (!isCommand(command) || command.name !== name) {
      throw new Error(`must export a command named "${name}"`);
    }
    return command;
  });
  return loaded.map(({ value }) => value);
}

function isCommand(value: unknown): value is Command<unknown> {
  return typeof value === 'object' && value !== null && 'run' in value && 'capability' in value;
}
