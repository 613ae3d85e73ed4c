import type { Sandbox } from '../compose-sandbox.ts';
import { splitWord } from './command.ts';
import { findCommand } from './commands/index.ts';
import { fillForm } from './fill-form.ts';
import { type Input, ScriptError } from './input.ts';
import type { Screen } from './screen.ts';
import { promptOf, type Session } from './session.ts';
import { settle } from './settle.ts';
import { isForm } from './show-view.ts';
import { typeSlash } from './slash.ts';
import { createTargets } from './targets.ts';
import { startWatch, type Watch } from './watch.ts';

export interface ConsoleOptions {
  sandbox: Sandbox;
  input: Input;
  screen: Screen;
  /** Handle of whoever acts first. */
  me: string;
}

const PERSON_SETTLE = { quietMs: 120, mostMs: 1_000 };
const SCRIPT_SETTLE = { quietMs: 250, mostMs: 3_000 };
/** How long a script's answer waits for the form it answers. */
const FORM_WITHIN_MS = 5_000;

/** A session at its beginning: in #general, with nothing read yet. */
export function startSession({ sandbox, input, screen, me }: ConsoleOptions): Session {
  return {
    sandbox,
    input,
    screen,
    me,
    channel: sandbox.workspace.channelId('general'),
    targets: createTargets(),
    shown: new Map(),
    seen: new Map(),
    live: undefined,
    setAside: undefined,
    isIdle: false,
    exitCode: undefined,
  };
}

/**
 * Runs commands until `quit`, the end of the script or its first failure.
 * @returns the exit code
 * @throws ScriptError where a script fails, with line and reason
 */
export async function runConsole(session: Session): Promise<number> {
  const { input, screen } = session;
  const watch = startWatch(session);
  try {
    while (session.exitCode === undefined) {
      const prompt = promptOf(session);
      session.isIdle = true;
      const line = await input.next(prompt);
      session.isIdle = false;
      if (line === undefined) break;
      if (line.trim() !== '') await runLine(session, watch, line.trim());
    }
  } finally {
    watch.close();
  }
  if (!input.isInteractive) complainOfRefusals(session);
  screen.begin();
  return session.exitCode ?? 0;
}

async function runLine(session: Session, watch: Watch, line: string): Promise<void> {
  const { input, screen, sandbox } = session;
  try {
    const { word, rest } = splitWord(line);
    const command = line.startsWith('/') ? undefined : findCommand(word);
    if (!command?.isAside) {
      if (!input.isInteractive) screen.print(`${promptOf(session)}${line}`);
      screen.begin();
      watch.rearm();
      session.live = undefined;
      if (!USES_WINDOW.has(command?.name ?? '')) await closeWindow(session);
    }
    if (command) await command.run(session, rest);
    else await typeSlash(session, line);
    if (!command?.isAside)
      await settle(sandbox.workspace, input.isInteractive ? PERSON_SETTLE : SCRIPT_SETTLE);
    await fillOpenForms(session);
  } catch (error) {
    if (error instanceof ScriptError) throw error;
    if (!input.isInteractive)
      throw new ScriptError(`${input.place()}: ${(error as Error).message}`, { cause: error });
    screen.print(screen.style.bad((error as Error).message));
  }
}

/** Commands for the window on top; before any other it is closed, as it would be in the way. */
const USES_WINDOW = new Set(['press', 'form', 'close']);

async function closeWindow({ sandbox, me }: Session): Promise<void> {
  const view = sandbox.workspace.modal(me);
  if (view && !isForm(view)) await sandbox.workspace.closeView(me);
}

/** A command that opens a form goes on with filling it in. */
async function fillOpenForms(session: Session): Promise<void> {
  const { sandbox, input, me } = session;
  const waiting = () => {
    const view = sandbox.workspace.modal(me);
    return view !== undefined && isForm(view) && view.id !== session.setAside;
  };
  if (!waiting() && (await input.hasAnswer())) {
    await sandbox.workspace.waitFor(waiting, { timeoutMs: FORM_WITHIN_MS }).catch(() => undefined);
  }
  while (waiting()) {
    await fillForm(session);
    await settle(sandbox.workspace, input.isInteractive ? PERSON_SETTLE : SCRIPT_SETTLE);
  }
}

/** A run in which the bot asked Slack for something impossible has found a fault of the bot. */
function complainOfRefusals({ sandbox }: Session): void {
  const { refusals } = sandbox.workspace;
  if (refusals.length === 0) return;
  const lines = refusals.map(
    ({ method, error, messages }) => `  ${method}: ${[error, ...messages].join('; ')}`,
  );
  throw new ScriptError(
    `Slack refused ${refusals.length} calls a correct bot would not make:\n${lines.join('\n')}`,
  );
}
