import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createSlack, type SlackInbound, type SlackOptions } from '../../src/adapters/slack/slack.ts';
import type { OnCallPerson } from '../../src/app/ports/pager.ts';
import type { SlackWorkspace } from '../../src/sandbox/slack/workspace.ts';
import { aProfile } from '../fixtures/profile.ts';
import { silentLog } from '../fixtures/silent-log.ts';
import { aMemory, aServer, fakeChatops, plainCatalogue, text, until } from './slack-adapter-setup.ts';
import { APP_TOKEN, aWorkspace, SECRET, TOKEN } from './slack-helpers.ts';

let workspace: SlackWorkspace;
const open: { stop(): Promise<void> | void }[] = [];

beforeAll(async () => {
  workspace = await aWorkspace({ rateLimits: 'off' });
});

afterAll(() => workspace.close());

beforeEach(() => workspace.forget());

afterEach(async () => {
  await workspace.faults.clear();
  for (const one of open.splice(0)) await one.stop();
  expect(workspace.refusals).toEqual([]);
});

function theAdapter(changes: Partial<SlackOptions> = {}) {
  return createSlack({
    token: TOKEN,
    signingSecret: SECRET,
    apiUrl: workspace.apiUrl,
    profile: aProfile({
      roles: {
        'incident-commander': { title: 'Incident commander', members: ['pagerduty:policy:PPOLICY1'] },
        nights: { title: 'Nights', members: ['pagerduty:schedule:PSCHED1'] },
      },
    }),
    notes: aMemory(),
    onCall: async () => [],
    catalogue: plainCatalogue,
    log: silentLog,
    ...changes,
  });
}

/** Stands in for our HTTP server. */
async function serve(inbound: SlackInbound): Promise<void> {
  const route = inbound.routes['POST /slack/events'];
  if (!route) throw new Error('there is no route for Slack');
  const server = await aServer(route);
  open.unshift({ stop: () => server.close() });
  workspace.deliverTo(server.url);
}

const isReady = (inbound: SlackInbound) => {
  try {
    return inbound.ready() !== '';
  } catch {
    return false;
  }
};

test('over HTTP: takes commands, and says how the connection stands', async () => {
  const acks: string[] = [];
  const chatops = fakeChatops();
  const inbound = await theAdapter({ onAck: (kind) => acks.push(kind) }).connect(chatops);
  open.push(inbound);
  await serve(inbound);

  await until(() => isReady(inbound));
  await workspace.command('anna', 'help');

  expect(inbound.ready()).toBe(`connected to workspace ${workspace.teamId}`);
  expect(chatops.heard.command).toHaveLength(1);
  expect(acks).toEqual(['command']);
});

test('over Socket Mode: needs no route and no signing secret', async () => {
  const chatops = fakeChatops();
  const adapter = theAdapter({ appToken: APP_TOKEN, signingSecret: undefined });

  const inbound = await adapter.connect(chatops);
  open.push(inbound);
  await until(() => isReady(inbound));
  await workspace.command('anna', 'help');

  expect(inbound.routes).toEqual({});
  expect(inbound.ready()).toBe(`connected to workspace ${workspace.teamId}; Socket Mode connected`);
  expect(chatops.heard.command).toHaveLength(1);
});

test.each([{}, { appToken: APP_TOKEN }])('starts while Slack is away, and comes round: %j', async (mode) => {
  await workspace.faults.down();
  const adapter = theAdapter(mode);

  const inbound = await adapter.connect(fakeChatops());
  open.push(inbound);
  expect(() => inbound.ready()).toThrow('Slack');
  await workspace.faults.up();

  await until(() => isReady(inbound));
  await adapter.chat.ping();
});

test('stopping waits for the answers under way', async () => {
  const chatops = fakeChatops();
  const { promise, resolve } = Promise.withResolvers<{ kind: 'message'; message: ReturnType<typeof text> }>();
  chatops.answers(() => promise);
  const inbound = await theAdapter().connect(chatops);
  await serve(inbound);
  await until(() => isReady(inbound));
  await workspace.shortcut('anna', 'declare');

  const stopped = inbound.stop();
  resolve({ kind: 'message', message: text('you may not') });
  await stopped;

  expect(JSON.stringify(workspace.modal('anna')?.blocks)).toContain('you may not');
  await workspace.closeView('anna');
});

describe('who is on call', () => {
  const person = (name: string, level: number, email: string): OnCallPerson => ({
    name,
    level,
    email,
    phone: undefined,
    via: 'any',
  });
  const PEOPLE = [person('Ben', 2, 'ben@acme.test'), person('Anna', 1, 'anna@acme.test')];

  test('is the first level of a policy, and all of a schedule', async () => {
    const queries: object[] = [];
    const { directory } = theAdapter({
      onCall: async (query) => {
        queries.push(query);
        return PEOPLE;
      },
    });

    const commanders = await directory.roleMembers('incident-commander');
    const nights = await directory.roleMembers('nights');

    expect(commanders.people.map(({ slack }) => slack)).toEqual([workspace.userId('anna')]);
    expect(nights.people.map(({ slack }) => slack)).toEqual([
      workspace.userId('ben'),
      workspace.userId('anna'),
    ]);
    expect(queries).toEqual([
      { escalationPolicyIds: ['PPOLICY1'], scheduleIds: [] },
      { escalationPolicyIds: [], scheduleIds: ['PSCHED1'] },
    ]);
  });

  test('is not waited for by people', async () => {
    const { directory } = theAdapter({ onCall: () => new Promise(() => undefined) });

    const { problem } = await directory.roleMembers('nights');

    expect(problem).toBe('Nights: the PagerDuty schedule PSCHED1 could not be read (timed_out)');
  });
});
