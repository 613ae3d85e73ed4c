import { UpstreamError } from '../../src/core/shared/upstream-error.ts';

/** What can go wrong with a service, and what was asked of it. */
export interface Outages {
  /** While true nothing gets through. */
  isDown: boolean;
  /** The methods that were called, in order. */
  calls: string[];
  /** The next call of this method fails: before it had any effect, or after, so that only the answer is lost. */
  failNext(method: string, when: 'before' | 'after', error: Error): void;
  /** Called around every effect; may throw, as a process may die there. */
  around: ((method: string, when: 'before' | 'after') => void) | undefined;
  /** Runs an effect as a call of the service. */
  call<T>(method: string, effect: () => T): Promise<T>;
}

export function createOutages(service: string): Outages {
  const failures: { method: string; when: 'before' | 'after'; error: Error }[] = [];

  function fail(method: string, when: 'before' | 'after'): void {
    const index = failures.findIndex((failure) => failure.method === method && failure.when === when);
    if (index >= 0) throw failures.splice(index, 1)[0]?.error;
    outages.around?.(method, when);
  }

  const outages: Outages = {
    isDown: false,
    calls: [],
    around: undefined,
    failNext: (method, when, error) => {
      failures.push({ method, when, error });
    },
    async call(method, effect) {
      outages.calls.push(method);
      if (outages.isDown) throw new UpstreamError(service, 'unreachable', { retry: 'safe' });
      fail(method, 'before');
      const result = effect();
      fail(method, 'after');
      return result;
    },
  };
  return outages;
}

/** An answer that never came: whether it had its effect is not known. */
export function lostAnswer(service = 'slack'): UpstreamError {
  return new UpstreamError(service, 'timed_out', { retry: 'after_check' });
}

export function rateLimited(retryAfterMs: number): UpstreamError {
  return new UpstreamError('slack', 'rate_limited', { retry: 'safe', retryAfterMs });
}

/** Understood, and refused for good. */
export function refusedFor(code: string, service = 'slack'): UpstreamError {
  return new UpstreamError(service, code, { retry: 'never' });
}
