import { type Instant, plus } from '../../src/core/shared/time.ts';

/** A clock that stands until somebody moves it. */
export interface FakeClock {
  now(): Instant;
  advance(ms: number): void;
  set(instant: Instant): void;
}

export function createFakeClock(start: Instant = '2026-01-15T12:00:00.000Z'): FakeClock {
  let now = start;
  return {
    now: () => now,
    advance: (ms) => {
      now = plus(now, ms);
    },
    set: (instant) => {
      now = instant;
    },
  };
}
