import { lstat, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Log } from '../../lib/redact.ts';
import { type OsUser, runProgram } from './embedded-process.ts';

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
  let output: string;
  try {
    // A clash with another start that makes the same user is told by the look-up afterwards.
    const group = await runProgram('groupadd', ['--system', '--force', USER]);
    const made = await runProgram('useradd', [
      ...['--system', '--gid', USER, '--no-create-home', '--home-dir', '/nonexistent'],
      ...['--shell', '/usr/sbin/nologin', USER],
    ]);
    output = `${group.output} ${made.output}`.trim();
  } catch (error) {
    output = error instanceof Error ? error.message : String(error);
  }
  const user = await lookUp();
  if (user === undefined) {
    throw new Error(
      `PostgreSQL may not run as root, and the OS user "${USER}" could not be made (${output}). Create it, start Lifeboat as an ordinary user, or set DATABASE_URL.`,
    );
  }
  log.info({ user: USER }, 'made an OS user for the embedded PostgreSQL, since it may not run as root');
  return user;
}

async function userName(uid: number): Promise<string> {
  const { code, output } = await runProgram('id', ['-nu', String(uid)]).catch(() => ({
    code: 1,
    output: '',
  }));
  return code === 0 ? output.trim() : String(uid);
}
