import { type Input, ScriptError } from './input.ts';

/** What of a script is shown as it stands. */
type Show = (line: string) => void;

/**
 * Reads commands line by line. Comments (`#`) and blank lines are shown as they are, so that a script tells
 * its story; answers (`> text`) are only read when something asks.
 */
export function createScriptInput(lines: AsyncIterable<string>, show: Show, showComment: Show): Input {
  const reader = createLookahead(lines);
  let isBlankDue = false;

  const takeTalk = async (): Promise<void> => {
    for (;;) {
      const line = (await reader.peek())?.trim();
      if (line !== '' && !line?.startsWith('#')) return;
      await reader.take();
      isBlankDue ||= line === '';
      if (line === '') continue;
      if (isBlankDue) show('');
      isBlankDue = false;
      showComment(line);
    }
  };

  return {
    isInteractive: false,
    async next() {
      await takeTalk();
      const line = (await reader.take())?.trim();
      if (line === undefined) return undefined;
      if (isAnswer(line)) throw new ScriptError(`${place(reader)}: nothing asked for the answer "${line}"`);
      if (isBlankDue) show('');
      isBlankDue = false;
      return line;
    },
    async ask(question) {
      const line = (await reader.take())?.trim();
      if (line === undefined) throw new ScriptError(`the script ends where an answer is due to: ${question}`);
      if (!isAnswer(line)) {
        throw new ScriptError(
          `${place(reader)}: "${line}" stands where an answer is due to: ${question}. An answer starts with ">"`,
        );
      }
      const answer = line.slice(1).trim();
      show(`${question} ${answer}`);
      return answer;
    },
    async hasAnswer() {
      return isAnswer((await reader.peek())?.trim() ?? '');
    },
    place: () => place(reader),
    close: () => undefined,
  };
}

function isAnswer(line: string): boolean {
  return line.startsWith('>');
}

interface Lookahead {
  /** Lines taken so far. */
  count(): number;
  take(): Promise<string | undefined>;
  peek(): Promise<string | undefined>;
}

function place(reader: Lookahead): string {
  return `line ${reader.count()}`;
}

function createLookahead(lines: AsyncIterable<string>): Lookahead {
  const iterator = lines[Symbol.asyncIterator]();
  let ahead: Promise<string | undefined> | undefined;
  let count = 0;
  const read = async () => {
    const { done, value } = await iterator.next();
    return done === true ? undefined : value;
  };
  return {
    count: () => count,
    peek() {
      ahead ??= read();
      return ahead;
    },
    async take() {
      const line = await (ahead ?? read());
      ahead = undefined;
      if (line !== undefined) count += 1;
      return line;
    },
  };
}
