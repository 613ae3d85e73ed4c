import { describe, expect, test } from '@jest/globals';
import { DUTIES, type Duty } from '../../../src/core/incident/incident.ts';
import { aPerson, aStory, aStoryIn, only } from '../../fixtures/incidents.ts';

const take = (who: string, duty: Duty = 'commander') => ({
  type: 'take_duty' as const,
  duty,
  holder: aPerson(who),
});
const drop = (duty: Duty = 'commander') => ({ type: 'drop_duty' as const, duty });

describe('taking a duty', () => {
  test.each(DUTIES)('a free one (%s) is taken by anybody, or given to anybody', (duty) => {
    const story = aStory();

    const events = story.tell(take('ben', duty), 'amara');

    expect(only(events, 'duty_taken').data).toEqual({ duty, holder: aPerson('ben') });
    expect(story.state.duties).toEqual({ [duty]: aPerson('ben') });
    expect(story.state.people.map(({ id }) => id)).toEqual(['amara', 'ben']);
  });

  test('the holder hands it over; the record says from whom', () => {
    const story = aStory();
    story.tell(take('ben'), 'ben');

    const events = story.tell(take('dana'), 'ben');

    expect(only(events, 'duty_taken').data.before).toEqual(aPerson('ben'));
    expect(story.state.duties.commander).toEqual(aPerson('dana'));
  });

  test('the commander of the incident, and whoever may command, hand over any duty', () => {
    const story = aStory();
    story.tell(take('ben'), 'ben');
    story.tell(take('dana', 'scribe'), 'dana');

    story.tell(take('elif', 'scribe'), 'ben');
    story.tell(take('amara'), 'carol');

    expect(story.state.duties).toEqual({ commander: aPerson('amara'), scribe: aPerson('elif') });
  });

  test('nobody else takes it away', () => {
    const story = aStory();
    story.tell(take('ben'), 'ben');

    expect(story.refused(take('amara'), 'amara')).toEqual({
      refused: 'permission.commander_only',
      detail: { what: 'take the role of commander from Ben', who: 'Ben' },
    });
    expect(story.refused(take('ben'), 'ben')).toEqual({
      refused: 'role.already_held',
      detail: { role: 'commander', holder: 'Ben' },
    });
  });

  test('meant only if nobody has it, is left to whoever was faster, also by the commander', () => {
    const story = aStory();
    story.tell({ ...take('ben', 'scribe'), ifVacant: true }, 'ben');

    expect(story.refused({ ...take('dana', 'scribe'), ifVacant: true }, 'carol')).toEqual({
      refused: 'role.already_held',
      detail: { role: 'scribe', holder: 'Ben' },
    });
  });

  test('an unknown one is refused with the known ones', () => {
    expect(aStory().refused(take('ben', 'janitor' as Duty))).toEqual({
      refused: 'role.unknown',
      detail: { word: 'janitor', known: DUTIES.join(', ') },
    });
  });

  test.each(['proposed', 'open', 'resolved'] as const)('is possible while the incident is %s', (phase) => {
    const story = aStoryIn(phase);

    story.tell(take('ben'));

    expect(story.state.duties.commander).toEqual(aPerson('ben'));
  });

  test.each(['closed', 'dismissed'] as const)('is not possible once it is %s', (phase) => {
    expect(aStoryIn(phase).refused(take('ben'), 'carol').refused).toBe('incident.closed');
  });
});

describe('laying a duty down', () => {
  test('is up to its holder, the commander, and whoever may command', () => {
    for (const by of ['dana', 'ben', 'carol']) {
      const story = aStory();
      story.tell(take('ben'), 'ben');
      story.tell(take('dana', 'scribe'), 'dana');

      const events = story.tell(drop('scribe'), by);

      expect(only(events, 'duty_dropped').data).toEqual({ duty: 'scribe', before: aPerson('dana') });
      expect(story.state.duties).toEqual({ commander: aPerson('ben') });
    }
  });

  test('is refused to others, and for what nobody holds', () => {
    const story = aStory();
    story.tell(take('ben'), 'ben');

    expect(story.refused(drop(), 'amara')).toMatchObject({
      refused: 'permission.commander_only',
      detail: { what: 'take the role of commander away', who: 'Ben' },
    });
    expect(story.refused(drop('legal'))).toEqual({ refused: 'role.not_held', detail: { role: 'legal' } });
  });

  test('changes nothing in a record that is closed', () => {
    const story = aStoryIn('resolved');
    story.tell(take('ben'), 'ben');
    story.tell({ type: 'close' }, 'carol');

    expect(story.refused(drop(), 'ben').refused).toBe('incident.closed');
  });
});
