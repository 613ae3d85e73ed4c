import { describe, expect, test } from '@jest/globals';
import type { NudgeKind } from '../../../src/core/incident/incident.ts';
import {
  anAlert,
  anInput,
  aPerson,
  aPolicy,
  aStory,
  aStoryIn,
  HOUR,
  MINUTE,
  noonPlus,
  ofType,
  PAGERDUTY,
  type Story,
} from '../../fixtures/incidents.ts';

const human = { situation: 'failing over', actions: '', needs: '' };

function sent(story: Story, nudge: NudgeKind) {
  return ofType(story.events, 'nudge_sent').filter(({ data }) => data.nudge === nudge);
}

/** Lets the timer fire every minute. */
function pass(story: Story, minutes: number): void {
  for (let i = 0; i < minutes; i++) {
    story.wait(MINUTE).tick();
  }
}

describe('reminders', () => {
  test('of a missing commander go to whoever declared, and are capped', () => {
    const story = aStory();

    pass(story, 120);

    expect(sent(story, 'noCommander').map(({ data, at }) => [data.count, data.to?.id, at])).toEqual([
      [1, 'amara', noonPlus(5 * MINUTE)],
      [2, 'amara', noonPlus(15 * MINUTE)],
      [3, 'amara', noonPlus(25 * MINUTE)],
    ]);
  });

  test('of a missing commander end when there is one, and begin anew when that one goes', () => {
    const story = aStory();
    pass(story, 6);
    story.tell({ type: 'take_duty', duty: 'commander', holder: aPerson('ben') }, 'ben');
    pass(story, 30);
    expect(sent(story, 'noCommander')).toHaveLength(1);

    story.tell({ type: 'drop_duty', duty: 'commander' }, 'ben');
    pass(story, 4);
    expect(sent(story, 'noCommander')).toHaveLength(1);
    pass(story, 1);

    expect(sent(story, 'noCommander').at(-1)?.data).toMatchObject({ count: 1, to: aPerson('amara') });
  });

  test('of a missing update go to communications, else to the commander', () => {
    const story = aStory();
    story.tell({ type: 'take_duty', duty: 'commander', holder: aPerson('ben') }, 'ben');
    pass(story, 20);
    story.tell({ type: 'take_duty', duty: 'communications', holder: aPerson('dana') }, 'dana');
    pass(story, 20);

    expect(sent(story, 'noUpdate').map(({ data, at }) => [data.to?.id, at])).toEqual([
      ['ben', noonPlus(20 * MINUTE)],
      ['dana', noonPlus(40 * MINUTE)],
    ]);
  });

  test('of a missing update are counted anew after each update by a person', () => {
    const story = aStory();
    pass(story, 90);
    expect(sent(story, 'noUpdate')).toHaveLength(2);

    story.tell({ type: 'publish_status', human });
    pass(story, 90);

    expect(sent(story, 'noUpdate').map(({ data }) => data.count)).toEqual([1, 2, 1, 2]);
    expect(sent(story, 'noUpdate')[2]?.at).toBe(noonPlus(110 * MINUTE));
  });

  test('automatic updates are no answer to them', () => {
    const story = aStory();

    pass(story, 20);

    expect(story.state.status.published).toBe(2);
    expect(sent(story, 'noUpdate')).toHaveLength(1);
  });

  test('of a stale incident come when nobody did anything', () => {
    const story = aStory();
    story.tell({ type: 'take_duty', duty: 'commander', holder: aPerson('ben') }, 'ben');
    pass(story, 60);
    story.tell({ type: 'add_note', text: 'still at it' }, 'dana');
    pass(story, 119);
    expect(sent(story, 'stale')).toHaveLength(0);

    pass(story, 1);

    expect(sent(story, 'stale').map(({ data }) => [data.count, data.to?.id])).toEqual([[1, 'ben']]);
  });

  test('of what a webhook, a refusal or Lifeboat did, incidents stay stale', () => {
    const story = aStory();
    pass(story, 60);
    story.tell(
      { type: 'pager_change', pagerId: 'P1', change: 'annotated', at: story.now },
      { actor: PAGERDUTY },
    );
    story.tell({ type: 'record_refused', command: 'close', code: 'x.y' }, 'ben');
    pass(story, 60);

    expect(sent(story, 'stale')).toHaveLength(1);
  });

  test('need somebody to go to', () => {
    const story = aStory({
      first: { type: 'declare', input: anInput(), alert: anAlert() },
      by: { actor: PAGERDUTY },
    });

    pass(story, 60);
    expect(ofType(story.events, 'nudge_sent')).toEqual([]);

    story.tell({ type: 'take_duty', duty: 'commander', holder: aPerson('ben') }, 'ben');
    story.tick();
    expect(sent(story, 'noUpdate').map(({ data }) => data.to?.id)).toEqual(['ben']);
  });

  test('are none where the profile wants none', () => {
    const never = { afterMs: MINUTE, everyMs: MINUTE, max: 0 };
    const story = aStory({
      policy: aPolicy({ nudges: { noCommander: never, noUpdate: never, stale: never } }),
    });

    pass(story, 30);

    expect(ofType(story.events, 'nudge_sent')).toEqual([]);
  });

  test('after an outage of Lifeboat come once, not once per missed time', () => {
    const story = aStory().wait(90 * MINUTE);

    story.tick();

    expect(sent(story, 'noCommander')).toHaveLength(1);
    expect(story.tick()).toEqual([]);
    expect(story.wakeAt && story.wakeAt > story.now).toBe(true);
  });

  test('stop at the end, and begin anew after reopening, each after its full time', () => {
    const story = aStory();
    pass(story, 30);
    story.tell({ type: 'resolve', summary: 'failed over' }, 'carol');
    pass(story, 180);
    const before = ofType(story.events, 'nudge_sent').length;
    story.tell({ type: 'reopen', reason: 'it is back' }, 'carol');

    pass(story, 4);
    expect(ofType(story.events, 'nudge_sent')).toHaveLength(before);
    pass(story, 1);

    expect(ofType(story.events, 'nudge_sent').at(-1)?.data).toMatchObject({ nudge: 'noCommander', count: 1 });
  });
});

describe('snoozing', () => {
  const snooze = (nudge: NudgeKind, forMs: number) => ({ type: 'snooze_nudge' as const, nudge, forMs });

  test('silences one kind of reminder until then', () => {
    const story = aStory();
    pass(story, 5);
    story.tell(snooze('noCommander', 40 * MINUTE));

    pass(story, 39);
    expect(sent(story, 'noCommander')).toHaveLength(1);
    expect(sent(story, 'noUpdate')).toHaveLength(2);
    pass(story, 1);

    expect(sent(story, 'noCommander').map(({ data, at }) => [data.count, at])).toEqual([
      [1, noonPlus(5 * MINUTE)],
      [2, noonPlus(45 * MINUTE)],
    ]);
  });

  test('never brings one forward', () => {
    const story = aStory();
    pass(story, 5);

    story.tell(snooze('noCommander', MINUTE));
    pass(story, 9);
    expect(sent(story, 'noCommander')).toHaveLength(1);
    pass(story, 1);

    expect(sent(story, 'noCommander')).toHaveLength(2);
  });

  test('counts as doing something', () => {
    const story = aStory().wait(HOUR);

    story.tell(snooze('stale', MINUTE));

    expect(story.state.lastActivityAt).toBe(noonPlus(HOUR));
    expect(story.state.nudges.stale.snoozedUntil).toBe(noonPlus(61 * MINUTE));
  });

  test.each(['proposed', 'resolved', 'closed'] as const)('has nothing to silence once %s', (phase) => {
    expect(aStoryIn(phase).refused(snooze('stale', MINUTE)).refused).toBe('nudge.nothing_to_snooze');
  });
});
