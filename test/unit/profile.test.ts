import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Duration, formatDuration } from '../../src/core/profile/duration.ts';
import { roleMembers } from '../../src/core/profile/lookup.ts';
import { Profile } from '../../src/core/profile/profile.ts';
import { aProfile, MINIMAL_PROFILE } from '../fixtures/profile.ts';

const MINUTE = 60_000;

describe('durations', () => {
  test.each([
    ['30s', 30_000],
    ['15m', 15 * MINUTE],
    ['90m', 90 * MINUTE],
    ['2h', 120 * MINUTE],
    ['1d', 1440 * MINUTE],
    ['1h30m', 90 * MINUTE],
    ['0m', 0],
  ])('%s is %d ms', (text, ms) => {
    expect(Duration.parse(text)).toBe(ms);
  });

  test.each(['', 'm', '15', '15 m', '-1m', '1.5h', '30m1h', '1w', '15M', 15, null])(
    '%p is refused',
    (text) => {
      expect(Duration.safeParse(text).error?.issues).toEqual([
        expect.objectContaining({ message: 'expected a duration such as 30s, 15m, 2h, 1d or 1h30m' }),
      ]);
    },
  );

  test('what is written is read back as the same time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_000 * 86_400 }), (seconds) => {
        const text = formatDuration(seconds * 1_000);

        expect(Duration.parse(text)).toBe(seconds * 1_000);
        expect(formatDuration(Duration.parse(text))).toBe(text);
      }),
    );
  });
});

describe('a minimal profile', () => {
  test('is whole by its defaults', () => {
    const profile = aProfile();

    expect(profile.defaultSeverity).toBe('SEV-1');
    expect(profile.severities.map(({ id, label, pages, ladder }) => [id, label, pages, ladder])).toEqual([
      ['SEV-1', 'SEV-1', true, true],
      ['SEV-2', 'SEV-2', false, false],
      ['SEV-3', 'SEV-3', false, false],
      ['SEV-4', 'SEV-4', false, false],
    ]);
    expect(profile.status.cadence).toBe(15 * MINUTE);
    expect(profile.ladder).toEqual([{ after: 0, roles: ['incident-commander'] }]);
    expect(profile.nudges.noCommander).toEqual({ after: 5 * MINUTE, every: 10 * MINUTE, max: 3 });
    expect(profile.permissions.declare).toBe('everyone');
    expect(profile.permissions.command).toEqual(['incident-commander']);
    expect(profile.levels).toHaveLength(8);
    expect(profile.pagerduty).toBeUndefined();
  });

  test('keeps data of the EU in the EU', () => {
    expect(aProfile().residency).toEqual([{ jurisdiction: 'EU', mayMoveTo: ['EU'], override: 'never' }]);
    expect(aProfile({ regions: { a: { jurisdiction: 'US', role: 'primary' } } }).residency).toEqual([]);
  });

  test('a rule that is written down replaces the one for the EU', () => {
    const rule = { jurisdiction: 'EU', override: 'legal-approval', approvers: 'legal' };

    expect(aProfile({ residency: [rule] }).residency).toEqual([{ ...rule, mayMoveTo: ['EU'] }]);
  });
});

describe('members of a role', () => {
  test.each([
    ['group:S0123', { kind: 'group', id: 'S0123' }],
    ['group:@dba-oncall', { kind: 'group-handle', handle: 'dba-oncall' }],
    ['user:U0123', { kind: 'account', slack: 'U0123' }],
    ['person:kim', { kind: 'person', person: 'kim' }],
    ['pagerduty:schedule:PSCH001', { kind: 'schedule', id: 'PSCH001' }],
    ['pagerduty:policy:PPOL001', { kind: 'policy', id: 'PPOL001' }],
  ])('%s is understood', (text, member) => {
    const people = [{ id: 'kim', name: 'Kim' }];
    const roles = { ...MINIMAL_PROFILE.roles, dba: { title: 'DBA', members: [text] } };

    expect(roleMembers(aProfile({ people, roles }), 'dba')).toEqual([member]);
  });

  test.each(['@dba', 'group:dba', 'user:kim', 'U0123', 'pagerduty:PSCH001', 'group:'])(
    '%s is refused',
    (text) => {
      const roles = { ...MINIMAL_PROFILE.roles, dba: { title: 'DBA', members: [text] } };

      const { error } = Profile.safeParse({ ...MINIMAL_PROFILE, roles });

      expect(error?.issues).toEqual([
        expect.objectContaining({
          path: ['roles', 'dba', 'members', 0],
          message: expect.stringMatching(/^expected group:@handle, group:S0123/),
        }),
      ]);
    },
  );

  test('nobody is in an unknown role', () => {
    expect(roleMembers(aProfile(), 'no-such-role')).toEqual([]);
    expect(roleMembers(aProfile(), 'constructor')).toEqual([]);
  });
});
