import { z } from 'zod';
import { Channels, DEFAULT_LADDER, Nudges, Reports, Rung, Status, StatusPage } from './communication.ts';
import { PagerDuty } from './pagerduty.ts';
import { Contact, Permissions, Person, Role } from './people.ts';
import { places, Region } from './places.ts';
import { Approvals, ResidencyRule, Target } from './safety.ts';
import { DEFAULT_LEVELS, DEFAULT_SEVERITIES, Level, Severity, SeverityId, Tier } from './severity.ts';
import { Line, Name } from './words.ts';

const someRegion = (regions: object) => Object.keys(regions).length > 0;

const shape = {
  id: Name,
  name: Line,
  /** Stands on every channel and report, such as CONFIDENTIAL. */
  notice: Line.optional(),
  regions: z.record(Name, Region).refine(someRegion, { error: 'expected at least one region' }),
  ...places,
  people: z.array(Person).default([]),
  roles: z.record(Name, Role),
  permissions: Permissions.prefault({}),
  contacts: z.array(Contact).default([]),
  severities: z.array(Severity).min(1, { error: 'expected at least SEV-1' }).prefault(DEFAULT_SEVERITIES),
  defaultSeverity: SeverityId.default('SEV-1'),
  levels: z.array(Level).min(1, { error: 'expected at least one level' }).default(DEFAULT_LEVELS),
  tiers: z.array(Tier).prefault([]),
  objectives: z.array(Target).prefault([]),
  channels: Channels,
  status: Status,
  ladder: z.array(Rung).prefault(DEFAULT_LADDER),
  nudges: Nudges,
  pagerduty: PagerDuty.optional(),
  residency: z.array(ResidencyRule).default([]),
  approvals: Approvals.prefault({}),
  statusPage: StatusPage.optional(),
  reports: Reports,
};

/** A profile as written, before what one part says has been held against another. */
export const Written = z.strictObject(shape);
export type WrittenProfile = z.infer<typeof Written>;
