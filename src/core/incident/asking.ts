import type { Actor, Capability } from '../shared/actor.ts';
import type { Instant } from '../shared/time.ts';
import type { Policy } from './policy.ts';

/** Who asks, and what the profile lets them do. What timers and webhooks ask needs no capability. */
export interface Asking {
  actor: Actor;
  capabilities: Capability[];
  policy: Policy;
  now: Instant;
}
