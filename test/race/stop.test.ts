import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { DeliveryResult } from '../../src/sandbox/slack/deliveries.ts';
import { atOnce, type Ends } from '../fixtures/at-once.ts';
import type { Ended, ReplicaProcess } from '../fixtures/replica-process.ts';
import { startTown, type Town } from '../fixtures/town.ts';
import {
  expectNoComplaints,
  expectNothingLostNorDoubled,
  incidentTitled,
  quiet,
  recordOf,
} from '../fixtures/town-state.ts';

/** What `main.ts` allows itself, and a little for a busy machine. */
const STOPPED_MS = 22_000;

interface Stop {
  ended: Ended;
  /** From the first SIGTERM to the end of the process. */
  tookMs: number;
  /** What a person got whose command was under way when the stop began. */
  answered: string;
  /** What became of a command typed after the stop had begun. */
  refused: string | undefined;
}

let ends: Ends<Stop>;

beforeAll(async () => {
  ends = await atOnce(4, [
    ['once', () => stopping(async () => undefined)],
    ['killed', () => stopping((replica) => sleep(200).then(() => replica.signal('SIGKILL')))],
    ['twice', () => stopping((replica) => sleep(200).then(() => replica.signal('SIGTERM')))],
    ['hung', () => stopping(async (_, { slack }) => void slack.faults.hang({ method: 'chat.postMessage' }))],
  ]);
}, 100_000);

/**
 * The only replica is told to stop in the middle of a declaration, while Slack is slow. Then something more
 * happens to it, and later another one is started.
 */
async function stopping(meanwhile: (replica: ReplicaProcess, town: Town) => Promise<unknown>): Promise<Stop> {
  const town = await startTown({ replicas: 0 });
  const { slack } = town;
  try {
    const replica = await town.addProcess({ main: true });
    slack.faults.slow(250);
    await slack.command('amara', 'declare sev1 us-east-1 is gone', { channel: 'general' });
    await slack.waitFor(() => slack.requestCounts()['conversations.create'], { what: 'the work to begin' });
    // A person whose roles have to be read first: that takes a moment.
    const underWay = slack.command('ben', 'list', { channel: 'general' });
    await sleep(50);
    const begun = performance.now();
    replica.signal('SIGTERM');
    await sleep(100);
    const tooLate = await slack.command('chidi', 'declare sev2 never heard of', { channel: 'general' });
    await meanwhile(replica, town);
    const ended = await replica.ended;
    const { response } = await underWay;
    await slack.faults.clear();
    await town.addReplica();
    await quiet(town, 30_000);
    const incident = await incidentTitled(town, '');
    expect(incident.title).toBe('us-east-1 is gone');
    expect(slack.channel(incident.channel?.name ?? '')?.pins).toHaveLength(1);
    await expectNothingLostNorDoubled(town);
    expectNoComplaints(town);
    return {
      ended,
      tookMs: ended.at - begun,
      answered: JSON.stringify(response ?? ''),
      refused: tooLate.failure,
    };
  } finally {
    await town.stop();
  }
}

describe('a replica that is stopped in the middle of a declaration', () => {
  test('takes nothing more, answers what is under way, finishes, and loses nothing', () => {
    const { ended, tookMs, answered, refused } = ends.of('once');

    expect(ended).toMatchObject({ code: 0, signal: null });
    expect(tookMs).toBeLessThan(STOPPED_MS);
    expect(answered).toContain('us-east-1 is gone');
    expect(refused).toBe('dispatch_failed');
  });

  test('may be killed while it stops: another finishes its work', () => {
    expect(ends.of('killed').ended).toMatchObject({ signal: 'SIGKILL' });
  });

  test('ends at once when it is told a second time: another finishes its work', () => {
    const { ended, tookMs } = ends.of('twice');

    expect(ended).toMatchObject({ code: 1, signal: null });
    expect(tookMs).toBeLessThan(5_000);
  });

  test('does not wait for a Slack that hangs: another finishes its work', () => {
    const { ended, tookMs } = ends.of('hung');

    expect(ended).toMatchObject({ code: 0, signal: null });
    expect(tookMs).toBeLessThan(STOPPED_MS);
  });
});

describe('all replicas are exchanged, one after the other, while people work', () => {
  test('whatever was answered is done, once; whatever was not can be repeated', async () => {
    const town = await startTown({ replicas: 0, rateLimits: 'off' });
    const { slack } = town;
    try {
      const old = [await town.addProcess({ main: true }), await town.addProcess({ main: true })];
      await slack.command('amara', 'declare sev2 rolling restart', { channel: 'general' });
      await quiet(town);
      const { id, channel } = await incidentTitled(town, 'rolling restart');
      const results: Promise<DeliveryResult>[] = [];
      const typing = (async () => {
        for (let n = 1; n <= 40; n++) {
          results.push(slack.command('ben', `note number ${n}.`, { channel: channel?.name ?? '' }));
          await sleep(150);
        }
      })();

      for (const replica of old) {
        await town.addProcess({ main: true });
        replica.signal('SIGTERM');
        expect(await replica.ended).toMatchObject({ code: 0 });
      }
      await typing;

      for (const { id: delivery, failure } of await Promise.all(results)) {
        expect([undefined, 'dispatch_failed']).toContain(failure);
        // The very same request: whether it was decided before the connection broke or not.
        if (failure) expect((await slack.redeliver(delivery)).failure).toBeUndefined();
      }
      await quiet(town);
      const notes = (await recordOf(town, id)).filter(({ type }) => type === 'note_added');
      const numbers = notes.map(({ data }) => Number(/number (\d+)/.exec(JSON.stringify(data))?.[1]));
      expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
      expect(town.errors()).toEqual([]);
      await expectNothingLostNorDoubled(town);
      expectNoComplaints(town);
    } finally {
      await town.stop();
    }
  }, 60_000);
});
