import { readFile, readlink, rename, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../lib/redact.ts';
import type { Cluster } from './embedded-cluster.ts';
import { commandLine, isAlive, runProgram } from './embedded-process.ts';

/** A running server as its `postmaster.pid` tells. */
export interface Server {
  pid: number;
  port: number;
}

export interface StartOptions {
  /** Fixed port; without it the last one, or a free one. */
  port: number | undefined;
  flags: readonly string[];
  log: Log;
}

const HOST = '127.0.0.1';
const START_SECONDS = 120;
const STOP_SECONDS = 60;
const ATTEMPTS = 5;
const LOG_LIMIT_BYTES = 10_000_000;

/** Takes over the server of the cluster if it runs (after a crash, or beside another process), else starts it. */
export async function startOrAdopt(cluster: Cluster, options: StartOptions): Promise<Server> {
  let failure = 'it ended right after its start';
  // Each attempt looks afresh: another process may have started or stopped the server meanwhile.
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const running = await waitUntilReady(cluster.data);
    if (running !== undefined) {
      options.log.info({ pid: running.pid, port: running.port }, 'using the PostgreSQL that already runs');
      return running;
    }
    const port = await choosePort(cluster.dir, options.port);
    const problem = await pgCtlStart(cluster, port, options.flags);
    if (problem !== undefined) {
      failure = problem;
      continue;
    }
    const started = await waitUntilReady(cluster.data);
    if (started === undefined) continue;
    await writeFile(path.join(cluster.dir, 'port'), `${started.port}\n`);
    options.log.info({ pid: started.pid, port: started.port, data: cluster.data }, 'PostgreSQL started');
    return started;
  }
  throw new Error(`PostgreSQL did not start in ${cluster.data}: ${failure}. Its log: ${logFile(cluster)}`);
}

/** Stops the server of the cluster, if one runs, and waits until it is gone. Unfinished transactions are rolled back. */
export async function stopServer(cluster: Cluster): Promise<void> {
  const server = await findPostmaster(cluster.data);
  if (server === undefined) return;
  for (const mode of ['fast', 'immediate']) {
    const args = ['stop', '-D', cluster.data, '-m', mode, '-w', '-t', String(STOP_SECONDS)];
    const { output } = await runProgram(cluster.binaries.pgCtl, args, cluster.user);
    if ((await findPostmaster(cluster.data)) === undefined) return;
    if (mode === 'immediate') {
      throw new Error(`PostgreSQL (process ${server.pid}) did not stop: ${output.trim()}`);
    }
  }
}

interface Postmaster {
  pid: number;
  port: number | undefined;
  /** `starting`, `stopping`, `ready`, `standby`, or nothing yet. */
  status: string;
}

/** The live postmaster of a data folder. A pid file whose process is gone, or is another program, is none. */
async function findPostmaster(data: string): Promise<Postmaster | undefined> {
  const file = path.join(data, 'postmaster.pid');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // Lines: pid, data folder, start time, port, socket folder, address, shared memory, status.
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return undefined;
  if (!(await isPostmasterOf(pid, data))) {
    // The number was given to another program (after a reboot): PostgreSQL would refuse to start for it.
    await rm(file, { force: true });
    return undefined;
  }
  return { pid, port: Number(lines[3]) || undefined, status: lines[7] ?? '' };
}

async function isPostmasterOf(pid: number, data: string): Promise<boolean> {
  // A postmaster works inside its data folder; the link also follows a folder that was renamed.
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  if (folder !== undefined) return folder === data;
  const command = await commandLine(pid);
  // Cannot be told: rather believe in a server than start a second one on the same data.
  return command === undefined || command.includes('postgres');
}

/** Waits while a server is starting or stopping. Undefined: none runs. */
async function waitUntilReady(data: string): Promise<Server | undefined> {
  const deadline = Date.now() + START_SECONDS * 1000;
  for (;;) {
    const found = await findPostmaster(data);
    if (found === undefined) return undefined;
    if (found.status === 'ready' && found.port !== undefined) return { pid: found.pid, port: found.port };
    if (Date.now() > deadline) {
      throw new Error(
        `PostgreSQL (process ${found.pid}) has been "${found.status}" for ${START_SECONDS} s in ${data}`,
      );
    }
    await sleep(50);
  }
}

/** Starts the server; returns what went wrong, or undefined. */
async function pgCtlStart(
  cluster: Cluster,
  port: number,
  flags: readonly string[],
): Promise<string | undefined> {
  await limitLog(logFile(cluster));
  const settings = [
    `port=${port}`,
    `listen_addresses=${HOST}`,
    'unix_socket_directories=',
    'timezone=UTC',
    'log_timezone=UTC',
    'log_checkpoints=off',
  ];
  const postgresArgs = [...settings.flatMap((setting) => ['-c', setting]), ...flags]
    .map(shellQuote)
    .join(' ');
  const args = ['start', '-D', cluster.data, '-l', logFile(cluster), '-o', postgresArgs];
  const { code, output } = await runProgram(
    cluster.binaries.pgCtl,
    [...args, '-w', '-t', String(START_SECONDS)],
    cluster.user,
  );
  if (code === 0) return undefined;
  const log = await readFile(logFile(cluster), 'utf8').catch(() => '');
  return [...output.trim().split('\n'), ...log.trim().split('\n').slice(-5)].join(' / ');
}

function logFile(cluster: Cluster): string {
  return path.join(cluster.data, 'server.log');
}

async function limitLog(file: string): Promise<void> {
  const info = await stat(file).catch(() => undefined);
  if (info !== undefined && info.size > LOG_LIMIT_BYTES) await rename(file, `${file}.1`);
}

/** pg_ctl hands the options to a shell. */
function shellQuote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

async function choosePort(dir: string, fixed: number | undefined): Promise<number> {
  if (fixed !== undefined) {
    if ((await tryListen(fixed)) !== undefined) return fixed;
    throw new Error(
      `Port ${fixed} on ${HOST}, asked for the embedded PostgreSQL, is taken by another program or not allowed`,
    );
  }
  const last = Number(await readFile(path.join(dir, 'port'), 'utf8').catch(() => ''));
  if (Number.isInteger(last) && last > 0 && last < 65_536 && (await tryListen(last)) !== undefined)
    return last;
  const free = await tryListen(0);
  if (free === undefined) throw new Error(`No free port on ${HOST} for the embedded PostgreSQL`);
  return free;
}

/** The port that was free when asked (0: any), or undefined. */
function tryListen(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(undefined));
    probe.listen({ port, host: HOST, exclusive: true }, () => {
      const found = (probe.address() as AddressInfo).port;
      probe.close(() => resolve(found));
    });
  });
}
