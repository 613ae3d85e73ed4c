import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What `npm start` runs, without its `node`. */
const START: string[] = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  .scripts.start.split(' ')
  .slice(1);
const READY_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 20;

/** The bot as a process of its own, with the environment of a production. */
export interface Bot {
  /** Without a slash at the end; the same after every start. */
  url: string;
  /** Undefined while it does not run. */
  pid(): number | undefined;
  /** Resolves when it is ready. @throws when it ends instead. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Ends it as a crash of the machine would. */
  kill(): Promise<void>;
}

/** @param onLine hears every line it prints */
export async function createBot(env: Record<string, string>, onLine: (line: string) => void): Promise<Bot> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  // A benchmark that is broken off leaves nothing behind.
  process.once('exit', () => child?.kill('SIGKILL'));

  async function end(signal: NodeJS.Signals): Promise<void> {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()));
    running.kill(signal);
    await ended;
  }

  return {
    url,
    pid: () => child?.pid,
    async start() {
      const started = spawn(process.execPath, START, {
        cwd: ROOT,
        env: { ...env, PORT: String(port) },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child = started;
      let lastLine = '';
      for (const input of [started.stdout, started.stderr]) {
        createInterface({ input }).on('line', (line) => {
          lastLine = line;
          onLine(line);
        });
      }
      const deadline = performance.now() + READY_WITHIN_MS;
      while (!(await isReady(url))) {
        if (started.exitCode !== null) throw new Error(`the bot could not start: ${lastLine}`);
        if (performance.now() > deadline) throw new Error('the bot did not become ready');
        await sleep(LOOK_EVERY_MS);
      }
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`);
    await response.text();
    return response.ok;
  } catch {
    // Nobody listens yet.
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
