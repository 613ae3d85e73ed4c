import type { z } from 'zod';
import type { WrittenProfile } from './written.ts';

export type Path = (string | number)[];

/** Where a check puts what it finds. */
export interface Reporter {
  fault(path: Path, message: string): void;
  /** A name that should have been one of `known`. */
  unknown(path: Path, what: string, got: string, known: string[]): void;
}

/** Holds one part of a profile against another. */
export interface CrossCheck {
  /** Parts of the profile that must be sound for the check to make sense. */
  reads: (keyof WrittenProfile)[];
  check(profile: WrittenProfile, report: Reporter): void;
}

export function reporter(context: z.core.$RefinementCtx<WrittenProfile>): Reporter {
  return {
    fault: (path, message) => context.addIssue({ code: 'custom', path, message }),
    unknown: (path, what, got, known) => {
      const expected = known.length > 0 ? `expected ${known.join(', ')}` : 'the profile has none';
      const message = `no ${what} named ${JSON.stringify(got)}; ${expected}`;
      context.addIssue({ code: 'invalid_value', path, input: got, values: known, message });
    },
  };
}

/** Calls `again` with each entry whose key was seen before. */
export function duplicates<T>(
  entries: T[],
  key: (entry: T) => string | undefined,
  again: (entry: T, index: number, key: string) => void,
): void {
  const seen = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    const name = key(entry);
    if (name === undefined) continue;
    if (seen.has(name)) again(entry, index, name);
    seen.add(name);
  }
}
