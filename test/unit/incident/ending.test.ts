import { describe, expect, test } from '@jest/globals';
import { aPerson, aStory, aStoryIn, MINUTE, noonPlus, only, typesOf } from '../../fixtures/incidents.ts';

const resolve = { type: 'resolve' as const, summary: 'failed over to eu-west-1' };
const reopen = { type: 'reopen' as const, reason: 'it is back' };
const close = { type: 'close' as const };

describe('resolving', () => {
  test('is the commander’s to do, with a summary', () => {
    const story = aStory();
    story.tell({ type: 'take_duty', duty: 'commander', holder: aPerson('ben') }, 'ben');

    expect(story.refused(resolve)).toMatchObject({
      refused: 'permission.commander_only',
      detail: { what: 'resolve the incident', who: 'Ben' },
    });
    expect(story.refused({ type: 'resolve', summary: '' }, 'ben').refused).toBe('command.needs_reason');

    const events = story.wait(MINUTE).tell(resolve, 'ben');

    expect(typesOf(events)).toEqual(['incident_resolved', 'status_published']);
    expect(story.state).toMatchObject({
      phase: 'resolved',
      resolution: { summary: 'failed over to eu-west-1', by: 'Ben', at: noonPlus(MINUTE) },
      marks: { resolved: { at: noonPlus(MINUTE), source: 'automatic' } },
    });
    expect(story.state.status).not.toHaveProperty('nextDueAt');
    expect(story.wakeAt).toBeUndefined();
  });

  test('is open to whoever may command, whoever holds the duty', () => {
    const story = aStory();
    story.tell({ type: 'take_duty', duty: 'commander', holder: aPerson('ben') }, 'ben');

    story.tell(resolve, 'carol');

    expect(story.state.phase).toBe('resolved');
  });

  test.each([
    ['proposed', 'incident.not_open'],
    ['resolved', 'incident.already_resolved'],
    ['closed', 'incident.not_open'],
    ['dismissed', 'incident.not_open'],
  ] as const)('is refused when %s: %s', (phase, code) => {
    expect(aStoryIn(phase).refused(resolve, 'carol').refused).toBe(code);
  });
});

describe('reopening', () => {
  test('is the commander’s to do, with a reason', () => {
    const story = aStoryIn('resolved');

    expect(story.refused(reopen)).toMatchObject({
      refused: 'permission.commander_only',
      detail: { what: 'reopen the incident' },
    });
    expect(story.refused({ type: 'reopen', reason: '' }, 'carol').refused).toBe('command.needs_reason');

    const events = story.wait(20 * MINUTE).tell(reopen, 'carol');

    expect(only(events, 'incident_reopened').data).toEqual({
      reason: 'it is back',
      nextDueAt: noonPlus(30 * MINUTE),
    });
    expect(story.state).toMatchObject({ phase: 'open', status: { nextDueAt: noonPlus(30 * MINUTE) } });
    expect(story.state).not.toHaveProperty('resolution');
    expect(story.wakeAt).toBeDefined();
  });

  test('takes back what was said to be restored: the clock runs again', () => {
    const story = aStory();
    story.tell({ type: 'set_mark', name: 'outage_started', at: noonPlus(-5 * MINUTE) });
    story.tell({ type: 'set_mark', name: 'service_restored', at: noonPlus(0) });
    story.tell({ type: 'set_mark', name: 'validated', at: noonPlus(0) });
    story.tell(resolve, 'carol');

    story.tell(reopen, 'carol');

    expect(Object.keys(story.state.marks).sort()).toEqual(['declared', 'outage_started']);
  });

  test.each([
    ['proposed', 'incident.not_resolved'],
    ['open', 'incident.not_resolved'],
    ['closed', 'incident.closed'],
    ['dismissed', 'incident.not_resolved'],
  ] as const)('is refused when %s: %s', (phase, code) => {
    expect(aStoryIn(phase).refused(reopen, 'carol').refused).toBe(code);
  });
});

describe('closing', () => {
  test.each(['resolved', 'dismissed'] as const)('seals what is %s', (phase) => {
    const story = aStoryIn(phase);

    expect(story.refused(close)).toMatchObject({
      refused: 'permission.commander_only',
      detail: { what: 'close the incident' },
    });
    expect(typesOf(story.tell(close, 'carol'))).toEqual(['incident_closed']);
    expect(story.state.phase).toBe('closed');
  });

  test.each([
    ['proposed', 'incident.not_resolved'],
    ['open', 'incident.not_resolved'],
    ['closed', 'incident.closed'],
  ] as const)('is refused when %s: %s', (phase, code) => {
    expect(aStoryIn(phase).refused(close, 'carol').refused).toBe(code);
  });
});
