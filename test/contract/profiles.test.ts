import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { loadProfile, profileNames } from '../../src/adapters/templates/load-profile.ts';
import { DEFAULT_LADDER } from '../../src/core/profile/communication.ts';
import { formatDuration } from '../../src/core/profile/duration.ts';
import { objectivesFor } from '../../src/core/profile/lookup.ts';
import { policyOf } from '../../src/core/profile/policy-of.ts';
import { Profile } from '../../src/core/profile/profile.ts';
import { DEFAULT_LEVELS, DEFAULT_SEVERITIES } from '../../src/core/profile/severity.ts';
import { Written } from '../../src/core/profile/written.ts';

const root = resolve(import.meta.dirname, '../..');
const load = (name: string) => loadProfile(name, { root });

describe('every profile that is shipped', () => {
  test('is one of these', () => {
    expect(profileNames(root)).toEqual([
      'example',
      'samia-tarot',
      'somaagent',
      'somagent',
      'somastack',
      'tradepulse',
    ]);
  });

  test.each(profileNames(root))('%s loads, under its own name, with a policy', (name) => {
    const profile = load(name);
    const policy = policyOf(profile);

    expect(profile.id).toBe(name);
    expect(policy.severities[0]).toMatchObject({ id: 'SEV-1', everyMs: 900_000, pages: true, ladder: true });
    expect(policy.ladder.map(({ afterMs }) => afterMs)).toEqual([0, 900_000, 1_800_000]);
  });

  test.each(profileNames(root))('%s holds no secret', (name) => {
    const text = readFileSync(join(root, 'templates/profiles', `${name}.yaml`), 'utf8');

    expect(text).not.toMatch(/:\/\/[^\s/'"]*:[^\s/'"]*@|password|xox[abp]-|AKIA/i);
  });
});

describe('the documents’ values', () => {
  const places = (name: string) =>
    Object.entries(load(name).regions).map(([id, { role, jurisdiction }]) => `${id} ${role} ${jurisdiction}`);

  test('regions', () => {
    expect(places('somastack')).toEqual(['us-east-1 primary US', 'eu-west-1 secondary EU']);
    expect(places('somagent')).toEqual(['us-east-1 primary US', 'us-west-2 secondary US']);
    expect(places('somaagent')).toEqual(['us-west-2 active US', 'eu-west-1 active EU']);
    expect(places('samia-tarot')).toEqual([
      'eu-north-1 primary EU',
      'eu-west-1 secondary EU',
      'us-east-1 tertiary US',
    ]);
    expect(Object.keys(load('tradepulse').regions)).toEqual(['americas', 'emea', 'apac']);
  });

  test('hosted zones and the names in them', () => {
    const zone = (name: string) => load(name).route53.public;

    expect(zone('somagent')).toEqual({
      zoneId: 'Z123456',
      records: [
        {
          name: 'api.somagent.ai',
          type: 'A',
          targets: {
            'us-east-1': { weight: 70 },
            'us-west-2': {
              dnsName: 'somagent-us-west-2-alb.elb.amazonaws.com',
              zoneId: 'Z789012',
              weight: 30,
            },
          },
        },
      ],
    });
    expect(zone('somaagent')?.zoneId).toBe('Z1234567890ABC');
    expect(zone('samia-tarot')?.zoneId).toBe('Z123456789');
  });

  test('severities of SomaAgent are P1 to P3', () => {
    const labels = load('somaagent').severities.slice(0, 3);

    expect(labels.map(({ id, label }) => `${id} ${label}`)).toEqual(['SEV-1 P1', 'SEV-2 P2', 'SEV-3 P3']);
  });

  test('the ladder of SomaAgent', () => {
    expect(load('somaagent').ladder.map(({ roles }) => roles)).toEqual([
      ['on-call'],
      ['platform-lead'],
      ['cto', 'backup-team'],
    ]);
  });

  test('the telephone of AWS support', () => {
    const vendors = load('somagent').contacts.map(({ area, vendor }) => [area, vendor?.phone]);

    expect(vendors).toEqual([
      ['Database', '1-877-742-2121'],
      ['Kubernetes', undefined],
      ['Security Breach', undefined],
      ['Network', '1-877-742-2121'],
      ['Application', undefined],
    ]);
  });

  test('channels', () => {
    expect(load('somastack').channels.broadcast).toEqual(['#ops', '#incident-board']);
    expect(load('samia-tarot').channels).toMatchObject({ broadcast: ['#incident_response'], private: true });
    expect(load('tradepulse').channels.pattern).toBe('inc-dr-{date}');
  });

  test('residency', () => {
    const europe = (name: string) => load(name).residency.find(({ jurisdiction }) => jurisdiction === 'EU');

    expect(europe('somastack')).toMatchObject({ mayMoveTo: ['EU'], override: 'never' });
    expect(europe('somaagent')).toMatchObject({ override: 'legal-approval', approvers: 'legal' });
    expect(europe('samia-tarot')).toMatchObject({ override: 'legal-approval', approvers: 'legal' });
    expect(load('somagent').residency).toEqual([]);
  });

  test.each<[string, Parameters<typeof objectivesFor>[1], string[]]>([
    ['somastack', { tiers: [], level: 'regional_outage', kind: 'real' }, []],
    [
      'somagent',
      { tiers: ['critical', 'low'], level: 'control_plane_failure', kind: 'real' },
      ['Critical <= 15m/5m', 'Low <= 1d/1d', '3 Kubernetes control plane failure <= 1h/0s'],
    ],
    [
      'somagent',
      { tiers: [], level: 'none', kind: 'drill', runbook: 'somagent-drill-q2-region-failover' },
      ['Q2 Region failover < 15m/5m', 'Q2 DNS failover <= 2m/-'],
    ],
    [
      'somaagent',
      { tiers: [], level: 'regional_outage', kind: 'real', severity: 'SEV-1' },
      ['P1 Complete region down < 15m/5m'],
    ],
    [
      'somaagent',
      { tiers: [], level: 'none', kind: 'real', severity: 'SEV-2' },
      ['P2 Partial degradation < 1h/5m'],
    ],
    [
      'samia-tarot',
      { tiers: ['tier-0', 'tier-3'], level: 'provider_outage', kind: 'real' },
      ['Tier 0 <= 5m/-', 'Tier 3 <= 1h/-', 'Provider Outage <= 4h/30m'],
    ],
    [
      'tradepulse',
      { tiers: [], level: 'regional_outage', kind: 'real' },
      [
        'PostgreSQL transactional data <= 10m/1m',
        'Kafka critical topics (orders, fills, risk_events) <= 8m/30s',
        'Redis online feature cache <= 5m/5m',
        'Object storage artifacts (models, configs) <= 20m/5m',
        'Iceberg/Delta analytical lake <= 45m/15m',
        'CI/CD & secrets <= 15m/5m',
      ],
    ],
  ])('objectives of %s: %j', (name, situation, expected) => {
    const time = (ms: number | undefined) => (ms === undefined ? '-' : formatDuration(ms));

    const found = objectivesFor(load(name), situation).map(
      (target) => `${target.name} ${target.comparator} ${time(target.rtoMs)}/${time(target.rpoMs)}`,
    );

    expect(found).toEqual(expected);
  });
});

test('the example is what the sandbox plays', () => {
  const { people, roles, channels, pagerduty } = load('example');

  expect(people.map(({ id }) => id)).toEqual([
    'amara',
    'ben',
    'chidi',
    'dana',
    'elif',
    'farid',
    'grace',
    'hugo',
    'ines',
  ]);
  const handles = Object.values(roles).flatMap(({ members }) =>
    members.flatMap((member) => (member.kind === 'group-handle' ? [member.handle] : [])),
  );
  expect(handles).toEqual([
    'dr-commanders',
    'dr-oncall',
    'dba',
    'platform-leads',
    'security',
    'legal',
    'executives',
  ]);
  expect(channels.broadcast).toEqual(['#ops', '#incident-board']);
  expect(pagerduty?.services.map(({ id, name, declare }) => [id, name, declare])).toEqual([
    ['PSVC001', 'Production gateway', 'propose'],
    ['PSVC002', 'Primary database', 'at-once'],
  ]);
  expect(pagerduty?.escalationPolicies).toEqual(['PPOL001']);
});

interface SchemaNode {
  properties?: Record<string, SchemaNode>;
  required?: string[];
  items?: SchemaNode;
  additionalProperties?: SchemaNode | boolean;
  default?: unknown;
}

/** Every key that can be set, with how its row in the reference gives the default. */
function documentedKeys(node: SchemaNode, path = ''): [key: string, defaultCell: string][] {
  const inside =
    node.items ?? (typeof node.additionalProperties === 'object' ? node.additionalProperties : {});
  const nested = inside.properties ? documentedKeys(inside, `${path}.*`) : [];
  const own = Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const key = path === '' ? name : `${path}.${name}`;
    const group = child.properties !== undefined;
    const row: [string, string] = [key, defaultCell(child, node.required?.includes(name) ?? false)];
    return [...(group ? [] : [row]), ...documentedKeys(child, key)];
  });
  return [...own, ...nested];
}

function defaultCell(node: SchemaNode, required: boolean): string {
  if (node.default === undefined) return required ? 'required' : '';
  if (Array.isArray(node.default) && typeof node.default[0] === 'object') return 'below';
  if (Array.isArray(node.default)) return `[${node.default.join(', ')}]`;
  return typeof node.default === 'object' ? JSON.stringify(node.default) : String(node.default);
}

describe('docs/profile.md', () => {
  const text = readFileSync(join(root, 'docs/profile.md'), 'utf8');
  const examples = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => parse(match[1]!));

  test('lists every key with its default, and no other', () => {
    const rows = [...text.matchAll(/^\| `([^`]+)` \|([^|]*)\|/gm)].map((match): [string, string] => [
      match[1]!,
      match[2]!.trim().replaceAll('`', ''),
    ]);
    const schema = z.toJSONSchema(Written, { io: 'input', unrepresentable: 'any' }) as SchemaNode;

    expect(rows.toSorted()).toEqual(documentedKeys(schema).toSorted());
  });

  test('shows a shortest profile that works', () => {
    expect(Profile.parse(examples[0])).toMatchObject({ id: 'acme' });
  });

  test('shows the defaults there are', () => {
    expect(examples[1]).toEqual({
      severities: DEFAULT_SEVERITIES,
      levels: DEFAULT_LEVELS,
      ladder: DEFAULT_LADDER,
    });
  });
});
