import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { commandLine, isAlive } from '../../src/adapters/postgres/embedded-process.ts';

jest.setTimeout(180_000);

const ROOT = path.join(import.meta.dirname, '../..');
const MAIN = path.join(ROOT, 'src/sandbox/main.ts');
const FIRST_INCIDENT = path.join(ROOT, 'src/sandbox/scripts/first-incident.txt');

let dir: string;
const children = new Set<ChildProcess>();

// One folder for all: making a database takes longer than emptying it.
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), `lifeboat-test-${process.pid}-sandbox-`));
  // Started as root, the database runs as another user, who has to get in.
  await chmod(dir, 0o711);
});

afterEach(async () => {
  for (const child of children) {
    child.kill('SIGTERM');
    await once(child, 'close');
  }
});

afterAll(() => rm(dir, { recursive: true, force: true }));

/** The sandbox as a person starts it, but with a folder of its own. */
function sandbox(args: string[]) {
  const child = spawn(process.execPath, [MAIN, '--dir', dir, ...args], { cwd: ROOT, stdio: 'pipe' });
  children.add(child);
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      for (const listener of listeners) listener();
    });
  }
  const ended = once(child, 'close').then(([code]) => {
    children.delete(child);
    return { code: code as number, output };
  });
  return {
    child,
    ended,
    say: (line: string) => child.stdin.write(`${line}\n`),
    /** Resolves when the text has been printed; rejects when the sandbox ends without. */
    async saw(text: string): Promise<void> {
      const seen = Promise.withResolvers<void>();
      const look = () => output.includes(text) && seen.resolve();
      listeners.add(look);
      look();
      const missed = ended.then((end) => Promise.reject(new Error(`"${text}" never came:\n${end.output}`)));
      await Promise.race([seen.promise, missed]);
      listeners.delete(look);
    },
  };
}

async function script(text: string): Promise<string> {
  const file = path.join(dir, 'script.txt');
  await writeFile(file, text);
  return file;
}

/** Process ids of the bot and of PostgreSQL. */
async function parts(): Promise<{ bot: number; postgres: number }> {
  const claim = JSON.parse(await readFile(path.join(dir, 'claim.json'), 'utf8')) as { bot: { pid: number } };
  const pidFile = await readFile(path.join(dir, 'postgres/data/postmaster.pid'), 'utf8');
  return { bot: claim.bot.pid, postgres: Number(pidFile.split('\n')[0]) };
}

/** A process that has ended but was not yet waited for has no command line any more. */
async function runs(pid: number): Promise<boolean> {
  return isAlive(pid) && (await commandLine(pid)) !== '';
}

function running(pids: number[]): Promise<boolean[]> {
  return Promise.all(pids.map(runs));
}

describe('the sandbox', () => {
  test('carries a newcomer through a first incident', async () => {
    const { code, output } = await sandbox(['--script', FIRST_INCIDENT]).ended;

    expect(output).toContain('amara #general> /dr declare sev1 us-east-1 is gone');
    expect(output).toMatch(/^#dr-\d{8}-us-east-1-is-gone {2}.*amara.*ben/m);
    expect(output).toMatch(/\[\d+] Take command/);
    expect(output).toContain('Ben Carter is now commander.');
    expect(output).toContain('> The gateways of us-east-1 are unreachable, customers cannot pay.');
    expect(output).toContain('PagerDuty #2 triggered · Production gateway · Gateway error rate above 5 %');
    expect(output).toContain('Declare a disaster?');
    expect(output).toContain('Severity changed from SEV-1 to SEV-2');
    expect(output).toContain('Resolved: us-east-1 is gone');
    expect(output).toContain('PagerDuty #1 resolved');
    expect(output).toContain('is archived');
    expect(code).toBe(0);
  });

  test('leaves nothing running when it is interrupted', async () => {
    const run = sandbox([]);
    run.say('who');
    await run.saw('* amara');
    const { bot, postgres } = await parts();
    expect(await running([bot, postgres])).toEqual([true, true]);

    run.child.kill('SIGINT');

    expect((await run.ended).code).toBe(130);
    expect(await running([bot, postgres])).toEqual([false, false]);
  });

  test('leaves nothing running when it is interrupted during the start', async () => {
    const run = sandbox([]);
    const started = Date.now();
    let claimed = false;
    while (!claimed && Date.now() - started < 60_000) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      claimed = await readFile(path.join(dir, 'claim.json')).then(
        () => true,
        () => false,
      );
    }

    run.child.kill('SIGTERM');

    const { code, output } = await run.ended;
    expect({ claimed, code, output }).toEqual({ claimed: true, code: 143, output: '' });
    await expect(readFile(path.join(dir, 'postgres/data/postmaster.pid'))).rejects.toThrow('ENOENT');
    await expect(readFile(path.join(dir, 'claim.json'))).rejects.toThrow('ENOENT');
  });

  test('fails with line and reason when a script cannot go on', async () => {
    const file = await script('# a slip of the hand\nwho\nprss 1\nchannels\n');

    const { code, output } = await sandbox(['--script', file]).ended;

    expect(code).toBe(1);
    expect(output).toContain('line 3: There is no command "prss". Did you mean "press"?');
    expect(output).not.toContain('#general  (open here)');
  });

  test('fails with what was seen when an expectation is not met, and shows private answers and forms', async () => {
    const file = await script(
      [
        'as hugo',
        '/dr declare sev1 the coffee machine is broken',
        'expect only visible to you',
        'as amara',
        '/dr declare',
        '> orders are slow',
        '> SEV-2',
        '> submit',
        'open orders-are-slow',
        'expect 1s a rabbit',
      ].join('\n'),
    );

    const { code, output } = await sandbox(['--script', file]).ended;

    expect(output).toContain('you are a guest');
    expect(output).toContain('┌ Declare a disaster');
    expect(output).toMatch(
      /line 10: "a rabbit" was not seen within 1 s\. What was seen instead:\n(.*\n)*.*SEV-2/,
    );
    expect(code).toBe(1);
  });

  test('says why when the bot does not start, and leaves nothing running', async () => {
    const profile = path.join(dir, 'faulty.yaml');
    await writeFile(profile, 'id: faulty\nname: Faulty\nregionz: {}\n');

    const { code, output } = await sandbox(['--profile', profile]).ended;

    expect(code).toBe(1);
    expect(output).toContain('The bot ended before it was ready (exit code 1). Its last lines:');
    expect(output).toMatch(/faulty\.yaml:3:1 regionz: .*did you mean "regions"/);
    await expect(readFile(path.join(dir, 'postgres/data/postmaster.pid'))).rejects.toThrow('ENOENT');
  });

  test('goes on with its record after it was killed, and ends what was left over', async () => {
    const first = sandbox([]);
    first.say('/dr declare sev3 the printers are on fire');
    await first.saw('declared.');
    const left = await parts();
    first.child.kill('SIGKILL');
    await first.ended;
    expect(await running([left.bot, left.postgres])).toEqual([true, true]);

    const second = sandbox(['--keep']);
    second.say('/dr list');
    await second.saw('the printers are on fire');
    const third = await sandbox([]).ended;
    second.child.stdin.end();

    expect(third).toEqual({ code: 1, output: expect.stringContaining(`a sandbox runs in ${dir} already`) });
    expect((await second.ended).code).toBe(0);
    expect(await running([left.bot, left.postgres])).toEqual([false, false]);
  });

  test('survives the death of the bot and of Slack in the middle of an incident', async () => {
    const file = await script(
      [
        '/dr declare sev1 us-east-1 is gone',
        'open us-east-1',
        'wait until somebody must answer',
        'slack down',
        '/dr note written while Slack was down',
        'kill',
        'slack up',
        'expect 60s noted: written while Slack was down',
        'quit',
        'expect nothing after quit',
      ].join('\n'),
    );

    const { code, output } = await sandbox(['--script', file, '--status-every', '1h']).ended;

    expect(output).toMatch(/The bot is ready again as process \d+/);
    expect(code).toBe(0);
  });
});
