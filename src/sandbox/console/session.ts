import { shorten } from '../../lib/clean-text.ts';
import type { Sandbox } from '../compose-sandbox.ts';
import type { Input } from './input.ts';
import type { Screen } from './screen.ts';
import type { Targets } from './targets.ts';

/** Trouble to be told to whoever typed the command; in a script it is a failure. */
export class ConsoleError extends Error {
  override name = 'ConsoleError';
}

/** One person's time at the console. */
export interface Session {
  sandbox: Sandbox;
  screen: Screen;
  input: Input;
  targets: Targets;
  /** Handle of whoever is acted as. */
  me: string;
  /** Id of the open channel. */
  channel: string;
  /** Messages on the screen, by `channel ts`, with the text they were shown with. */
  shown: Map<string, string>;
  /** Time stamp of the last message seen, by `person channel`. */
  seen: Map<string, string>;
  /** The last answer, rendered anew, where it can have changed since; for `expect`. */
  live: (() => string) | undefined;
  /** Id of a form that could not be sent and waits for the command `form`. */
  setAside: string | undefined;
  /** True while the next command is waited for. */
  isIdle: boolean;
  /** Set when the console is to end, with its exit code. */
  exitCode: number | undefined;
}

/** Name of the open channel, without `#`. */
export function channelName({ sandbox, channel }: Session): string {
  return sandbox.workspace.channel(channel)?.name ?? channel;
}

const LONGEST_NAME = 34;

/** What stands before the line being typed. Long names of channels are cut. */
export function promptOf(session: Session): string {
  const { style } = session.screen;
  return `${style.name(session.me)} #${shorten(channelName(session), LONGEST_NAME)}> `;
}
