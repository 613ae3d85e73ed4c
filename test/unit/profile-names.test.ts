import { describe, expect, test } from '@jest/globals';
import { profileFaults as faults } from '../fixtures/profile.ts';

describe('a name', () => {
  const service = { id: 'PSVC001', name: 'Gateway' };
  const target = { scope: 'scenario', name: 'A', rto: '1h' };
  const onlyFirst = {
    severities: [{ id: 'SEV-1', meaning: 'Down' }],
    levels: [{ id: 'none', title: 'None' }],
  };

  test.each<[string, object]>([
    [
      'residency.0.approvers',
      { residency: [{ jurisdiction: 'EU', override: 'legal-approval', approvers: 'x' }] },
    ],
    ['contacts.0.secondary', { contacts: [{ area: 'A', primary: 'legal', secondary: 'x' }] }],
    ['approvals.breakGlass.roles.0', { approvals: { breakGlass: { allowed: true, roles: ['x'] } } }],
    ['kafka.a.region', { kafka: { a: { region: 'x' } } }],
    ['redis.a.region', { redis: { a: { region: 'x' } } }],
    ['kubernetes.a.region', { kubernetes: { a: { region: 'x' } } }],
    ['endpoints.a.region', { endpoints: { a: { url: 'https://example.com', region: 'x' } } }],
    ['pagerduty.services.0.region', { pagerduty: { services: [{ ...service, region: 'x' }] } }],
    [
      'pagerduty.services.0.severity',
      { ...onlyFirst, pagerduty: { services: [{ ...service, severity: 'SEV-2' }] } },
    ],
    [
      'pagerduty.services.0.level',
      { ...onlyFirst, pagerduty: { services: [{ ...service, level: 'multi_region' }] } },
    ],
    ['objectives.0.levels.0', { ...onlyFirst, objectives: [{ ...target, levels: ['multi_region'] }] }],
    ['objectives.0.severities.0', { ...onlyFirst, objectives: [{ ...target, severities: ['SEV-2'] }] }],
  ])('%s has to exist', (path, changes) => {
    expect(faults(changes)).toEqual([expect.stringContaining(`${path}: no `)]);
  });

  test.each<[string, object]>([
    [
      'people.1.id',
      {
        people: [
          { id: 'kim', name: 'Kim' },
          { id: 'kim', name: 'Kim' },
        ],
      },
    ],
    [
      'people.1.email',
      {
        people: [
          { id: 'a', name: 'A', email: 'k@example.com' },
          { id: 'b', name: 'B', email: 'K@example.com' },
        ],
      },
    ],
    ['levels.2.id', { levels: ['none', 'complete_compromise', 'none'].map((id) => ({ id, title: 'A' })) }],
    [
      'tiers.1.id',
      {
        tiers: [
          { id: 'a', rank: 1, label: 'A' },
          { id: 'a', rank: 2, label: 'B' },
        ],
      },
    ],
    ['residency.1.jurisdiction', { residency: [{ jurisdiction: 'EU' }, { jurisdiction: 'EU' }] }],
  ])('%s is there already', (path, changes) => {
    expect(faults(changes)).toEqual([
      expect.stringMatching(new RegExp(`^${path}: .*(already|each level once)`)),
    ]);
  });
});
