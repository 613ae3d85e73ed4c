import { describe, expect, test } from '@jest/globals';
import type { DeclareInput } from '../../../src/core/incident/commands.ts';
import { decide } from '../../../src/core/incident/decide.ts';
import {
  anAlert,
  anInput,
  aPerson,
  aPolicy,
  aProposal,
  aStory,
  aStoryIn,
  asking,
  ID,
  MINUTE,
  NOON,
  noonPlus,
  only,
  PAGERDUTY,
  typesOf,
} from '../../fixtures/incidents.ts';

const byAlert = { actor: PAGERDUTY, capabilities: ['read' as const] };

describe('declaring', () => {
  test('opens the incident and publishes the first update at once', () => {
    const story = aStory();

    expect(typesOf(story.events)).toEqual(['incident_declared', 'status_published']);
    expect(only(story.events, 'status_published').data).toEqual({
      trigger: 'declared',
      missed: 0,
      nextDueAt: noonPlus(15 * MINUTE),
    });
    expect(story.state).toMatchObject({
      id: ID,
      phase: 'open',
      openedBy: aPerson('amara'),
      openedAt: NOON,
      people: [aPerson('amara')],
      marks: { declared: { at: NOON, source: 'automatic' } },
      status: { everyMs: 15 * MINUTE, nextDueAt: noonPlus(15 * MINUTE), published: 1 },
      pager: { links: [], paged: true },
    });
  });

  test('fixes the ladder, the targets and the rules of nudges for the life of the incident', () => {
    const { state, policy } = aStory();

    expect(state.ladder.rungs.map(({ title, dueAt }) => [title, dueAt])).toEqual([
      ['On call', NOON],
      ['Platform lead', noonPlus(15 * MINUTE)],
      ['CTO', noonPlus(30 * MINUTE)],
    ]);
    expect(state.objectives).toEqual([{ name: 'region', rtoMs: 15 * MINUTE, rpoMs: MINUTE }]);
    expect(state.nudgeRules).toEqual(policy.nudges);
  });

  test('a severity without a ladder calls nobody by itself', () => {
    const story = aStory({ first: { type: 'declare', input: anInput({ severity: 'SEV-3' }) } });

    expect(story.state.ladder.rungs).toEqual([]);
    expect(story.state.status.nextDueAt).toBe(noonPlus(60 * MINUTE));
  });

  test('an alert that declares at once is linked, and says when the trouble was seen', () => {
    const story = aStory({
      first: { type: 'declare', input: anInput(), alert: anAlert() },
      by: byAlert,
    });

    expect(story.state.marks.detected).toEqual({
      at: noonPlus(-2 * MINUTE),
      source: 'automatic',
      evidence: 'alert PALERT1: Gateway 5xx',
    });
    expect(story.state.pager.links).toEqual([{ id: 'PALERT1', title: 'Gateway 5xx', status: 'triggered' }]);
    expect(story.state.openedBy).toBeUndefined();
    expect(story.state.people).toEqual([]);
  });

  test.each<[string, Partial<DeclareInput>, string]>([
    ['an unknown severity', { severity: 'SEV-9' }, 'severity.unknown'],
    ['an unknown level', { level: 'apocalypse' }, 'level.unknown'],
    ['an unknown region to leave', { regions: { from: 'mars' } }, 'region.unknown'],
    ['an unknown region to go to', { regions: { from: 'us-east-1', to: 'mars' } }, 'region.unknown'],
    ['leaving a region for itself', { regions: { from: 'us-east-1', to: 'us-east-1' } }, 'region.same'],
  ])('%s is refused, with what is known', (_what, changes, code) => {
    const refusal = aStory({ first: undefined }).refused({ type: 'declare', input: anInput(changes) });

    expect(refusal.refused).toBe(code);
    expect(Object.values(refusal.detail).join()).not.toBe('');
  });

  test.each(['proposed', 'open', 'resolved', 'closed', 'dismissed'] as const)(
    'an incident that is %s is not declared or proposed a second time',
    (phase) => {
      const story = aStoryIn(phase);

      expect(story.refused({ type: 'declare', input: anInput() })).toEqual({
        refused: 'incident.already_declared',
        detail: { incident: ID },
      });
      expect(story.refused({ type: 'propose', input: anInput(), alert: anAlert() }).refused).toBe(
        'incident.already_declared',
      );
    },
  );

  test('pages where the severity demands it, and only for what is real', () => {
    const paged = (changes: Partial<DeclareInput>, policy = aPolicy()) =>
      aStory({ policy, first: { type: 'declare', input: anInput(changes) } }).state.pager.paged;

    expect(paged({})).toBe(true);
    expect(paged({ severity: 'SEV-2' })).toBe(false);
    for (const kind of ['drill', 'gameday', 'tabletop', 'maintenance'] as const) {
      expect(paged({ kind })).toBe(false);
    }
    expect(paged({}, aPolicy({ pager: { page: false, notes: true } }))).toBe(false);
  });

  test('is private when asked for, or when the profile demands it', () => {
    const isPrivate = (changes: Partial<DeclareInput>) =>
      aStory({ first: { type: 'declare', input: anInput(changes) } }).state.private;

    expect(isPrivate({})).toBe(false);
    expect(isPrivate({ private: true })).toBe(true);
    expect(isPrivate({ level: 'complete_compromise' })).toBe(true);
  });
});

test('nothing but opening is possible where there is no incident', () => {
  expect(decide(undefined, { type: 'tick' }, asking())).toEqual({
    refused: 'incident.not_found',
    detail: {},
  });
});

describe('a proposal', () => {
  test('waits for a person: no update, no ladder, no page, no timer', () => {
    const story = aProposal();

    expect(typesOf(story.events)).toEqual(['incident_proposed']);
    expect(story.state).toMatchObject({ phase: 'proposed', ladder: { rungs: [] }, pager: { paged: false } });
    expect(story.state.pager.links).toEqual([{ id: 'PALERT1', title: 'Gateway 5xx', status: 'triggered' }]);
    expect(story.state.marks.declared).toBeUndefined();
    expect(story.wakeAt).toBeUndefined();
    expect(story.wait(60 * MINUTE).tick()).toEqual([]);
  });

  test('with something unknown in it is refused', () => {
    const story = aStory({ first: undefined });

    expect(
      story.refused({ type: 'propose', input: anInput({ severity: 'SEV-9' }), alert: anAlert() }).refused,
    ).toBe('severity.unknown');
  });

  test('becomes an incident from the moment it is declared, by whoever declares it', () => {
    const story = aProposal().wait(7 * MINUTE);

    story.tell({ type: 'confirm_proposal' });

    expect(story.state).toMatchObject({
      phase: 'open',
      openedBy: aPerson('amara'),
      openedAt: noonPlus(7 * MINUTE),
      status: { nextDueAt: noonPlus(22 * MINUTE) },
      pager: { links: [{ id: 'PALERT1' }], paged: true },
    });
    expect(story.state.marks.detected?.at).toBe(noonPlus(-2 * MINUTE));
    expect(story.state.marks.declared?.at).toBe(noonPlus(7 * MINUTE));
    expect(story.state.ladder.rungs[1]?.dueAt).toBe(noonPlus(22 * MINUTE));
  });

  test('keeps what was done to it meanwhile', () => {
    const story = aProposal();
    story.tell({ type: 'record_channel', channelId: 'C1', name: 'dr-1' });
    story.tell({ type: 'take_duty', duty: 'commander', holder: aPerson('ben') }, 'ben');
    story.tell({ type: 'add_link', title: 'Call', url: 'https://meet.example' });
    story.tell({ type: 'set_mark', name: 'outage_started', at: noonPlus(-5 * MINUTE) });

    story.tell({ type: 'confirm_proposal' });

    expect(story.state).toMatchObject({
      channel: { id: 'C1', name: 'dr-1' },
      duties: { commander: aPerson('ben') },
      links: [{ title: 'Call', url: 'https://meet.example' }],
      marks: { outage_started: { at: noonPlus(-5 * MINUTE) } },
    });
    expect(story.state.people.map(({ id }) => id).sort()).toEqual(['amara', 'ben']);
  });

  test('takes the changes of whoever declares it', () => {
    const story = aProposal();

    story.tell({
      type: 'confirm_proposal',
      input: { severity: 'SEV-2', title: 'Gateway', regions: { from: 'eu-west-1' } },
    });

    expect(story.state).toMatchObject({
      severity: 'SEV-2',
      title: 'Gateway',
      description: 'us-east-1 is gone since noon',
      regions: { from: 'eu-west-1' },
      status: { everyMs: 30 * MINUTE },
      objectives: [{ name: 'service' }],
    });
  });

  test('never loses its private channel by a choice in a form', () => {
    const story = aStory({
      first: { type: 'propose', input: anInput({ level: 'complete_compromise' }), alert: anAlert() },
      by: byAlert,
    });

    story.tell({ type: 'confirm_proposal', input: anInput({ level: 'none', private: false }) });

    expect(story.state.private).toBe(true);
  });

  test('is checked like a declaration', () => {
    const story = aProposal();

    expect(story.refused({ type: 'confirm_proposal', input: { level: 'apocalypse' } }).refused).toBe(
      'level.unknown',
    );
  });

  test.each([
    ['open', 'incident.already_declared'],
    ['resolved', 'incident.not_proposed'],
    ['closed', 'incident.not_proposed'],
    ['dismissed', 'incident.not_proposed'],
  ] as const)('that is %s by now is not declared: %s', (phase, code) => {
    expect(aStoryIn(phase).refused({ type: 'confirm_proposal' }).refused).toBe(code);
  });

  test('is dismissed with a reason', () => {
    const story = aProposal();

    expect(story.refused({ type: 'dismiss', reason: '' }).refused).toBe('command.needs_reason');
    const events = story.tell({ type: 'dismiss', reason: 'a test alert' });

    expect(only(events, 'incident_dismissed').data).toEqual({ reason: 'a test alert' });
    expect(story.state.phase).toBe('dismissed');
    expect(story.wakeAt).toBeUndefined();
  });

  test.each(['open', 'resolved', 'closed', 'dismissed'] as const)('that is %s is not dismissed', (phase) => {
    expect(aStoryIn(phase).refused({ type: 'dismiss', reason: 'no' }).refused).toBe('incident.not_proposed');
  });
});
