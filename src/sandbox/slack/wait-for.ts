import type { ChangeHub } from './change-hub.ts';

/** How long to wait, and for what (in words, for the error). */
export interface WaitOptions {
  /** Milliseconds; by default 5,000. */
  timeoutMs?: number;
  what?: string;
}

const LOOK_EVERY_MS = 50;

/**
 * Waits until the look gives something true, and returns that. Looks at every change, and now and then besides,
 * for what changes elsewhere. A look that throws counts as "not yet".
 * @throws when the time is up, with what is on people's screens.
 */
export async function waitFor<T>(
  hub: ChangeHub,
  look: () => T | Promise<T>,
  describe: () => string,
  { timeoutMs = 5_000, what = 'what was expected' }: WaitOptions = {},
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = performance.now() + timeoutMs;
  let trouble: unknown;
  for (;;) {
    const changed = nextChange(hub, Math.min(LOOK_EVERY_MS, Math.max(1, deadline - performance.now())));
    try {
      // The looks follow one another: each is made for the state after the last change.
      const seen = await look();
      if (seen) return seen as Exclude<T, undefined | null | false>;
      trouble = undefined;
    } catch (error) {
      trouble = error;
    }
    if (performance.now() >= deadline) {
      const why = trouble instanceof Error ? `\nThe last look failed: ${trouble.message}` : '';
      throw new Error(`Waited ${timeoutMs} ms in vain for ${what}.${why}\n${describe()}`, { cause: trouble });
    }
    await changed;
  }
}

function nextChange(hub: ChangeHub, atMostMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = () => {
    clearTimeout(timer);
    unsubscribe();
    resolve();
  };
  const timer = setTimeout(done, atMostMs);
  const unsubscribe = hub.subscribe(done);
  return promise;
}
