import { randomUUID } from 'node:crypto';
import { createAccount } from '../../src/sandbox/pagerduty/account.ts';
import { eventJson } from '../../src/sandbox/pagerduty/shapes.ts';
import type { Happening, User } from '../../src/sandbox/pagerduty/types.ts';
import type { Bot } from './bot.ts';
import { pagerSettings } from './cast.ts';
import { addHistory, analyse } from './history.ts';
import type { Finding } from './report.ts';
import type { Exchange } from './sender.ts';
import { summarise } from './stats.ts';
import { declareMany, type OpenIncident, untilQuiet, type World, withWorld } from './world.ts';

const OPEN = 5;
const CLOSED = 5;
const MANY = 10_000;
const TIMES = 250;
const WARM_UP = 50;

/** One kind of request to one bot. */
type Ask = (bot: Bot) => Promise<Exchange>;

/** What one command costs with 10 incidents in the database, and with 10,000. */
export async function cost(server: string): Promise<Finding[]> {
  return withWorld(server, async (world) => {
    const first = await world.addBot();
    const incidents = await declareMany(world, first, OPEN + CLOSED);
    const ended = incidents.slice(0, CLOSED);
    for (const incident of ended) await endOne(world, incident);
    const [spoken, alerted] = incidents.slice(-2) as [OpenIncident, OpenIncident];
    const asks = await createAsks(world, spoken, alerted);
    await asks.link(first);
    await untilQuiet(world.database);
    // A copy is made of a database that nobody uses.
    await first.stop();
    const many = await world.addDatabase(world.database);
    await addHistory(many, (ended[0] as OpenIncident).id, MANY - incidents.length);
    await Promise.all([analyse(world.database), analyse(many)]);
    await first.start();
    const second = await world.addBot(many);
    const findings: Finding[] = [];
    for (const [what, ask] of Object.entries(asks.kinds)) {
      // One kind after the other, and the two bots in turns: what disturbs one disturbs the other.
      findings.push(finding(what, await inTurns(ask, first, second)));
      await Promise.all([untilQuiet(world.database), untilQuiet(many)]);
    }
    return findings;
  });
}

function finding(what: string, { few, many }: { few: number[]; many: number[] }): Finding {
  const small = summarise(few).p50;
  const large = summarise(many).p50;
  return {
    bench: 'cost',
    what: `Cost of ${what}, ${MANY.toLocaleString('en')} incidents against ${OPEN + CLOSED}`,
    how: `${TIMES} times each, in turns, by two bots on two databases; the same ${OPEN} open incidents, the rest closed with all their records`,
    figures: [
      { name: 'p50 against p50', value: large / small, unit: '×', bar: 1.2 },
      { name: 'p50 with 10', value: small, unit: 'ms' },
      { name: 'p50 with 10,000', value: large, unit: 'ms' },
    ],
  };
}

async function inTurns(ask: Ask, first: Bot, second: Bot): Promise<{ few: number[]; many: number[] }> {
  const few: number[] = [];
  const many: number[] = [];
  for (let turn = -WARM_UP; turn < TIMES; turn += 1) {
    // Whoever begins has it a little harder or easier: they take turns in that too.
    const order = turn % 2 === 0 ? [first, second] : [second, first];
    for (const bot of order) {
      const { ms, status, body } = await ask(bot);
      if (status >= 300) throw new Error(`HTTP ${status}: ${body}`);
      if (turn >= 0) (bot === first ? few : many).push(ms);
    }
  }
  return { few, many };
}

/** A life like any other: a commander, words, marks, an end. */
async function endOne({ outside, database }: World, { id, channel }: OpenIncident): Promise<void> {
  const words = [
    'role commander',
    'note the standby is healthy',
    'status post we are failing over',
    'note traffic has moved',
    'resolve the standby serves all traffic',
    'close',
  ];
  for (const text of words) {
    const { failure } = await outside.command('ben', text, channel.id);
    if (failure) throw new Error(`${id}: ${text} failed: ${failure}`);
  }
  await untilQuiet(database);
  const { rows } = await database.pool.query('select phase from lifeboat.incident where id = $1', [id]);
  if (rows[0]?.phase !== 'closed') throw new Error(`${id} is ${rows[0]?.phase}, not closed`);
}

/** Requests about two open incidents: one that people talk about, one that PagerDuty talks about. */
async function createAsks({ outside, send, teamId }: World, { channel }: OpenIncident, { id }: OpenIncident) {
  const place = { handle: 'user01', channel, teamId };
  const { responseUrl } = await outside.handles('user01', 'general');
  const told: Happening[] = [];
  const account = createAccount(pagerSettings(), (happening) => told.push(happening));
  const author = pagerSettings().users[0] as User;
  const actor = { kind: 'integration' as const, serviceId: 'PSVC001' };
  // Named after our incident, as PagerDuty names what we paged.
  const opening = { serviceId: 'PSVC001', title: `trouble (${id})`, key: id, keyed: false, actor };
  const pagerId = account.open(opening).id;
  const lastEvent = () => JSON.stringify(eventJson(account, told.at(-1) as Happening));
  const command =
    (text: string): Ask =>
    ({ url }) =>
      send.command(url, place, text, { triggerId: randomUUID(), responseUrl });
  const opened = lastEvent();
  return {
    link: (bot: Bot) => send.webhook(bot.url, opened),
    kinds: {
      '`/dr status`': command('status'),
      '`/dr list`': command('list'),
      '`/dr note`': command('note the replica lags'),
      'a webhook of PagerDuty': ({ url }: Bot) => {
        account.addNote(pagerId, 'somebody looks at it', author);
        return send.webhook(url, lastEvent());
      },
    },
  };
}
