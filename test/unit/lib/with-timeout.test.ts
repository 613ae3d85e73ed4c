import { describe, expect, test } from '@jest/globals';
import { TimeoutError, withTimeout } from '../../../src/lib/with-timeout.ts';

const never = (): Promise<never> => new Promise(() => undefined);

describe('withTimeout', () => {
  test('passes the result on', async () => {
    await expect(withTimeout(10_000, async () => 42)).resolves.toBe(42);
  });

  test('passes an error on, also one thrown before the first await', async () => {
    const fault = new Error('broken');

    await expect(withTimeout(10_000, () => Promise.reject(fault))).rejects.toBe(fault);
    await expect(
      withTimeout(10_000, () => {
        throw fault;
      }),
    ).rejects.toBe(fault);
  });

  test('rejects at the deadline although the work ignores its signal', async () => {
    const result = withTimeout(5, never, { what: 'slack chat.postMessage' });

    await expect(result).rejects.toBeInstanceOf(TimeoutError);
    await expect(result).rejects.toMatchObject({
      name: 'TimeoutError',
      ms: 5,
      message: 'slack chat.postMessage did not finish within 5 ms',
    });
  });

  test('aborts the signal at the deadline, and its own error wins over the one of the work', async () => {
    let seen: unknown;
    const result = withTimeout(5, (signal) => {
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          seen = signal.reason;
          reject(new Error('aborted by signal'));
        });
      });
    });

    await expect(result).rejects.toBeInstanceOf(TimeoutError);
    expect(seen).toBeInstanceOf(TimeoutError);
  });

  test('follows the outer signal', async () => {
    const outer = new AbortController();
    let inner: AbortSignal | undefined;
    const result = withTimeout(
      10_000,
      (signal) => {
        inner = signal;
        return never();
      },
      { signal: outer.signal },
    );
    const reason = new Error('stopping');

    outer.abort(reason);

    await expect(result).rejects.toBe(reason);
    expect(inner?.aborted).toBe(true);
  });

  test('does not start when the outer signal has aborted already', async () => {
    let started = false;
    const reason = new Error('stopping');
    const result = withTimeout(
      10_000,
      async () => {
        started = true;
      },
      { signal: AbortSignal.abort(reason) },
    );

    await expect(result).rejects.toBe(reason);
    expect(started).toBe(false);
  });

  test('leaves no listener on the outer signal', async () => {
    const outer = new AbortController();
    let listeners = 0;
    const signal = new Proxy(outer.signal, {
      get(target, key) {
        if (key === 'addEventListener') listeners += 1;
        if (key === 'removeEventListener') listeners -= 1;
        const value = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });

    await withTimeout(10_000, async () => 1, { signal });

    expect(listeners).toBe(0);
  });

  test.each([Number.NaN, -1, 2 ** 31, Number.POSITIVE_INFINITY])('refuses the deadline %p', async (ms) => {
    await expect(withTimeout(ms, async () => 1)).rejects.toBeInstanceOf(RangeError);
  });
});
