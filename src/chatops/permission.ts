import type { Profile } from '../core/profile/profile.ts';
import type { Capability, Requester } from '../core/shared/actor.ts';
import { type Refusal, refuse } from '../core/shared/refusal.ts';

/** Why this person may not do this, and who could; undefined when they may. */
export function permissionProblem(
  requester: Requester,
  capability: Capability,
  profile: Profile,
): Refusal | undefined {
  if (capability === 'read' && requester.standing !== 'bot' && requester.standing !== 'unknown')
    return undefined;
  if (requester.standing === 'unknown')
    return refuse('person.unknown', { why: requester.rolesUnreadable ?? '' });
  if (requester.standing !== 'member') return refuse('person.not_a_member', { standing: requester.standing });
  if (requester.capabilities.includes(capability)) return undefined;
  if (requester.rolesUnreadable) return refuse('person.roles_unreadable', { why: requester.rolesUnreadable });
  return refuse('permission.missing', { capability, who: whoMay(capability, profile) });
}

function whoMay(capability: Capability, profile: Profile): string {
  if (capability === 'read') return 'everybody';
  const grant = profile.permissions[capability];
  if (grant === 'everyone') return 'every full member of the workspace';
  return grant.map((role) => profile.roles[role]?.title ?? role).join(', ');
}
