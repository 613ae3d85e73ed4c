import type { Objective } from '../incident/incident.ts';
import type { Capability, Standing } from '../shared/actor.ts';
import type { PagerService } from './pagerduty.ts';
import type { Member, Person } from './people.ts';
import type { Profile } from './profile.ts';
import { plainWord, type Severity, severityWords } from './severity.ts';

/** The severity somebody means by `SEV-1`, `sev1`, `P1`, an alias or `1`; undefined when none. */
export function findSeverity(profile: Profile, word: string): Severity | undefined {
  const plain = plainWord(word);
  return profile.severities.find((severity) => severityWords(severity).includes(plain));
}

/** Length of a status slot at a severity, in milliseconds. */
export function cadenceOf(profile: Profile, severityId: string): number {
  return profile.severities.find(({ id }) => id === severityId)?.cadence ?? profile.status.cadence;
}

/** An objective as an incident carries it, with where it comes from. */
export interface ScopedObjective extends Objective {
  scope: 'tier' | 'scenario' | 'capability' | 'drill';
  /** `<` when the document says "less than", `<=` when "at most". */
  comparator: '<=' | '<';
}

/** What is known of an incident when its objectives are looked up. */
export interface Situation {
  tiers: string[];
  level: string;
  kind: string;
  /** Absent: targets of every severity apply. */
  severity?: string;
  /** Absent: targets of single runbooks do not apply. */
  runbook?: string;
}

/** Every recovery target that applies; none for a tabletop, where nothing is down. */
export function objectivesFor(profile: Profile, situation: Situation): ScopedObjective[] {
  if (situation.kind === 'tabletop') return [];
  const tiers = profile.tiers.filter(({ id }) => situation.tiers.includes(id));
  const targets = profile.objectives.filter((target) => applies(target, situation));
  return [
    ...tiers.map((tier) => objective('tier', tier.label, tier)),
    ...targets.map((target) => objective(target.scope, target.name, target)),
  ].filter(({ rtoMs, rpoMs }) => rtoMs !== undefined || rpoMs !== undefined);
}

function applies(target: Profile['objectives'][number], situation: Situation): boolean {
  const { level, severity, kind, runbook } = situation;
  if (target.scope === 'drill' && kind !== 'drill' && kind !== 'gameday') return false;
  if (target.runbook !== undefined && target.runbook !== runbook) return false;
  if (target.levels && !target.levels.some((known) => known === level)) return false;
  return !target.severities || severity === undefined || target.severities.some((id) => id === severity);
}

function objective(
  scope: ScopedObjective['scope'],
  name: string,
  { rto, rpo, comparator }: { rto?: number; rpo?: number; comparator: '<=' | '<' },
): ScopedObjective {
  return {
    scope,
    name,
    comparator,
    ...(rto === undefined ? {} : { rtoMs: rto }),
    ...(rpo === undefined ? {} : { rpoMs: rpo }),
  };
}

/** Whether an incident of this severity and level gets a private channel. */
export function needsPrivateChannel(
  profile: Profile,
  incident: { severity: string; level: string },
): boolean {
  const { private: always, privateFor } = profile.channels;
  const severity = profile.severities.find(({ id }) => id === incident.severity);
  return always || severity?.private === true || privateFor.some((level) => level === incident.level);
}

/** Who a role consists of, as the profile says it; empty for an unknown role. */
export function roleMembers(profile: Profile, role: string): Member[] {
  return profile.roles[role]?.members ?? [];
}

/** The person behind a Slack account, where the profile knows them. */
export function personBehind(profile: Profile, slackId: string): Person | undefined {
  return profile.people.find(({ slack }) => slack.includes(slackId));
}

/** What somebody may do. Reading is everybody's; acting is for full members of the workspace only. */
export function capabilitiesOf(profile: Profile, standing: Standing, roles: string[]): Capability[] {
  if (standing !== 'member') return ['read'];
  const granted = (['declare', 'respond', 'command', 'configure'] as const).filter((capability) => {
    const grant = profile.permissions[capability];
    return grant === 'everyone' || grant.some((role) => roles.includes(role));
  });
  return ['read', ...granted];
}

/** The PagerDuty service an alert came from, if the profile knows it. */
export function findService(profile: Profile, serviceId: string): PagerService | undefined {
  return profile.pagerduty?.services.find(({ id }) => id === serviceId);
}

/** Every PagerDuty policy and schedule whose on-call people matter: those of the pager and of all roles. */
export function onCallQuery(profile: Profile): { escalationPolicyIds: string[]; scheduleIds: string[] } {
  const members = Object.values(profile.roles).flatMap((role) => role.members);
  const policies = members.flatMap((member) => (member.kind === 'policy' ? [member.id] : []));
  const schedules = members.flatMap((member) => (member.kind === 'schedule' ? [member.id] : []));
  return {
    escalationPolicyIds: [...new Set([...(profile.pagerduty?.escalationPolicies ?? []), ...policies])],
    scheduleIds: [...new Set([...(profile.pagerduty?.schedules ?? []), ...schedules])],
  };
}
