import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { channelName } from '../../../src/core/incident/channel-name.ts';
import { NOON } from '../../fixtures/incidents.ts';

const INCIDENT = {
  id: 'DR-20260115-007',
  title: 'us-east-1 is gone',
  severity: 'SEV-1',
  kind: 'real',
  openedAt: NOON,
};

function nameOf(changes: Partial<typeof INCIDENT> = {}, pattern = 'dr-{date}-{slug}', attempt = 1): string {
  return channelName(pattern, { ...INCIDENT, ...changes }, attempt);
}

test('is made of the date and the title', () => {
  expect(nameOf()).toBe('dr-20260115-us-east-1-is-gone');
});

test.each([
  ['Zürich: DÉJÀ VU, Ångström', 'zurich-deja-vu-angstrom'],
  ['  gateway   5xx!!  ', 'gateway-5xx'],
  ['db_primary (orders)', 'db_primary-orders'],
  ['🔥🔥🔥', '007'],
  ['🔥 fire 🔥', 'fire'],
  ['الخدمة متوقفة', '007'],
  ['السيرفر us-east-1 متوقف', 'us-east-1'],
  ['データベース', '007'],
  ['<!channel> <@U1>', 'channel-u1'],
  ['---', '007'],
  ['', '007'],
  ['$& $1 $$', '1'],
  ['{slug} {date}', 'slug-date'],
  ['#general', 'general'],
])('of "%s" the name says %s', (title, slug) => {
  expect(nameOf({ title })).toBe(`dr-20260115-${slug}`);
});

test('has every placeholder of a pattern filled in', () => {
  expect(nameOf({}, 'dr-{severity}-{kind}-{date}-{number}-{slug}')).toBe(
    'dr-sev-1-real-20260115-007-us-east-1-is-gone',
  );
  expect(nameOf({}, 'DR {number}')).toBe('dr-007');
  expect(nameOf({ title: 'x' }, '{slug}-and-{slug}')).toBe('x-and-x');
});

test('keeps the whole number of a very bad day', () => {
  expect(nameOf({ id: 'DR-20260115-1000' }, 'dr-{number}')).toBe('dr-1000');
  expect(nameOf({ id: 'DR-20260115-1000', title: '🔥' }, 'dr-{slug}')).toBe('dr-1000');
});

describe('when it is taken', () => {
  test('gets a number, and the first attempt none', () => {
    expect(nameOf({}, 'dr-{slug}', 1)).toBe('dr-us-east-1-is-gone');
    expect(nameOf({}, 'dr-{slug}', 2)).toBe('dr-us-east-1-is-gone-2');
    expect(nameOf({}, 'dr-{slug}', 20)).toBe('dr-us-east-1-is-gone-20');
  });

  test('there is room for it even in the longest name', () => {
    const title = 'a'.repeat(200);

    expect(nameOf({ title })).toHaveLength(76);
    expect(nameOf({ title }, 'dr-{date}-{slug}', 999)).toHaveLength(80);
  });

  test('there is room for it also when the pattern alone is too long', () => {
    expect(nameOf({}, `${'x'.repeat(90)}-{slug}`, 12)).toBe(`${'x'.repeat(76)}-12`);
    expect(nameOf({}, `${'x'.repeat(75)}-y-{slug}`, 12)).toBe(`${'x'.repeat(75)}-12`);
  });

  test('no name ends in two hyphens because a title was cut at a word', () => {
    for (let length = 55; length < 75; length++) {
      const title = `${'a'.repeat(length)} tail`;

      expect(nameOf({ title }, 'dr-{slug}', 2)).not.toMatch(/--/);
      expect(nameOf({ title }, 'dr-{slug}-dr', 2)).not.toMatch(/--/);
    }
  });
});

test('is one that Slack takes, whatever the title and however often it is taken', () => {
  const pattern = fc.constantFrom(
    'dr-{date}-{slug}',
    '{slug}',
    'dr-{severity}-{kind}-{number}-{slug}',
    '{slug}-{date}',
    `${'x'.repeat(70)}-{slug}`,
  );
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      pattern,
      fc.integer({ min: 1, max: 20 }),
      (title, wanted, attempt) => {
        const name = nameOf({ title }, wanted, attempt);

        expect(name).toMatch(/^[a-z0-9_][a-z0-9_-]{0,79}$/);
        expect(name).not.toMatch(/-$|--/);
        if (attempt > 1) expect(name).not.toBe(nameOf({ title }, wanted, attempt - 1));
      },
    ),
  );
});
