/** Ends one call: after a set time, or when the caller gives up. */
export interface Deadline {
  signal: AbortSignal;
  /** Why `signal` fired; undefined while it has not. */
  ended(): 'timed_out' | 'aborted' | undefined;
  /** Must be called when the call is over: stops the clock and whatever the call left running. */
  release(): void;
}

/**
 * Not `AbortSignal.any([AbortSignal.timeout(ms), caller])`: such a signal is held weakly and would leave
 * its parts behind; here nothing outlives `release`.
 *
 * @param ms from now
 */
export function startDeadline(ms: number, caller?: AbortSignal): Deadline {
  const controller = new AbortController();
  let reason: 'timed_out' | 'aborted' | undefined;
  const end = (why: 'timed_out' | 'aborted') => {
    reason ??= why;
    controller.abort();
  };
  const onCallerAbort = () => end('aborted');
  const timer = setTimeout(() => end('timed_out'), ms);

  if (caller?.aborted) end('aborted');
  caller?.addEventListener('abort', onCallerAbort);

  return {
    signal: controller.signal,
    ended: () => reason,
    release() {
      clearTimeout(timer);
      caller?.removeEventListener('abort', onCallerAbort);
      controller.abort();
    },
  };
}
