import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createPool } from '../../src/adapters/postgres/connection.ts';
import { createIncidentStore } from '../../src/adapters/postgres/store.ts';
import { loadProfile } from '../../src/adapters/templates/load-profile.ts';
import { createDecideIncident } from '../../src/app/decide-incident.ts';
import { policyOf } from '../../src/core/profile/policy-of.ts';
import { silentLog } from '../fixtures/silent-log.ts';
import { startTown, type Town } from '../fixtures/town.ts';
import {
  answered,
  eventCounts,
  expectNoComplaints,
  expectNothingLostNorDoubled,
  expectWholeRecord,
  incidentTitled,
  quiet,
} from '../fixtures/town-state.ts';

const MANY = 200;

/** As the use case declares, without the work in the background that 200 channels would be. */
async function declareMany(town: Town): Promise<void> {
  const jobs = { enqueueIn: async () => undefined, enqueue: async () => undefined, wake: () => undefined };
  const pool = createPool({ url: town.database.url, log: silentLog });
  const store = createIncidentStore({ pool, jobs });
  const decide = createDecideIncident({ store, policy: policyOf(loadProfile('example', { root: '.' })) });
  for (let number = 1; number <= MANY; number++) {
    await decide({
      key: `many:${number}`,
      command: {
        type: 'declare',
        input: {
          title: `Service ${number} is degraded & slow <see dashboard>`,
          description: `Service ${number} is degraded. ${'Details of it. '.repeat(40)}`,
          severity: 'SEV-4',
          level: 'none',
          kind: 'real',
          tiers: [],
          regions: {},
          private: false,
        },
      },
      actor: { kind: 'lifeboat' },
      capabilities: [],
    });
  }
  await pool.query(`update lifeboat.delivery set state = 'superseded'`);
  await pool.end();
}

describe('(6) two hundred open incidents', () => {
  let town: Town;
  beforeAll(async () => {
    town = await startTown({ replicas: 0, pagerDuty: false });
    await declareMany(town);
    await town.addReplica();
  }, 60_000);
  afterAll(() => town?.stop());

  test('fit into the home tab, which counts what it does not show', async () => {
    await town.slack.openHome('ben');

    const home = await town.slack.waitFor(() => town.slack.home('ben'), { what: 'the home tab' });
    const text = town.slack.text(home as never, 'ben');
    expect(home.blocks.length).toBeLessThanOrEqual(100);
    expect(text).toContain(`Open incidents (${MANY})`);
    expect(text).toContain(`and ${MANY - 20} more`);
    expect(text.match(/Service \d+ is degraded/g)?.length).toBeGreaterThanOrEqual(20);
    expectNoComplaints(town);
  });

  test.each([
    ['list', /Open \(200\)/],
    ['', /200 open incidents/],
    ['note which one', /Which incident/],
    ['catchup', /Which incident/],
  ])('/dr %s is answered in time, and fits', async (text, expected) => {
    const [answer] = await answered(town, 'ben', async () => {
      const typed = await town.slack.command('ben', text, { channel: 'general' });
      expect(typed.elapsedMs).toBeLessThan(2_500);
    });

    expect(answer).toMatch(expected);
    expectNoComplaints(town);
  });

  test('a new one is declared as ever, and the form warns of those that look alike', async () => {
    await town.slack.command('amara', 'declare', { channel: 'general' });
    await town.slack.waitFor(() => town.slack.modal('amara'), { what: 'the form' });
    await town.slack.closeView('amara');
    const [answer] = await answered(town, 'amara', () =>
      town.slack.command('amara', 'declare sev3 service 17 again', { channel: 'general' }),
    );

    expect(answer).toMatch(/open already.*Service \d+ is degraded/s);
    await quiet(town);
    const { channel } = await incidentTitled(town, 'service 17 again');
    expect(town.slack.channel(channel?.name ?? '')?.pins).toHaveLength(1);
    await expectWholeRecord(town);
    expectNoComplaints(town);
  });
});

describe('(7) two replicas, and reminders that are due', () => {
  let town: Town;
  beforeAll(async () => {
    town = await startTown({
      replicas: 2,
      rateLimits: 'off',
      pagerDuty: false,
      profile: (example) =>
        example
          .replace(/noCommander: .*/, 'noCommander: { after: 1s, every: 2s, max: 2 }')
          .replace(/noUpdate: .*/, 'noUpdate: { after: 2s, every: 1s, max: 3 }'),
    });
  });
  afterAll(() => town?.stop());

  const reminders = (what: string) =>
    town.slack
      .dms('amara')
      .map((message) => town.slack.text(message, 'amara'))
      .filter((text) => text.includes(what));

  test('each comes once, no more than allowed, in private; none after the end', async () => {
    const { slack } = town;
    await slack.command('amara', 'declare sev2 slow checkout', { channel: 'general' });
    const { id } = await incidentTitled(town, 'slow checkout');

    await slack.waitFor(() => reminders('has no commander').length === 2, { timeoutMs: 10_000 });
    await slack.waitFor(() => reminders('Time for an update').length === 3, { timeoutMs: 10_000 });
    await sleep(2_500);

    expect(reminders('has no commander')).toHaveLength(2);
    expect(reminders('Time for an update')).toHaveLength(3);
    expect((await eventCounts(town, id)).nudge_sent).toBe(5);
    const channel = (await incidentTitled(town, 'slow checkout')).channel?.name ?? '';
    const said = slack.messages(channel).map((message) => slack.text(message));
    expect(said.join()).not.toContain('Time for an update');
    await quiet(town);
    await expectNothingLostNorDoubled(town);
    expectNoComplaints(town);
  }, 40_000);

  test('one that was put off comes later; a resolved incident reminds nobody', async () => {
    const { slack } = town;
    await slack.command('ben', 'declare sev2 slow search', { channel: 'general' });
    await quiet(town);
    const { id, channel } = await incidentTitled(town, 'slow search');
    const name = channel?.name ?? '';
    await answered(town, 'ben', () => slack.command('ben', 'snooze noCommander 5', { channel: name }));
    await answered(town, 'ben', () => slack.command('ben', 'resolve it was a mistake', { channel: name }));
    const before = (await eventCounts(town, id)).nudge_sent ?? 0;

    await sleep(4_000);

    expect((await eventCounts(town, id)).nudge_sent ?? 0).toBe(before);
    await quiet(town);
    await expectNothingLostNorDoubled(town);
    expectNoComplaints(town);
  }, 40_000);
});
