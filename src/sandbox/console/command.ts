import type { Session } from './session.ts';

/** One word of the console. */
export interface ConsoleCommand {
  name: string;
  aliases?: string[];
  /** What follows the name, e.g. `<n|label>`. */
  usage?: string;
  summary: string;
  /** It looks at the last answer instead of beginning a new one, and is not shown in a transcript. */
  isAside?: boolean;
  /** `rest`: what was typed after the name, trimmed. @throws ConsoleError with words for the person. */
  run(session: Session, rest: string): Promise<void> | void;
}

/** Commands that belong together, for `help`. */
export interface CommandGroup {
  title: string;
  commands: ConsoleCommand[];
}

/** The first word and what comes after it. */
export function splitWord(text: string): { word: string; rest: string } {
  const trimmed = text.trim();
  const word = /^\S*/.exec(trimmed)?.[0] ?? '';
  return { word, rest: trimmed.slice(word.length).trim() };
}
