import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** Where root keeps what another user must be able to reach; only root may write there. */
export const SHARED_HOME = '/var/lib/lifeboat';

/** Whose rights a child process gets; undefined means our own. */
export interface OsUser {
  name: string;
  uid: number;
  gid: number;
}

export interface Finished {
  code: number;
  /** Standard output and error, in the order they came. */
  output: string;
}

/**
 * Runs a program to its end and returns its exit code with what it printed.
 * It gets its own session, so Ctrl-C in the terminal does not reach it, a small fixed environment
 * (a stray PGDATA or PGOPTIONS must not steer a database), and `/` as its folder, since the other
 * user may not be allowed into ours. Rejects when the program cannot be started.
 */
export function runProgram(program: string, args: readonly string[], user?: OsUser): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: '/',
      detached: true,
      env: { PATH: process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({ code: code ?? 1, output: signal === null ? output : `${output}ended by ${signal}` }),
    );
  });
}

/** Whether a process with this id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * A word that tells a process from a later one with the same id: its start time where the system
 * shows it (Linux), else an empty string.
 */
export async function startMark(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // Field 22; the program's name in parentheses may itself hold blanks.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    // No /proc, or the process is gone: the id alone has to do.
    return '';
  }
}

/** The command line of a process, or undefined when the system does not tell. */
export async function commandLine(pid: number): Promise<string | undefined> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
  } catch {
    // No /proc (macOS): ask ps.
  }
  try {
    const { code, output } = await runProgram('ps', ['-o', 'command=', '-p', String(pid)]);
    return code === 0 ? output.trim() : undefined;
  } catch {
    // No ps either: unknown.
    return undefined;
  }
}
