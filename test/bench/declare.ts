import { setTimeout as sleep } from 'node:timers/promises';
import type { SlackCall } from './outside.ts';
import type { Finding } from './report.ts';
import { percentile, summarise } from './stats.ts';
import { untilQuiet, type World, withWorld } from './world.ts';

const TIMES = 20;
/** How long a call of Slack's takes on an ordinary day, in milliseconds. */
const CALL_MS = 120;
const GIVE_UP_MS = 30_000;
const LOOK_EVERY_MS = 10;

interface Declared {
  /** From the command being typed to the last of channel, people, card and first status. */
  ms: number;
  /** The calls that cannot be made side by side, one after the other. */
  chainMs: number;
}

/** How soon a declared incident has a channel with its people, its card and its first status. */
export async function declare(server: string): Promise<Finding[]> {
  return withWorld(server, async (world) => {
    const bot = await world.addBot();
    await world.outside.deliverTo([`${bot.url}/slack/events`]);
    // The first one also reads who is who, as a bot that has just been started does.
    await declareOnce(world, 0);
    await world.outside.slow(CALL_MS);
    const declared: Declared[] = [];
    for (let number = 1; number <= TIMES; number += 1) {
      // One after the other: each begins when the one before has come to rest.
      declared.push(await declareOnce(world, number));
    }
    await world.outside.slow(0);
    return [finding(declared)];
  });
}

function finding(declared: readonly Declared[]): Finding {
  const took = summarise(declared.map(({ ms }) => ms));
  const ratios = declared.map(({ ms, chainMs }) => ms / chainMs);
  return {
    bench: 'declare',
    what: '`/dr declare` → channel with people, card and first status',
    how: `${TIMES} times, SEV-1 with page, each Slack call slowed down by ${CALL_MS} ms; against the calls that have to wait for each other (create the channel, then the slowest of invite, card and status)`,
    figures: [
      { name: 'against the chain of calls, p50', value: percentile(ratios, 0.5), unit: '×', bar: 2 },
      { name: 'worst', value: percentile(ratios, 1), unit: '×', bar: 2 },
      { name: 'took p50', value: took.p50, unit: 'ms' },
      { name: 'took max', value: took.max, unit: 'ms' },
      {
        name: 'chain p50',
        value: percentile(
          declared.map(({ chainMs }) => chainMs),
          0.5,
        ),
        unit: 'ms',
      },
    ],
  };
}

async function declareOnce({ outside, database }: World, number: number): Promise<Declared> {
  const last = (await outside.calls(0)).at(-1)?.id ?? 0;
  const started = Date.now();
  const text = `declare sev1 us-east-1 is gone for the ${number}th time`;
  const { failure } = await outside.command('amara', text, 'general');
  if (failure) throw new Error(`declaring failed: ${failure}`);
  const deadline = started + GIVE_UP_MS;
  for (;;) {
    const steps = stepsOf(await outside.calls(last));
    if (steps) {
      await untilQuiet(database);
      return measured(steps, started);
    }
    if (Date.now() > deadline) throw new Error(`the channel is not complete after ${GIVE_UP_MS} ms`);
    await sleep(LOOK_EVERY_MS);
  }
}

interface Steps {
  created: SlackCall;
  /** What can only follow the channel, and need not wait for anything else. */
  following: SlackCall[];
}

/** Undefined while something is missing. */
function stepsOf(calls: readonly SlackCall[]): Steps | undefined {
  const done = calls.filter(({ ok, tookMs }) => ok && tookMs !== undefined);
  const created = done.find(({ method }) => method === 'conversations.create');
  if (!created) return undefined;
  const inside = done.filter(({ channel }) => channel === created.channel);
  const invite = inside.find(({ method }) => method === 'conversations.invite');
  const posts = inside.filter(({ method }) => method === 'chat.postMessage');
  const card = posts.find(({ key }) => key?.endsWith(':card'));
  const status = posts.find((post) => post !== card);
  return invite && card && status && { created, following: [invite, card, status] };
}

function measured({ created, following }: Steps, started: number): Declared {
  const took = (call: SlackCall) => call.tookMs as number;
  const end = Math.max(...following.map((call) => call.at + took(call)));
  return { ms: end - started, chainMs: took(created) + Math.max(...following.map(took)) };
}
