import { describe, expect, test } from '@jest/globals';
import { createReleasers, withReleasers } from '../../../src/lib/releasers.ts';

describe('createReleasers', () => {
  test('closes the last opened first, one after the other', async () => {
    const seen: string[] = [];
    const releasers = createReleasers({ deadlineMs: 10_000 });
    for (const name of ['database', 'jobs', 'intake']) {
      releasers.add(name, async () => {
        seen.push(`${name} closing`);
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(`${name} closed`);
      });
    }

    await releasers.release();

    expect(seen).toEqual([
      ...['intake closing', 'intake closed', 'jobs closing', 'jobs closed'],
      ...['database closing', 'database closed'],
    ]);
  });

  test('goes on after a failure, throws the first one with its name, reports all', async () => {
    const seen: string[] = [];
    const reported: [string, unknown][] = [];
    const releasers = createReleasers({
      deadlineMs: 10_000,
      onError: (name, error) => reported.push([name, error]),
    });
    const first = new Error('socket hung');
    const second = new Error('pool broken');
    releasers.add('disk', () => void seen.push('disk'));
    releasers.add('database', () => Promise.reject(second));
    releasers.add('intake', () => {
      throw first;
    });

    await expect(releasers.release()).rejects.toMatchObject({
      message: 'Could not close "intake": socket hung',
      cause: first,
    });

    expect(seen).toEqual(['disk']);
    expect(reported).toEqual([
      ['intake', first],
      ['database', second],
    ]);
  });

  test('refuses a second release', async () => {
    let count = 0;
    const releasers = createReleasers({ deadlineMs: 10_000 });
    releasers.add('database', () => {
      count += 1;
    });

    const both = Promise.allSettled([releasers.release(), releasers.release()]);

    expect((await both).map((result) => result.status)).toEqual(['fulfilled', 'rejected']);
    expect(count).toBe(1);
  });

  test('one that hangs is left at the deadline, and the rest is still told to close', async () => {
    const seen: string[] = [];
    const releasers = createReleasers({ deadlineMs: 20 });
    releasers.add('database', (signal) => void seen.push(`database, out of time: ${signal.aborted}`));
    releasers.add('jobs', () => new Promise(() => undefined));

    await expect(releasers.release()).rejects.toMatchObject({
      message: 'Could not close "jobs": closing everything did not finish within 20 ms',
    });

    expect(seen).toEqual(['database, out of time: true']);
  });

  test('what is opened while everything is being closed is closed at once, and the opener hears of it', async () => {
    const seen: string[] = [];
    const releasers = createReleasers({ deadlineMs: 10_000 });
    await releasers.release();

    expect(() => releasers.add('late', () => void seen.push('late'))).toThrow(/"late" was opened while/);
    expect(seen).toEqual(['late']);
  });
});

describe('withReleasers', () => {
  test('closes what was opened when a later opening fails, and keeps that error', async () => {
    const seen: string[] = [];
    const fault = new Error('port taken');
    const failures: string[] = [];

    const result = withReleasers(
      { deadlineMs: 10_000, onError: (name) => failures.push(name) },
      async (releasers) => {
        releasers.add('database', () => void seen.push('database'));
        releasers.add('jobs', () => Promise.reject(new Error('jobs broken')));
        throw fault;
      },
    );

    await expect(result).rejects.toBe(fault);
    expect(seen).toEqual(['database']);
    expect(failures).toEqual(['jobs']);
  });

  test('leaves closing to the holder when all opened', async () => {
    const seen: string[] = [];

    const releasers = await withReleasers({ deadlineMs: 10_000 }, async (held) => {
      held.add('database', () => void seen.push('database'));
      return held;
    });

    expect(seen).toEqual([]);
    await releasers.release();
    expect(seen).toEqual(['database']);
  });
});
