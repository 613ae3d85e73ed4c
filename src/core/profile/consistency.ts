import { CHANNEL_FRAME_MAX, CHANNEL_PLACEHOLDERS } from './communication.ts';
import { type CrossCheck, duplicates, type Reporter } from './cross-check.ts';
import { formatDuration } from './duration.ts';
import { COMMANDER_ROLE } from './people.ts';
import { SEVERITY_IDS, severityWords } from './severity.ts';
import type { WrittenProfile } from './written.ts';

/** What has to be true of a part as a whole. */
export const consistencyChecks: CrossCheck[] = [
  { reads: ['roles'], check: commanderExists },
  { reads: ['people'], check: peopleAreDistinct },
  { reads: ['regions'], check: onePrimary },
  { reads: ['databases'], check: replicasFollow },
  { reads: ['severities'], check: severitiesInOrder },
  { reads: ['severities'], check: severityWordsAreClear },
  { reads: ['levels'], check: levelsAreWhole },
  { reads: ['tiers'], check: tiersInOrder },
  { reads: ['objectives'], check: objectivesAreDistinct },
  { reads: ['channels'], check: channelPatternWorks },
  { reads: ['ladder'], check: ladderAscends },
  { reads: ['pagerduty'], check: servicesAreDistinct },
  { reads: ['residency'], check: residencyCanBeDecided },
  { reads: ['approvals'], check: breakGlassHasPeople },
];

function commanderExists(profile: WrittenProfile, report: Reporter): void {
  if (profile.roles[COMMANDER_ROLE]) return;
  report.fault(['roles'], `expected a role named ${COMMANDER_ROLE}: somebody has to lead an incident`);
}

function peopleAreDistinct(profile: WrittenProfile, report: Reporter): void {
  const { people } = profile;
  duplicates(
    people,
    ({ id }) => id,
    (_, i, id) => report.fault(['people', i, 'id'], `${id} is already the id of another person`),
  );
  duplicates(
    people,
    ({ email }) => email?.toLowerCase(),
    (_, i, email) => report.fault(['people', i, 'email'], `${email} already belongs to another person`),
  );
  const accounts = people.flatMap(({ slack }, i) => slack.map((id, j) => ({ id, path: [i, 'slack', j] })));
  duplicates(
    accounts,
    ({ id }) => id,
    ({ path }, _, id) =>
      report.fault(['people', ...path], `Slack account ${id} is already listed; list each account once`),
  );
}

function onePrimary(profile: WrittenProfile, report: Reporter): void {
  const primaries = Object.keys(profile.regions).filter((name) => profile.regions[name]!.role === 'primary');
  for (const name of primaries.slice(1)) {
    report.fault(
      ['regions', name, 'role'],
      `${primaries[0]} is the primary already; expected secondary or tertiary, or active for both`,
    );
  }
}

function replicasFollow(profile: WrittenProfile, report: Reporter): void {
  const names = Object.keys(profile.databases);
  for (const [name, { replicaOf }] of Object.entries(profile.databases)) {
    if (replicaOf === undefined) continue;
    const path = ['databases', name, 'replicaOf'];
    if (replicaOf === name) report.fault(path, 'a database cannot follow itself');
    else if (!names.includes(replicaOf)) report.unknown(path, 'database', replicaOf, names);
  }
}

function severitiesInOrder(profile: WrittenProfile, report: Reporter): void {
  const ids = profile.severities.map(({ id }) => id);
  if (!ids.includes('SEV-1')) {
    report.fault(['severities'], 'expected SEV-1 among them: a missed objective raises an incident to it');
  }
  for (const [i, id] of ids.entries()) {
    const before = ids[i - 1];
    if (before === undefined || SEVERITY_IDS.indexOf(before) < SEVERITY_IDS.indexOf(id)) continue;
    report.fault(['severities', i, 'id'], `${id} after ${before}; expected the gravest first, each once`);
  }
}

function severityWordsAreClear(profile: WrittenProfile, report: Reporter): void {
  const owner = new Map<string, string>();
  for (const [i, severity] of profile.severities.entries()) {
    for (const word of severityWords(severity)) {
      const other = owner.get(word);
      if (other !== undefined && other !== severity.id) {
        report.fault(['severities', i], `"${word}" would mean both ${other} and ${severity.id}`);
      }
      owner.set(word, severity.id);
    }
  }
}

function levelsAreWhole(profile: WrittenProfile, report: Reporter): void {
  if (!profile.levels.some(({ id }) => id === 'none')) {
    report.fault(['levels'], 'expected none among them: an incident has it until somebody names another');
  }
  duplicates(
    profile.levels,
    ({ id }) => id,
    (_, i, id) => report.fault(['levels', i, 'id'], `${id} is already listed; expected each level once`),
  );
}

function tiersInOrder(profile: WrittenProfile, report: Reporter): void {
  duplicates(
    profile.tiers,
    ({ id }) => id,
    (_, i, id) => report.fault(['tiers', i, 'id'], `${id} is already the id of another tier`),
  );
  for (const [i, { rank }] of profile.tiers.entries()) {
    const before = profile.tiers[i - 1]?.rank;
    if (before === undefined || before < rank) continue;
    report.fault(
      ['tiers', i, 'rank'],
      `rank ${rank} after ${before}; expected the most important tier first`,
    );
  }
}

function objectivesAreDistinct(profile: WrittenProfile, report: Reporter): void {
  duplicates(
    profile.objectives,
    ({ scope, name }) => `${scope} ${name}`,
    (target, i) =>
      report.fault(
        ['objectives', i, 'name'],
        `there is already a ${target.scope} objective "${target.name}"`,
      ),
  );
}

function channelPatternWorks(profile: WrittenProfile, report: Reporter): void {
  const { pattern } = profile.channels;
  const path = ['channels', 'pattern'];
  const room = new Map(Object.entries(CHANNEL_PLACEHOLDERS));
  const used = [...pattern.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1]!);
  const literal = pattern.replaceAll(/\{[^{}]*\}/g, '');
  let shortest = literal.length;
  for (const name of used) {
    shortest += room.get(name) ?? 0;
    if (room.has(name)) continue;
    const known = [...room.keys()].map((word) => `{${word}}`).join(', ');
    report.fault(path, `no placeholder {${name}}; expected ${known}`);
  }
  if (!used.includes('date')) report.fault(path, 'expected {date} in the pattern, so that names stay apart');
  if (!/^[a-z0-9_-]*$/.test(literal)) {
    report.fault(path, 'expected lower-case letters, digits, hyphens and placeholders in braces');
  }
  if (shortest > CHANNEL_FRAME_MAX) {
    const most = `at most ${CHANNEL_FRAME_MAX} (Slack allows 80, four are for a suffix)`;
    report.fault(path, `a name would have ${shortest} characters or more; expected ${most}`);
  }
}

function ladderAscends(profile: WrittenProfile, report: Reporter): void {
  for (const [i, { after }] of profile.ladder.entries()) {
    const before = profile.ladder[i - 1]?.after;
    if (before === undefined || before < after) continue;
    report.fault(
      ['ladder', i, 'after'],
      `${formatDuration(after)} after ${formatDuration(before)}; expected each rung later than the one before`,
    );
  }
}

function servicesAreDistinct(profile: WrittenProfile, report: Reporter): void {
  duplicates(
    profile.pagerduty?.services ?? [],
    ({ id }) => id,
    (_, i, id) => report.fault(['pagerduty', 'services', i, 'id'], `service ${id} is already listed`),
  );
}

function residencyCanBeDecided(profile: WrittenProfile, report: Reporter): void {
  duplicates(
    profile.residency,
    ({ jurisdiction }) => jurisdiction,
    (_, i, area) => report.fault(['residency', i, 'jurisdiction'], `there is already a rule for ${area}`),
  );
  for (const [i, { override, approvers }] of profile.residency.entries()) {
    if (override === 'legal-approval' && approvers === undefined) {
      report.fault(['residency', i], 'expected approvers: the role that may give legal approval');
    }
    if (override === 'never' && approvers !== undefined) {
      report.fault(
        ['residency', i, 'approvers'],
        'expected none: nobody can lift a rule with override never',
      );
    }
  }
}

function breakGlassHasPeople(profile: WrittenProfile, report: Reporter): void {
  const { allowed, roles } = profile.approvals.breakGlass;
  if (allowed && roles.length === 0) {
    report.fault(['approvals', 'breakGlass'], 'expected roles: whose members may break the glass');
  }
}
