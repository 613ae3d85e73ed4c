import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadProfile } from '../../src/adapters/templates/load-profile.ts';

const root = resolve(import.meta.dirname, '../..');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'profile-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The message of loading this text, with the file called `p.yaml`. */
function messageOf(text: string): string {
  const path = join(folder, 'p.yaml');
  writeFileSync(path, text);
  try {
    loadProfile(path, { root });
    return 'loaded';
  } catch (error) {
    return (error as Error).message.replaceAll(path, 'p.yaml');
  }
}

const GOOD = `id: acme
name: Acme
regions:
  us-east-1: { jurisdiction: US, role: primary }
roles:
  incident-commander: { title: Incident commander, members: ['group:@dr-commanders'] }
`;

test('a profile is found by its name', () => {
  expect(loadProfile('example', { root }).id).toBe('example');
});

test('a profile is found by its path, seen from the root or absolute', () => {
  writeFileSync(join(folder, 'good.yaml'), GOOD);

  expect(loadProfile('good.yaml', { root: folder }).id).toBe('acme');
  expect(loadProfile(join(folder, 'good.yaml'), { root }).name).toBe('Acme');
  expect(loadProfile('templates/profiles/somastack.yaml', { root }).id).toBe('somastack');
});

test('an unknown name gets the names there are, and the nearest', () => {
  expect(() => loadProfile('somastak', { root })).toThrow(
    'there is no profile "somastak": expected example, samia-tarot, somaagent, somagent, somastack, tradepulse, or the path of a file; did you mean "somastack"?',
  );
  expect(() => loadProfile('qqqqqqqqqqq', { root })).toThrow(/or the path of a file$/);
});

test('a file that is not there is said to be unreadable', () => {
  expect(() => loadProfile('./no/such.yaml', { root })).toThrow(
    `the profile ${join('no', 'such.yaml')} cannot be read (ENOENT)`,
  );
});

describe('faults are shown with their place, what is expected, and the nearest word', () => {
  test.each<[string, string, string]>([
    [
      'an unknown key',
      'serverities: []\n',
      'p.yaml:7:1 serverities: unknown key (allowed here: id, name, notice,',
    ],
    ['a nested unknown key', 'status: { cadance: 15m }\n', 'p.yaml:7:11 status.cadance: unknown key'],
    [
      'a wrong word',
      'severities:\n  - { id: SEV1, meaning: Down }\n',
      'p.yaml:8:7 severities[0].id: expected one of SEV-1, SEV-2, SEV-3, SEV-4, found "SEV1"; did you mean "SEV-1"?',
    ],
    [
      'a role that is not there',
      'permissions:\n  command: [incident-comander]\n',
      'p.yaml:8:13 permissions.command[0]: expected incident-commander, found "incident-comander"; did you mean "incident-commander"?',
    ],
    [
      'a region that is not there',
      'kafka:\n  main:\n    region: us-eats-1\n',
      'p.yaml:9:5 kafka.main.region: expected us-east-1, found "us-eats-1"; did you mean "us-east-1"?',
    ],
    [
      'a key that names no region',
      'route53:\n  public:\n    zoneId: Z1\n    records:\n      - name: a.example.com\n        targets:\n          us-west-9: { weight: 1 }\n',
      'p.yaml:13:11 route53.public.records[0].targets.us-west-9: no region named us-west-9; expected us-east-1',
    ],
    [
      'a duration without its unit',
      'status:\n  cadence: 15\n',
      'p.yaml:8:3 status.cadence: expected a duration such as 30s, 15m, 2h, 1d or 1h30m',
    ],
    [
      'a channel without quotes',
      'channels:\n  broadcast:\n    - #ops\n',
      "p.yaml:9:7 channels.broadcast[0]: expected a channel such as '#ops'",
    ],
    [
      'neither everyone nor a list',
      'permissions: { declare: everybody }\n',
      'p.yaml:7:16 permissions.declare: expected one of everyone, a list, found "everybody"; did you mean "everyone"?',
    ],
    [
      'a ladder that goes down',
      'ladder:\n  - { after: 15m, roles: [incident-commander] }\n  - { after: 5m, roles: [incident-commander] }\n',
      'p.yaml:9:7 ladder[1].after: 5m after 15m; expected each rung later than the one before',
    ],
    ['a key twice', 'id: other\n', 'p.yaml:7:1 '],
    ['broken YAML', 'roles: [\n', 'p.yaml:'],
  ])('%s', (_, more, expected) => {
    const message = messageOf(GOOD + more);

    expect(message).toMatch(/^the profile p\.yaml has \d+ faults?:\n/);
    expect(message).toContain(`\n${expected}`);
  });

  test('a region that is missing altogether', () => {
    expect(messageOf('id: acme\nname: Acme\nroles: {}\n')).toBe(
      [
        'the profile p.yaml has 2 faults:',
        'p.yaml:1:1 regions: is missing: expected a map',
        'p.yaml:3:1 roles: expected a role named incident-commander: somebody has to lead an incident',
      ].join('\n'),
    );
  });

  test('all at once, from top to bottom', () => {
    const message = messageOf(
      `${GOOD}defaultSeverity: SEV-9\nladder:\n  - { after: soon, roles: [cto] }\nchannels: { inviteRoles: [cto], pattern: dr }\n`,
    );

    expect(message.split('\n')).toEqual([
      'the profile p.yaml has 4 faults:',
      expect.stringMatching(/^p\.yaml:7:1 defaultSeverity: /),
      expect.stringMatching(/^p\.yaml:9:7 ladder\[0\]\.after: /),
      expect.stringMatching(
        /^p\.yaml:10:27 channels\.inviteRoles\[0\]: expected incident-commander, found "cto"/,
      ),
      expect.stringMatching(/^p\.yaml:10:33 channels\.pattern: /),
    ]);
  });

  test.each(['', '- a list\n', 'just words\n'])('%p is no profile', (text) => {
    expect(messageOf(text)).toMatch(/^the profile p\.yaml has 1 fault:\np\.yaml:1:1 /);
  });
});
