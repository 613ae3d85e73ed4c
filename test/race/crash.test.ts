import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ReplicaProcess } from '../fixtures/replica-process.ts';
import { startTown, type Town } from '../fixtures/town.ts';
import {
  allIncidents,
  eventCounts,
  expectNoComplaints,
  expectNothingLostNorDoubled,
  posted,
  quiet,
} from '../fixtures/town-state.ts';

type Act = (town: Town, title: string) => Promise<unknown>;

/** Where a replica dies, and what people do until it dies there. */
const DEATHS: [point: string, act: Act][] = [
  ['declare.after_commit', declare],
  ['channel.after_create', declare],
  ['record_channel.before_commit', declare],
  ['record_channel.after_commit', declare],
  ['card.after_post', declare],
  ['invite.before', declare],
  ['record_invited.before_commit', declare],
  ['record_reached.before_commit', declare],
  ['post.before_send', declare],
  ['post.after_send', declare],
  ['page.before_send', declare],
  ['page.after_send', declare],
  ['pager_note.after_send', declareAndNote],
  ['archive_channel.after_send', declareAndClose],
];

/** Twice the promise: the machine may be busy with other tests. */
const TAKEN_OVER_MS = 24_000;
const AT_ONCE = 7;
const ALL_MS = 170_000;

type Survivor = 'another' | 'itself';

const outcomes = new Map<string, PromiseSettledResult<number>>();

// Most of the time goes by until a death is noticed, so several die at the same time.
beforeAll(async () => {
  const waiting = DEATHS.flatMap(([point, act]) =>
    (['another', 'itself'] as const).map((survivor) => async () => {
      const [outcome] = await Promise.allSettled([dieAt(point, act, survivor)]);
      outcomes.set(`${point} ${survivor}`, outcome);
    }),
  );
  const lanes = Array.from({ length: AT_ONCE }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await next();
  });
  await Promise.all(lanes);
}, ALL_MS);

afterAll(() => {
  const figures = [...outcomes].map(([name, outcome]) =>
    outcome.status === 'fulfilled'
      ? `  ${name}: ${(outcome.value / 1000).toFixed(1)} s`
      : `  ${name}: failed`,
  );
  process.stdout.write(`From the death until everything was done:\n${figures.sort().join('\n')}\n`);
});

describe.each(DEATHS)('a replica that is killed at %s', (point) => {
  test('is stood in for by another: nothing is lost or doubled', () => goesOn(point, 'another'));
  test('goes on when it is started again: nothing is lost or doubled', () => goesOn(point, 'itself'));
});

function goesOn(point: string, survivor: Survivor): void {
  const outcome = outcomes.get(`${point} ${survivor}`);
  if (outcome?.status === 'rejected') throw outcome.reason;
  expect(outcome?.value).toBeLessThan(TAKEN_OVER_MS);
}

/** @returns how long it took from the death until all work was done, in milliseconds */
async function dieAt(point: string, act: Act, survivor: Survivor): Promise<number> {
  const town = await startTown({ replicas: 0 });
  try {
    const victim = await town.addProcess();
    if (survivor === 'another') await town.addReplica();
    await victim.arm(point);
    const { at } = await killedBy(town, victim, act);
    if (survivor === 'itself') await town.addReplica();
    await quiet(town, TAKEN_OVER_MS);
    const tookMs = performance.now() - at;
    for (const incident of await allIncidents(town)) await expectOneOfEach(town, incident.id);
    await expectNothingLostNorDoubled(town);
    expectNoComplaints(town);
    return tookMs;
  } finally {
    await town.stop();
  }
}

/** Now and then the other one is faster and does the deadly piece of work: then people do it once more. */
async function killedBy(town: Town, victim: ReplicaProcess, act: Act) {
  for (let attempt = 1; attempt <= 5 && victim.isAlive(); attempt++) {
    town.slack.deliverTo(`http://127.0.0.1:${victim.port}/slack/events`);
    await act(town, `us-east-1 is gone ${attempt}`).catch(() => undefined);
    await Promise.race([victim.ended, quiet(town)]);
  }
  expect(victim.isAlive()).toBe(false);
  return victim.ended;
}

async function expectOneOfEach(town: Town, id: string): Promise<void> {
  const { slack, pager } = town;
  const incident = (await allIncidents(town)).find((one) => one.id === id);
  const channels = slack.channels().filter(({ id: channelId }) => channelId === incident?.channel?.id);
  expect(channels).toHaveLength(1);
  const [channel] = channels;
  const cards = posted(town).filter(({ key }) => key === `${id}:card`);
  expect(cards.map(({ where }) => where)).toEqual([channel?.name]);
  expect(channel?.pins).toEqual(cards.map(({ message }) => message.ts));
  expect(channel?.bookmarks.map(({ title }) => title)).toEqual(['Dashboards']);
  expect(channel?.members).toEqual(expect.arrayContaining(['amara', 'ben', 'ines']));
  expect(pager.incidents().filter(({ title }) => title.includes(id))).toHaveLength(1);
  expect(await eventCounts(town, id)).toMatchObject({
    incident_declared: 1,
    channel_opened: 1,
    rung_called: 1,
    rung_reached: 1,
    pager_alerted: 1,
  });
}

function declare({ slack }: Town, title: string): Promise<unknown> {
  return slack.command('amara', `declare sev1 ${title}`, { channel: 'general' });
}

async function declareAndNote(town: Town, title: string): Promise<void> {
  await declare(town, title);
  await quiet(town);
  const id = (await allIncidents(town)).at(-1)?.id;
  await town.slack.command('ben', `note ${id} the standby is healthy`, { channel: 'general' });
}

async function declareAndClose(town: Town, title: string): Promise<void> {
  await declare(town, title);
  await quiet(town);
  const id = (await allIncidents(town)).at(-1)?.id;
  await town.slack.command('ben', `resolve ${id} the region is back`, { channel: 'general' });
  await town.slack.command('ben', `close ${id}`, { channel: 'general' });
}
