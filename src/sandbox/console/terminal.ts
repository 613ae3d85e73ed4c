import { clearScreenDown, createInterface, cursorTo, type Interface, moveCursor } from 'node:readline';
import type { ReadStream, WriteStream } from 'node:tty';
import type { Input } from './input.ts';
import type { Surface } from './screen.ts';

/** A terminal with a person in front of it. */
export interface Terminal {
  input: Input;
  surface: Surface;
}

export interface TerminalOptions {
  stdin: ReadStream;
  stdout: WriteStream;
  /** Completions of what was typed so far, for the Tab key. */
  complete: (line: string) => string[];
  /** Ctrl-C. */
  onInterrupt: () => void;
}

/** Reads with line editing and history; what is written meanwhile appears above the line being typed. */
export function createTerminal({ stdin, stdout, complete, onInterrupt }: TerminalOptions): Terminal {
  const rl = createInterface({
    input: stdin,
    output: stdout,
    terminal: true,
    historySize: 500,
    removeHistoryDuplicates: true,
    completer: (line: string) => [complete(line), line],
  });
  rl.on('SIGINT', onInterrupt);
  const lines = createLineQueue(rl);

  return {
    input: {
      isInteractive: true,
      next: lines.read,
      ask: (question) => lines.read(`${question} `),
      hasAnswer: () => Promise.resolve(false),
      place: () => '',
      close: () => rl.close(),
    },
    surface: {
      columns: () => stdout.columns || 80,
      write(text) {
        if (!lines.isWaiting()) {
          stdout.write(text);
          return;
        }
        moveCursor(stdout, 0, -rl.getCursorPos().rows);
        cursorTo(stdout, 0);
        clearScreenDown(stdout);
        stdout.write(text);
        rl.prompt(true);
      },
    },
  };
}

interface LineQueue {
  /** The next line; undefined when the terminal is closed. */
  read(prompt: string): Promise<string | undefined>;
  /** Whether the prompt is on the screen. */
  isWaiting(): boolean;
}

/** Lines that are typed ahead, while the last command is still at work, are kept for the next question. */
function createLineQueue(rl: Interface): LineQueue {
  const typed: string[] = [];
  let waiting: ((line: string | undefined) => void) | undefined;
  let isClosed = false;
  const answer = (line: string | undefined) => {
    const resolve = waiting;
    waiting = undefined;
    resolve?.(line);
  };
  rl.on('line', (line) => {
    if (waiting) answer(line);
    else typed.push(line);
  });
  rl.on('close', () => {
    isClosed = true;
    answer(undefined);
  });
  return {
    isWaiting: () => waiting !== undefined,
    read(prompt) {
      if (typed.length > 0) return Promise.resolve(typed.shift());
      if (isClosed) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        waiting = resolve;
        rl.setPrompt(prompt);
        rl.prompt();
      });
    },
  };
}
