import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CROWD } from './cast.ts';
import type { Outside } from './outside.ts';
import type { Remote } from './remote.ts';
import type { Exchange, Handles, Place, Sender } from './sender.ts';
import { seededRandom } from './stats.ts';
import type { OpenIncident } from './world.ts';

/** What people do, with how many in a hundred do it. */
const MIX = [
  { what: 'status', share: 25 },
  { what: 'list', share: 20 },
  { what: 'note', share: 20 },
  { what: 'help', share: 10 },
  { what: 'severity form', share: 10 },
  { what: 'click', share: 15 },
] as const;
type What = (typeof MIX)[number]['what'];

export interface LoadOptions {
  /** The bot's address. */
  url: string;
  /** How many requests in all. */
  requests: number;
  /** Milliseconds between two requests of one person, on average; 0: each as soon as the last is answered. */
  pauseMs: number;
}

export interface Load {
  /** Milliseconds until each request was acknowledged, in no particular order. */
  ms: number[];
  perSecond: number;
}

export interface Crowd {
  run(options: LoadOptions): Promise<Load>;
}

/**
 * Fifty people who work in the channels of these incidents. With a pause, everybody has a timetable made in
 * advance, and a request that had to wait for the one before counts from when it was due.
 */
export async function createCrowd(deps: {
  outside: Remote<Outside>;
  send: Sender;
  teamId: string;
  incidents: readonly OpenIncident[];
  /** False for a listener that only says "received". */
  answersMatter: boolean;
}): Promise<Crowd> {
  const { outside, send, teamId, incidents, answersMatter } = deps;
  const random = seededRandom(1);
  const people = await Promise.all(
    CROWD.map(async (handle, index) => {
      const { channel } = incidents[index % incidents.length] as OpenIncident;
      const place: Place = { handle, channel, teamId };
      const button = await outside.button(channel.id, 'timeline.show');
      return { place, button, responseUrls: await responseUrls(outside, handle) };
    }),
  );

  async function act(url: string, what: What, person: (typeof people)[number]): Promise<Exchange> {
    const { place, button } = person;
    const handles: Handles = {
      triggerId: randomUUID(),
      responseUrl: what === 'click' ? person.responseUrls.next() : person.responseUrls.any,
    };
    if (what === 'click') return send.click(url, place, button, handles);
    if (what === 'severity form') {
      // A form needs a trigger that Slack knows; getting it is no part of what is measured.
      const fresh = answersMatter ? await outside.handles(place.handle, 'general') : handles;
      return send.command(url, place, 'severity', fresh);
    }
    const text = what === 'note' ? `note the replica lags by ${Math.floor(random() * 1000)} ms` : what;
    return send.command(url, place, text, handles);
  }

  return {
    async run({ url, requests, pauseMs }) {
      const ms: number[] = [];
      let left = requests;
      const started = performance.now();
      const work = async (person: (typeof people)[number]) => {
        let due = started + random() * pauseMs;
        while (left > 0) {
          left -= 1;
          // One after the other: that is what one person does.
          await sleep(Math.max(0, due - performance.now()));
          const late = pauseMs > 0 ? Math.max(0, performance.now() - due - TIMER_MS) : 0;
          const what = choose(random());
          const exchange = await act(url, what, person);
          if (answersMatter) check(what, exchange);
          ms.push(exchange.ms + late);
          due += pauseMs * (0.5 + random());
        }
      };
      await Promise.all(people.map(work));
      return { ms, perSecond: (requests / (performance.now() - started)) * 1000 };
    },
  };
}

/** Timers fire up to this much late; that is no waiting. */
const TIMER_MS = 2;

function choose(at: number): What {
  let left = at * 100;
  for (const { what, share } of MIX) {
    left -= share;
    if (left < 0) return what;
  }
  return 'status';
}

/** A wrong answer is fast too. @throws when it is not what was asked for */
function check(what: What, { status, body }: Exchange): void {
  const isRight = status === 200 && EXPECTED[what].test(body);
  if (!isRight) throw new Error(`${what} was answered with HTTP ${status}: ${body.slice(0, 300)}`);
}

const EXPECTED: Record<What, RegExp> = {
  status: /"blocks":.*trouble no/,
  list: /"blocks":.*trouble no/,
  note: /"text":/,
  help: /"blocks":.*\/dr/,
  // Acknowledged; the answer comes another way.
  'severity form': /^$/,
  click: /^$/,
};

const URLS_EACH = 8;

/** Each address takes five answers, and only clicks are answered that way. */
async function responseUrls(outside: Remote<Outside>, handle: string) {
  const asked = Array.from({ length: URLS_EACH }, () => outside.handles(handle, 'general'));
  const urls = (await Promise.all(asked)).map(({ responseUrl }) => responseUrl);
  let turn = 0;
  return { any: urls[0] as string, next: () => urls[turn++ % urls.length] as string };
}
