import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { commandLine, isAlive, startMark } from '../adapters/postgres/embedded-process.ts';

/** A folder that belongs to this process until it is released. */
export interface Claim {
  /** Remembers the bot, so that the next sandbox ends it if this one is killed. */
  rememberBot(pid: number): Promise<void>;
  release(): Promise<void>;
}

interface ProcessMark {
  pid: number;
  /** Tells the process from a later one with the same id. */
  mark: string;
}

interface Written {
  owner: ProcessMark;
  bot?: ProcessMark;
}

/**
 * Claims a folder, which is made when missing. What a sandbox that was killed left running is ended.
 * @param botEntry the file a left bot was started with; nothing else is ever ended.
 * @throws if another sandbox lives in the folder.
 */
export async function claimFolder(dir: string, botEntry: string): Promise<Claim> {
  // Others must be able to pass through: started as root, PostgreSQL runs as another user.
  await mkdir(dir, { recursive: true, mode: 0o755 });
  const file = path.join(dir, 'claim.json');
  const written: Written = { owner: await markOf(process.pid) };
  const save = () => writeFile(file, JSON.stringify(written));

  const former = await read(file);
  if (former && (await lives(former.owner))) {
    throw new Error(
      `a sandbox runs in ${dir} already (process ${former.owner.pid}): end it with quit, or use another folder with --dir`,
    );
  }
  if (former?.bot && (await lives(former.bot))) await endBot(former.bot.pid, botEntry);
  await save();

  return {
    async rememberBot(pid) {
      written.bot = await markOf(pid);
      await save();
    },
    release: () => rm(file, { force: true }),
  };
}

async function markOf(pid: number): Promise<ProcessMark> {
  return { pid, mark: await startMark(pid) };
}

async function lives({ pid, mark }: ProcessMark): Promise<boolean> {
  return pid !== process.pid && isAlive(pid) && (await startMark(pid)) === mark;
}

async function read(file: string): Promise<Written | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Written;
  } catch {
    // Missing, or half written by a process that died: nobody's.
    return undefined;
  }
}

async function endBot(pid: number, botEntry: string): Promise<void> {
  if (!(await commandLine(pid))?.includes(botEntry)) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
}
