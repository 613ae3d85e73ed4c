import { setTimeout as sleep } from 'node:timers/promises';
import { createAccount } from '../../src/sandbox/pagerduty/account.ts';
import { eventJson } from '../../src/sandbox/pagerduty/shapes.ts';
import type { Happening, User } from '../../src/sandbox/pagerduty/types.ts';
import { pagerSettings } from './cast.ts';
import type { Finding } from './report.ts';
import { summarise } from './stats.ts';
import { untilQuiet, type World, withWorld } from './world.ts';

const ALERTS = 60;
const WARM_UP = 10;
/** Between two alerts, and between two webhooks about the same alert. */
const PAUSE_MS = 250;

/** How soon a webhook of PagerDuty is answered while alerts pour in. */
export async function webhook(server: string): Promise<Finding[]> {
  return withWorld(server, async (world) => {
    const bot = await world.addBot();
    await pour(world, bot.url, WARM_UP);
    await untilQuiet(world.database);
    const { p50, p95, p99, max, count } = summarise(await pour(world, bot.url, ALERTS));
    await untilQuiet(world.database);
    return [
      {
        bench: 'webhook',
        what: 'Webhook of PagerDuty → answered with 2xx',
        how: `${count} webhooks, about ${Math.round(4000 / PAUSE_MS)}/s: ${Math.round(1000 / PAUSE_MS)} alerts a second, each raised (which opens a channel), acknowledged, annotated and resolved`,
        figures: [
          { name: 'p50', value: p50, unit: 'ms' },
          { name: 'p95', value: p95, unit: 'ms' },
          { name: 'p99', value: p99, unit: 'ms', bar: 5_000, goal: 250 },
          { name: 'max', value: max, unit: 'ms' },
        ],
      },
    ];
  });
}

/** Sends the lives of so many alerts by a timetable; a webhook that had to wait counts from when it was due. */
async function pour({ send }: World, url: string, alerts: number): Promise<number[]> {
  const ms: number[] = [];
  const started = performance.now();
  const sender = async (number: number) => {
    for (const [step, body] of lifeOf(number).entries()) {
      const due = started + (number + step) * PAUSE_MS;
      // One after the other: PagerDuty keeps the order within one alert.
      await sleep(Math.max(0, due - performance.now()));
      const late = Math.max(0, performance.now() - due - TIMER_MS);
      const exchange = await send.webhook(url, body);
      if (exchange.status >= 300) throw new Error(`HTTP ${exchange.status}: ${exchange.body}`);
      ms.push(exchange.ms + late);
    }
  };
  await Promise.all(Array.from({ length: alerts }, (_, number) => sender(number)));
  return ms;
}

/** Timers fire up to this much late; that is no waiting. */
const TIMER_MS = 2;

/** The webhooks about one alert, as PagerDuty words them. */
function lifeOf(number: number): string[] {
  const settings = pagerSettings();
  const told: Happening[] = [];
  const account = createAccount(settings, (happening) => told.push(happening));
  const user = settings.users[0] as User;
  const actor = { kind: 'integration' as const, serviceId: 'PSVC001' };
  const title = `gateway no ${number} does not answer`;
  const { id } = account.open({ serviceId: 'PSVC001', title, key: title, keyed: false, actor });
  account.setStatus(id, 'acknowledged', { kind: 'user', user });
  account.addNote(id, 'somebody looks at it', user);
  account.setStatus(id, 'resolved', { kind: 'user', user });
  return told.map((happening) => JSON.stringify(eventJson(account, happening)));
}
