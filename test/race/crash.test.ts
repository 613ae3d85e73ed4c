import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { atOnce, type Ends } from '../fixtures/at-once.ts';
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

/** What is promised; it takes a quarter of that where the machine is not busy. */
const TAKEN_OVER_MS = 12_000;
const ALL_DONE_MS = 30_000;
const AT_ONCE = 10;
const ALL_MS = 170_000;

type Survivor = 'another' | 'itself';

/** Counted from the death, in milliseconds. */
interface Recovery {
  /** Another worker has begun again with what the dead one was at; absent when it died between two jobs. */
  takenOverMs: number | undefined;
  /** Everything was done. */
  allDoneMs: number;
}

let ends: Ends<Recovery>;

// Most of the time goes by until a death is noticed, so several die at the same time.
beforeAll(async () => {
  ends = await atOnce(
    AT_ONCE,
    DEATHS.flatMap(([point, act]) =>
      (['another', 'itself'] as const).map((survivor): [string, () => Promise<Recovery>] => [
        `${point} ${survivor}`,
        () => dieAt(point, act, survivor),
      ]),
    ),
  );
}, ALL_MS);

afterAll(() => {
  const seconds = (ms: number | undefined) => (ms === undefined ? '-' : `${(ms / 1000).toFixed(1)} s`);
  const figures = ends.all().map(([name, end]) => {
    if (end.status === 'rejected') return `  ${name}: failed`;
    const { takenOverMs, allDoneMs } = end.value;
    return `  ${name}: taken over after ${seconds(takenOverMs)}, all done after ${seconds(allDoneMs)}`;
  });
  process.stdout.write(`Deaths\n${figures.sort().join('\n')}\n`);
});

describe.each(DEATHS)('a replica that is killed at %s', (point) => {
  test('is stood in for by another: nothing is lost or doubled', () => {
    expect(ends.of(`${point} another`).takenOverMs ?? 0).toBeLessThan(TAKEN_OVER_MS);
  });

  test('goes on when it is started again: nothing is lost or doubled', () => {
    expect(ends.of(`${point} itself`).takenOverMs ?? 0).toBeLessThan(TAKEN_OVER_MS);
  });
});

async function dieAt(point: string, act: Act, survivor: Survivor): Promise<Recovery> {
  const town = await startTown({ replicas: 0 });
  try {
    const victim = await town.addProcess();
    if (survivor === 'another') await town.addReplica();
    await victim.arm(point);
    const { at } = await killedBy(town, victim, act);
    if (survivor === 'itself') await town.addReplica();
    await quiet(town, ALL_DONE_MS);
    const allDoneMs = performance.now() - at;
    const diedAt = Date.now() - allDoneMs;
    for (const incident of await allIncidents(town)) await expectOneOfEach(town, incident.id);
    await expectNothingLostNorDoubled(town);
    expectNoComplaints(town);
    expect(town.errors()).toEqual([]);
    return { takenOverMs: await takenOverAfter(town, diedAt), allDoneMs };
  } finally {
    await town.stop();
  }
}

async function takenOverAfter({ database }: Town, diedAt: number): Promise<number | undefined> {
  const { rows } = await database.pool.query<{ at: Date | null }>(
    'select min(started_on) as at from pgboss.job where retry_count > 0 and started_on > $1',
    [new Date(diedAt)],
  );
  return rows[0]?.at ? rows[0].at.getTime() - diedAt : undefined;
}

/** Now and then the other one is faster and does the deadly piece of work: then people do it once more. */
async function killedBy(town: Town, victim: ReplicaProcess, act: Act) {
  for (let attempt = 1; attempt <= 12 && victim.isAlive(); attempt++) {
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
