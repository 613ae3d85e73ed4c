import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { StatusPublished } from '../../src/core/incident/events.ts';
import { startTown, type Town } from '../fixtures/town.ts';
import {
  allIncidents,
  expectNoComplaints,
  expectNothingLostNorDoubled,
  posted,
  quiet,
  recordOf,
  textsIn,
} from '../fixtures/town-state.ts';

const SLOT_MS = 1_000;

/** An update goes out every second, and nobody is called or reminded. */
function everySecond(example: string): string {
  return example
    .replaceAll(/cadence: \w+/g, 'cadence: 1s')
    .replaceAll(/after: \w+, every: \w+, max: 3/g, 'after: 1h, every: 1h, max: 0');
}

/** An update of the grid, with the number of its slot. */
interface Slot {
  number: number;
  missed: number;
  offGridMs: number;
}

async function slotsOf(town: Town): Promise<Slot[]> {
  const [incident] = await allIncidents(town);
  const anchor = Date.parse(incident?.openedAt ?? '');
  return (await recordOf(town, incident?.id ?? '')).flatMap(({ type, data }) => {
    const { trigger, slot, missed } = data as StatusPublished;
    if (type !== 'status_published' || trigger !== 'slot' || slot === undefined) return [];
    const sinceMs = Date.parse(slot) - anchor;
    return [{ number: Math.round(sinceMs / SLOT_MS), missed, offGridMs: sinceMs % SLOT_MS }];
  });
}

/** Every slot is filled by exactly one update: its own, or the later one that counts it as missed. */
async function expectEachSlotOnce(town: Town): Promise<void> {
  const slots = await slotsOf(town);
  const filled = slots.flatMap(({ number, missed }) =>
    Array.from({ length: missed + 1 }, (_, place) => number - missed + place),
  );
  expect(slots.filter(({ offGridMs }) => offGridMs !== 0)).toEqual([]);
  expect(filled).toEqual(filled.map((_, place) => place + 1));
}

/** Every update that was decided was posted once; late ones may have been joined into the next. */
async function expectEachUpdatePosted(town: Town, channel: string): Promise<void> {
  const { rows } = await town.database.pool.query<{ state: string; joined: number }>(
    `select state, joined from lifeboat.delivery
     where op->'message'->>'id' = 'status-update' and op->'message'->'vars'->'update'->>'trigger' = 'slot'`,
  );
  const sent = rows.filter(({ state }) => state === 'sent');
  const joined = sent.reduce((sum, row) => sum + row.joined, 0);
  expect(sent.length + joined).toBe(rows.length);
  const inChannel = posted(town).filter(({ where }) => where === channel);
  const updates = inChannel.filter(({ message }) => message.text.includes('No news.'));
  expect(updates.map(({ key }) => key)).toHaveLength(sent.length);
}

async function slotNumber(town: Town): Promise<number> {
  return (await slotsOf(town)).at(-1)?.number ?? 0;
}

async function waitForSlot(town: Town, number: number): Promise<void> {
  await town.slack.waitFor(async () => (await slotNumber(town)) >= number, {
    timeoutMs: 30_000,
    what: `slot ${number}`,
  });
}

async function resolved(town: Town): Promise<string> {
  const [incident] = await allIncidents(town);
  await town.slack.command('ben', `resolve ${incident?.id} it is back`, { channel: 'general' });
  await quiet(town);
  return incident?.channel?.name ?? '';
}

describe('two replicas and one grid of slots', () => {
  let town: Town;
  beforeAll(async () => {
    town = await startTown({ replicas: 1, profile: everySecond, rateLimits: 'off', pagerDuty: false });
  });
  afterAll(() => town?.stop());

  test('each slot is filled once while one is killed in the middle of it, twice, and started again', async () => {
    const victim = await town.addProcess();
    await town.slack.command('amara', 'declare sev3 slow reports', { channel: 'general' });
    await waitForSlot(town, 3);

    const deaths: string[] = [];
    let next = victim;
    for (const point of ['tick.before_commit', 'tick.after_commit']) {
      await next.arm(point);
      const { at } = await next.ended;
      const before = await slotNumber(town);
      await waitForSlot(town, before + 1);
      deaths.push(`${point}: ${((performance.now() - at) / 1000).toFixed(1)} s`);
      next = await town.addProcess();
    }
    await waitForSlot(town, (await slotNumber(town)) + 3);
    await next.kill();
    await waitForSlot(town, (await slotNumber(town)) + 3);

    const channel = await resolved(town);
    process.stdout.write(`From a death in a slot until the next update: ${deaths.join(', ')}\n`);
    expect(await slotNumber(town)).toBeGreaterThanOrEqual(15);
    await expectEachSlotOnce(town);
    await expectEachUpdatePosted(town, channel);
    await expectNothingLostNorDoubled(town);
    expectNoComplaints(town);
  }, 90_000);
});

describe('no replica at all', () => {
  let town: Town;
  beforeAll(async () => {
    town = await startTown({ replicas: 2, profile: everySecond, rateLimits: 'off', pagerDuty: false });
  });
  afterAll(() => town?.stop());

  test('late slots become one update that says how many were missed; the grid stays', async () => {
    await town.slack.command('amara', 'declare sev3 slow reports', { channel: 'general' });
    await waitForSlot(town, 2);
    for (const replica of [...town.replicas]) await town.stopReplica(replica);
    const before = await slotNumber(town);
    await new Promise((resolve) => setTimeout(resolve, 4_500));

    await town.addReplica();
    await waitForSlot(town, before + 6);

    const channel = await resolved(town);
    const late = (await slotsOf(town)).filter(({ missed }) => missed > 0);
    expect(Math.max(...late.map(({ missed }) => missed))).toBeGreaterThanOrEqual(3);
    const told = textsIn(town, channel).flatMap(
      (text) => /(\d+) updates? before this one w(?:as|ere) missed/.exec(text)?.[1] ?? [],
    );
    expect(told.map(Number)).toEqual(late.map(({ missed }) => missed));
    await expectEachSlotOnce(town);
    await expectEachUpdatePosted(town, channel);
    await expectNothingLostNorDoubled(town);
    expectNoComplaints(town);
  }, 60_000);
});
