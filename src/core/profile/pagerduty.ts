import { z } from 'zod';
import { COMMANDER_ROLE } from './people.ts';
import { LevelId, SeverityId } from './severity.ts';
import { Line, Name, PagerDutyId, RegionName, RoleName, SecretName } from './words.ts';

/** A PagerDuty service whose incidents open a channel here. */
export const PagerService = z.strictObject({
  id: PagerDutyId,
  name: Line,
  severity: SeverityId.prefault('SEV-1'),
  level: LevelId.default('none'),
  region: RegionName.optional(),
  runbook: Name.optional(),
  /** `propose`: a person confirms; `at-once`: the alert declares. Neither ever starts a run. */
  declare: z.enum(['propose', 'at-once']).default('propose'),
});
export type PagerService = z.infer<typeof PagerService>;

export const PagerDuty = z.strictObject({
  /** Name of the secret with the routing key of the Events API. */
  routingKeyName: SecretName.default('PAGERDUTY_ROUTING_KEY'),
  services: z.array(PagerService).default([]),
  /** Whose on-call people are kept for the day PagerDuty is down. */
  escalationPolicies: z.array(PagerDutyId).default([]),
  schedules: z.array(PagerDutyId).default([]),
  /** Notes and the end of an incident go to PagerDuty too. */
  syncNotes: z.boolean().default(true),
  page: z
    .strictObject({
      /** Declaring raises an alert in PagerDuty. */
      enabled: z.boolean().default(true),
      /** Roles named in the alert and called from the start, besides the ladder. */
      roles: z.array(RoleName).default([COMMANDER_ROLE]),
    })
    .prefault({}),
});
