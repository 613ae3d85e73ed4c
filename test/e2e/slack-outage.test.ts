import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTown, type Town } from '../fixtures/town.ts';
import {
  allIncidents,
  answered,
  eventCounts,
  expectNoComplaints,
  expectNothingLostNorDoubled,
  incidentTitled,
  posted,
  quiet,
  textsIn,
} from '../fixtures/town-state.ts';

/** Updates every two seconds, so that slots pass while Slack is away. */
function hurried(example: string): string {
  return example.replaceAll(/cadence: \w+/g, 'cadence: 2s');
}

/** Words of one channel stand in the order in which they were decided. */
function expectInOrder(town: Town): void {
  for (const { id, name } of town.slack.channels()) {
    const decided = posted(town).flatMap(({ where, key }) => {
      const [incident, seq] = key.split(':');
      return where === name && /^\d+$/.test(seq ?? '') ? [{ incident, seq: Number(seq), channel: id }] : [];
    });
    for (const [incident, own] of Map.groupBy(decided, (one) => one.incident)) {
      const numbers = own.map(({ seq }) => seq);
      expect({ incident, numbers }).toEqual({ incident, numbers: numbers.toSorted((a, b) => a - b) });
    }
  }
}

async function readiness(town: Town): Promise<{ httpStatus: number; status: string; slack: string }> {
  const response = await fetch(`${town.url()}/readyz`);
  const body = (await response.json()) as { status: string; connections: { name: string; says: string }[] };
  const slack = body.connections.find(({ name }) => name === 'Slack')?.says ?? '';
  return { httpStatus: response.status, status: body.status, slack };
}

async function resolveAll(town: Town): Promise<void> {
  for (const { id } of await allIncidents(town)) {
    await town.slack.command('ben', `resolve ${id} it is back`, { channel: 'general' });
  }
  await quiet(town, 30_000);
}

describe('(12) Slack is away for a while in the middle of a disaster', () => {
  let town: Town;
  beforeAll(async () => {
    town = await startTown({ replicas: 2, profile: hurried, rateLimits: 'off' });
  });
  afterAll(() => town?.stop());

  test('decisions go on; afterwards all words come in order, once, late updates as one', async () => {
    const { slack, pager } = town;
    await slack.command('amara', 'declare sev1 us-east-1 is gone', { channel: 'general' });
    await quiet(town);
    const { id, channel } = await incidentTitled(town, 'us-east-1 is gone');
    const name = channel?.name ?? '';
    const pagerId = pager.incidents()[0]?.id ?? '';

    await slack.faults.down();
    const publishedBefore = (await eventCounts(town, id)).status_published ?? 0;
    pager.note(pagerId, 'Amara Okafor', 'the vendor is on the line');
    await pager.settled();
    pager.fire({ service: 'PSVC002', title: 'orders database is gone' });
    pager.acknowledge(pagerId, 'Amara Okafor');
    await sleep(7_000);
    await pager.settled();
    // Decided and recorded, though nobody can read it yet.
    const meanwhile = await eventCounts(town, id);
    expect((meanwhile.status_published ?? 0) - publishedBefore).toBeGreaterThanOrEqual(3);
    expect(meanwhile).toMatchObject({ pager_changed: 2, ladder_acknowledged: 1 });
    expect(pager.incidents().some(({ title }) => title.includes('orders database is gone (DR-'))).toBe(true);
    expect(textsIn(town, name).join()).not.toContain('the vendor is on the line');
    await slack.faults.up();

    await slack.waitFor(() => slack.channels().some((one) => one.name.includes('orders-database')), {
      timeoutMs: 35_000,
      what: 'the channel of what was declared meanwhile',
    });
    await slack.waitFor(
      () => textsIn(town, name).some((text) => text.includes('the vendor is on the line')),
      {
        timeoutMs: 35_000,
      },
    );
    await resolveAll(town);
    const replaced = textsIn(town, name).flatMap(
      (text) => /It replaces (\d+) earlier updates? that could not be sent in time/.exec(text)?.[1] ?? [],
    );
    expect(Math.max(...replaced.map(Number))).toBeGreaterThanOrEqual(2);
    const { rows } = await town.database.pool.query(
      `select key from lifeboat.delivery where lane = $1 and state = 'superseded'`,
      [`incident:${id}`],
    );
    expect(replaced.reduce((sum, count) => sum + Number(count), 0)).toBe(rows.length);
    expectInOrder(town);
    await expectNothingLostNorDoubled(town);
    expectNoComplaints(town);
  }, 120_000);
});

describe('Slack is away when Lifeboat starts', () => {
  let town: Town;
  beforeAll(async () => {
    town = await startTown({ replicas: 0, rateLimits: 'off' });
  });
  afterAll(() => town?.stop());

  test('it starts, says so, takes alerts, and works when Slack comes', async () => {
    const { slack, pager } = town;
    await slack.faults.down();

    await town.addReplica();

    expect(await readiness(town)).toMatchObject({
      httpStatus: 200,
      status: 'degraded',
      slack: expect.stringContaining('Slack is out of reach'),
    });
    expect((await fetch(`${town.url()}/healthz`)).status).toBe(200);
    pager.fire({ service: 'PSVC002', title: 'orders database is gone' });
    await pager.settled();
    await incidentTitled(town, 'orders database is gone');
    await slack.faults.up();

    await slack.waitFor(async () => (await readiness(town)).status === 'ready', { timeoutMs: 15_000 });
    await quiet(town, 40_000);
    const { channel } = await incidentTitled(town, 'orders database is gone');
    expect(slack.channel(channel?.name ?? '')?.pins).toHaveLength(1);
    const [answer] = await answered(town, 'ben', () => slack.command('ben', 'list', { channel: 'general' }));
    expect(answer).toContain('orders database is gone');
    expectInOrder(town);
    await expectNothingLostNorDoubled(town);
    expectNoComplaints(town);
  }, 90_000);
});

describe('the bot token is wrong', () => {
  let town: Town;
  beforeAll(async () => {
    town = await startTown({ replicas: 0, rateLimits: 'off' });
  });
  afterAll(() => town?.stop());

  test('it says so and decides all the same; with the right one, everything is said', async () => {
    const { slack, pager } = town;
    const wrong = await town.addReplica({ env: { SLACK_BOT_TOKEN: 'xoxb-of-another-life-0123456789' } });

    expect(await readiness(town)).toMatchObject({
      httpStatus: 200,
      status: 'degraded',
      slack: expect.stringContaining('Slack refuses the bot token'),
    });
    pager.fire({ service: 'PSVC002', title: 'orders database is gone' });
    await pager.settled();
    await sleep(2_500);
    await town.stopReplica(wrong);
    await town.addReplica();

    await quiet(town, 40_000);
    const { channel } = await incidentTitled(town, 'orders database is gone');
    expect(slack.channel(channel?.name ?? '')?.pins).toHaveLength(1);
    expect(textsIn(town, 'ops').join()).toContain('orders database is gone');
    await expectNothingLostNorDoubled(town);
    expect(new Set(slack.refusals.map(({ error }) => error))).toEqual(new Set(['invalid_auth']));
    expect(slack.warnings).toEqual([]);
  }, 90_000);
});

describe('Socket Mode', () => {
  let town: Town;
  beforeAll(async () => {
    town = await startTown({ replicas: 2, socketMode: true, rateLimits: 'off' });
    await town.slack.waitFor(() => town.slack.sockets.count() >= 2, { what: 'a connection of each replica' });
  });
  afterAll(() => town?.stop());

  test('the main path works, also when Slack refreshes or drops the connections', async () => {
    const { slack } = town;
    const typed = await slack.command('amara', 'declare sev1 us-east-1 is gone', { channel: 'general' });
    expect(typed).toMatchObject({ via: 'socket', status: 200 });
    await quiet(town);
    const { id, channel } = await incidentTitled(town, 'us-east-1 is gone');
    const name = channel?.name ?? '';
    await answered(town, 'ben', () => slack.click('ben', { channel: name, label: 'Take command' }));
    let opened = 2;
    const connectedAgain = () => {
      opened += 2;
      const isBack = () =>
        slack.requestCounts()['apps.connections.open'] === opened && slack.sockets.count() === 2;
      return slack.waitFor(isBack, { timeoutMs: 20_000, what: 'new connections' });
    };

    slack.sockets.disconnect('refresh_requested');
    await connectedAgain();
    await slack.command('ben', 'status post', { channel: name });
    await slack.waitFor(() => slack.modal('ben'), { what: 'the form' });
    const sent = await slack.submitView('ben', { situation: 'half of it answers again' });
    expect(sent.via).toBe('socket');

    slack.sockets.cut();
    await connectedAgain();
    slack.faults.duplicateDeliveries(2);
    await slack.command('ben', 'resolve the region is back', { channel: name });
    slack.faults.duplicateDeliveries(1);

    await quiet(town);
    expect(textsIn(town, name).join()).toContain('half of it answers again');
    expect(await eventCounts(town, id)).toMatchObject({ duty_taken: 1, incident_resolved: 1 });
    await expectNothingLostNorDoubled(town);
    expectNoComplaints(town);
  }, 60_000);
});
