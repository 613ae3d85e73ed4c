import type { z } from 'zod';
import { consistencyChecks } from './consistency.ts';
import { reporter } from './cross-check.ts';
import { referenceChecks } from './references.ts';
import { Written, type WrittenProfile } from './written.ts';

/**
 * An organisation's profile: who and where. Every length of time in it is in milliseconds.
 *
 * Cross checks run also when other parts are faulty, so that one reading reports everything; a check
 * is left out only when a part it reads is itself faulty.
 */
export const Profile = Written.superRefine(
  (written, context) => {
    const faulty = new Set(context.issues.map((issue) => issue.path?.[0]));
    const report = reporter(context);
    for (const { reads, check } of [...referenceChecks, ...consistencyChecks]) {
      if (!reads.some((part) => faulty.has(part))) check(written, report);
    }
  },
  { when: ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value) },
).transform(withEuropeanRule);
export type Profile = z.infer<typeof Profile>;

/** Data in the EU stays in the EU unless the profile says otherwise in so many words. */
function withEuropeanRule(written: WrittenProfile) {
  const residency = written.residency.map((rule) => ({
    ...rule,
    mayMoveTo: rule.mayMoveTo ?? [rule.jurisdiction],
  }));
  const inEurope = Object.values(written.regions).some((region) => region.jurisdiction === 'EU');
  if (inEurope && !residency.some((rule) => rule.jurisdiction === 'EU')) {
    residency.push({ jurisdiction: 'EU', mayMoveTo: ['EU'], override: 'never' });
  }
  return { ...written, residency };
}
