import type { NudgeKind, NudgeRule, Objective } from './incident.ts';

export interface SeverityPolicy {
  /** `SEV-1`; what is stored. */
  id: string;
  /** What people read: `SEV-1`, `P1`. */
  label: string;
  meaning: string;
  /** Length of a status slot, in milliseconds. */
  everyMs: number;
  /** Whether people are paged when such an incident is declared. */
  pages: boolean;
  /** Whether the escalation ladder runs. */
  ladder: boolean;
}

export interface RungPolicy {
  afterMs: number;
  title: string;
  roles: string[];
}

/** What an organisation's profile says about incidents, as the rules need it. */
export interface Policy {
  /** Gravest first. */
  severities: SeverityPolicy[];
  levels: string[];
  regions: string[];
  ladder: RungPolicy[];
  nudges: Record<NudgeKind, NudgeRule>;
  /** Channels that hear of every incident which is not private. */
  broadcast: string[];
  /** Which updates those channels hear: the regular ones, and those at a change. The end always. */
  broadcastUpdates: { regular: boolean; changes: boolean };
  /** Roles brought into every incident's channel. */
  inviteRoles: string[];
  objectivesFor(incident: { level: string; tiers: string[]; kind: string }): Objective[];
  /** Whether the profile demands a private channel. */
  needsPrivate(incident: { severity: string; level: string }): boolean;
  /** Longest pause of updates, in milliseconds. */
  maxPauseMs: number;
  /** Whether pages and notes go to a pager at all. */
  pager: { page: boolean; notes: boolean };
}

export function severityOf(policy: Policy, id: string): SeverityPolicy | undefined {
  return policy.severities.find((severity) => severity.id === id);
}

/** Negative when `a` is graver than `b`. */
export function compareSeverity(policy: Policy, a: string, b: string): number {
  const rank = (id: string) => policy.severities.findIndex((severity) => severity.id === id);
  return rank(a) - rank(b);
}
