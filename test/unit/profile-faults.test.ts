import { describe, expect, test } from '@jest/globals';
import { Profile } from '../../src/core/profile/profile.ts';
import { profileFaults as faults, MINIMAL_PROFILE } from '../fixtures/profile.ts';

describe('faults', () => {
  const region = { jurisdiction: 'US', role: 'primary' };
  const service = { id: 'PSVC001', name: 'Gateway' };
  test.each<[string, object, string]>([
    ['an unknown key', { serverities: [] }, ': Unrecognized key: "serverities"'],
    ['no region', { regions: {} }, 'regions: expected at least one region'],
    [
      'two primaries',
      { regions: { a: region, b: region } },
      'regions.b.role: a is the primary already; expected secondary or tertiary, or active for both',
    ],
    [
      'nobody to lead',
      { roles: { legal: { title: 'Legal' } } },
      'roles: expected a role named incident-commander: somebody has to lead an incident',
    ],
    [
      'a role that is not there',
      { permissions: { command: ['comander'] } },
      'permissions.command.0: no role named comander; expected incident-commander, legal',
    ],
    [
      'a role in the ladder',
      { ladder: [{ after: '0m', roles: ['legal', 'cto'] }] },
      'ladder.0.roles.1: no role named cto; expected incident-commander, legal',
    ],
    [
      'a role to invite',
      { channels: { inviteRoles: ['cto'] } },
      'channels.inviteRoles.0: no role named cto; expected incident-commander, legal',
    ],
    [
      'a role to page',
      { pagerduty: { page: { roles: ['cto'] } } },
      'pagerduty.page.roles.0: no role named cto; expected incident-commander, legal',
    ],
    [
      'a role to approve',
      { approvals: { pools: { database: ['dba'] } } },
      'approvals.pools.database.0: no role named dba; expected incident-commander, legal',
    ],
    [
      'a role to telephone',
      { contacts: [{ area: 'Database', primary: 'dba' }] },
      'contacts.0.primary: no role named dba; expected incident-commander, legal',
    ],
    [
      'a person who is not there',
      {
        people: [{ id: 'kim', name: 'Kim' }],
        roles: { ...MINIMAL_PROFILE.roles, x: { title: 'X', members: ['person:tim'] } },
      },
      'roles.x.members.0: no person named person:tim; expected person:kim',
    ],
    [
      'the same account in two people',
      {
        people: [
          { id: 'kim', name: 'Kim', slack: ['U0001'] },
          { id: 'tim', name: 'Tim', slack: ['U0002', 'U0001'] },
        ],
      },
      'people.1.slack.1: Slack account U0001 is already listed; list each account once',
    ],
    [
      'a word for a severity that nobody can type',
      { severities: [{ id: 'SEV-1', meaning: 'Down', aliases: ['!!!'] }] },
      'severities.0.aliases.0: expected a word with letters or digits',
    ],
    [
      'a severity without a cadence longer than zero',
      { severities: [{ id: 'SEV-1', meaning: 'Down', cadence: '0m' }] },
      'severities.0.cadence: expected a duration longer than zero',
    ],
    [
      'severities out of order',
      {
        severities: [
          { id: 'SEV-2', meaning: 'Half' },
          { id: 'SEV-1', meaning: 'Down' },
        ],
      },
      'severities.1.id: SEV-1 after SEV-2; expected the gravest first, each once',
    ],
    [
      'no SEV-1',
      { severities: [{ id: 'SEV-2', meaning: 'Half' }], defaultSeverity: 'SEV-2', pagerduty: undefined },
      'severities: expected SEV-1 among them: a missed objective raises an incident to it',
    ],
    [
      'a word that means two severities',
      {
        severities: [
          { id: 'SEV-1', meaning: 'Down' },
          { id: 'SEV-2', label: 'P1', meaning: 'Half' },
        ],
      },
      'severities.1: "1" would mean both SEV-1 and SEV-2',
    ],
    [
      'a default severity that is not there',
      { severities: [{ id: 'SEV-1', meaning: 'Down' }], defaultSeverity: 'SEV-3' },
      'defaultSeverity: no severity named SEV-3; expected SEV-1',
    ],
    [
      'no level for an incident that has none yet',
      { levels: [{ id: 'multi_region', title: 'Several' }] },
      'levels: expected none among them: an incident has it until somebody names another',
    ],
    [
      'a rung before the one before',
      {
        ladder: [
          { after: '15m', roles: ['legal'] },
          { after: '15m', roles: ['legal'] },
        ],
      },
      'ladder.1.after: 15m after 15m; expected each rung later than the one before',
    ],
    [
      'tiers out of order',
      {
        tiers: [
          { id: 'a', rank: 2, label: 'A' },
          { id: 'b', rank: 1, label: 'B' },
        ],
      },
      'tiers.1.rank: rank 1 after 2; expected the most important tier first',
    ],
    [
      'an objective without a target',
      { objectives: [{ scope: 'scenario', name: 'Region lost' }] },
      'objectives.0: expected an rto, an rpo, or a note that says why there is neither',
    ],
    [
      'an objective twice',
      {
        objectives: [
          { scope: 'drill', name: 'Q1', rto: '5m' },
          { scope: 'drill', name: 'Q1', rto: '6m' },
        ],
      },
      'objectives.1.name: there is already a drill objective "Q1"',
    ],
    [
      'a pattern without a date',
      { channels: { pattern: 'dr-{slug}' } },
      'channels.pattern: expected {date} in the pattern, so that names stay apart',
    ],
    [
      'a pattern with an unknown word',
      { channels: { pattern: 'dr-{date}-{slugg}' } },
      'channels.pattern: no placeholder {slugg}; expected {date}, {slug}, {number}, {severity}, {kind}',
    ],
    [
      'a pattern with capitals',
      { channels: { pattern: 'DR-{date}' } },
      'channels.pattern: expected lower-case letters, digits, hyphens and placeholders in braces',
    ],
    [
      'a pattern that is too long',
      { channels: { pattern: `${'x'.repeat(68)}-{date}` } },
      'channels.pattern: a name would have 77 characters or more; expected at most 76 (Slack allows 80, four are for a suffix)',
    ],
    [
      'a channel that YAML took for a comment',
      { channels: { broadcast: [null] } },
      "channels.broadcast.0: expected a channel such as '#ops' (lower case, in quotes: YAML drops a bare # as a comment) or C0123ABCD",
    ],
    [
      'a region that is not there',
      { databases: { orders: { region: 'us-west-1' } } },
      'databases.orders.region: no region named us-west-1; expected us-east-1, eu-west-1',
    ],
    [
      'a DNS target in a region that is not there',
      { route53: { public: { zoneId: 'Z123', records: [{ name: 'a.example.com', targets: { x: {} } }] } } },
      'route53.public.records.0.targets.x: no region named x; expected us-east-1, eu-west-1',
    ],
    [
      'a replica of nothing',
      { databases: { a: { region: 'us-east-1', replicaOf: 'b' } } },
      'databases.a.replicaOf: no database named b; expected a',
    ],
    [
      'a replica of itself',
      { databases: { a: { region: 'us-east-1', replicaOf: 'a' } } },
      'databases.a.replicaOf: a database cannot follow itself',
    ],
    [
      'a rule for a jurisdiction without a region',
      { residency: [{ jurisdiction: 'CH' }] },
      'residency.0.jurisdiction: no jurisdiction of a region named CH; expected US, EU',
    ],
    [
      'data that may go where there is no region',
      { residency: [{ jurisdiction: 'EU', mayMoveTo: ['EU', 'UK'] }] },
      'residency.0.mayMoveTo.1: no jurisdiction of a region named UK; expected US, EU',
    ],
    [
      'legal approval by nobody',
      { residency: [{ jurisdiction: 'EU', override: 'legal-approval' }] },
      'residency.0: expected approvers: the role that may give legal approval',
    ],
    [
      'approvers of what nobody can lift',
      { residency: [{ jurisdiction: 'EU', approvers: 'legal' }] },
      'residency.0.approvers: expected none: nobody can lift a rule with override never',
    ],
    [
      'a service twice',
      { pagerduty: { services: [service, service] } },
      'pagerduty.services.1.id: service PSVC001 is already listed',
    ],
    [
      'a glass that nobody may break',
      { approvals: { breakGlass: { allowed: true } } },
      'approvals.breakGlass: expected roles: whose members may break the glass',
    ],
    [
      'a password in an address',
      { endpoints: { api: { url: 'https://me:secret@example.com' } } },
      'endpoints.api.url: expected an address without a user name or password: secrets are never in a profile',
    ],
    [
      'a secret instead of its name',
      { databases: { a: { region: 'us-east-1', secret: 'postgres://me:pw@db' } } },
      'databases.a.secret: expected the name of a secret in capitals, such as ORDERS_DSN (never the secret itself)',
    ],
  ])('%s', (_, changes, fault) => {
    expect(faults(changes)).toEqual([fault]);
  });

  test('one part that is faulty does not hide faults in another', () => {
    const found = faults({
      regions: { 'us-east-1': { jurisdiction: 'US', role: 'main' } },
      databases: { orders: { region: 'nowhere' } },
      permissions: { command: ['cto'] },
      ladder: [{ after: '15', roles: ['cto'] }],
    });

    expect(found).toEqual([
      expect.stringMatching(/^regions\.us-east-1\.role: /),
      expect.stringMatching(/^ladder\.0\.after: /),
      expect.stringMatching(/^permissions\.command\.0: no role named cto/),
    ]);
  });

  test.each([null, [], 'profile', 7])('%p is no profile', (value) => {
    expect(Profile.safeParse(value).error?.issues).toHaveLength(1);
  });
});
