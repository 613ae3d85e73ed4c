import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, startMark } from './embedded-process.ts';

/** One process's claim on the server of a folder. */
export interface Tenancy {
  /** Gives the claim up. True: nobody else has one, so the server is ours to stop, then call `gone`. */
  leave(): Promise<boolean>;
  /** Says that the stop is over, so that others may start the server again. */
  gone(): Promise<void>;
}

const STOP_PATIENCE_MS = 120_000;

/**
 * Registers this process as a user of the server in `dir`, and waits while another one is stopping it.
 *
 * A claim is a file `users/<pid>-<start mark>-<random>.using`; giving it up renames it to `.stopping`
 * before looking for other claims, and a newcomer registers before looking for stoppers. So one of the
 * two always sees the other, and no server is stopped under somebody's feet. Claims of dead processes
 * count for nothing.
 */
export async function enterTenancy(dir: string): Promise<Tenancy> {
  const users = path.join(dir, 'users');
  await mkdir(users, { recursive: true, mode: 0o700 });
  const id = `${process.pid}-${await startMark(process.pid)}-${randomBytes(4).toString('hex')}`;
  const using = path.join(users, `${id}.using`);
  const stopping = path.join(users, `${id}.stopping`);
  await writeFile(using, '');
  await waitForStoppers(users);

  return {
    async leave() {
      await rename(using, stopping);
      if ((await liveClaims(users, '.using')).length === 0) return true;
      await rm(stopping, { force: true });
      return false;
    },
    gone: () => rm(stopping, { force: true }),
  };
}

async function waitForStoppers(users: string): Promise<void> {
  const deadline = Date.now() + STOP_PATIENCE_MS;
  // One after the other: each round looks at what is left.
  while ((await liveClaims(users, '.stopping')).length > 0) {
    if (Date.now() > deadline) {
      throw new Error(
        `Another process has been stopping the PostgreSQL of ${path.dirname(users)} for too long`,
      );
    }
    await sleep(50);
  }
}

async function liveClaims(users: string, suffix: string): Promise<string[]> {
  const live: string[] = [];
  for (const name of await readdir(users)) {
    if (!name.endsWith(suffix)) continue;
    const [pid, mark] = name.split('-');
    if (isAlive(Number(pid)) && (await startMark(Number(pid))) === mark) live.push(name);
    else await rm(path.join(users, name), { force: true });
  }
  return live;
}
