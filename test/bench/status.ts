import { setTimeout as sleep } from 'node:timers/promises';
import type { Bot } from './bot.ts';
import { analyse } from './history.ts';
import type { Finding } from './report.ts';
import { summarise } from './stats.ts';
import { declareMany, type OpenIncident, untilQuiet, type World, withWorld } from './world.ts';

const INCIDENTS = 200;
const ROUNDS = 3;
/** Time to move all grids before the slot comes, in milliseconds. */
const LEAD_MS = 3_000;
/** What has not been posted this long after its slot counts as lost. */
const LOST_AFTER_MS = 60_000;
const LOOK_EVERY_MS = 200;
/** In the middle of the work on a slot. */
const KILL_AFTER_MS = 800;

/** What became of one slot of all incidents. */
interface Round {
  /** From the slot to Slack's answer, in milliseconds; the ones that were posted. */
  late: number[];
  lost: number;
  doubled: number;
}

/** Whether 200 incidents whose slots fall on the same instant get their updates, each once and soon. */
export async function status(server: string): Promise<Finding[]> {
  return withWorld(server, async (world) => {
    const bot = await world.addBot();
    const incidents = await declareMany(world, bot, INCIDENTS);
    // A server does this by itself within a minute; 200 declarations take less.
    await analyse(world.database);
    const plain: Round[] = [];
    for (let round = 0; round < ROUNDS; round += 1) plain.push(await oneSlot(world, incidents));
    await world.outside.limit('slack');
    const limited = await oneSlot(world, incidents);
    const alone = await oneSlot(world, incidents, (slot) => killAt(bot, slot + KILL_AFTER_MS));
    await world.addBot();
    const helped = await oneSlot(world, incidents, (slot) => killAt(bot, slot + KILL_AFTER_MS));
    return [
      finding('the same second', `${ROUNDS} slots, Slack without limits`, together(plain)),
      finding('the same second, with the limits of Slack', 'one slot', limited),
      finding(
        'the same second, one of two replicas killed in the middle',
        `one slot, kill -9 ${KILL_AFTER_MS} ms after it`,
        helped,
      ),
      finding(
        'the same second, the only replica killed in the middle',
        `one slot, kill -9 ${KILL_AFTER_MS} ms after it, started again at once`,
        alone,
      ),
    ];
  });
}

function finding(what: string, how: string, { late, lost, doubled }: Round): Finding {
  const { p50, p99, max } = summarise(late.map((ms) => ms / 1000));
  return {
    bench: 'status',
    what: `Status slot → posted, ${INCIDENTS} incidents due in ${what}`,
    how,
    figures: [
      { name: 'p50', value: p50, unit: 's' },
      { name: 'p99', value: p99, unit: 's', bar: 5 },
      { name: 'max', value: max, unit: 's' },
      { name: 'lost', value: lost, unit: '', bar: 0 },
      { name: 'doubled', value: doubled, unit: '', bar: 0 },
    ],
  };
}

function together(rounds: readonly Round[]): Round {
  return {
    late: rounds.flatMap(({ late }) => late),
    lost: rounds.reduce((sum, { lost }) => sum + lost, 0),
    doubled: rounds.reduce((sum, { doubled }) => sum + doubled, 0),
  };
}

async function killAt(bot: Bot, instant: number): Promise<void> {
  await sleep(Math.max(0, instant - Date.now()));
  await bot.kill();
  await bot.start();
}

/** Lets all incidents come due at one instant, and looks at what Slack got. */
async function oneSlot(
  world: World,
  incidents: readonly OpenIncident[],
  meanwhile: (slot: number) => Promise<void> = async () => {},
): Promise<Round> {
  const { outside, database } = world;
  const last = (await outside.calls(0)).at(-1)?.id ?? 0;
  const slot = Date.now() + LEAD_MS;
  await moveGrids(world, new Date(slot).toISOString());
  const done = meanwhile(slot);
  await sleep(slot - Date.now());
  const deadline = slot + LOST_AFTER_MS;
  let posted = new Map<string, number[]>();
  do {
    await sleep(LOOK_EVERY_MS);
    posted = await postedUpdates(world, slot, last);
  } while (posted.size < incidents.length && Date.now() < deadline);
  await done;
  // What would be doubled comes later than what was first. With limits the edits of the cards take minutes.
  await outside.limit('off');
  await untilQuiet(database);
  posted = await postedUpdates(world, slot, last);
  const all = incidents.map(({ id }) => posted.get(id) ?? []);
  return {
    late: all.flatMap((times) => times.slice(0, 1)).map((at) => at - slot),
    lost: all.filter(({ length }) => length === 0).length,
    doubled: all.filter(({ length }) => length > 1).length,
  };
}

/** When Slack had taken the updates of this slot, by incident. */
async function postedUpdates({ outside, database }: World, slot: number, last: number) {
  const { rows } = await database.pool.query(
    `select key, incident_id from lifeboat.delivery
     where lane = 'incident:' || incident_id and op->'message'->>'id' = 'status-update'
       and op->'message'->'vars'->'update'->>'slot' = $1`,
    [new Date(slot).toISOString()],
  );
  const incidentOf = new Map<string, string>(rows.map((row) => [row.key, row.incident_id]));
  const posted = new Map<string, number[]>();
  for (const { method, at, tookMs, key = '' } of await outside.calls(last)) {
    const id = method === 'chat.postMessage' && tookMs !== undefined ? incidentOf.get(key) : undefined;
    if (id !== undefined) posted.set(id, [...(posted.get(id) ?? []), at + (tookMs ?? 0)]);
  }
  return posted;
}

const MOVE_SLOTS = `
  update lifeboat.incident
  set wake_at = $1::timestamptz, state = jsonb_set(state, '{status,nextDueAt}', to_jsonb($1::text))
  where phase = 'open'`;

/** Every incident has one timer that waits for its next slot. */
const MOVE_TIMERS = `
  update pgboss.job set start_after = $1::timestamptz, singleton_key = data->>'incidentId' || ' ' || $1
  where id in (
    select distinct on (data->>'incidentId') id from pgboss.job
    where name = 'tick' and state = 'created' order by data->>'incidentId', start_after
  )`;

/** Moves the next slot of all open incidents to one instant, as if they had been declared together. */
async function moveGrids({ database: { pool } }: World, slot: string): Promise<void> {
  const slots = await pool.query(MOVE_SLOTS, [slot]);
  const timers = await pool.query(MOVE_TIMERS, [slot]);
  if (slots.rowCount !== timers.rowCount) {
    throw new Error(`${slots.rowCount} open incidents, but ${timers.rowCount} timers`);
  }
}
