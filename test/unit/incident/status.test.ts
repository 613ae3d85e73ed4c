import { describe, expect, test } from '@jest/globals';
import {
  aPerson,
  aPolicy,
  aStory,
  aStoryIn,
  HOUR,
  MINUTE,
  NOON,
  noonPlus,
  ofType,
  only,
  SECOND,
  type Story,
  typesOf,
} from '../../fixtures/incidents.ts';

const human = { situation: 'failing over', actions: 'promoting', needs: '' };
const publish = { type: 'publish_status' as const, human };

const never = { afterMs: MINUTE, everyMs: MINUTE, max: 0 };

/** Nobody is called or reminded: only the updates are due. Amara commands. */
function quiet(): Story {
  const story = aStory({
    policy: aPolicy({ ladder: [], nudges: { noCommander: never, noUpdate: never, stale: never } }),
  });
  story.tell({ type: 'take_duty', duty: 'commander', holder: aPerson('amara') });
  return story;
}

function slots(story: Story) {
  return ofType(story.events, 'status_published').filter(({ data }) => data.trigger === 'slot');
}

describe('the timer', () => {
  test('fires first one slot after the declaration', () => {
    const story = quiet();
    expect(story.wakeAt).toBe(noonPlus(15 * MINUTE));

    expect(story.wait(15 * MINUTE - 1).tick()).toEqual([]);
    const events = story.wait(1).tick();

    expect(only(events, 'status_published').data).toEqual({
      trigger: 'slot',
      slot: noonPlus(15 * MINUTE),
      missed: 0,
      nextDueAt: noonPlus(30 * MINUTE),
    });
  });

  test('publishes a slot once, however often it fires', () => {
    const story = quiet().wait(15 * MINUTE);

    expect(story.tick()).toHaveLength(1);
    expect(story.tick()).toEqual([]);
    expect(story.wait(MINUTE).tick()).toEqual([]);
  });

  test('stays on the grid when it is late', () => {
    const story = quiet().wait(17 * MINUTE);
    story.tick();

    expect(story.wakeAt).toBe(noonPlus(30 * MINUTE));
    expect(story.state.status.nextDueAt).toBe(noonPlus(30 * MINUTE));
  });

  test('joins the slots it slept through into one update that says how many', () => {
    const story = quiet().wait(62 * MINUTE);

    const events = ofType(story.tick(), 'status_published');

    expect(events.map(({ data }) => data)).toEqual([
      { trigger: 'slot', slot: noonPlus(60 * MINUTE), missed: 3, nextDueAt: noonPlus(75 * MINUTE) },
    ]);
  });
});

describe('an update by a person', () => {
  test('goes out at once and leaves the grid alone', () => {
    const story = quiet().wait(10 * MINUTE);

    const events = story.tell(publish, 'dana');

    expect(only(events, 'status_published').data).toEqual({
      trigger: 'person',
      missed: 0,
      nextDueAt: noonPlus(15 * MINUTE),
      human,
    });
    expect(story.state.status.lastHuman).toEqual({ ...human, by: 'Dana', at: noonPlus(10 * MINUTE) });
    expect(story.state.status.published).toBe(2);
  });

  test('is possible during a pause, and ends it not', () => {
    const story = quiet();
    story.tell({ type: 'pause_status', reason: 'quiet', forMs: HOUR }, 'amara');

    story.wait(MINUTE).tell(publish);

    expect(story.state.status.paused?.until).toBe(noonPlus(HOUR));
  });

  test('says something', () => {
    const empty = { situation: '', actions: 'promoting', needs: 'coffee' };

    expect(quiet().refused({ type: 'publish_status', human: empty }).refused).toBe('status.empty');
  });

  test.each(['proposed', 'resolved', 'closed', 'dismissed'] as const)('is refused once %s', (phase) => {
    expect(aStoryIn(phase).refused(publish).refused).toBe('incident.not_open');
  });
});

describe('a pause', () => {
  const pause = (forMs: number, reason = 'waiting for the vendor') => ({
    type: 'pause_status' as const,
    reason,
    forMs,
  });

  test('keeps the updates back until it is over, and no slot of it is called missed', () => {
    const story = quiet().wait(10 * MINUTE);

    story.tell(pause(31 * MINUTE), 'amara');
    expect(story.wait(25 * MINUTE).tick()).toEqual([]);
    story.wait(6 * MINUTE);
    const events = story.tick();

    expect(typesOf(events)).toEqual(['status_resumed']);
    expect(only(events, 'status_resumed').data).toEqual({ nextDueAt: noonPlus(45 * MINUTE) });
    expect(story.state.status.paused).toBeUndefined();
    expect(only(story.wait(4 * MINUTE).tick(), 'status_published').data).toMatchObject({
      slot: noonPlus(45 * MINUTE),
      missed: 0,
    });
  });

  test('that is over while the timer slept loses no slot after it', () => {
    const story = quiet().wait(10 * MINUTE);
    story.tell(pause(10 * MINUTE), 'amara');
    story.wait(55 * MINUTE);

    const events = story.tick();

    expect(only(events, 'status_resumed').data.nextDueAt).toBe(noonPlus(75 * MINUTE));
    expect(only(events, 'status_published').data).toEqual({
      trigger: 'slot',
      slot: noonPlus(60 * MINUTE),
      missed: 2,
      nextDueAt: noonPlus(75 * MINUTE),
    });
  });

  test('that ends exactly with a slot publishes it', () => {
    const story = quiet();
    story.tell(pause(15 * MINUTE), 'amara');

    const events = story.wait(15 * MINUTE).tick();

    expect(only(events, 'status_published').data).toMatchObject({ slot: noonPlus(15 * MINUTE), missed: 0 });
  });

  test('lets out first what was due already', () => {
    const story = quiet().wait(31 * MINUTE);

    const events = story.tell(pause(20 * MINUTE), 'amara');

    expect(typesOf(events)).toEqual(['status_published', 'status_paused']);
    expect(slots(story).map(({ data }) => [data.slot, data.missed])).toEqual([[noonPlus(30 * MINUTE), 1]]);
  });

  test('is the commander’s to give', () => {
    const story = quiet();

    expect(story.refused(pause(MINUTE), 'ben')).toMatchObject({
      refused: 'permission.commander_only',
      detail: { what: 'pause the updates', who: 'Amara' },
    });
    story.tell(pause(MINUTE), 'carol');
    expect(story.state.status.paused).toEqual({
      by: 'Carol',
      reason: 'waiting for the vendor',
      until: noonPlus(MINUTE),
    });
  });

  test('has a reason and a length within the limit', () => {
    const story = quiet();
    const tooLong = { refused: 'status.pause_too_long', detail: { minutes: '120' } };

    expect(story.refused(pause(MINUTE, '')).refused).toBe('command.needs_reason');
    for (const ms of [2 * HOUR + 1, 0, -MINUTE, Number.NaN]) {
      expect(story.refused(pause(ms))).toEqual(tooLong);
    }
    story.tell(pause(2 * HOUR));
  });

  test('is not given twice, unless the first is over', () => {
    const story = quiet();
    story.tell(pause(5 * MINUTE));

    expect(story.refused(pause(10 * MINUTE))).toEqual({
      refused: 'status.already_paused',
      detail: { until: noonPlus(5 * MINUTE) },
    });
    story.wait(6 * MINUTE).tell(pause(3 * MINUTE));
    expect(story.state.status.paused?.until).toBe(noonPlus(9 * MINUTE));
  });

  test.each(['proposed', 'resolved', 'closed'] as const)('is refused once %s', (phase) => {
    expect(aStoryIn(phase).refused(pause(MINUTE), 'carol').refused).toBe('incident.not_open');
  });

  test('ends by hand at the next slot', () => {
    const story = quiet();
    story.tell(pause(HOUR));

    const events = story.wait(20 * MINUTE).tell({ type: 'resume_status' }, 'ben');

    expect(only(events, 'status_resumed').data).toEqual({ nextDueAt: noonPlus(30 * MINUTE) });
    expect(story.state.status).not.toHaveProperty('paused');
    expect(story.refused({ type: 'resume_status' }).refused).toBe('status.not_paused');
  });

  test('ended by hand after it was over by itself loses nothing', () => {
    const story = quiet();
    story.tell(pause(10 * MINUTE));

    const events = story.wait(31 * MINUTE).tell({ type: 'resume_status' }, 'ben');

    expect(only(events, 'status_published').data).toMatchObject({ slot: noonPlus(30 * MINUTE), missed: 1 });
    expect(story.state.status.nextDueAt).toBe(noonPlus(45 * MINUTE));
  });

  test('always ends: the timer stands at its end', () => {
    const story = quiet();

    story.tell(pause(37 * MINUTE));

    expect(story.wakeAt).toBe(noonPlus(37 * MINUTE));
  });
});

describe('the end of updates', () => {
  test('resolving publishes the last one, and no timer is left', () => {
    const story = quiet().wait(14 * MINUTE);

    const events = story.tell({ type: 'resolve', summary: 'failed over' });

    expect(only(events, 'status_published').data).toEqual({ trigger: 'resolved', missed: 0 });
    expect(story.wakeAt).toBeUndefined();
    expect(story.wait(5 * HOUR).tick()).toEqual([]);
  });

  test('resolving counts what was due already', () => {
    const story = quiet().wait(46 * MINUTE);

    const events = story.tell({ type: 'resolve', summary: 'failed over' });

    expect(only(events, 'status_published').data).toEqual({ trigger: 'resolved', missed: 3 });
  });

  test('resolving ends a pause', () => {
    const story = quiet();
    story.tell({ type: 'pause_status', reason: 'quiet', forMs: HOUR });

    story.tell({ type: 'resolve', summary: 'failed over' });

    expect(story.state.status).not.toHaveProperty('paused');
    expect(story.refused({ type: 'resume_status' }).refused).toBe('status.not_paused');
  });

  test('reopening goes on with the grid, and calls nothing missed that passed meanwhile', () => {
    const story = quiet().wait(14 * MINUTE);
    story.tell({ type: 'resolve', summary: 'failed over' });
    story.wait(2 * HOUR + 3 * SECOND);

    const events = story.tell({ type: 'reopen', reason: 'it is back' });

    const next = noonPlus(2 * HOUR + 15 * MINUTE);
    expect(only(events, 'status_published').data).toEqual({
      trigger: 'reopened',
      missed: 0,
      nextDueAt: next,
      reason: 'it is back',
    });
    expect(only(story.wait(MINUTE).tick(), 'status_published').data).toMatchObject({ slot: next, missed: 0 });
  });

  test('every slot is on the grid that began with the declaration', () => {
    const story = quiet();
    for (const minutes of [7, 20, 1, 44, 3, 90]) story.wait(minutes * MINUTE).tick();

    const onGrid = slots(story).map(({ data }) => Date.parse(data.slot as string) - Date.parse(NOON));
    expect(onGrid.every((ms) => ms % (15 * MINUTE) === 0)).toBe(true);
    expect(onGrid).toEqual([...onGrid].sort((a, b) => a - b));
    expect(slots(story).reduce((sum, { data }) => sum + 1 + data.missed, 0)).toBe(11);
  });
});
