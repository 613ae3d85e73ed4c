import type { BareBolt } from './bare-bolt.ts';
import { createCrowd, type Load } from './load.ts';
import { forkRemote } from './remote.ts';
import type { Finding } from './report.ts';
import { summarise } from './stats.ts';
import { declareMany, untilQuiet, withWorld } from './world.ts';

const INCIDENTS = 10;
const WARM_UP = 1_000;
const REQUESTS = 2_000;
/** Fifty people with 500 ms between two requests: about a hundred requests in a second. */
const PAUSE_MS = 500;

/** How soon a slash command or a click is acknowledged while fifty people work. */
export async function ack(server: string): Promise<Finding[]> {
  return withWorld(server, async (world) => {
    const bot = await world.addBot();
    const incidents = await declareMany(world, bot, INCIDENTS);
    const bare = await forkRemote<BareBolt>(new URL('./bare-bolt.ts', import.meta.url));
    try {
      const [ours, floor] = await Promise.all([
        createCrowd({ ...world, incidents, answersMatter: true }),
        createCrowd({ ...world, incidents, answersMatter: false }),
      ]);
      const bareUrl = await bare.calls.url();
      await ours.run({ url: bot.url, requests: WARM_UP, pauseMs: 0 });
      await floor.run({ url: bareUrl, requests: WARM_UP, pauseMs: 0 });
      await untilQuiet(world.database);
      const steady = await ours.run({ url: bot.url, requests: REQUESTS, pauseMs: PAUSE_MS });
      const steadyFloor = await floor.run({ url: bareUrl, requests: REQUESTS, pauseMs: PAUSE_MS });
      await untilQuiet(world.database);
      const flood = await ours.run({ url: bot.url, requests: REQUESTS, pauseMs: 0 });
      const floodFloor = await floor.run({ url: bareUrl, requests: REQUESTS, pauseMs: 0 });
      await untilQuiet(world.database);
      return [paced(steady, steadyFloor), flooded(flood, floodFloor)];
    } finally {
      await bare.stop();
    }
  });
}

function paced(load: Load, floor: Load): Finding {
  const { p50, p95, p99, max } = summarise(load.ms);
  const least = summarise(floor.ms);
  return {
    bench: 'ack',
    what: 'Command or click → acknowledged, 50 people working',
    how: `50 people in ${INCIDENTS} incidents, ${REQUESTS} requests (status, list, note, help, form, click), each person one in ${PAUSE_MS} ms on average, ${Math.round(load.perSecond)}/s together`,
    figures: [
      { name: 'p50', value: p50, unit: 'ms', bar: 30 },
      { name: 'p95', value: p95, unit: 'ms' },
      { name: 'p99', value: p99, unit: 'ms', bar: 250 },
      { name: 'max', value: max, unit: 'ms' },
      { name: 'bare Bolt p50', value: least.p50, unit: 'ms' },
      { name: 'bare Bolt p99', value: least.p99, unit: 'ms' },
    ],
  };
}

function flooded(load: Load, floor: Load): Finding {
  const { p50, p95, p99, max } = summarise(load.ms);
  const least = summarise(floor.ms);
  return {
    bench: 'ack',
    what: 'The same as fast as it goes, 50 requests under way at every moment',
    how: `the same ${REQUESTS} requests, each person sends the next as soon as the last is answered: the most the machine can do`,
    figures: [
      { name: 'p50', value: p50, unit: 'ms' },
      { name: 'p95', value: p95, unit: 'ms' },
      { name: 'p99', value: p99, unit: 'ms' },
      { name: 'max', value: max, unit: 'ms' },
      { name: 'acknowledged', value: load.perSecond, unit: '/s' },
      { name: 'bare Bolt p50', value: least.p50, unit: 'ms' },
      { name: 'bare Bolt p99', value: least.p99, unit: 'ms' },
      { name: 'bare Bolt acknowledged', value: floor.perSecond, unit: '/s' },
    ],
  };
}
