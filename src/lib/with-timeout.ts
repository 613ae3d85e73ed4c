/** A deadline passed. Whether the work had its effect is unknown. */
export class TimeoutError extends Error {
  /** The deadline, in milliseconds. */
  readonly ms: number;

  constructor(what: string, ms: number) {
    super(`${what} did not finish within ${ms} ms`);
    this.name = 'TimeoutError';
    this.ms = ms;
  }
}

/** The longest time that a timer of Node can wait: about 24 days. */
const LONGEST_MS = 2_147_483_647;

/**
 * Runs `work` with a deadline of `ms` milliseconds. The signal handed to it aborts at the deadline and
 * when `options.signal` does. Rejects with a `TimeoutError` at the deadline, or with the reason of the
 * outer signal, even when `work` ignores its signal and goes on.
 * @param options.what names the work in the error, such as "slack chat.postMessage".
 */
export function withTimeout<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  options: { signal?: AbortSignal; what?: string } = {},
): Promise<T> {
  const { signal: outer, what = 'the call' } = options;
  if (!(ms >= 0 && ms <= LONGEST_MS)) {
    return Promise.reject(new RangeError(`A deadline is 0 to ${LONGEST_MS} ms, not ${ms}`));
  }
  if (outer?.aborted) return Promise.reject(outer.reason);

  return new Promise<T>((resolve, reject) => {
    const own = new AbortController();
    // Rejecting before aborting: the caller learns why, not what the work made of it.
    const giveUp = (reason: unknown): void => {
      settle();
      reject(reason);
      own.abort(reason);
    };
    const onOuterAbort = (): void => giveUp(outer?.reason);
    const timer = setTimeout(() => giveUp(new TimeoutError(what, ms)), ms);
    const settle = (): void => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', onOuterAbort);
    };
    outer?.addEventListener('abort', onOuterAbort, { once: true });

    new Promise<T>((start) => start(work(own.signal))).then(
      (value) => {
        settle();
        resolve(value);
      },
      (error: unknown) => {
        settle();
        reject(error);
      },
    );
  });
}
