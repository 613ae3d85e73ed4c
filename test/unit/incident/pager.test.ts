import { describe, expect, test } from '@jest/globals';
import type { PagerChange } from '../../../src/core/incident/events.ts';
import { LIFEBOAT } from '../../../src/core/shared/actor.ts';
import {
  anAlert,
  aProposal,
  aStory,
  aStoryIn,
  MINUTE,
  noonPlus,
  only,
  PAGERDUTY,
  typesOf,
} from '../../fixtures/incidents.ts';

const byPager = { actor: PAGERDUTY, capabilities: ['read' as const] };
const change = (what: PagerChange, text?: string) => ({
  type: 'pager_change' as const,
  pagerId: 'PALERT1',
  change: what,
  at: noonPlus(MINUTE),
  ...(text ? { text } : {}),
});

describe('alerts', () => {
  test('are linked once', () => {
    const story = aStory();

    const events = story.tell(
      { type: 'pager_alert', alert: anAlert({ url: 'https://pd.example/1' }) },
      byPager,
    );

    expect(typesOf(events)).toEqual(['pager_alerted']);
    expect(story.state.pager.links).toEqual([
      { id: 'PALERT1', title: 'Gateway 5xx', url: 'https://pd.example/1', status: 'triggered' },
    ]);
    expect(story.tell({ type: 'pager_alert', alert: anAlert() }, byPager)).toEqual([]);
  });
});

describe('changes at the pager', () => {
  test.each([
    ['acknowledged', 'acknowledged'],
    ['unacknowledged', 'triggered'],
    ['resolved', 'resolved'],
    ['reopened', 'triggered'],
    ['annotated', 'triggered'],
    ['priority', 'triggered'],
    ['reassigned', 'triggered'],
    ['escalated', 'triggered'],
  ] as const)('%s leaves the alert %s', (what, status) => {
    const story = aProposal();

    story.tell(change(what, 'P1'), byPager);

    expect(story.state.pager.links[0]?.status).toBe(status);
  });

  test('touch no other alert', () => {
    const story = aProposal();
    story.tell({ type: 'pager_alert', alert: anAlert({ id: 'PALERT2' }) }, byPager);

    story.tell(change('resolved'), byPager);

    expect(story.state.pager.links.map(({ status }) => status)).toEqual(['resolved', 'triggered']);
  });

  test('never decide over the incident: an alert that ends does not end it', () => {
    const story = aStory();
    story.tell({ type: 'pager_alert', alert: anAlert() }, byPager);

    story.tell(change('resolved'), byPager);

    expect(story.state.phase).toBe('open');
    expect(story.wakeAt).toBeDefined();
  });

  test('are told as they were said', () => {
    const story = aProposal();

    const events = story.tell(change('annotated', 'disk is full'), byPager);

    expect(only(events, 'pager_changed').data).toEqual({
      pagerId: 'PALERT1',
      change: 'annotated',
      at: noonPlus(MINUTE),
      text: 'disk is full',
    });
  });

  test('an answer at the pager sets the mark once: the first one counts', () => {
    const story = aStory();
    story.tell(change('acknowledged'), byPager);

    story.wait(9 * MINUTE).tell({ ...change('acknowledged'), at: noonPlus(9 * MINUTE) }, byPager);

    expect(story.state.marks.acknowledged?.at).toBe(noonPlus(MINUTE));
  });

  test.each(['resolved', 'closed', 'dismissed'] as const)('are still recorded when it is %s', (phase) => {
    expect(typesOf(aStoryIn(phase).tell(change('resolved'), byPager))).toEqual(['pager_changed']);
  });
});

describe('a pager that does not answer', () => {
  const bot = { actor: LIFEBOAT };

  test('is said once, and its return with how long it was away', () => {
    const story = aStory();

    expect(typesOf(story.tell({ type: 'pager_unreachable', problem: 'timed_out' }, bot))).toEqual([
      'pager_unreachable',
    ]);
    expect(story.tell({ type: 'pager_unreachable', problem: 'timed_out' }, bot)).toEqual([]);
    expect(story.state.pager.unreachableSince).toBe(noonPlus(0));

    const events = story.wait(10 * MINUTE).tell({ type: 'pager_reachable' }, bot);
    expect(only(events, 'pager_reachable').data).toEqual({ afterMs: 10 * MINUTE });
    expect(story.state.pager).not.toHaveProperty('unreachableSince');
    expect(story.tell({ type: 'pager_reachable' }, bot)).toEqual([]);
  });
});
