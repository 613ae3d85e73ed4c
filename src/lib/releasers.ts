import { TimeoutError } from './with-timeout.ts';

/** Gives back something that was opened. The signal aborts when the time for all of them is up. */
type Release = (signal: AbortSignal) => void | Promise<void>;

/** What was opened and has to be closed, last opened first. */
export interface Releasers {
  /**
   * Registers the closing of something just opened. When closing has begun already, it is closed at once
   * and this throws, so that a start interrupted by a stop leaks nothing.
   */
  add(name: string, release: Release): void;
  /**
   * Closes everything, last added first, one after the other, whatever fails. After the deadline the
   * rest is still told to close, but not waited for. Throws the first error, with the name of what failed;
   * a second call is refused.
   */
  release(): Promise<void>;
}

export interface ReleasersOptions {
  /** For all of them together, in milliseconds. */
  deadlineMs: number;
  /** Hears of every failure, also of those after the first one. */
  onError?: (name: string, error: unknown) => void;
}

/** Makes an empty list of things to close. */
export function createReleasers(options: ReleasersOptions): Releasers {
  const entries: { name: string; release: Release }[] = [];
  const deadline = new AbortController();
  let released = false;
  const report = (name: string, error: unknown): void => options.onError?.(name, error);

  return {
    add(name, release) {
      if (!released) {
        entries.push({ name, release });
        return;
      }
      closeOne(release, deadline.signal).catch((error: unknown) => report(name, error));
      throw new Error(`"${name}" was opened while everything is being closed`);
    },

    async release() {
      if (released) throw new Error('Everything was released already');
      released = true;
      const timer = setTimeout(
        () => deadline.abort(new TimeoutError('closing everything', options.deadlineMs)),
        options.deadlineMs,
      );
      const failures: Error[] = [];
      // In order: what was opened last may use what was opened before.
      for (const { name, release } of entries.toReversed()) {
        try {
          await untilAborted(closeOne(release, deadline.signal), deadline.signal);
        } catch (cause) {
          failures.push(new Error(`Could not close "${name}": ${messageOf(cause)}`, { cause }));
          report(name, cause);
        }
      }
      clearTimeout(timer);
      if (failures[0] !== undefined) throw failures[0];
    },
  };
}

/**
 * Runs `open`, which registers what it opens. If it throws, everything opened so far is closed and its
 * error is kept. If not, closing is up to whoever holds the releasers.
 */
export async function withReleasers<T>(
  options: ReleasersOptions,
  open: (releasers: Releasers) => Promise<T>,
): Promise<T> {
  const releasers = createReleasers(options);
  try {
    return await open(releasers);
  } catch (error) {
    await releasers.release().catch(() => {
      // Reported through onError; the first error is the one that counts.
    });
    throw error;
  }
}

async function closeOne(release: Release, signal: AbortSignal): Promise<void> {
  await release(signal);
}

/** Waits for the promise, but not longer than until the signal aborts. */
function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
