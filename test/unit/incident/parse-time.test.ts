import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseTime } from '../../../src/core/shared/parse-time.ts';
import { plus } from '../../../src/core/shared/time.ts';

const NOW = '2026-01-15T14:05:30.250Z';

describe('what people type', () => {
  test.each([
    ['', NOW, ''],
    ['now', NOW, ''],
    ['NOW gateway log', NOW, 'gateway log'],
    ['14:05', '2026-01-15T14:05:00.000Z', ''],
    ['9:07 UTC pager said so', '2026-01-15T09:07:00.000Z', 'pager said so'],
    ['13:00 GMT', '2026-01-15T13:00:00.000Z', ''],
    ['13:00Z log', '2026-01-15T13:00:00.000Z', 'log'],
    ['10m ago', '2026-01-15T13:55:30.250Z', ''],
    ['90 seconds ago first 5xx', '2026-01-15T14:04:00.250Z', 'first 5xx'],
    ['2 hours ago', '2026-01-15T12:05:30.250Z', ''],
    ['1hr ago', '2026-01-15T13:05:30.250Z', ''],
    ['5 mins ago', '2026-01-15T14:00:30.250Z', ''],
    ['2026-01-15T14:05Z', '2026-01-15T14:05:00.000Z', ''],
    ['2026-01-15t14:05:06.5z', '2026-01-15T14:05:06.500Z', ''],
    ['2026-01-15T15:05:00+01:00 log', '2026-01-15T14:05:00.000Z', 'log'],
    ['2026-01-15T14:05', '2026-01-15T14:05:00.000Z', ''],
    ['nowhere to be seen', NOW, 'nowhere to be seen'],
    ['gateway answered', NOW, 'gateway answered'],
    ['13:00 AWS said so', '2026-01-15T13:00:00.000Z', 'AWS said so'],
    ['13:00 west region', '2026-01-15T13:00:00.000Z', 'west region'],
  ])('"%s" is %s, and "%s" is left', (said, at, rest) => {
    expect(parseTime(said, NOW)).toEqual({ at, rest });
  });

  test.each([
    '25:00',
    '14:60',
    '14:05:30',
    '1405',
    '14.05',
    '5',
    '10 minutes',
    '3 days ago',
    '10 months ago',
    '2026-01-15',
    '2026-01-15 14:05',
    '2026-02-30T14:05Z',
    '2026-13-01T14:05Z',
    '2026-01-15T25:05Z',
    '2026-01-15Tnoon',
    '2:05 pm',
    '2:05pm',
    '14:05 CET',
    '14:05 PST gateway',
    '14:05 +01:00',
    '14:05+01:00',
    '14:05 UTC+2',
    '99999m ago',
  ])('"%s" is asked about rather than guessed', (said) => {
    expect(parseTime(said, NOW)).toBe('unclear');
  });
});

describe('a time of day', () => {
  test('just after midnight is the evening before', () => {
    expect(parseTime('23:50', '2026-01-16T00:20:00.000Z')).toEqual({
      at: '2026-01-15T23:50:00.000Z',
      rest: '',
    });
  });

  test('that has not come yet was meant in another zone, not yesterday', () => {
    expect(parseTime('15:05', NOW)).toBe('unclear');
    expect(parseTime('14:06', NOW)).toBe('unclear');
  });

  test('is the last one that has passed, within half a day or on the same day', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: 59 }),
        fc.date({ min: new Date('2026-01-02'), max: new Date('2030-01-01'), noInvalidDate: true }),
        (hours, minutes, date) => {
          const now = date.toISOString();
          const said = `${hours}:${String(minutes).padStart(2, '0')}`;

          const parsed = parseTime(said, now);

          const today = Date.UTC(
            date.getUTCFullYear(),
            date.getUTCMonth(),
            date.getUTCDate(),
            hours,
            minutes,
          );
          const last = today <= date.getTime() ? today : today - 86_400_000;
          const isMeant = last === today || date.getTime() - last <= 43_200_000;
          expect(parsed).toEqual(isMeant ? { at: new Date(last).toISOString(), rest: '' } : 'unclear');
        },
      ),
    );
  });
});

test('so long ago is exactly so long ago', () => {
  const units = { s: 1000, seconds: 1000, m: 60_000, min: 60_000, h: 3_600_000, hours: 3_600_000 };
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 9999 }),
      fc.constantFrom(...(Object.keys(units) as (keyof typeof units)[])),
      (count, unit) => {
        expect(parseTime(`${count} ${unit} ago`, NOW)).toEqual({
          at: plus(NOW, -count * units[unit]),
          rest: '',
        });
      },
    ),
  );
});

test('an instant as Lifeboat writes it is read back as it is', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
      fc.constantFrom('', 'gateway log'),
      (date, rest) => {
        const at = date.toISOString();

        expect(parseTime(`${at} ${rest}`, NOW)).toEqual({ at, rest });
      },
    ),
  );
});

test('whatever is typed: an instant in the full form, or a question; never a crash', () => {
  const words = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.stringMatching(/^[0-9]{0,4}[-: ]?[0-9]{0,2}[-:TZsmh ]?[0-9a-z+ ]{0,12}$/),
  );
  fc.assert(
    fc.property(words, (said) => {
      const parsed = parseTime(said, NOW);

      if (parsed === 'unclear') return;
      expect(new Date(parsed.at).toISOString()).toBe(parsed.at);
      expect(said).toContain(parsed.rest);
    }),
    { numRuns: 500 },
  );
});
