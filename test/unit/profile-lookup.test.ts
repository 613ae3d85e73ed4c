import { describe, expect, test } from '@jest/globals';
import {
  cadenceOf,
  capabilitiesOf,
  findService,
  findSeverity,
  needsPrivateChannel,
  objectivesFor,
  onCallQuery,
  personBehind,
} from '../../src/core/profile/lookup.ts';
import { policyOf } from '../../src/core/profile/policy-of.ts';
import { SEVERITY_IDS } from '../../src/core/profile/severity.ts';
import { aProfile, MINIMAL_PROFILE } from '../fixtures/profile.ts';

const MINUTE = 60_000;

describe('looking things up', () => {
  const labelled = aProfile({
    severities: [
      { id: 'SEV-1', label: 'P1', aliases: ['red alert'], meaning: 'Down', cadence: '10m' },
      { id: 'SEV-2', label: 'P2', meaning: 'Half', private: true },
    ],
    status: { cadence: '20m' },
  });

  test.each(['SEV-1', 'sev-1', 'sev1', 'Sev 1', 'P1', 'p1', '1', 'Red Alert', 'redalert'])(
    '%s is SEV-1',
    (word) => {
      expect(findSeverity(labelled, word)?.id).toBe('SEV-1');
    },
  );

  test.each(['', '3', 'sev', 'p', 'sev11', '12', '#'])('"%s" is no severity', (word) => {
    expect(findSeverity(labelled, word)).toBeUndefined();
  });

  test('every severity is found by its id, label, number and aliases', () => {
    for (const severity of labelled.severities) {
      const words = [severity.id, severity.label, severity.id.slice(4), ...severity.aliases];
      expect(words.map((word) => findSeverity(labelled, word)?.id)).toEqual(words.map(() => severity.id));
    }
    expect(aProfile().severities.map(({ id }) => id)).toEqual([...SEVERITY_IDS]);
  });

  test('a cadence is the severity’s own, else the profile’s', () => {
    expect(cadenceOf(labelled, 'SEV-1')).toBe(10 * MINUTE);
    expect(cadenceOf(labelled, 'SEV-2')).toBe(20 * MINUTE);
    expect(cadenceOf(labelled, 'SEV-4')).toBe(20 * MINUTE);
  });

  test('a channel is private by severity, by level, or always', () => {
    const closed = aProfile({ channels: { private: true } });

    expect(needsPrivateChannel(labelled, { severity: 'SEV-1', level: 'regional_outage' })).toBe(false);
    expect(needsPrivateChannel(labelled, { severity: 'SEV-2', level: 'regional_outage' })).toBe(true);
    expect(needsPrivateChannel(labelled, { severity: 'SEV-1', level: 'complete_compromise' })).toBe(true);
    expect(needsPrivateChannel(closed, { severity: 'SEV-1', level: 'none' })).toBe(true);
  });

  test('two accounts are one person', () => {
    const profile = aProfile({ people: [{ id: 'kim', name: 'Kim', slack: ['U0001', 'U0002'] }] });

    expect(personBehind(profile, 'U0001')).toBe(personBehind(profile, 'U0002'));
    expect(personBehind(profile, 'U0001')?.id).toBe('kim');
    expect(personBehind(profile, 'U0003')).toBeUndefined();
  });

  test('only full members may act, and only with the role', () => {
    const profile = aProfile();

    expect(capabilitiesOf(profile, 'member', [])).toEqual(['read', 'declare', 'respond']);
    expect(capabilitiesOf(profile, 'member', ['incident-commander'])).toEqual([
      'read',
      'declare',
      'respond',
      'command',
      'configure',
    ]);
    for (const standing of ['guest', 'external', 'bot', 'deactivated', 'unknown'] as const) {
      expect(capabilitiesOf(profile, standing, ['incident-commander'])).toEqual(['read']);
    }
  });

  test('on-call people are those of the pager and of all roles, each once', () => {
    const members = ['pagerduty:policy:PPOL001', 'pagerduty:schedule:PSCH001'];
    const profile = aProfile({
      roles: { ...MINIMAL_PROFILE.roles, sre: { title: 'SRE', members } },
      pagerduty: {
        escalationPolicies: ['PPOL001', 'PPOL002'],
        services: [{ id: 'PSVC001', name: 'Gateway' }],
      },
    });

    expect(onCallQuery(profile)).toEqual({
      escalationPolicyIds: ['PPOL001', 'PPOL002'],
      scheduleIds: ['PSCH001'],
    });
    expect(findService(profile, 'PSVC001')).toMatchObject({ declare: 'propose', severity: 'SEV-1' });
    expect(findService(profile, 'PSVC009')).toBeUndefined();
  });
});

describe('objectives', () => {
  const profile = aProfile({
    tiers: [
      { id: 'critical', rank: 1, label: 'Critical', rto: '15m', rpo: '5m' },
      { id: 'low', rank: 2, label: 'Low' },
    ],
    objectives: [
      { scope: 'scenario', name: 'Region', levels: ['regional_outage'], rto: '30m', comparator: '<' },
      { scope: 'scenario', name: 'Half', severities: ['SEV-2'], rto: '1h' },
      { scope: 'capability', name: 'Cache', rpo: '0s' },
      { scope: 'capability', name: 'Trading', note: 'none given' },
      { scope: 'drill', name: 'Any drill', rto: '2h' },
      { scope: 'drill', name: 'Q1', runbook: 'drill-q1', rto: '5m' },
    ],
  });
  const names = (situation: Parameters<typeof objectivesFor>[1]) =>
    objectivesFor(profile, situation).map(({ name }) => name);
  const situation = { tiers: [], level: 'none', kind: 'real', severity: 'SEV-1' };

  test('come from the tiers and the list, in milliseconds', () => {
    const found = objectivesFor(profile, {
      ...situation,
      tiers: ['critical', 'low'],
      level: 'regional_outage',
    });

    expect(found).toEqual([
      { scope: 'tier', name: 'Critical', comparator: '<=', rtoMs: 15 * MINUTE, rpoMs: 5 * MINUTE },
      { scope: 'scenario', name: 'Region', comparator: '<', rtoMs: 30 * MINUTE },
      { scope: 'capability', name: 'Cache', comparator: '<=', rpoMs: 0 },
    ]);
  });

  test('depend on level, severity, kind and runbook', () => {
    expect(names(situation)).toEqual(['Cache']);
    expect(names({ ...situation, severity: 'SEV-2' })).toEqual(['Half', 'Cache']);
    expect(names({ ...situation, severity: undefined })).toEqual(['Half', 'Cache']);
    expect(names({ ...situation, kind: 'drill' })).toEqual(['Cache', 'Any drill']);
    expect(names({ ...situation, kind: 'gameday', runbook: 'drill-q1' })).toEqual([
      'Cache',
      'Any drill',
      'Q1',
    ]);
    expect(names({ ...situation, kind: 'real', runbook: 'drill-q1' })).toEqual(['Cache']);
    expect(names({ ...situation, kind: 'tabletop', tiers: ['critical'] })).toEqual([]);
  });
});

test('the rules of an incident get what the profile says', () => {
  const policy = policyOf(
    aProfile({
      status: { cadence: '20m', maxPause: '1h' },
      severities: [{ id: 'SEV-1', label: 'P1', meaning: 'Down' }],
      ladder: [{ after: '5m', roles: ['incident-commander', 'legal'] }],
      channels: { broadcast: ['ops', '#board', 'C0123456'] },
      pagerduty: { syncNotes: false },
    }),
  );

  expect(policy).toMatchObject({
    severities: [
      { id: 'SEV-1', label: 'P1', meaning: 'Down', everyMs: 20 * MINUTE, pages: true, ladder: true },
    ],
    regions: ['us-east-1', 'eu-west-1'],
    ladder: [
      { afterMs: 5 * MINUTE, title: 'Incident commander, Legal', roles: ['incident-commander', 'legal'] },
    ],
    nudges: { stale: { afterMs: 120 * MINUTE, everyMs: 120 * MINUTE, max: 3 } },
    broadcast: ['#ops', '#board', 'C0123456'],
    inviteRoles: ['incident-commander'],
    maxPauseMs: 60 * MINUTE,
    pager: { page: true, notes: false },
  });
  expect(policy.levels).toContain('regional_outage');
  expect(policy.needsPrivate({ severity: 'SEV-1', level: 'complete_compromise' })).toBe(true);
  expect(policy.needsPrivate({ severity: 'SEV-1', level: 'none' })).toBe(false);
  expect(policy.objectivesFor({ tiers: [], level: 'none', kind: 'real' })).toEqual([]);
});

test('without PagerDuty nothing is paged', () => {
  expect(policyOf(aProfile()).pager).toEqual({ page: false, notes: false });
});
