import { describe, expect, test } from '@jest/globals';
import { decide } from '../../../src/core/incident/decide.ts';
import {
  anIncident,
  anInput,
  aPerson,
  aStory,
  aStoryIn,
  asking,
  HOUR,
  MINUTE,
  noonPlus,
  only,
  type Story,
  typesOf,
} from '../../fixtures/incidents.ts';

function at(severity: string, changes: Partial<Parameters<typeof anInput>[0]> = {}): Story {
  return aStory({ first: { type: 'declare', input: anInput({ severity, ...changes }) } });
}

const to = (severity: string, reason = 'it spreads') => ({
  type: 'change_severity' as const,
  to: severity,
  reason,
});

describe('who may change the severity', () => {
  test('anybody who responds may raise it', () => {
    const story = at('SEV-3').wait(MINUTE);

    const events = story.tell(to('SEV-1'));

    expect(typesOf(events)).toEqual(['severity_changed', 'status_published']);
    expect(only(events, 'status_published').data).toMatchObject({
      trigger: 'change',
      change: { severity: { from: 'SEV-3', to: 'SEV-1', reason: 'it spreads' } },
    });
    expect(story.state.severity).toBe('SEV-1');
  });

  test('only whoever commands may lower it', () => {
    const story = at('SEV-1');

    expect(story.refused(to('SEV-2'))).toEqual({
      refused: 'permission.commander_only',
      detail: {
        what: 'lower the severity',
        who: 'nobody yet: take the role with /dr role commander',
      },
    });
    story.tell({ type: 'take_duty', duty: 'commander', holder: aPerson('ben') }, 'ben');
    expect(story.refused(to('SEV-2')).detail.who).toBe('Ben');

    story.tell(to('SEV-2'), 'ben');
    expect(story.state.severity).toBe('SEV-2');
    story.tell(to('SEV-3'), 'carol');
    expect(story.state.severity).toBe('SEV-3');
  });

  test('from one that the profile no longer knows, only whoever commands may change it', () => {
    const state = anIncident({ severity: 'SEV-0' });

    expect(decide(state, to('SEV-1'), asking())).toMatchObject({ refused: 'permission.commander_only' });
    expect(decide(state, to('SEV-1'), asking({ capabilities: ['command'] }))).toMatchObject([
      { type: 'severity_changed', data: { from: 'SEV-0', to: 'SEV-1' } },
      { type: 'status_published' },
    ]);
  });

  test('the answer is no for an unknown one, the same one, and without a reason', () => {
    const story = at('SEV-2');

    expect(story.refused(to('SEV-9'))).toEqual({
      refused: 'severity.unknown',
      detail: { word: 'SEV-9', known: 'P1, P2, P3' },
    });
    expect(story.refused(to('SEV-2'))).toEqual({ refused: 'severity.same', detail: { severity: 'P2' } });
    expect(story.refused(to('SEV-1', '')).refused).toBe('command.needs_reason');
  });

  test.each(['proposed', 'resolved', 'closed', 'dismissed'] as const)(
    'it stays as it is on an incident that is %s',
    (phase) => {
      expect(aStoryIn(phase).refused(to('SEV-2'), 'carol')).toMatchObject({
        refused: 'incident.not_open',
        detail: { phase },
      });
    },
  );
});

describe('what follows from a change of severity', () => {
  test('updates come by the new cadence, on the grid that began with the declaration', () => {
    const story = at('SEV-3').wait(20 * MINUTE);

    story.tell(to('SEV-1'));

    expect(story.state.status).toMatchObject({ everyMs: 15 * MINUTE, nextDueAt: noonPlus(30 * MINUTE) });
    story.tell(to('SEV-2'), 'carol');
    expect(story.state.status.nextDueAt).toBe(noonPlus(30 * MINUTE));
    story.tell(to('SEV-3'), 'carol');
    expect(story.state.status.nextDueAt).toBe(noonPlus(HOUR));
  });

  test('an update that was due already is counted in the one that tells the change', () => {
    const story = at('SEV-1').wait(31 * MINUTE);

    const events = story.tell(to('SEV-2'), 'carol');

    expect(only(events, 'status_published').data).toMatchObject({
      trigger: 'change',
      missed: 2,
      nextDueAt: noonPlus(HOUR),
    });
  });

  test('a pause goes on', () => {
    const story = at('SEV-1').wait(MINUTE);
    story.tell({ type: 'pause_status', reason: 'waiting', forMs: HOUR }, 'carol');

    story.tell(to('SEV-2'), 'carol');

    expect(story.state.status.paused?.until).toBe(noonPlus(61 * MINUTE));
    expect(story.state.status.nextDueAt).toBeUndefined();
    expect(story.wakeAt && story.wakeAt <= noonPlus(61 * MINUTE)).toBe(true);
  });

  test('a pause that is over by itself ends with it', () => {
    const story = at('SEV-1').wait(MINUTE);
    story.tell({ type: 'pause_status', reason: 'waiting', forMs: 20 * MINUTE }, 'carol');
    story.wait(50 * MINUTE);

    const events = story.tell(to('SEV-2'), 'carol');

    expect(typesOf(events)).toEqual(['status_resumed', 'severity_changed', 'status_published']);
    expect(only(events, 'status_published').data).toMatchObject({ missed: 2, nextDueAt: noonPlus(HOUR) });
    expect(story.state.status.paused).toBeUndefined();
  });

  test('the targets are those of the new severity', () => {
    const story = at('SEV-3');
    expect(story.state.objectives).toEqual([]);

    story.tell(to('SEV-1'));

    expect(story.state.objectives).toEqual([{ name: 'region', rtoMs: 15 * MINUTE, rpoMs: MINUTE }]);
  });

  test('people are paged who were not paged before, once', () => {
    const story = at('SEV-2');
    expect(story.state.pager.paged).toBe(false);

    expect(only(story.tell(to('SEV-1')), 'severity_changed').data.page).toBe(true);
    expect(story.state.pager.paged).toBe(true);
    story.tell(to('SEV-2'), 'carol');
    expect(only(story.tell(to('SEV-1')), 'severity_changed').data.page).toBe(false);
  });

  test('a drill that grows worse still pages nobody', () => {
    const story = at('SEV-3', { kind: 'drill' });

    expect(only(story.tell(to('SEV-1')), 'severity_changed').data.page).toBe(false);
    expect(story.state.pager.paged).toBe(false);
  });

  test('a ladder begins where there was none, with its full time from now', () => {
    const story = at('SEV-3').wait(40 * MINUTE);

    story.tell(to('SEV-1'));

    expect(story.state.ladder.rungs.map(({ dueAt }) => dueAt)).toEqual([
      noonPlus(40 * MINUTE),
      noonPlus(55 * MINUTE),
      noonPlus(70 * MINUTE),
    ]);
  });

  test('a ladder that runs keeps its times', () => {
    const story = at('SEV-2').wait(10 * MINUTE);
    story.tick();

    story.tell(to('SEV-1'));

    expect(story.state.ladder.rungs.map(({ calledAt, dueAt }) => calledAt ?? dueAt)).toEqual([
      noonPlus(10 * MINUTE),
      noonPlus(15 * MINUTE),
      noonPlus(30 * MINUTE),
    ]);
  });

  test('nobody more is called where no ladder runs, and the rest waits its full time when it runs again', () => {
    const story = at('SEV-1');
    story.tick();
    story.wait(MINUTE).tell(to('SEV-3'), 'carol');

    expect(story.state.ladder.rungs.map(({ title }) => title)).toEqual(['On call']);
    expect(typesOf(story.wait(50 * MINUTE).tick())).not.toContain('rung_called');

    story.tell(to('SEV-1'));
    expect(story.state.ladder.rungs.map(({ title, dueAt }) => [title, dueAt])).toEqual([
      ['On call', noonPlus(0)],
      ['Platform lead', noonPlus(66 * MINUTE)],
      ['CTO', noonPlus(81 * MINUTE)],
    ]);
  });
});
