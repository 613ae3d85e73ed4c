import { type Instant, msBetween, plus } from '../shared/time.ts';

/** The first slot strictly after `now` on the grid that starts at `anchor`. */
export function nextSlot(anchor: Instant, everyMs: number, now: Instant): Instant {
  const passed = Math.max(0, Math.floor(msBetween(anchor, now) / everyMs));
  return plus(anchor, (passed + 1) * everyMs);
}

/**
 * The slot to publish now, if one is due: the latest one that has come, with the number of earlier
 * ones that passed unpublished (they become one update).
 */
export function dueSlot(
  nextDueAt: Instant,
  everyMs: number,
  now: Instant,
): { slot: Instant; missed: number; nextDueAt: Instant } | undefined {
  const behind = msBetween(nextDueAt, now);
  if (behind < 0) return undefined;
  const missed = Math.floor(behind / everyMs);
  const slot = plus(nextDueAt, missed * everyMs);
  return { slot, missed, nextDueAt: plus(slot, everyMs) };
}
