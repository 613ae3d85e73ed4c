import { lstat, mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../lib/redact.ts';
import { type OsUser, runProgram, SHARED_HOME } from './embedded-process.ts';

const USER = 'postgres';

/**
 * As whom PostgreSQL has to run: undefined for ourselves; started as root, which PostgreSQL refuses,
 * the owner of data that is there already, else the OS user `postgres`, made when it is missing.
 */
export async function chooseUser(dataDir: string, log: Log): Promise<OsUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const data = await stat(dataDir).catch(() => undefined);
  if (data !== undefined && data.uid !== 0) {
    return { name: await userName(data.uid), uid: data.uid, gid: data.gid };
  }
  return (await lookUp()) ?? (await createUser(log));
}

/**
 * The first folder on the way to `target` (itself included) that `user` may not enter, or undefined.
 * Folders that do not exist yet are skipped.
 */
export async function firstClosedFolder(target: string, user: OsUser): Promise<string | undefined> {
  const parts = path.resolve(target).split(path.sep);
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const folder = parts.slice(0, depth).join(path.sep) || path.sep;
    const info = await stat(folder).catch(() => undefined);
    if (info === undefined) return undefined;
    const bit = info.uid === user.uid ? 0o100 : info.gid === user.gid ? 0o010 : 0o001;
    if ((info.mode & bit) === 0) return folder;
  }
  return undefined;
}

/** Throws, with what to do, when files of an earlier start belong to somebody else. */
export async function assertOurs(file: string): Promise<void> {
  const uid = process.getuid?.();
  if (uid === undefined || uid === 0) return;
  const info = await lstat(file).catch(() => undefined);
  if (info === undefined || info.uid === uid) return;
  throw new Error(
    `${file} belongs to the OS user "${await userName(info.uid)}", who started the embedded PostgreSQL before. Start Lifeboat as that user, or give it another folder, or set DATABASE_URL.`,
  );
}

async function lookUp(): Promise<OsUser | undefined> {
  const uid = await runProgram('id', ['-u', USER]);
  const gid = await runProgram('id', ['-g', USER]);
  if (uid.code !== 0 || gid.code !== 0) return undefined;
  return { name: USER, uid: Number(uid.output), gid: Number(gid.output) };
}

async function createUser(log: Log): Promise<OsUser> {
  let output = '';
  try {
    // useradd looks before it locks: two at once would make the same user twice, with two numbers.
    await alone(async () => {
      if ((await lookUp()) !== undefined) return;
      const group = await runProgram('groupadd', ['--system', '--force', USER]);
      const made = await runProgram('useradd', [
        ...['--system', '--gid', USER, '--no-create-home', '--home-dir', '/nonexistent'],
        ...['--shell', '/usr/sbin/nologin', USER],
      ]);
      output = `${group.output} ${made.output}`.trim();
      log.info({ user: USER }, 'making an OS user for the embedded PostgreSQL, since it may not run as root');
    });
  } catch (error) {
    output = error instanceof Error ? error.message : String(error);
  }
  const user = await lookUp();
  if (user !== undefined) return user;
  throw new Error(
    `PostgreSQL may not run as root, and the OS user "${USER}" could not be made (${output}). Create it, start Lifeboat as an ordinary user, or set DATABASE_URL.`,
  );
}

/** Runs `work` while no other process of this machine does. A lock older than half a minute is a dead one's. */
async function alone(work: () => Promise<void>): Promise<void> {
  const lock = path.join(SHARED_HOME, 'making-user');
  await mkdir(SHARED_HOME, { recursive: true, mode: 0o755 });
  while (!(await makeFolder(lock))) {
    const info = await stat(lock).catch(() => undefined);
    if (info !== undefined && Date.now() - info.mtimeMs > 30_000)
      await rm(lock, { recursive: true, force: true });
    await sleep(50);
  }
  try {
    await work();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

/** False when it is there already. */
async function makeFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function userName(uid: number): Promise<string> {
  const { code, output } = await runProgram('id', ['-nu', String(uid)]).catch(() => ({
    code: 1,
    output: '',
  }));
  return code === 0 ? output.trim() : String(uid);
}
