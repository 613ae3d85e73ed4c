import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedPostgres } from '../src/adapters/postgres/embedded.ts';
import { isAlive } from '../src/adapters/postgres/embedded-process.ts';
import { silentLog } from './fixtures/silent-log.ts';

const PREFIX = 'lifeboat-test-';
/**
 * Starts one PostgreSQL for the whole run, in a fresh folder and without any care for its data, and tells
 * the test workers its address. With LIFEBOAT_TEST_PG set, that server (a superuser's address) is used.
 */
export default async function setUp(): Promise<void> {
  if (process.env.LIFEBOAT_TEST_PG) return;
  await sweepAbandoned();
  const dir = await mkdtemp(path.join(tmpdir(), `${PREFIX}${process.pid}-`));
  // Started as root, the server runs as another user, who has to get in.
  await chmod(dir, 0o711);
  const settings = [
    ...['fsync=off', 'full_page_writes=off', 'synchronous_commit=off', 'max_connections=300'],
    ...['autovacuum_naptime=1d', 'max_wal_size=4GB'],
  ];
  const server = await startEmbeddedPostgres({
    dir,
    log: { ...silentLog, error: (...args: unknown[]) => console.error('embedded PostgreSQL:', ...args) },
    flags: settings.flatMap((setting) => ['-c', setting]),
    initFlags: ['--no-sync'],
  }).catch(async (error: unknown) => {
    await rm(dir, { recursive: true, force: true });
    throw error;
  });
  process.env.LIFEBOAT_TEST_PG = server.url;
  globalThis.lifeboatTestServer = { dir, stop: () => server.stop() };
}

declare global {
  /** Handed from the set-up to the tear-down, which run in one process. */
  var lifeboatTestServer: { dir: string; stop(): Promise<void> } | undefined;
}

/** Ends servers, and removes folders, of earlier runs that were killed before their tear-down. */
async function sweepAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const owner = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split('-')[0]) : 0;
    if (owner === 0 || isAlive(owner)) continue;
    const dir = path.join(tmpdir(), name);
    const lines = (await readFile(path.join(dir, 'data/postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (lines[1]?.startsWith(dir) && isAlive(Number(lines[0]))) {
      process.kill(Number(lines[0]), 'SIGQUIT');
      await sleep(300);
    }
    await rm(dir, { recursive: true, force: true }).catch(() => {
      // Somebody else's: theirs to sweep.
    });
  }
}
