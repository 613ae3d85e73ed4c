import { describe, expect, test } from '@jest/globals';
import {
  anInput,
  aPerson,
  aPolicy,
  aStory,
  aStoryIn,
  MINUTE,
  noonPlus,
  ofType,
  only,
  PAGERDUTY,
  type Story,
  typesOf,
} from '../../fixtures/incidents.ts';

const acknowledge = { type: 'acknowledge_rung' as const };
const escalate = { type: 'escalate' as const };
const pagerAcknowledged = {
  type: 'pager_change' as const,
  pagerId: 'P1',
  change: 'acknowledged' as const,
  at: noonPlus(MINUTE),
};
const byPager = { actor: PAGERDUTY, capabilities: ['read' as const] };

function called(story: Story) {
  return ofType(story.events, 'rung_called').map(({ data, at }) => [data.index, data.title, data.by, at]);
}

/** A ladder whose first rung is not called at once. */
const patient = aPolicy({ ladder: aPolicy().ladder.slice(1) });

describe('the ladder by the clock', () => {
  test('calls rung after rung, each once, in order and on time', () => {
    const story = aStory();
    for (let minute = 0; minute <= 40; minute++) {
      story.tick();
      story.wait(MINUTE);
    }

    expect(called(story)).toEqual([
      [0, 'On call', 'timer', noonPlus(0)],
      [1, 'Platform lead', 'timer', noonPlus(15 * MINUTE)],
      [2, 'CTO', 'timer', noonPlus(30 * MINUTE)],
    ]);
    expect(ofType(story.events, 'rung_called').map(({ data }) => data.roles)).toEqual([
      ['on-call'],
      ['platform-lead'],
      ['cto', 'backup'],
    ]);
  });

  test('after an outage of Lifeboat calls all that are due in one go, and leaves none out', () => {
    const story = aStory().wait(20 * MINUTE);

    story.tick();

    expect(called(story).map(([index]) => index)).toEqual([0, 1]);
    expect(story.wakeAt).toBe(noonPlus(30 * MINUTE));
    expect(typesOf(story.tick())).toEqual([]);
  });

  test('never calls after the incident was resolved', () => {
    const story = aStory();
    story.tick();
    story.tell({ type: 'resolve', summary: 'failed over' }, 'carol');

    expect(story.wait(45 * MINUTE).tick()).toEqual([]);
  });
});

describe('an answer', () => {
  test('of a person stops the ladder and starts the clock of the answer', () => {
    const story = aStory();
    story.tick();

    const events = story.wait(2 * MINUTE).tell(acknowledge, 'ben');

    expect(only(events, 'ladder_acknowledged').data).toEqual({ index: 0 });
    expect(story.state.ladder.acknowledged).toEqual({ by: 'Ben', at: noonPlus(2 * MINUTE) });
    expect(story.state.marks.acknowledged).toEqual({ at: noonPlus(2 * MINUTE), source: 'automatic' });
    story.wait(60 * MINUTE).tick();
    expect(called(story)).toHaveLength(1);
  });

  test('is given by whoever takes command, not by whoever is named commander by another', () => {
    const take = { type: 'take_duty' as const, duty: 'commander' as const, holder: aPerson('ben') };
    const named = aStory();
    const taken = aStory();
    named.tick();
    taken.tick();

    expect(typesOf(named.tell(take, 'amara'))).toEqual(['duty_taken']);
    expect(typesOf(taken.tell(take, 'ben'))).toEqual(['duty_taken', 'ladder_acknowledged']);

    named.wait(15 * MINUTE).tick();
    taken.wait(15 * MINUTE).tick();
    expect(called(named)).toHaveLength(2);
    expect(called(taken)).toHaveLength(1);
  });

  test('given twice is one answer', () => {
    const story = aStory();
    story.tick();
    story.tell(acknowledge, 'ben');

    expect(story.tell(acknowledge, 'dana')).toEqual([]);
    expect(story.state.ladder.acknowledged?.by).toBe('Ben');
  });

  test('before anybody was called stops it as well', () => {
    const story = aStory({ policy: patient });

    story.tell(acknowledge, 'ben');

    story.wait(60 * MINUTE).tick();
    expect(called(story)).toEqual([]);
  });

  test('at PagerDuty stops it, with the instant that PagerDuty tells', () => {
    const story = aStory();
    story.tick();

    const events = story.wait(2 * MINUTE).tell(pagerAcknowledged, byPager);

    expect(typesOf(events)).toEqual(['pager_changed', 'mark_set', 'ladder_acknowledged']);
    expect(story.state.ladder.acknowledged).toEqual({ by: 'PagerDuty', at: noonPlus(2 * MINUTE) });
    expect(story.state.marks.acknowledged).toEqual({
      at: noonPlus(MINUTE),
      source: 'automatic',
      evidence: 'PagerDuty P1',
    });
    story.wait(60 * MINUTE).tick();
    expect(called(story)).toHaveLength(1);
  });

  test('at PagerDuty before anybody was called stops it as well', () => {
    const story = aStory({ policy: patient });

    story.tell(pagerAcknowledged, byPager);

    story.wait(60 * MINUTE).tick();
    expect(called(story)).toEqual([]);
  });

  test('at PagerDuty counts also when the last rung has been called', () => {
    const story = aStory().wait(31 * MINUTE);
    story.tick();

    story.tell(pagerAcknowledged, byPager);

    expect(story.state.ladder.acknowledged?.by).toBe('PagerDuty');
  });

  test('at PagerDuty to a proposal or to what is over is noted, and answers nothing', () => {
    for (const phase of ['proposed', 'resolved', 'closed'] as const) {
      const story = aStoryIn(phase);

      const events = story.tell(pagerAcknowledged, byPager);

      expect(typesOf(events)).not.toContain('ladder_acknowledged');
      expect(typesOf(events)).toContain('pager_changed');
    }
  });

  test('to nothing is refused', () => {
    const story = aStory({ first: { type: 'declare', input: anInput({ severity: 'SEV-3' }) } });

    expect(story.refused(acknowledge).refused).toBe('rung.nothing_to_acknowledge');
  });

  test.each(['proposed', 'resolved', 'closed', 'dismissed'] as const)('is refused once %s', (phase) => {
    expect(aStoryIn(phase).refused(acknowledge).refused).toBe('incident.not_open');
  });
});

describe('escalating by hand', () => {
  test('calls the next rung now, and the one after it no sooner than planned', () => {
    const story = aStory();
    story.tick();

    story.wait(5 * MINUTE).tell(escalate);

    expect(called(story).at(-1)).toEqual([1, 'Platform lead', 'person', noonPlus(5 * MINUTE)]);
    expect(story.state.ladder.rungs[2]?.dueAt).toBe(noonPlus(30 * MINUTE));
    story.wait(24 * MINUTE).tick();
    expect(called(story)).toHaveLength(2);
    story.wait(MINUTE).tick();
    expect(called(story)).toHaveLength(3);
  });

  test('long after an answer wakes one rung, not all that would have been due', () => {
    const story = aStory();
    story.tick();
    story.tell(acknowledge, 'ben');
    story.wait(90 * MINUTE);

    story.tell(escalate);

    expect(typesOf(story.tick())).not.toContain('rung_called');
    expect(called(story)).toHaveLength(2);
    expect(story.state.ladder.acknowledged).toBeUndefined();
    expect(story.state.ladder.rungs[2]?.dueAt).toBe(noonPlus(105 * MINUTE));
    story.wait(15 * MINUTE).tick();
    expect(called(story)).toHaveLength(3);
  });

  test('works where no ladder runs by itself, rung by rung', () => {
    const story = aStory({ first: { type: 'declare', input: anInput({ severity: 'SEV-3' }) } });

    story.tell(escalate);
    story.wait(MINUTE).tell(escalate);

    expect(called(story).map(([, title, by]) => [title, by])).toEqual([
      ['On call', 'person'],
      ['Platform lead', 'person'],
    ]);
    expect(typesOf(story.wait(50 * MINUTE).tick())).not.toContain('rung_called');
    story.tell(acknowledge, 'ben');
    expect(story.state.ladder.acknowledged?.by).toBe('Ben');
  });

  test('ends at the top', () => {
    const story = aStory().wait(31 * MINUTE);
    story.tick();

    expect(story.refused(escalate).refused).toBe('ladder.at_the_top');
    const empty = aStory({ policy: aPolicy({ ladder: [] }) });
    expect(empty.refused(escalate).refused).toBe('ladder.at_the_top');
  });

  test.each(['proposed', 'resolved', 'closed', 'dismissed'] as const)('is refused once %s', (phase) => {
    expect(aStoryIn(phase).refused(escalate).refused).toBe('incident.not_open');
  });
});

describe('whom a call reached', () => {
  const reached = {
    type: 'record_reached' as const,
    index: 0,
    people: [aPerson('ben')],
    unreachable: ['nobody holds the role cto'],
  };

  test('is in the record, and they are part of the incident', () => {
    const story = aStory();
    story.tick();

    const events = story.tell(reached, {});

    expect(only(events, 'rung_reached').data).toEqual({
      index: 0,
      people: [aPerson('ben')],
      unreachable: ['nobody holds the role cto'],
    });
    expect(story.state.people.map(({ id }) => id)).toContain('ben');
  });

  test('no longer matters when the end of the incident was faster', () => {
    for (const phase of ['resolved', 'closed'] as const) {
      expect(aStoryIn(phase).tell(reached, {})).toEqual([]);
    }
  });
});

describe('after reopening', () => {
  test('the ladder goes on where it stood: the time in between does not count', () => {
    const story = aStory();
    story.tick();
    story.wait(10 * MINUTE).tell({ type: 'resolve', summary: 'failed over' }, 'carol');
    story.wait(60 * MINUTE).tell({ type: 'reopen', reason: 'it is back' }, 'carol');

    expect(typesOf(story.tick())).not.toContain('rung_called');
    expect(story.state.ladder.rungs.map(({ dueAt }) => dueAt)).toEqual([
      noonPlus(0),
      noonPlus(75 * MINUTE),
      noonPlus(90 * MINUTE),
    ]);
    story.wait(5 * MINUTE).tick();
    expect(called(story).at(-1)).toEqual([1, 'Platform lead', 'timer', noonPlus(75 * MINUTE)]);
  });

  test('whoever answered has answered', () => {
    const story = aStory();
    story.tick();
    story.tell(acknowledge, 'ben');
    story.tell({ type: 'resolve', summary: 'failed over' }, 'carol');
    story.wait(60 * MINUTE).tell({ type: 'reopen', reason: 'it is back' }, 'carol');

    story.wait(60 * MINUTE).tick();

    expect(called(story)).toHaveLength(1);
  });
});
