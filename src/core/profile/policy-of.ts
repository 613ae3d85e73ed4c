import type { NudgeRule } from '../incident/incident.ts';
import type { Policy } from '../incident/policy.ts';
import { cadenceOf, needsPrivateChannel, objectivesFor } from './lookup.ts';
import type { Profile } from './profile.ts';

/** What the rules of an incident need of a profile. */
export function policyOf(profile: Profile): Policy {
  return {
    severities: profile.severities.map(({ id, label, meaning, pages, ladder }) => ({
      id,
      label,
      meaning,
      everyMs: cadenceOf(profile, id),
      pages,
      ladder,
    })),
    levels: profile.levels.map(({ id }) => id),
    regions: Object.keys(profile.regions),
    ladder: profile.ladder.map(({ after, roles, title }) => ({
      afterMs: after,
      title: title ?? roles.map((role) => profile.roles[role]!.title).join(', '),
      roles,
    })),
    nudges: {
      noCommander: nudgeRule(profile.nudges.noCommander),
      noUpdate: nudgeRule(profile.nudges.noUpdate),
      stale: nudgeRule(profile.nudges.stale),
    },
    broadcast: profile.channels.broadcast,
    broadcastUpdates: { regular: profile.status.broadcast, changes: profile.status.phaseChanges },
    inviteRoles: [...new Set([...profile.channels.inviteRoles, ...pagedRoles(profile)])],
    objectivesFor: (incident) => objectivesFor(profile, incident),
    needsPrivate: (incident) => needsPrivateChannel(profile, incident),
    maxPauseMs: profile.status.maxPause,
    pager: {
      page: profile.pagerduty?.page.enabled === true,
      notes: profile.pagerduty?.syncNotes === true,
    },
  };
}

/** Who is named in the page is brought in with it. */
function pagedRoles({ pagerduty }: Profile): string[] {
  return pagerduty?.page.enabled ? pagerduty.page.roles : [];
}

function nudgeRule({ after, every, max }: Profile['nudges']['stale']): NudgeRule {
  return { afterMs: after, everyMs: every, max };
}
