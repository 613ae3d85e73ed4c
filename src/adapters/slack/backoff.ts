/** Pauses between attempts: each longer than the one before, up to a limit, and never quite the same. */
export interface Backoff {
  /** Milliseconds to wait before the next attempt. */
  next(): number;
  /** After a success. */
  reset(): void;
}

/** @param firstMs and `maxMs`: shortest and longest pause, in milliseconds */
export function backoff(firstMs: number, maxMs: number): Backoff {
  let failures = 0;
  return {
    next() {
      const full = Math.min(maxMs, firstMs * 2 ** Math.min(failures++, 30));
      // Replicas that lost Slack together should not all come back at one instant.
      return full / 2 + Math.random() * (full / 2);
    },
    reset() {
      failures = 0;
    },
  };
}
