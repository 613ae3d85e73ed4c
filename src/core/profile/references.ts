import type { CrossCheck, Path } from './cross-check.ts';
import { COMMANDER_ROLE } from './people.ts';
import type { WrittenProfile } from './written.ts';

/** A name somewhere in a profile that has to exist elsewhere in it. */
type Reference = [path: Path, name: string];

interface References {
  /** The part that holds the names. */
  in: keyof WrittenProfile;
  to: keyof typeof targets;
  find(profile: WrittenProfile): Reference[];
}

/** What can be referred to: how it is called, the part that lists it, and the names in it. */
const targets = {
  role: {
    what: 'role',
    part: 'roles',
    // A missing commander is reported once, not wherever a default names that role.
    names: (p: WrittenProfile) => [...new Set([...Object.keys(p.roles), COMMANDER_ROLE])],
  },
  person: {
    what: 'person',
    part: 'people',
    names: (p: WrittenProfile) => p.people.map(({ id }) => `person:${id}`),
  },
  region: { what: 'region', part: 'regions', names: (p: WrittenProfile) => Object.keys(p.regions) },
  severity: {
    what: 'severity',
    part: 'severities',
    names: (p: WrittenProfile) => p.severities.map(({ id }) => id),
  },
  level: {
    what: 'disaster level',
    part: 'levels',
    names: (p: WrittenProfile) => p.levels.map(({ id }) => id),
  },
  jurisdiction: {
    what: 'jurisdiction of a region',
    part: 'regions',
    names: (p: WrittenProfile) => [...new Set(Object.values(p.regions).map((region) => region.jurisdiction))],
  },
} satisfies Record<
  string,
  { what: string; part: keyof WrittenProfile; names(profile: WrittenProfile): string[] }
>;

const references: References[] = [
  { in: 'roles', to: 'person', find: membersByPerson },
  { in: 'permissions', to: 'role', find: grantedRoles },
  {
    in: 'ladder',
    to: 'role',
    find: (p) => p.ladder.flatMap((r, i) => each(['ladder', i, 'roles'], r.roles)),
  },
  { in: 'channels', to: 'role', find: (p) => each(['channels', 'inviteRoles'], p.channels.inviteRoles) },
  {
    in: 'pagerduty',
    to: 'role',
    find: (p) => each(['pagerduty', 'page', 'roles'], p.pagerduty?.page.roles ?? []),
  },
  { in: 'pagerduty', to: 'severity', find: (p) => ofServices(p, 'severity') },
  { in: 'pagerduty', to: 'level', find: (p) => ofServices(p, 'level') },
  { in: 'pagerduty', to: 'region', find: (p) => ofServices(p, 'region') },
  { in: 'defaultSeverity', to: 'severity', find: (p) => [[['defaultSeverity'], p.defaultSeverity]] },
  { in: 'objectives', to: 'level', find: (p) => ofObjectives(p, 'levels') },
  { in: 'objectives', to: 'severity', find: (p) => ofObjectives(p, 'severities') },
  { in: 'contacts', to: 'role', find: contactRoles },
  { in: 'approvals', to: 'role', find: approvingRoles },
  { in: 'residency', to: 'role', find: (p) => ofResidency(p, 'approvers') },
  {
    in: 'residency',
    to: 'jurisdiction',
    find: (p) => [...ofResidency(p, 'jurisdiction'), ...destinations(p)],
  },
  { in: 'databases', to: 'region', find: (p) => located('databases', p.databases) },
  { in: 'kafka', to: 'region', find: (p) => located('kafka', p.kafka) },
  { in: 'redis', to: 'region', find: (p) => located('redis', p.redis) },
  { in: 'kubernetes', to: 'region', find: (p) => located('kubernetes', p.kubernetes) },
  { in: 'endpoints', to: 'region', find: (p) => located('endpoints', p.endpoints) },
  { in: 'route53', to: 'region', find: dnsTargets },
];

/** Every name that is used exists. */
export const referenceChecks: CrossCheck[] = references.map(({ in: part, to, find }) => {
  const target = targets[to];
  return {
    reads: [part, target.part],
    check: (profile, report) => {
      const known = target.names(profile);
      for (const [path, name] of find(profile)) {
        if (!known.includes(name)) report.unknown(path, target.what, name, known);
      }
    },
  };
});

function each(path: Path, names: string[]): Reference[] {
  return names.map((name, index) => [[...path, index], name]);
}

function optional(path: Path, name: string | undefined): Reference[] {
  return name === undefined ? [] : [[path, name]];
}

function grantedRoles(profile: WrittenProfile): Reference[] {
  return Object.entries(profile.permissions).flatMap(([capability, grant]) =>
    grant === 'everyone' ? [] : each(['permissions', capability], grant),
  );
}

function membersByPerson(profile: WrittenProfile): Reference[] {
  return Object.entries(profile.roles).flatMap(([role, { members }]) =>
    members.flatMap((member, index) =>
      member.kind === 'person' ? optional(['roles', role, 'members', index], `person:${member.person}`) : [],
    ),
  );
}

function ofServices(profile: WrittenProfile, key: 'severity' | 'level' | 'region'): Reference[] {
  const services = profile.pagerduty?.services ?? [];
  return services.flatMap((service, i) => optional(['pagerduty', 'services', i, key], service[key]));
}

function ofObjectives(profile: WrittenProfile, key: 'levels' | 'severities'): Reference[] {
  return profile.objectives.flatMap((target, i) => each(['objectives', i, key], target[key] ?? []));
}

function contactRoles(profile: WrittenProfile): Reference[] {
  return profile.contacts.flatMap((contact, i) => [
    ...optional(['contacts', i, 'primary'], contact.primary),
    ...optional(['contacts', i, 'secondary'], contact.secondary),
  ]);
}

function approvingRoles({ approvals }: WrittenProfile): Reference[] {
  const pools = Object.entries(approvals.pools);
  return [
    ...pools.flatMap(([area, roles]) => each(['approvals', 'pools', area], roles)),
    ...each(['approvals', 'breakGlass', 'roles'], approvals.breakGlass.roles),
  ];
}

function ofResidency(profile: WrittenProfile, key: 'approvers' | 'jurisdiction'): Reference[] {
  return profile.residency.flatMap((rule, i) => optional(['residency', i, key], rule[key]));
}

function destinations(profile: WrittenProfile): Reference[] {
  return profile.residency.flatMap((rule, i) => each(['residency', i, 'mayMoveTo'], rule.mayMoveTo ?? []));
}

function located(part: string, entries: Record<string, { region?: string }>): Reference[] {
  return Object.entries(entries).flatMap(([name, { region }]) => optional([part, name, 'region'], region));
}

function dnsTargets(profile: WrittenProfile): Reference[] {
  return Object.entries(profile.route53).flatMap(([zone, { records }]) =>
    records.flatMap((record, i) =>
      Object.keys(record.targets).map(
        (region): Reference => [['route53', zone, 'records', i, 'targets', region], region],
      ),
    ),
  );
}
