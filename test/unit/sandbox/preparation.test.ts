import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readableLogLine } from '../../../src/sandbox/bot-log.ts';
import { castOf } from '../../../src/sandbox/cast.ts';
import { helpText } from '../../../src/sandbox/console/commands/index.ts';
import { createStyle } from '../../../src/sandbox/console/style.ts';
import { readArguments, UsageError } from '../../../src/sandbox/options.ts';
import { pagerAccountOf } from '../../../src/sandbox/pager-account.ts';
import { readProfileWorld } from '../../../src/sandbox/profile-world.ts';
import { withStatusPace } from '../../../src/sandbox/status-pace.ts';

const PROFILES = path.join(import.meta.dirname, '../../../templates/profiles');
const profileText = (name: string) => readFile(path.join(PROFILES, `${name}.yaml`), 'utf8');

describe('the command line', () => {
  test('without anything means a fresh sandbox of the example', () => {
    expect(readArguments([])).toEqual({
      script: undefined,
      profile: 'example',
      statusEvery: undefined,
      keep: false,
      port: 0,
      dir: undefined,
      as: undefined,
    });
  });

  test('is read whole', () => {
    const given = ['--script', 'a.txt', '--profile=x', '--status-every', '30s', '--keep', '--port', '3000'];

    expect(readArguments([...given, '--dir', 'd', '--as', 'ben'])).toMatchObject({
      script: 'a.txt',
      profile: 'x',
      statusEvery: '30s',
      keep: true,
      port: 3000,
      dir: 'd',
      as: 'ben',
    });
    expect(readArguments(['--help'])).toBe('help');
  });

  test.each([
    [['--port', '99999'], 'expected 0 to 65535'],
    [['--port', 'x'], 'expected 0 to 65535'],
    [['--status-every', 'often'], 'expected for example 30s'],
    [['--scirpt', 'a'], '--scirpt'],
    [['a.txt'], 'a.txt'],
  ])('%j is refused', (args, words) => {
    expect(() => readArguments(args)).toThrow(UsageError);
    expect(() => readArguments(args)).toThrow(words);
  });
});

describe('the cast', () => {
  test('of the example has everybody with the accounts and groups of the profile', async () => {
    const example = readProfileWorld(await profileText('example'));

    const { members, workspace } = castOf(example, example);

    expect(members.map(({ handle }) => handle)).toEqual([
      ...['amara', 'ben', 'chidi', 'dana', 'elif', 'farid', 'grace', 'hugo', 'ines'],
    ]);
    expect(members.find(({ handle }) => handle === 'ines')).toMatchObject({
      slackId: 'U000000INES',
      groups: ['dr-commanders', 'platform-leads'],
    });
    expect(workspace.users.find(({ handle }) => handle === 'hugo')?.kind).toBe('guest');
    expect(workspace.channels.map(({ name }) => name)).toEqual(['general', 'ops', 'incident-board']);
  });

  test.each(['samia-tarot', 'somaagent', 'somagent', 'somastack', 'tradepulse'])(
    'of %s lends the people of the example and fills every group its roles name',
    async (name) => {
      const text = await profileText(name);
      const example = readProfileWorld(await profileText('example'));

      const { members, workspace } = castOf(readProfileWorld(text), example);

      expect(members.length).toBeGreaterThanOrEqual(9);
      for (const [, handle] of text.matchAll(/group:@([a-z0-9._-]+)/g)) {
        const group = workspace.userGroups.find((one) => one.handle === handle);
        expect(group?.members.length).toBeGreaterThan(0);
      }
    },
  );

  test('has an account in PagerDuty for everybody with an e-mail address, the first of them on call', async () => {
    const example = readProfileWorld(await profileText('example'));
    const { members } = castOf(example, example);

    const { settings, from, routingKey } = pagerAccountOf(example, members);

    const amara = settings.users.find(({ email }) => email === 'amara@example.com');
    expect(amara?.phone).toEqual({ countryCode: 1, number: '202-555-0101' });
    expect(settings.escalationPolicies[0]).toMatchObject({
      id: 'PPOL001',
      levels: expect.arrayContaining([[amara?.id]]),
    });
    expect(settings.services.map(({ id }) => id)).toEqual(expect.arrayContaining(['PSVC001', 'PSVC002']));
    // The bot's own pages go to a service of their own, or they would come back as somebody else's alerts.
    expect(example.pagerduty.services.map(({ id }) => id)).not.toContain(settings.routingKeys[routingKey]);
    expect(settings.users.map(({ email }) => email)).toContain(from);
  });

  test('takes a profile with faults as far as it goes: the bot says what is wrong with it', () => {
    const world = readProfileWorld('people: nobody\nroles: [a]\nname: 7\n');

    expect(world).toMatchObject({ people: [], roles: {}, name: 'Acme' });
  });
});

describe('another pace of status updates', () => {
  test('replaces every cadence and nothing else', async () => {
    const text = await profileText('example');

    const changed = parse(withStatusPace(text, '30s', text));

    const expected = parse(text);
    expected.status.cadence = '30s';
    for (const severity of expected.severities) severity.cadence = '30s';
    expect(changed).toEqual(expected);
  });

  test('also reaches the severities a profile does not name', async () => {
    const changed = parse(withStatusPace('id: x\n', '1m', await profileText('example')));

    expect(changed.status).toEqual({ cadence: '1m' });
    expect(
      changed.severities.map(({ id, cadence }: { id: string; cadence: string }) => [id, cadence]),
    ).toEqual([
      ['SEV-1', '1m'],
      ['SEV-2', '1m'],
      ['SEV-3', '1m'],
      ['SEV-4', '1m'],
    ]);
  });
});

test('the help of the console fits a terminal', () => {
  const lines = helpText(createStyle(false)).split('\n');

  expect(lines.filter((line) => line.length > 100)).toEqual([]);
  expect(lines.length).toBeGreaterThan(25);
});

describe("a line of the bot's log", () => {
  test('is told in words', () => {
    const err = { message: 'no answer', cause: { message: 'ECONNREFUSED' } };
    const line = {
      level: 'warn',
      time: '2026-01-15T14:05:00.000Z',
      name: 'lifeboat',
      msg: 'late',
      n: 3,
      err,
    };

    expect(readableLogLine(JSON.stringify(line))).toMatch(
      /^\d\d:\d\d:\d\d warn {2}late n=3 \(no answer\) \(ECONNREFUSED\)$/,
    );
  });

  test('stays as it is when it is no JSON', () => {
    expect(readableLogLine('{ oops')).toBe('{ oops');
    expect(readableLogLine('Error: x')).toBe('Error: x');
  });
});
