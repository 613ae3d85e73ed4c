import { describe, expect, test } from '@jest/globals';
import { MARKS } from '../../../src/core/incident/incident.ts';
import { LIFEBOAT } from '../../../src/core/shared/actor.ts';
import {
  aPerson,
  aStory,
  aStoryIn,
  MINUTE,
  NOON,
  noonPlus,
  only,
  type Story,
  typesOf,
} from '../../fixtures/incidents.ts';

const bot = { actor: LIFEBOAT };

describe('notes', () => {
  test.each(['proposed', 'open', 'resolved'] as const)('are kept while the incident is %s', (phase) => {
    const events = aStoryIn(phase).tell({ type: 'add_note', text: 'rebooting' });

    expect(only(events, 'note_added').data).toEqual({ text: 'rebooting' });
  });

  test('are not added to a closed record, nor without a word', () => {
    expect(aStoryIn('closed').refused({ type: 'add_note', text: 'late' }).refused).toBe('incident.closed');
    expect(aStoryIn('dismissed').refused({ type: 'add_note', text: 'late' }).refused).toBe('incident.closed');
    expect(aStory().refused({ type: 'add_note', text: '' }).refused).toBe('command.needs_reason');
  });
});

describe('links', () => {
  test.each(['https://meet.example/dr', 'http://10.0.0.7:3000/d/1?var=a'])('%s is kept', (url) => {
    const story = aStory();

    story.tell({ type: 'add_link', title: 'Call', url });

    expect(story.state.links).toEqual([{ title: 'Call', url }]);
  });

  test.each(['', 'meet.example', 'javascript:alert(1)', 'file:///etc/passwd', 'https://', 'https://a b'])(
    '"%s" is refused',
    (url) => {
      expect(aStory().refused({ type: 'add_link', title: 'Call', url })).toEqual({
        refused: 'link.bad_url',
        detail: { url },
      });
    },
  );

  test('are not added to a closed record', () => {
    const link = { type: 'add_link' as const, title: 'Call', url: 'https://meet.example' };

    expect(aStoryIn('closed').refused(link).refused).toBe('incident.closed');
  });
});

describe('marks', () => {
  const mark = (name: (typeof MARKS)[number], at: string, evidence?: string) => ({
    type: 'set_mark' as const,
    name,
    at,
    ...(evidence ? { evidence } : {}),
  });

  test('are set with their evidence, and corrected with what stood there before', () => {
    const story = aStory();
    story.tell(mark('outage_started', noonPlus(-9 * MINUTE), 'gateway log'));

    const events = story.tell(mark('outage_started', noonPlus(-12 * MINUTE)));

    expect(only(events, 'mark_set').data).toEqual({
      name: 'outage_started',
      mark: { at: noonPlus(-12 * MINUTE), source: 'person' },
      before: { at: noonPlus(-9 * MINUTE), source: 'person', evidence: 'gateway log' },
    });
    expect(story.state.marks.outage_started?.at).toBe(noonPlus(-12 * MINUTE));
  });

  test('are never in the future', () => {
    const story = aStory();

    story.tell(mark('assessed', NOON));
    expect(story.refused(mark('assessed', noonPlus(1)))).toEqual({
      refused: 'mark.future',
      detail: { mark: 'assessed', at: noonPlus(1) },
    });
  });

  test('have known names', () => {
    expect(aStory().refused(mark('lunch' as never, NOON))).toEqual({
      refused: 'mark.unknown',
      detail: { word: 'lunch', known: MARKS.join(', ') },
    });
  });

  test('are not set in a closed record', () => {
    expect(aStoryIn('closed').refused(mark('assessed', NOON)).refused).toBe('incident.closed');
  });

  test('of what Lifeboat saw itself are corrected, never made up', () => {
    expect(aStory().refused(mark('resolved', NOON)).refused).toBe('incident.not_resolved');
    expect(aStoryIn('proposed').refused(mark('declared', NOON))).toMatchObject({
      refused: 'incident.not_open',
      detail: { phase: 'proposed' },
    });

    const resolved = aStoryIn('resolved').wait(MINUTE);
    resolved.tell(mark('resolved', NOON));
    expect(resolved.state.marks.resolved).toEqual({ at: NOON, source: 'person' });
    expect(resolved.state.resolution?.at).toBe(NOON);
  });

  test('of the declaration move no update: the grid stays where it is', () => {
    const story = aStory().wait(2 * MINUTE);

    story.tell(mark('declared', noonPlus(-7 * MINUTE)));
    story.tell({ type: 'change_severity', to: 'SEV-2', reason: 'half is back' }, 'carol');

    expect(story.state.status.nextDueAt).toBe(noonPlus(30 * MINUTE));
  });
});

describe('what Lifeboat notes of its own work', () => {
  function story(): Story {
    const told = aStory();
    told.tell({ type: 'record_channel', channelId: 'C1', name: 'dr-1' }, bot);
    return told;
  }

  test('the channel is opened once', () => {
    const told = story();

    expect(told.tell({ type: 'record_channel', channelId: 'C2', name: 'dr-2' }, bot)).toEqual([]);
    expect(told.state.channel).toEqual({ id: 'C1', name: 'dr-1' });
  });

  test('the channel is archived once, and only if there is one', () => {
    const told = story();
    told.tell({ type: 'take_duty', duty: 'commander', holder: aPerson('ben') }, 'ben');
    told.tell({ type: 'resolve', summary: 'over' }, 'ben');

    expect(aStory().tell({ type: 'record_archived' }, bot)).toEqual([]);
    expect(typesOf(told.tell({ type: 'record_archived' }, bot))).toEqual(['channel_archived']);
    expect(told.state.channel).toEqual({ id: 'C1', name: 'dr-1', archived: true });
    expect(told.tell({ type: 'record_archived' }, bot)).toEqual([]);
  });

  test('while the incident lives an archived channel is no channel: the next one takes its place', () => {
    const told = story();

    told.tell({ type: 'record_archived' }, bot);

    expect(told.state.channel).toBeUndefined();
    told.tell({ type: 'record_channel', channelId: 'C2', name: 'dr-1-2' }, bot);
    expect(told.state.channel).toEqual({ id: 'C2', name: 'dr-1-2' });
  });

  test('whoever was brought in is part of the incident, once', () => {
    const told = story();
    const invited = {
      type: 'record_invited' as const,
      people: [aPerson('ben'), aPerson('amara')],
      failed: [{ name: 'legal', why: 'unreadable' }],
      asked: 'incident-commander',
    };

    told.tell(invited, bot);
    told.tell(invited, bot);

    expect(told.state.people.map(({ id }) => id)).toEqual(['amara', 'ben']);
  });

  test('a refused attempt is in the record and nowhere else', () => {
    const told = story();
    const before = told.state;

    const events = told.wait(MINUTE).tell({ type: 'record_refused', command: 'close', code: 'x.y' }, 'ben');

    expect(only(events, 'refused')).toMatchObject({
      actor: { kind: 'person', id: 'ben' },
      data: { command: 'close', code: 'x.y' },
    });
    expect(told.state).toEqual(before);
  });

  test('what could not be delivered is in the record, the first for each place marked as such', () => {
    const told = story();
    const lost = (where: string) =>
      told.tell({ type: 'record_undeliverable', message: 'nudge', where, problem: 'user_disabled' }, bot);

    const events = [...lost('Ben'), ...lost('Ben'), ...lost('#ops')];

    expect(events.map(({ data }) => data)).toEqual([
      { message: 'nudge', where: 'Ben', problem: 'user_disabled', first: true },
      { message: 'nudge', where: 'Ben', problem: 'user_disabled' },
      { message: 'nudge', where: '#ops', problem: 'user_disabled', first: true },
    ]);
    expect(told.state.undeliverable).toEqual(['Ben', '#ops']);
  });
});

test('a person who does something is part of the incident from then on', () => {
  const story = aStory().wait(MINUTE);

  story.tell({ type: 'add_note', text: 'on my way' }, 'dana');

  expect(story.state.people.map(({ id }) => id)).toEqual(['amara', 'dana']);
  expect(story.state.lastActivityAt).toBe(noonPlus(MINUTE));
});
