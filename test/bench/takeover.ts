import { setTimeout as sleep } from 'node:timers/promises';
import type { Bot } from './bot.ts';
import { CROWD } from './cast.ts';
import type { SlackCall } from './outside.ts';
import type { Finding } from './report.ts';
import { summarise } from './stats.ts';
import { untilQuiet, type World, withWorld } from './world.ts';

const ROUNDS = 3;
const AT_ONCE = 8;
/** Slow enough for the kill to hit the middle of it. */
const CALL_MS = 300;
const KILL_AFTER_MS = 450;

interface Outcome {
  /** From the kill to the next call of Slack for it, in milliseconds, by incident that was in the works. */
  silentMs: number[];
  /** Messages that came twice, and channels. */
  doubled: number;
  unfinished: number;
}

/** How soon the other replica goes on with what one was doing when it was killed. */
export async function takeover(server: string): Promise<Finding[]> {
  return withWorld(server, async (world) => {
    const bots = [await world.addBot(), await world.addBot()];
    await world.outside.slow(CALL_MS);
    const outcomes: Outcome[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const [victim, other] = (round % 2 === 0 ? bots : bots.toReversed()) as [Bot, Bot];
      outcomes.push(await oneKill(world, victim, round));
      await victim.start();
      if (other.pid() === undefined) throw new Error('the other replica has ended too');
    }
    await world.outside.slow(0);
    const silent = outcomes.flatMap(({ silentMs }) => silentMs).map((ms) => ms / 1000);
    const { p50, max, count } = summarise(silent);
    const sum = (pick: (outcome: Outcome) => number) => outcomes.map(pick).reduce((a, b) => a + b, 0);
    return [
      {
        bench: 'takeover',
        what: 'kill -9 of one of two replicas → the other goes on with its work',
        how: `${ROUNDS} kills, each ${KILL_AFTER_MS} ms after ${AT_ONCE} declarations, with Slack calls of ${CALL_MS} ms; ${count} incidents were in the works; from the kill to the next call for each`,
        figures: [
          { name: 'p50', value: p50, unit: 's' },
          { name: 'max', value: max, unit: 's', bar: 12, goal: 3 },
          { name: 'sent twice', value: sum(({ doubled }) => doubled), unit: '', bar: 0 },
          { name: 'left unfinished', value: sum(({ unfinished }) => unfinished), unit: '', bar: 0 },
        ],
      },
    ];
  });
}

async function oneKill(world: World, victim: Bot, round: number): Promise<Outcome> {
  const { outside, database } = world;
  const last = (await outside.calls(0)).at(-1)?.id ?? 0;
  await outside.deliverTo([`${victim.url}/slack/events`]);
  const declare = (handle: string, index: number) =>
    outside.command(handle, `declare sev2 round ${round} case ${index}`, 'general');
  const answers = await Promise.all(CROWD.slice(0, AT_ONCE).map(declare));
  if (answers.some(({ failure }) => failure)) throw new Error('a declaration was not acknowledged');
  await sleep(KILL_AFTER_MS);
  await victim.kill();
  const killed = Date.now();
  await untilQuiet(database);
  const calls = await outside.calls(last);
  const channels = new Set(
    calls.filter(({ method, ok }) => method === 'conversations.create' && ok).map(({ channel }) => channel),
  );
  return {
    silentMs: [...channels].flatMap((channel) => silenceOf(calls, channel as string, killed)),
    doubled: doubles(calls) + Math.max(0, channels.size - AT_ONCE),
    unfinished: AT_ONCE - (await finished(world, round)),
  };
}

/** Only of what was broken off: a channel in which the other replica was at work anyway has no silence. */
function silenceOf(calls: readonly SlackCall[], channel: string, killed: number): number[] {
  const next = calls.find((call) => call.channel === channel && call.at > killed);
  return next ? [next.at - killed] : [];
}

/** Messages that Slack took more than once. */
function doubles(calls: readonly SlackCall[]): number {
  const taken = calls.filter(({ method, key, ok }) => method === 'chat.postMessage' && key && ok);
  return taken.length - new Set(taken.map(({ channel, key }) => `${channel} ${key}`)).size;
}

/** Incidents of this round whose channel has its pinned card. */
async function finished({ database }: World, round: number): Promise<number> {
  const { rows } = await database.pool.query(
    `select count(*) as count from lifeboat.incident i join lifeboat.channel_notes n on n.incident_id = i.id
     where i.state->>'title' like $1 and i.channel_id is not null and n.notes ? 'pinned'`,
    [`round ${round} case%`],
  );
  return Number(rows[0]?.count);
}
