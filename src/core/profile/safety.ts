import { z } from 'zod';
import { Duration, PositiveDuration } from './duration.ts';
import { LevelId, SeverityId } from './severity.ts';
import { Jurisdiction, Line, Name, RoleName } from './words.ts';

/** Where the data of one jurisdiction may go. */
export const ResidencyRule = z.strictObject({
  jurisdiction: Jurisdiction,
  /** Absent: nowhere else. */
  mayMoveTo: z.array(Jurisdiction).optional(),
  /** `never`: nobody can lift it; `legal-approval`: the approvers can, with a reason. */
  override: z.enum(['never', 'legal-approval']).default('never'),
  approvers: RoleName.optional(),
  note: Line.optional(),
});
export type ResidencyRule = z.infer<typeof ResidencyRule>;

/** Who may say yes to a step that needs it. */
export const Approvals = z.strictObject({
  /** Area (database, network, kubernetes, security, legal …) → roles whose members may approve. */
  pools: z.record(Name, z.array(RoleName).min(1)).default({}),
  /** How long a request stays open, in milliseconds. */
  expires: PositiveDuration.prefault('10m'),
  /** Which approvals ask for a second factor. */
  secondFactor: z.enum(['none', 'destructive', 'all']).default('none'),
  /** Going on without the ordinary approvers: two persons of these roles, with a reason and a review after. */
  breakGlass: z
    .strictObject({ allowed: z.boolean().default(false), roles: z.array(RoleName).default([]) })
    .prefault({}),
});

/** A recovery target beside those of the tiers. */
export const Target = z
  .strictObject({
    scope: z.enum(['scenario', 'capability', 'drill']),
    name: Line,
    /** Milliseconds. */
    rto: PositiveDuration.optional(),
    /** Milliseconds. */
    rpo: Duration.optional(),
    comparator: z.enum(['<=', '<']).default('<='),
    /** Only at these disaster levels; absent: at all. */
    levels: z.array(LevelId).min(1).optional(),
    /** Only at these severities; absent: at all. */
    severities: z.array(SeverityId).min(1).optional(),
    /** Only for an incident that follows this runbook. */
    runbook: Name.optional(),
    note: Line.optional(),
  })
  .refine((target) => target.rto !== undefined || target.rpo !== undefined || target.note !== undefined, {
    error: 'expected an rto, an rpo, or a note that says why there is neither',
  });
