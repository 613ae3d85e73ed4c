import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLineLog, logFields, readableLogLine } from './bot-log.ts';

/** How the bot ended although nobody had told it to. */
export interface Crash {
  /** Such as `exit code 1` or `SIGSEGV`. */
  how: string;
  lastLines: string[];
}

/** The bot as a process of its own, started as anybody would start it. */
export interface BotProcess {
  /** Where it listens, without a slash at the end; the same after every start. */
  readonly url: string;
  /** Undefined while it does not run. */
  readonly pid: number | undefined;
  /** Starts it and waits until it is ready. Does nothing while it runs. @throws with its last lines if it ends instead. */
  start(): Promise<void>;
  /** Asks it to stop (SIGTERM) and waits; after 20 s it is killed. */
  stop(): Promise<void>;
  /** Ends it as a crash of the machine would (SIGKILL), and waits until it is gone. */
  kill(): Promise<void>;
  /** The last lines it printed, in words. */
  log(count: number): string[];
}

export interface BotProcessOptions {
  /** File that is run. */
  entry: string;
  /** The folder it runs in. */
  cwd: string;
  /** All of its environment but PORT. */
  env: Record<string, string>;
  /** 0: any free port; it is kept for later starts. */
  port: number;
  /** Hears the id of every new process, before anything else happens. */
  onStarted: (pid: number) => Promise<void>;
  /** Hears when it ends by itself after it was ready. */
  onCrash: (crash: Crash) => void;
  /** Hears every line it prints. */
  onLine?: (line: string) => void;
  /** Ends a start that is under way. */
  signal: AbortSignal;
}

const READY_WITHIN_MS = 60_000;
/** How long a bot that works, but not with everything, is given to become whole. */
const WHOLE_WITHIN_MS = 5_000;
const STOP_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 50;
const KEPT_LINES = 2_000;
const SHOWN_LINES = 20;

interface Running {
  child: ChildProcess;
  /** Resolves when it has ended and all it printed was read. */
  ended: Promise<string>;
  hasEnded: boolean;
  wasReady: boolean;
  port: Promise<number>;
}

/** Builds the keeper of the process; nothing runs before `start`. */
export function createBotProcess(options: BotProcessOptions): BotProcess {
  const log = createLineLog(KEPT_LINES);
  let port = options.port;
  let running: Running | undefined;
  const lastLines = () => log.last(SHOWN_LINES).map(readableLogLine);

  const launch = (): Running => {
    const run = launchProcess(options, port, (line) => {
      log.add(line);
      options.onLine?.(line);
    });
    void run.ended.then((how) => {
      // Whoever ends it takes it out of `running` first.
      if (running !== run) return;
      running = undefined;
      if (run.wasReady) options.onCrash({ how, lastLines: lastLines() });
    });
    return run;
  };
  const end = async (how: (run: Running) => Promise<void>) => {
    const run = running;
    running = undefined;
    if (run && !run.hasEnded) await how(run);
  };

  return {
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    get pid() {
      return running?.child.pid;
    },
    async start() {
      if (running) return;
      const run = launch();
      running = run;
      try {
        if (run.child.pid !== undefined) await options.onStarted(run.child.pid);
        port = await portOf(run, options.signal);
        await untilReady(run, `http://127.0.0.1:${port}/readyz`, options.signal);
        run.wasReady = true;
      } catch (error) {
        await end(killed);
        options.signal.throwIfAborted();
        throw new Error(`${(error as Error).message}. Its last lines:\n${lastLines().join('\n')}`, {
          cause: error,
        });
      }
    },
    stop: () => end(stopped),
    kill: () => end(killed),
    log: (count) => log.last(count).map(readableLogLine),
  };
}

function launchProcess(options: BotProcessOptions, port: number, onLine: (line: string) => void): Running {
  const child = spawn(process.execPath, [options.entry], {
    cwd: options.cwd,
    env: { ...options.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C in the terminal is for the sandbox, which stops the parts in order.
    detached: true,
  });
  const listening = Promise.withResolvers<number>();
  const lines = [child.stdout, child.stderr].map((stream) => createInterface({ input: stream }));
  for (const reader of lines) {
    reader.on('line', (line) => {
      onLine(line);
      const fields = logFields(line);
      if (typeof fields?.port === 'number' && fields.msg === 'ready') listening.resolve(fields.port);
    });
  }
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  child.on('error', (error) => resolve(`it could not be started: ${error.message}`));
  child.on('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  const run: Running = { child, ended, hasEnded: false, wasReady: false, port: listening.promise };
  void ended.then(() => {
    run.hasEnded = true;
  });
  return run;
}

async function portOf(run: Running, signal: AbortSignal): Promise<number> {
  const timer = new AbortController();
  try {
    return await Promise.race([
      run.port,
      endedTooSoon(run),
      sleep(READY_WITHIN_MS, undefined, { signal: AbortSignal.any([timer.signal, signal]) }).then(() => {
        throw new Error(`The bot did not listen within ${READY_WITHIN_MS / 1000} s`);
      }),
    ]);
  } finally {
    timer.abort();
  }
}

async function endedTooSoon(run: Running): Promise<never> {
  throw new Error(`The bot ended before it was ready (${await run.ended})`);
}

/** Waits for `GET /readyz`: best until every connection works, else until what is needed works. */
async function untilReady(run: Running, url: string, signal: AbortSignal): Promise<void> {
  const started = performance.now();
  for (;;) {
    signal.throwIfAborted();
    if (run.hasEnded) return endedTooSoon(run);
    // One look after the other, until it is ready.
    const state = await look(url, signal);
    const waited = performance.now() - started;
    if (state.status === 'ready' || (state.ok && waited > WHOLE_WITHIN_MS)) return;
    if (waited > READY_WITHIN_MS)
      throw new Error(`The bot is not ready after ${READY_WITHIN_MS / 1000} s: ${state.text}`);
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}

async function look(
  url: string,
  signal: AbortSignal,
): Promise<{ ok: boolean; status?: string; text: string }> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]) });
    const text = await response.text();
    return { ok: response.ok, text, ...(JSON.parse(text) as { status?: string }) };
  } catch (error) {
    return { ok: false, text: (error as Error).message };
  }
}

async function stopped(run: Running): Promise<void> {
  run.child.kill('SIGTERM');
  const timer = setTimeout(() => run.child.kill('SIGKILL'), STOP_WITHIN_MS);
  await run.ended;
  clearTimeout(timer);
}

async function killed(run: Running): Promise<void> {
  run.child.kill('SIGKILL');
  await run.ended;
}
