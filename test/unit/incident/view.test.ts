import { describe, expect, test } from '@jest/globals';
import type { Incident } from '../../../src/core/incident/incident.ts';
import { isLive, maySee } from '../../../src/core/incident/incident.ts';
import { viewIncident } from '../../../src/core/incident/view.ts';
import { IncidentView } from '../../../src/core/message/variables.ts';
import {
  anIncident,
  anInput,
  aPerson,
  aPolicy,
  aProposal,
  aStory,
  aStoryIn,
  MINUTE,
  noonPlus,
  SECOND,
} from '../../fixtures/incidents.ts';

function viewAt(state: Incident, ms: number) {
  return viewIncident(state, aPolicy(), noonPlus(ms));
}

const mark = (ms: number) => ({ at: noonPlus(ms), source: 'person' as const });

describe('the RTO clock', () => {
  test('runs from the outage if known, else from its detection, else from the declaration', () => {
    const bare = anIncident();
    const declared = bare.marks;
    const detected = { ...declared, detected: mark(-2 * MINUTE) };
    const started = { ...detected, outage_started: mark(-5 * MINUTE) };

    expect(viewAt(bare, 3 * MINUTE)).toMatchObject({ clockStart: noonPlus(0), elapsedMs: 3 * MINUTE });
    expect(viewAt({ ...bare, marks: detected }, MINUTE).clockStart).toBe(noonPlus(-2 * MINUTE));
    expect(viewAt({ ...bare, marks: started }, MINUTE)).toMatchObject({
      clockStart: noonPlus(-5 * MINUTE),
      elapsedMs: 6 * MINUTE,
    });
  });

  test('is running while time is left, and missed a moment after', () => {
    const state = anIncident();

    expect(viewAt(state, MINUTE)).toMatchObject({
      rto: 'running',
      stopped: false,
      rtoMs: 15 * MINUTE,
      rtoLeftMs: 14 * MINUTE,
    });
    expect(viewAt(state, 15 * MINUTE)).toMatchObject({ rto: 'running', rtoLeftMs: 0 });
    expect(viewAt(state, 15 * MINUTE + 1)).toMatchObject({ rto: 'missed', rtoLeftMs: -1 });
  });

  test('stops when the service is back, else at the resolution', () => {
    const story = aStory().wait(10 * MINUTE);
    story.tell({ type: 'resolve', summary: 'failed over' }, 'carol');
    const restored = { ...story.state, marks: { ...story.state.marks, service_restored: mark(8 * MINUTE) } };

    expect(viewAt(story.state, 60 * MINUTE)).toMatchObject({
      rto: 'met',
      stopped: true,
      elapsedMs: 10 * MINUTE,
    });
    expect(viewAt(restored, 60 * MINUTE)).toMatchObject({ rto: 'met', elapsedMs: 8 * MINUTE });
  });

  test('that stopped too late is missed, however long ago', () => {
    const state = anIncident();
    const late = { ...state, marks: { ...state.marks, service_restored: mark(15 * MINUTE + SECOND) } };

    expect(viewAt(late, 20 * MINUTE)).toMatchObject({ rto: 'missed', rtoLeftMs: -SECOND, stopped: true });
  });

  test('runs again after reopening', () => {
    const story = aStory();
    story.tell({ type: 'set_mark', name: 'service_restored', at: noonPlus(0) });
    story.tell({ type: 'resolve', summary: 'failed over' }, 'carol');
    story.wait(5 * MINUTE).tell({ type: 'reopen', reason: 'it is back' }, 'carol');

    expect(viewAt(story.state, 6 * MINUTE)).toMatchObject({ rto: 'running', stopped: false });
  });

  test('is unknown without a target; nothing is guessed', () => {
    const view = viewAt(anIncident({ objectives: [{ name: 'data', rpoMs: MINUTE }] }), MINUTE);

    expect(view).toMatchObject({ rto: 'unknown', rtoMs: undefined, rpoTargetMs: MINUTE });
    expect(view).not.toHaveProperty('rtoLeftMs');
    expect(viewAt(anIncident({ objectives: [] }), MINUTE).rpoTargetMs).toBeUndefined();
  });

  test('counts against the strictest of several targets', () => {
    const view = viewAt(
      anIncident({
        objectives: [
          { name: 'tier 1', rtoMs: 60 * MINUTE, rpoMs: 5 * MINUTE },
          { name: 'region', rtoMs: 15 * MINUTE },
          { name: 'data', rpoMs: MINUTE },
        ],
      }),
      MINUTE,
    );

    expect(view).toMatchObject({ rtoMs: 15 * MINUTE, rpoTargetMs: MINUTE });
  });

  test('never runs backwards: marks that contradict each other prove nothing', () => {
    const state = anIncident({ marks: { declared: mark(0), service_restored: mark(-MINUTE) } });

    expect(viewAt(state, MINUTE)).toMatchObject({ elapsedMs: 0, rto: 'unknown', stopped: true });
  });
});

describe('what is shown', () => {
  test('has exactly the shape that messages are checked against', () => {
    for (const phase of ['proposed', 'open', 'resolved', 'closed', 'dismissed'] as const) {
      const view = viewAt(aStoryIn(phase).state, MINUTE);

      expect(Object.keys(view).filter((key) => !(key in IncidentView.shape))).toEqual([]);
      expect(IncidentView.safeParse(view).error?.issues).toBeUndefined();
    }
  });

  test('says labels instead of ids, and the id of a severity that is no longer known', () => {
    expect(viewAt(anIncident(), 0)).toMatchObject({ severity: 'P1', severityMeaning: 'Gone' });
    expect(viewAt(anIncident({ severity: 'SEV-9' }), 0)).toMatchObject({
      severity: 'SEV-9',
      severityMeaning: '',
    });
  });

  test('says of everything that is not real that it is not', () => {
    const drill = aStory({ first: { type: 'declare', input: anInput({ kind: 'drill' }) } });

    expect(viewAt(drill.state, 0).real).toBe(false);
    expect(viewAt(anIncident(), 0).real).toBe(true);
  });

  test('names the next update, and none during a pause', () => {
    const story = aStory();
    expect(viewAt(story.state, 0).nextDueAt).toBe(noonPlus(15 * MINUTE));

    story.tell({ type: 'pause_status', reason: 'quiet', forMs: 60 * MINUTE }, 'carol');

    expect(viewAt(story.state, 0).nextDueAt).toBeUndefined();
    expect(viewAt(story.state, 0).paused).toMatchObject({ by: 'Carol', until: noonPlus(60 * MINUTE) });
  });

  test('lists the marks in the order of a disaster, not of their setting', () => {
    const story = aStory();
    story.tell({ type: 'set_mark', name: 'assessed', at: noonPlus(0) });
    story.tell({ type: 'set_mark', name: 'outage_started', at: noonPlus(-MINUTE), evidence: 'log' });

    expect(viewAt(story.state, 0).marks).toEqual([
      { name: 'outage_started', at: noonPlus(-MINUTE), source: 'person', evidence: 'log' },
      { name: 'assessed', at: noonPlus(0), source: 'person' },
      { name: 'declared', at: noonPlus(0), source: 'automatic' },
    ]);
  });

  test('says who is awaited', () => {
    const story = aStory();
    expect(viewAt(aProposal().state, 0).awaiting).toEqual([{ what: 'decision' }]);
    expect(viewAt(story.state, 0).awaiting).toEqual([{ what: 'commander' }]);

    story.tick();
    expect(viewAt(story.state, 0).awaiting).toEqual([
      { what: 'commander' },
      { what: 'answer', who: 'On call' },
    ]);

    story.tell({ type: 'acknowledge_rung' });
    story.tell({ type: 'take_duty', duty: 'commander', holder: aPerson('ben') });
    expect(viewAt(story.state, 0)).toMatchObject({
      awaiting: [],
      commander: aPerson('ben'),
      duties: [{ duty: 'commander', holder: aPerson('ben') }],
      people: 2,
    });
    expect(viewAt(aStoryIn('resolved').state, 0).awaiting).toEqual([]);
  });
});

describe('who may see an incident', () => {
  const secret = anIncident({ private: true });

  test('everybody, unless it is private: then its people, and whoever may command', () => {
    expect(maySee(anIncident(), 'stranger', false)).toBe(true);
    expect(maySee(secret, 'stranger', false)).toBe(false);
    expect(maySee(secret, 'amara', false)).toBe(true);
    expect(maySee(secret, 'stranger', true)).toBe(true);
  });

  test('live is what is proposed or open', () => {
    const live = (['proposed', 'open', 'resolved', 'closed', 'dismissed'] as const).filter((phase) =>
      isLive(anIncident({ phase })),
    );

    expect(live).toEqual(['proposed', 'open']);
  });
});
