import { z } from 'zod';
import { Duration, PositiveDuration } from './duration.ts';
import { Line, Name } from './words.ts';

/** Gravest first. What people read is the label: SEV-1 may be called P1. */
export const SEVERITY_IDS = ['SEV-1', 'SEV-2', 'SEV-3', 'SEV-4'] as const;
export const SeverityId = z.enum(SEVERITY_IDS);

const LEVEL_IDS = [
  'none',
  'database_failure',
  'control_plane_failure',
  'data_integrity',
  'regional_outage',
  'provider_outage',
  'multi_region',
  'complete_compromise',
] as const;
export const LevelId = z.enum(LEVEL_IDS);

const SeverityWord = z
  .string()
  .trim()
  .max(20)
  .regex(/[\p{L}\p{N}]/u, { error: 'expected a word with letters or digits' });

/** How grave an incident is, and what follows from it. */
export const Severity = z
  .strictObject({
    id: SeverityId,
    label: SeverityWord.optional(),
    aliases: z.array(SeverityWord).default([]),
    meaning: Line,
    /** Length of a status slot in milliseconds; absent: that of `status.cadence`. */
    cadence: PositiveDuration.optional(),
    pages: z.boolean().optional(),
    ladder: z.boolean().optional(),
    private: z.boolean().default(false),
  })
  .transform((severity) => ({
    ...severity,
    label: severity.label ?? severity.id,
    pages: severity.pages ?? severity.id === 'SEV-1',
    ladder: severity.ladder ?? severity.id === 'SEV-1',
  }));
export type Severity = z.infer<typeof Severity>;

/** A kind of disaster, independent of how grave it is. */
export const Level = z.strictObject({ id: LevelId, title: Line, meaning: Line.optional() });

/** A group of services that recover together. */
export const Tier = z.strictObject({
  id: Name,
  /** 0 or 1 is the most important. */
  rank: z.int().min(0).max(99),
  label: Line,
  services: z.array(Line).default([]),
  /** Milliseconds. */
  rto: PositiveDuration.optional(),
  /** Milliseconds. */
  rpo: Duration.optional(),
  comparator: z.enum(['<=', '<']).default('<='),
  note: Line.optional(),
});

type SeverityText = z.input<typeof Severity>;

export const DEFAULT_SEVERITIES: SeverityText[] = [
  {
    id: 'SEV-1',
    meaning: 'A region or a critical service is down, or data is at risk',
    cadence: '15m',
  },
  { id: 'SEV-2', meaning: 'Partly degraded: customers notice, the rest still works', cadence: '15m' },
  { id: 'SEV-3', meaning: 'One component is down that customers can do without', cadence: '30m' },
  { id: 'SEV-4', meaning: 'Something to repair before it matters, such as a failed check', cadence: '1h' },
];

export const DEFAULT_LEVELS: z.input<typeof Level>[] = [
  { id: 'none', title: 'No disaster level' },
  { id: 'database_failure', title: 'Database failure' },
  { id: 'control_plane_failure', title: 'Control plane failure' },
  { id: 'data_integrity', title: 'Data integrity' },
  { id: 'regional_outage', title: 'Regional outage' },
  { id: 'provider_outage', title: 'Provider outage' },
  { id: 'multi_region', title: 'Several regions' },
  { id: 'complete_compromise', title: 'Complete compromise' },
];

/** Everything a person may type for a severity, as `plainWord` leaves it: `sev1`, `p1`, `1`. */
export function severityWords({ id, label, aliases }: Severity): string[] {
  const numbers = [id, label].flatMap((word) => /\d+$/.exec(word) ?? []);
  const words = [id, label, ...aliases, ...numbers].map(plainWord);
  return [...new Set(words)];
}

/** Lower case, letters and digits only. */
export function plainWord(word: string): string {
  return word.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}
