import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Crash } from './bot-process.ts';
import { type Sandbox, startSandbox } from './compose-sandbox.ts';
import { completionsFor } from './console/complete.ts';
import { type Input, ScriptError } from './console/input.ts';
import { runConsole, startSession } from './console/run-console.ts';
import { createScreen, type Surface } from './console/screen.ts';
import { createScriptInput } from './console/script-input.ts';
import type { Session } from './console/session.ts';
import { createStyle } from './console/style.ts';
import { createTerminal } from './console/terminal.ts';
import { Interrupted, type Interruption, listenForInterruption } from './interruption.ts';
import { readArguments, type SandboxArguments, USAGE, UsageError } from './options.ts';
import { welcome } from './welcome.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const PLAIN_COLUMNS = 100;

const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
const style = createStyle(process.stdout.isTTY === true && process.env.NO_COLOR === undefined);

async function main(): Promise<number> {
  const options = readArguments(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const script = await scriptLines(options.script);
  const interruption = listenForInterruption();
  if (!script) process.stdout.write(style.dim('Starting PostgreSQL, Slack, PagerDuty and the bot …\n'));
  const crashes = createCrashes();
  const sandbox = await start(options, interruption.signal, crashes.tell);
  interruption.onImpatience(() => void sandbox.bot.kill());
  // Whatever happens to this process, the bot does not outlive it.
  process.on('exit', () => sandbox.bot.pid !== undefined && process.kill(sandbox.bot.pid, 'SIGKILL'));
  let session: Session | undefined;
  try {
    session = openSession(sandbox, options, script, interruption);
    const { screen, input } = session;
    const failed = Promise.withResolvers<never>();
    crashes.listen((words) => {
      if (script) failed.reject(new ScriptError(words));
      else screen.print(`${style.bad(words)}\n"restart" starts it again.`);
    });
    return await Promise.race([runConsole(session), failed.promise, interruption.exitCode(input)]);
  } finally {
    session?.input.close();
    if (!script) sayGoodbye(session?.exitCode === undefined);
    await sandbox.stop();
  }
}

function start(
  options: SandboxArguments,
  signal: AbortSignal,
  onCrash: (crash: Crash) => void,
): Promise<Sandbox> {
  return startSandbox({
    root: ROOT,
    dir: path.resolve(options.dir ?? path.join(ROOT, '.lifeboat', 'sandbox')),
    profile: options.profile,
    keep: options.keep,
    port: options.port,
    signal,
    onCrash,
    ...(options.statusEvery === undefined ? {} : { statusEvery: options.statusEvery }),
  });
}

/** Crashes of the bot, from its start on, for a listener that comes later. */
function createCrashes() {
  const early: Crash[] = [];
  let listener: ((crash: Crash) => void) | undefined;
  return {
    tell: (crash: Crash) => (listener ? listener(crash) : void early.push(crash)),
    listen(hear: (words: string) => void) {
      listener = (crash) => hear(wordsFor(crash));
      early.forEach(listener);
    },
  };
}

function wordsFor({ how, lastLines }: Crash): string {
  return `The bot ended by itself (${how}). Its last lines:\n${lastLines.join('\n')}`;
}

/** @param isCut the last line on the screen is a prompt. */
function sayGoodbye(isCut: boolean): void {
  process.stdout.write(style.dim(`${isCut ? '\n' : ''}Stopping …\n`));
}

function openSession(
  sandbox: Sandbox,
  options: SandboxArguments,
  script: AsyncIterable<string> | undefined,
  interruption: Interruption,
): Session {
  const me = options.as ?? sandbox.cast.members[0]?.handle ?? '';
  if (!sandbox.cast.members.some(({ handle }) => handle === me)) {
    throw new UsageError(
      `--as ${me}: expected one of ${sandbox.cast.members.map((one) => one.handle).join(', ')}`,
    );
  }
  let session: Session | undefined;
  const complete = (line: string) => (session ? completionsFor(session, line) : []);
  const { input, surface } = script
    ? scripted(script)
    : createTerminal({ ...process, complete, onInterrupt: () => interruption.interrupt('SIGINT') });
  session = startSession({ sandbox, input, screen: createScreen(surface, style), me });
  if (!script) session.screen.print(welcome(sandbox, me, style, options.keep));
  return session;
}

function scripted(lines: AsyncIterable<string>): { input: Input; surface: Surface } {
  const surface: Surface = {
    write: (text) => void process.stdout.write(text),
    columns: () => process.stdout.columns ?? PLAIN_COLUMNS,
  };
  const show = (line: string) => surface.write(`${line}\n`);
  return { input: createScriptInput(lines, show, (line) => show(style.dim(line))), surface };
}

/** The script's lines; undefined when a person sits at a terminal. */
async function scriptLines(file: string | undefined): Promise<AsyncIterable<string> | undefined> {
  if (file === undefined && isTerminal) return undefined;
  if (file === undefined || file === '-') return linesOfStandardInput();
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`--script ${file} cannot be read (${error.code})`);
  });
  return (async function* lines() {
    yield* text.replace(/\n$/, '').split('\n');
  })();
}

/** Reads only when asked: lines that come during the start would be lost. */
async function* linesOfStandardInput(): AsyncIterable<string> {
  yield* createInterface({ input: process.stdin });
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    if (error instanceof Interrupted) process.exit(error.exitCode);
    const isKnown = error instanceof UsageError || error instanceof ScriptError;
    const words = isKnown ? error.message : `The sandbox could not go on: ${error.message}`;
    process.stderr.write(`${words}\n`);
    process.exit(error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED);
  },
);
