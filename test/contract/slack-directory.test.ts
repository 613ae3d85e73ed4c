import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createSlackClients } from '../../src/adapters/slack/client.ts';
import { createDirectory, type SlackDirectory } from '../../src/adapters/slack/directory.ts';
import type { SlackIdentity } from '../../src/adapters/slack/identity.ts';
import type { OnCallReader } from '../../src/adapters/slack/role-sources.ts';
import { UpstreamError } from '../../src/core/shared/upstream-error.ts';
import type { SlackWorkspace } from '../../src/sandbox/slack/workspace.ts';
import { aProfile } from '../fixtures/profile.ts';
import { silentLog } from '../fixtures/silent-log.ts';
import { aMemory, until } from './slack-adapter-setup.ts';
import { aWorkspace, TOKEN } from './slack-helpers.ts';

const MINUTE = 60_000;

const PROFILE = aProfile({
  people: [
    { id: 'anna', name: 'Anna of the profile', slack: ['U000000ANNA', 'U0SECONDACC'] },
    { id: 'ben', name: 'Ben of the profile', email: 'Ben@Acme.test' },
    { id: 'cora', name: 'Cora without Slack', email: 'cora@elsewhere.test' },
  ],
  roles: {
    'incident-commander': { title: 'Incident commander', members: ['group:@dbas'] },
    leads: { title: 'Leads', members: ['group:@leads', 'person:cora'] },
    named: { title: 'Named', members: ['user:U0SECONDACC', 'person:ben'] },
    'on-call': { title: 'On call', members: ['pagerduty:schedule:PSCHED1', 'pagerduty:policy:PPOLICY1'] },
    empty: { title: 'Nobody' },
    wrong: { title: 'Wrong', members: ['group:@nowhere', 'group:S0NOWHERE1'] },
  },
  permissions: { command: ['incident-commander'], configure: ['on-call'] },
});

let workspace: SlackWorkspace;
let now = 0;
let memory = aMemory();
let onCall: OnCallReader;
let directory: SlackDirectory;
let us: SlackIdentity | undefined;

const WORKSPACE = await aWorkspace({ rateLimits: 'off' });

afterAll(() => WORKSPACE.close());

beforeEach(() => {
  workspace = WORKSPACE;
  now = Date.now();
  memory = aMemory(() => now);
  onCall = async () => [];
  us = { teamId: workspace.teamId, botUserId: workspace.botUserId, isOrgInstall: false };
  directory = aDirectory();
  workspace.forget();
});

afterEach(async () => {
  await workspace.faults.clear();
  workspace.setUser('anna', { kind: 'member' });
  workspace.setUserGroup('dbas', { members: ['anna', 'ben'], disabled: false });
  expect(workspace.refusals).toEqual([]);
});

/** A directory as after a start, with what the memory holds. */
function aDirectory(profile = PROFILE): SlackDirectory {
  const clients = createSlackClients({
    token: TOKEN,
    apiUrl: workspace.apiUrl,
    timeoutMs: 500,
    log: silentLog,
  });
  return createDirectory({
    client: clients.reads,
    identity: { current: () => us },
    profile,
    memory,
    onCall: (rota) => onCall(rota),
    log: silentLog,
    now: () => now,
  });
}

const account = (handle: string) => ({ userId: workspace.userId(handle), teamId: workspace.teamId });

describe('standing', () => {
  test.each([
    ['anna', 'member'],
    ['gwen', 'guest'],
    ['rita', 'guest'],
    ['dora', 'deactivated'],
    ['eve', 'external'],
    ['robot', 'bot'],
  ])('%s is a %s', async (handle, standing) => {
    const requester = await directory.requester(account(handle));

    expect(requester.standing).toBe(standing);
    if (standing !== 'member') expect(requester).toMatchObject({ roles: [], capabilities: ['read'] });
  });

  test('an account Slack does not know is unknown and may only read', async () => {
    const requester = await directory.requester({ userId: 'U0NOBODY00', teamId: workspace.teamId });

    expect(requester).toMatchObject({ standing: 'unknown', capabilities: ['read'] });
    expect(requester).not.toHaveProperty('rolesUnreadable');
  });

  test('our own bot is a bot', async () => {
    const requester = await directory.requester({ userId: workspace.botUserId, teamId: workspace.teamId });

    expect(requester).toMatchObject({ standing: 'bot', capabilities: ['read'] });
  });

  test('a member whose request comes from another workspace is external', async () => {
    const requester = await directory.requester({ ...account('anna'), teamId: 'T0STRANGER' });

    expect(requester).toMatchObject({ standing: 'external', capabilities: ['read'] });
  });

  test('without knowing our own workspace nobody is a member', async () => {
    us = undefined;

    const requester = await directory.requester(account('anna'));

    expect(requester).toMatchObject({ standing: 'unknown', capabilities: ['read'] });
    expect(requester.rolesUnreadable).toContain('which workspace');
  });
});

describe('who somebody is', () => {
  test('one person under two accounts is one person, with the name of the profile', async () => {
    const first = await directory.person(account('anna'));
    const second = await directory.person({ userId: 'U0SECONDACC', teamId: workspace.teamId });

    expect(first).toEqual({ id: 'anna', name: 'Anna of the profile', slack: 'U000000ANNA' });
    expect(second).toEqual({ id: 'anna', name: 'Anna of the profile', slack: 'U0SECONDACC' });
  });

  test('is found by e-mail address, however it is written', async () => {
    expect(await directory.person(account('ben'))).toMatchObject({ id: 'ben', name: 'Ben of the profile' });
  });

  test('is otherwise the account of the workspace', async () => {
    const id = `slack:${workspace.teamId}:${workspace.userId('gwen')}`;

    expect(await directory.person(account('gwen'))).toEqual({
      id,
      name: 'Gwen Guest',
      slack: workspace.userId('gwen'),
    });
  });

  test('is the same, without a name, while Slack is away', async () => {
    await workspace.faults.down();

    expect(await directory.person(account('gwen'))).toMatchObject({
      id: `slack:${workspace.teamId}:${workspace.userId('gwen')}`,
    });
    expect(await directory.person(account('anna'))).toMatchObject({ id: 'anna' });
  });
});

describe('rights', () => {
  test('come from user groups, persons and accounts', async () => {
    const anna = await directory.requester(account('anna'));
    const ben = await directory.requester(account('ben'));

    expect(anna).toMatchObject({
      roles: ['incident-commander', 'named'],
      capabilities: ['read', 'declare', 'respond', 'command'],
    });
    expect(ben.roles).toEqual(['incident-commander', 'leads', 'named']);
  });

  test('come from who is on call, by e-mail address', async () => {
    onCall = async ({ kind }) => (kind === 'policy' ? [{ name: 'Ben', email: 'BEN@acme.test' }] : []);

    const ben = await directory.requester(account('ben'));

    expect(ben.roles).toContain('on-call');
    expect(ben.capabilities).toContain('configure');
  });

  test('do not come from a group that is disabled or not there', async () => {
    workspace.setUserGroup('dbas', { disabled: true });

    const anna = await directory.requester(account('anna'));

    expect(anna.roles).toEqual(['named']);
    expect(anna).not.toHaveProperty('rolesUnreadable');
  });

  test('end when somebody leaves the group, at once after Slack says so', async () => {
    await directory.requester(account('anna'));
    workspace.setUserGroup('dbas', { members: ['ben'] });
    directory.forget();

    const anna = await directory.requester(account('anna'));

    expect(anna.roles).toEqual(['named']);
  });

  test('end after a minute or two without a word from Slack', async () => {
    await directory.requester(account('anna'));
    workspace.setUserGroup('dbas', { members: ['ben'] });
    now += 2 * MINUTE;

    // The first answer is the old one; it fetches the new one in the background.
    await directory.requester(account('anna'));
    await until(
      async () => !(await directory.requester(account('anna'))).roles.includes('incident-commander'),
    );
  });

  test('end at once when an event shows the account closed', async () => {
    await directory.requester(account('anna'));

    const matters = directory.accountChanged({ id: 'U000000ANNA', team_id: workspace.teamId, deleted: true });
    const anna = await directory.requester(account('anna'));

    expect(matters).toBe(true);
    expect(anna).toMatchObject({ standing: 'deactivated', capabilities: ['read'] });
  });

  test('an event about a picture or an account nobody asked for does not matter', async () => {
    await directory.requester(account('gwen'));
    const picture = {
      id: workspace.userId('gwen'),
      team_id: workspace.teamId,
      is_restricted: true,
      profile: { real_name: 'Gwen G.' },
    };

    expect(directory.accountChanged(picture)).toBe(false);
    expect(directory.accountChanged({ id: 'U0NOBODY00', deleted: true })).toBe(false);
    expect(directory.accountChanged('nonsense')).toBe(false);
  });

  test('cost one look at groups and one at the account, however many ask at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => directory.requester(account('anna'))));
    await directory.requester(account('anna'));

    expect(workspace.requestCounts()).toEqual({ 'users.info': 1, 'usergroups.list': 1 });
  });

  test('of a profile without groups cost no look at groups', async () => {
    const profile = aProfile({
      roles: { 'incident-commander': { title: 'IC', members: ['user:U000000ANNA'] } },
    });

    const anna = await aDirectory(profile).requester(account('anna'));

    expect(anna.roles).toEqual(['incident-commander']);
    expect(workspace.requestCounts()).toEqual({ 'users.info': 1 });
  });

  test('are known on a plan without user groups', async () => {
    workspace.faults.fail('plan_upgrade_required', { method: 'usergroups.list' });

    const anna = await directory.requester(account('anna'));

    expect(anna).toMatchObject({ roles: ['named'], capabilities: ['read', 'declare', 'respond'] });
    expect(anna).not.toHaveProperty('rolesUnreadable');
  });
});

describe('when Slack cannot be read', () => {
  test('the last answers count for a quarter of an hour', async () => {
    await directory.requester(account('anna'));
    await workspace.faults.down();
    now += 14 * MINUTE;

    const anna = await directory.requester(account('anna'));

    expect(anna.capabilities).toContain('command');
    expect(anna).not.toHaveProperty('rolesUnreadable');
  });

  test('after that nobody may do anything but read, and it says why', async () => {
    await directory.requester(account('anna'));
    await workspace.faults.down();
    now += 16 * MINUTE;

    const anna = await directory.requester(account('anna'));

    expect(anna.capabilities).toEqual(['read']);
    expect(anna.rolesUnreadable).toMatch(/could not be asked who this is \(\w+\)/);
  });

  test('only the groups: the same, naming the role and the group', async () => {
    await directory.requester(account('anna'));
    workspace.faults.http(500, { method: 'usergroups.list' });
    now += 16 * MINUTE;

    const anna = await directory.requester(account('anna'));

    expect(anna).toMatchObject({ standing: 'member', roles: ['named'] });
    expect(anna.capabilities).toContain('declare');
    expect(anna.capabilities).not.toContain('command');
    expect(anna.rolesUnreadable).toBe(
      'Incident commander: the Slack user group @dbas could not be read (http_500)',
    );
  });

  test('groups that decide nothing for this person do no harm', async () => {
    const profile = aProfile({
      roles: {
        'incident-commander': { title: 'IC', members: ['user:U000000ANNA', 'group:@dbas'] },
        others: { title: 'Others', members: ['group:@leads'] },
      },
    });
    workspace.faults.http(500, { method: 'usergroups.list' });

    const anna = await aDirectory(profile).requester(account('anna'));

    expect(anna.capabilities).toEqual(['read', 'declare', 'respond', 'command', 'configure']);
    expect(anna).not.toHaveProperty('rolesUnreadable');
  });

  test('a restart in the middle of it still knows', async () => {
    await directory.requester(account('anna'));
    await until(() =>
      ['slack:account:U000000ANNA', 'slack:user-groups'].every((key) => memory.values.has(key)),
    );
    await workspace.faults.down();
    now += 10 * MINUTE;

    const restarted = aDirectory();
    const anna = await restarted.requester(account('anna'));
    now += 10 * MINUTE;
    const later = await restarted.requester(account('anna'));

    expect(anna.capabilities).toContain('command');
    expect(later.capabilities).toEqual(['read']);
  });

  test('what is remembered in another form does not count', async () => {
    await memory.remember('slack:account:U000000ANNA', { found: 'yes' });
    await workspace.faults.down();

    expect((await directory.requester(account('anna'))).capabilities).toEqual(['read']);
  });

  test('a memory that fails changes nothing', async () => {
    const broken = () => Promise.reject(new Error('no database'));
    memory = Object.assign(aMemory(), { remember: broken, recall: broken });
    const own = aDirectory();

    expect((await own.requester(account('anna'))).capabilities).toContain('command');
    await workspace.faults.down();
    now += 16 * MINUTE;
    expect((await own.requester(account('anna'))).capabilities).toEqual(['read']);
  });

  test('people do not wait for one time-out after another', async () => {
    await directory.requester(account('anna'));
    workspace.faults.hang();
    now += 6 * MINUTE;
    await directory.requester(account('anna'));
    workspace.forget();

    await directory.requester(account('anna'));

    expect(workspace.requests).toHaveLength(0);
  });

  test('it recovers by itself', async () => {
    await workspace.faults.down();
    await directory.requester(account('anna'));
    await workspace.faults.up();
    now += MINUTE;

    expect((await directory.requester(account('anna'))).capabilities).toContain('command');
  });

  test('a pager that cannot be read closes what only it could open', async () => {
    onCall = async () => {
      throw new UpstreamError('pagerduty', 'timed_out', { retry: 'safe' });
    };

    const anna = await directory.requester(account('anna'));

    expect(anna.capabilities).not.toContain('configure');
    expect(anna.rolesUnreadable).toBe(
      'On call: the PagerDuty schedule PSCHED1 could not be read (timed_out); ' +
        'the PagerDuty escalation policy PPOLICY1 could not be read (timed_out)',
    );
  });
});

describe('the people of a role', () => {
  test('are each named once, with an account to mention', async () => {
    const { people, problem } = await directory.roleMembers('leads');

    expect(problem).toBeUndefined();
    expect(people).toEqual([
      { id: 'ben', name: 'Ben of the profile', slack: workspace.userId('ben') },
      { id: 'cora', name: 'Cora without Slack' },
    ]);
  });

  test('have the account that is alive, and are found by e-mail address', async () => {
    const { people } = await directory.roleMembers('named');

    expect(people).toEqual([{ id: 'ben', name: 'Ben of the profile', slack: workspace.userId('ben') }]);
  });

  test('leave out closed accounts and bots', async () => {
    workspace.setUserGroup('dbas', { members: ['anna', 'dora', 'robot'] });

    const { people } = await directory.roleMembers('incident-commander');

    expect(people.map(({ id }) => id)).toEqual(['anna']);
  });

  test('on call are known by address, or by name only', async () => {
    onCall = async ({ kind }) =>
      kind === 'schedule'
        ? [
            { name: 'Anna', email: 'anna@acme.test' },
            { name: 'Nora', email: 'nora@acme.test' },
          ]
        : [{ name: 'Cora', email: 'cora@elsewhere.test' }];

    const { people } = await directory.roleMembers('on-call');

    expect(people).toEqual([
      { id: 'anna', name: 'Anna of the profile', slack: 'U000000ANNA' },
      { id: 'pagerduty:nora@acme.test', name: 'Nora' },
      { id: 'cora', name: 'Cora without Slack' },
    ]);
  });

  test('say what could not be read', async () => {
    workspace.faults.http(500, { method: 'usergroups.list' });

    const { people, problem } = await directory.roleMembers('leads');

    expect(people.map(({ id }) => id)).toEqual(['cora']);
    expect(problem).toBe('Leads: the Slack user group @leads could not be read (http_500)');
  });

  test('say which groups are not there', async () => {
    expect(await directory.roleMembers('wrong')).toEqual({
      people: [],
      problem: 'Wrong: there is no Slack user group @nowhere; there is no Slack user group S0NOWHERE1',
    });
  });

  test('of an empty or unknown role are none', async () => {
    expect(await directory.roleMembers('empty')).toEqual({ people: [] });
    expect(await directory.roleMembers('unheard-of')).toEqual({
      people: [],
      problem: 'the profile has no role unheard-of',
    });
  });
});
