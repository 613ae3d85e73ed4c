import { setTimeout as sleep } from 'node:timers/promises';
import { type CommandGroup, type ConsoleCommand, splitWord } from '../command.ts';
import { visibleText } from '../expectation.ts';
import { ConsoleError, type Session } from '../session.ts';

const EXPECT_MS = 10_000;
const WAIT_MS = 60_000;
/** Of what was seen instead. */
const SHOWN_LINES = 25;

const expect: ConsoleCommand = {
  name: 'expect',
  usage: '[30s] <text>',
  summary: 'go on when the text is seen, in the last answer or the channel',
  isAside: true,
  async run(session, rest) {
    const { word, rest: more } = splitWord(rest);
    const seconds = /^(\d+)s$/.exec(word)?.[1];
    await untilSeen(session, seconds ? more : rest, seconds ? Number(seconds) * 1000 : EXPECT_MS);
    session.screen.print(session.screen.style.good(`      ✓ ${seconds ? more : rest}`));
  },
};

const wait: ConsoleCommand = {
  name: 'wait',
  usage: '<seconds> | until <text>',
  summary: 'wait some seconds, or until a text is seen (60 s at most)',
  isAside: true,
  async run(session, rest) {
    const { word, rest: text } = splitWord(rest);
    if (word === 'until') return untilSeen(session, text, WAIT_MS);
    const seconds = Number(word);
    if (word === '' || !(seconds >= 0)) throw new ConsoleError('Say wait <seconds> or wait until <text>.');
    await sleep(seconds * 1000);
  },
};

/** Commands for scripts. */
export const scripting: CommandGroup = { title: 'In scripts', commands: [expect, wait] };

async function untilSeen(session: Session, text: string, timeoutMs: number): Promise<void> {
  if (text === '') throw new ConsoleError('Say which text is expected.');
  const { workspace } = session.sandbox;
  const wanted = squeezed(text);
  const look = () => squeezed(visibleText(session)).includes(wanted);
  const isSeen = await workspace.waitFor(look, { timeoutMs }).catch(() => look());
  if (isSeen) return;
  const seen = visibleText(session).trim().split('\n').slice(-SHOWN_LINES).join('\n');
  throw new ConsoleError(
    `"${text}" was not seen within ${timeoutMs / 1000} s. What was seen instead:\n${seen}`,
  );
}

/** Lines may be broken anywhere, so blanks and line breaks count as one. */
function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
