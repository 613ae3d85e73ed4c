import type { z } from 'zod';
import type { WrittenProfile } from './written.ts';

export type Path = (string | number)[];

/** Where a check puts what it finds. */
export interface Reporter {
  fault(path: Path, message: string): void;
  /** The value at `path` should have been one of `known`. */
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
      const message = `no ${what} named ${got}; expected ${known.join(', ') || 'none: the profile has no such'}`;
      // Where the name is the value itself, a reader can compare it with what was allowed.
      const comparable = known.length > 0 && path.at(-1) !== got;
      context.addIssue(
        comparable
          ? { code: 'invalid_value', path, input: got, values: known, message }
          : { code: 'custom', path, message },
      );
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
