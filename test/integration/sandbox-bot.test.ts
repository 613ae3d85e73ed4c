import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { isAlive } from '../../src/adapters/postgres/embedded-process.ts';
import { type BotProcess, type Crash, createBotProcess } from '../../src/sandbox/bot-process.ts';

// Behaves as the bot does towards whoever starts it: one line with its port, /readyz, SIGTERM.
const WELL_BEHAVED = `
  import { createServer } from 'node:http';
  let looks = 0;
  const server = createServer((request, response) => {
    if (request.url === '/crash') { console.log('about to crash'); process.exit(7); }
    looks += 1;
    response.writeHead(looks > 2 ? 200 : 503);
    response.end(JSON.stringify({ status: looks > 2 ? 'ready' : 'not ready' }));
  });
  server.listen(Number(process.env.PORT), '127.0.0.1', () => {
    console.log(JSON.stringify({ level: 'info', msg: 'ready', port: server.address().port, word: process.env.WORD }));
  });
  process.on('SIGTERM', () => { console.log('stopping in order'); process.exit(0); });
`;
const FAULTY = `
  console.error('the profile has 1 fault: nobody.yaml:1:1');
  process.exit(78);
`;
const MUTE = 'setInterval(() => {}, 1000);';

let dir: string;
const bots: BotProcess[] = [];

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'lifeboat-test-bot-'));
});

afterEach(async () => {
  for (const bot of bots.splice(0)) await bot.kill();
  await rm(dir, { recursive: true, force: true });
});

async function aBot(program: string, signal = new AbortController().signal) {
  const entry = path.join(dir, 'bot.mjs');
  await writeFile(entry, program);
  const crashed = Promise.withResolvers<Crash>();
  const pids: number[] = [];
  const bot = createBotProcess({
    entry,
    cwd: dir,
    env: { WORD: 'hello' },
    port: 0,
    signal,
    onCrash: crashed.resolve,
    async onStarted(pid) {
      pids.push(pid);
    },
  });
  bots.push(bot);
  return { bot, crashed: crashed.promise, pids };
}

describe('the bot as a process', () => {
  test('is waited for until it says that it is ready', async () => {
    const { bot, pids } = await aBot(WELL_BEHAVED);

    await bot.start();

    expect((await fetch(`${bot.url}/readyz`)).status).toBe(200);
    expect(pids).toEqual([bot.pid]);
    expect(bot.log(1)[0]).toContain('word=hello');
  });

  test('stops in order when asked', async () => {
    const { bot, pids } = await aBot(WELL_BEHAVED);
    await bot.start();

    await bot.stop();

    expect(isAlive(pids[0] as number)).toBe(false);
    expect(bot.log(1)).toEqual(['stopping in order']);
    expect(bot.pid).toBeUndefined();
  });

  test('is killed without a word, and listens at the same address when it is started again', async () => {
    const { bot, crashed, pids } = await aBot(WELL_BEHAVED);
    await bot.start();
    const { url } = bot;
    let saidCrash = false;
    void crashed.then(() => {
      saidCrash = true;
    });

    await bot.kill();
    const isGone = !isAlive(pids[0] as number);
    await bot.start();

    expect(isGone).toBe(true);
    expect(bot.url).toBe(url);
    expect(bot.pid).not.toBe(pids[0]);
    expect(bot.log(10)).not.toContain('stopping in order');
    expect(saidCrash).toBe(false);
  });

  test('that ends by itself is reported with its last lines, and can be started again', async () => {
    const { bot, crashed } = await aBot(WELL_BEHAVED);
    await bot.start();

    await fetch(`${bot.url}/crash`).catch(() => undefined);

    await expect(crashed).resolves.toEqual({
      how: 'exit code 7',
      lastLines: expect.arrayContaining(['about to crash']),
    });
    await bot.start();
    expect((await fetch(`${bot.url}/readyz`)).status).toBe(200);
  });

  test('that ends during the start makes the start fail with its last lines', async () => {
    const { bot, pids } = await aBot(FAULTY);

    await expect(bot.start()).rejects.toThrow(
      /ended before it was ready \(exit code 78\)\. Its last lines:\nthe profile has 1 fault: nobody\.yaml:1:1/,
    );
    expect(isAlive(pids[0] as number)).toBe(false);
  });

  test('is ended when the start is interrupted', async () => {
    const stop = new AbortController();
    const { bot, pids } = await aBot(MUTE, stop.signal);
    const starting = bot.start();
    await expect(
      Promise.race([starting, new Promise((resolve) => setTimeout(resolve, 300))]),
    ).resolves.toBeUndefined();

    stop.abort(new Error('no more'));

    await expect(starting).rejects.toThrow('no more');
    expect(pids.filter(isAlive)).toEqual([]);
  });
});
