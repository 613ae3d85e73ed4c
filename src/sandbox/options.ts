import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface SandboxArguments {
  /** File with commands; undefined: the terminal, or standard input when that is no terminal. */
  script: string | undefined;
  /** Name of a profile under `templates/profiles`, or path of a file. */
  profile: string;
  /** Pace of status updates as written in a profile, e.g. `30s`; undefined: the profile's own. */
  statusEvery: string | undefined;
  /** Goes on with the record of the last sandbox. */
  keep: boolean;
  /** TCP port of the bot; 0: any free one. */
  port: number;
  /** Folder of the sandbox's own files; undefined: `.lifeboat/sandbox`. */
  dir: string | undefined;
  /** Who acts first, by handle; undefined: the first of the cast. */
  as: string | undefined;
}

/** A command line that cannot be understood; the message is for the person who typed it. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export const USAGE = `Lifeboat's sandbox: a Slack workspace, a PagerDuty, a PostgreSQL and the real bot, all on this machine.

  npm run sandbox                           a console: be any of several people
  npm run sandbox -- --script <file>        run the commands of a file and end
  echo '/dr list' | npm run sandbox         the same from standard input

Options
  --script <file>        commands, one a line ("-": standard input); help in the console lists them.
                         # starts a comment, "> ..." answers what the command before it asks,
                         "expect <text>" ends the run with exit code 1 unless the text comes to be seen.
                         src/sandbox/scripts/first-incident.txt is an example.
  --profile <name|file>  organisation profile: a name under templates/profiles or a file [example]
  --status-every <time>  pace of the automatic status updates, e.g. 30s [as the profile says]
  --as <person>          who you are at first [the first person of the profile]
  --keep                 go on with the record of the last sandbox; without it every start is a fresh one.
                         Slack's side is new each time: channels of earlier incidents are gone from it.
  --port <number>        port of the bot [any free one]
  --dir <folder>         where the sandbox keeps its files [.lifeboat/sandbox]
  --help                 this text

Exit codes: 0 all went well, 1 a script or the start failed, 2 wrong options, 130 interrupted.`;

const PROFILE_TIME = /^(?:\d+[smhd])+$/;

/**
 * Reads the command line, without the program's name; `help` when that is asked for.
 * @throws UsageError
 */
export function readArguments(args: readonly string[]): SandboxArguments | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const port = Number(values.port ?? 0);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`--port ${values.port} is no port number: expected 0 to 65535`);
  }
  const every = values['status-every'];
  if (every !== undefined && !PROFILE_TIME.test(every)) {
    throw new UsageError(`--status-every ${every} is no time: expected for example 30s, 5m or 1h30m`);
  }
  return {
    script: values.script,
    profile: values.profile ?? 'example',
    statusEvery: every,
    keep: values.keep ?? false,
    port,
    dir: values.dir,
    as: values.as,
  };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      strict: true,
      options: {
        script: { type: 'string' },
        profile: { type: 'string' },
        'status-every': { type: 'string' },
        as: { type: 'string' },
        keep: { type: 'boolean' },
        port: { type: 'string' },
        dir: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
