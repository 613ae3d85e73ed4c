import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Bot } from './bot.ts';
import { createCrowd } from './load.ts';
import type { Finding } from './report.ts';
import { declareMany, untilQuiet, withWorld } from './world.ts';

const INCIDENTS = 200;
const REQUESTS = 3_000;
const IDLE_MS = 15_000;
const SAMPLE_EVERY_MS = 500;
const MIB = 1024;

/** How much memory one replica takes with 200 open incidents, and what it costs to do nothing. */
export async function memory(server: string): Promise<Finding[]> {
  return withWorld(server, async (world) => {
    const bot = await world.addBot();
    const samples: number[] = [];
    const sampling = new AbortController();
    const sampled = sample(bot, samples, sampling.signal);
    const incidents = await declareMany(world, bot, INCIDENTS);
    const crowd = await createCrowd({ ...world, incidents, answersMatter: true });
    await crowd.run({ url: bot.url, requests: REQUESTS, pauseMs: 0 });
    await untilQuiet(world.database);
    sampling.abort();
    await sampled;
    const before = await processorSeconds(bot);
    const started = performance.now();
    await sleep(IDLE_MS);
    const seconds = (performance.now() - started) / 1000;
    const idle = ((await processorSeconds(bot)) - before) / seconds;
    const after = await residentMib(bot);
    return [
      {
        bench: 'memory',
        what: `Memory of one replica, ${INCIDENTS} open incidents`,
        how: `resident set of the process, looked at every ${SAMPLE_EVERY_MS} ms while ${INCIDENTS} incidents are declared and 50 people send ${REQUESTS} requests as fast as they are answered`,
        figures: [
          { name: 'most', value: Math.max(...samples), unit: 'MiB', bar: 256 },
          { name: 'at rest afterwards', value: after, unit: 'MiB', bar: 256 },
          { name: 'processor at rest', value: idle * 100, unit: '%' },
        ],
      },
    ];
  });
}

async function sample(bot: Bot, samples: number[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    samples.push(await residentMib(bot));
    await sleep(SAMPLE_EVERY_MS);
  }
}

async function residentMib(bot: Bot): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(bot.pid())]);
  return Number(stdout) / MIB;
}

/** User and system time of the process so far, as it tells Prometheus. */
async function processorSeconds({ url }: Bot): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_cpu_seconds_total (\S+)/m.exec(text)?.[1]);
}
