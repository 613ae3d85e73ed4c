import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createReleasers } from '../../src/lib/releasers.ts';
import { type Bot, createBot } from './bot.ts';
import { API_TOKEN, BOT_TOKEN, CROWD, ROUTING_KEY, SIGNING_SECRET, WEBHOOK_SECRET } from './cast.ts';
import type { Outside } from './outside.ts';
import { forkRemote, type Remote } from './remote.ts';
import { createSender, type Sender } from './sender.ts';

const STOP_DEADLINE_MS = 60_000;
const LOOK_EVERY_MS = 100;
const SETTLED_WITHIN_MS = 120_000;

export interface Database {
  name: string;
  url: string;
  pool: pg.Pool;
}

export interface World {
  outside: Remote<Outside>;
  teamId: string;
  database: Database;
  send: Sender;
  /** One more replica on this database (or another). */
  addBot(database?: Database): Promise<Bot>;
  /** Another database: empty, or a copy of one that no bot uses. */
  addDatabase(original?: Database): Promise<Database>;
}

/**
 * Runs `use` in a world of its own: a fresh database on the given server, Slack and PagerDuty in one other
 * process, no bot yet. Everything is stopped and removed afterwards.
 */
export async function withWorld<T>(server: string, use: (world: World) => Promise<T>): Promise<T> {
  const onError = (name: string, error: unknown) => console.error(`could not close ${name}`, error);
  const releasers = createReleasers({ deadlineMs: STOP_DEADLINE_MS, onError });
  try {
    const admin = new pg.Pool({ connectionString: server, max: 1 });
    releasers.add('connection', () => admin.end());
    const addDatabase = async (original?: Database): Promise<Database> => {
      const name = `bench_${randomBytes(5).toString('hex')}`;
      // Nobody may be connected to what is copied; our own pool connects again.
      await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
        original?.name,
      ]);
      await admin.query(`create database ${name} template ${original?.name ?? 'template0'}`);
      const url = new URL(server);
      url.pathname = `/${name}`;
      const pool = new pg.Pool({ connectionString: url.href, max: 2 });
      pool.on('error', () => {
        // An idle connection that is cut off when the database is removed.
      });
      releasers.add(`database ${name}`, async () => {
        await pool.end();
        await admin.query(`drop database ${name} with (force)`);
      });
      return { name, url: url.href, pool };
    };
    const database = await addDatabase();
    const neighbours = await forkRemote<Outside>(new URL('./outside.ts', import.meta.url));
    releasers.add('Slack and PagerDuty', () => neighbours.stop());
    const outside = neighbours.calls;
    const addresses = await outside.addresses();
    const send = createSender();
    releasers.add('connections', () => send.close());
    const troubles = new Map<string, number>();
    const addBot = async (on = database) => {
      const bot = await createBot(environment(on.url, addresses), (line) => count(troubles, line));
      releasers.add('bot', () => bot.stop());
      await bot.start();
      return bot;
    };
    const result = await use({ outside, teamId: addresses.teamId, database, send, addBot, addDatabase });
    for (const complaint of await outside.complaints()) count(troubles, `Slack complained of ${complaint}`);
    for (const [what, times] of troubles) console.error(`  (${times} times: ${what})`);
    return result;
  } finally {
    await releasers.release();
  }
}

/** The bots log at level warn; what they say belongs beside the figures. */
function count(troubles: Map<string, number>, line: string): void {
  const what = /"msg":"([^"]*)"/.exec(line)?.[1] ?? line;
  troubles.set(what, (troubles.get(what) ?? 0) + 1);
}

function environment(databaseUrl: string, addresses: { slack: string; pager: string }) {
  return {
    PATH: process.env.PATH ?? '',
    NODE_ENV: 'production',
    SLACK_BOT_TOKEN: BOT_TOKEN,
    SLACK_SIGNING_SECRET: SIGNING_SECRET,
    SLACK_API_URL: addresses.slack,
    DATABASE_URL: databaseUrl,
    LIFEBOAT_PROFILE: 'example',
    LOG_LEVEL: 'warn',
    PAGERDUTY_TOKEN: API_TOKEN,
    PAGERDUTY_FROM: 'lifeboat@example.com',
    PAGERDUTY_ROUTING_KEY: ROUTING_KEY,
    PAGERDUTY_WEBHOOK_SECRETS: WEBHOOK_SECRET,
    PAGERDUTY_API_URL: addresses.pager,
    PAGERDUTY_EVENTS_URL: addresses.pager,
    // For a look inside: BENCH_NODE_OPTIONS='--cpu-prof --cpu-prof-dir=/tmp/profiles'
    ...(process.env.BENCH_NODE_OPTIONS ? { NODE_OPTIONS: process.env.BENCH_NODE_OPTIONS } : {}),
  };
}

export interface OpenIncident {
  id: string;
  channel: { id: string; name: string };
}

/** Declares incidents through the bot, ten people at a time, and waits until all is quiet. */
export async function declareMany(world: World, bot: Bot, count: number): Promise<OpenIncident[]> {
  await world.outside.deliverTo([`${bot.url}/slack/events`]);
  const numbers = Array.from({ length: count }, (_, index) => index + 1).values();
  const declarer = async (handle: string) => {
    for (const number of numbers) {
      // One after the other: a person has one pair of hands.
      const { failure } = await world.outside.command(handle, `declare sev2 trouble no ${number}`, 'general');
      if (failure) throw new Error(`declaring failed: ${failure}`);
    }
  };
  await Promise.all(CROWD.slice(0, 10).map(declarer));
  await untilQuiet(world.database);
  const { rows } = await world.database.pool.query(
    `select id, channel_id, state->'channel'->>'name' as name from lifeboat.incident where phase = 'open' order by id`,
  );
  return rows.map((row) => ({ id: row.id, channel: { id: row.channel_id, name: row.name } }));
}

const WORK_LEFT = `
  select (select count(*) from lifeboat.delivery where state in ('pending', 'sending'))
    + (select count(*) from pgboss.job
       where state in ('created', 'retry', 'active') and start_after <= now() and name <> 'sweep') as left`;

/** Waits until nothing is left to do now. @throws when that takes longer than two minutes. */
export async function untilQuiet({ pool }: Database): Promise<void> {
  const deadline = performance.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const { rows } = await pool.query(WORK_LEFT);
    if (Number(rows[0]?.left) === 0) return;
    if (performance.now() > deadline) throw new Error(`there is still work left: ${rows[0]?.left}`);
    await sleep(LOOK_EVERY_MS);
  }
}
