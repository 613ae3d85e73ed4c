import { beforeEach, expect, test } from '@jest/globals';
import { z } from 'zod';
import { createLastKnown, type LastKnown } from '../../src/adapters/slack/last-known.ts';
import { silentLog } from '../fixtures/silent-log.ts';

const AGES = { freshMs: 60, staleMs: 300, limitMs: 60_000 };
const LEFT_ALONE = 10_000;

let now: number;
let reads: { resolve(value: string): void; reject(error: Error): void }[];
let known: LastKnown<string>;

beforeEach(() => {
  now = 1_000_000;
  reads = [];
  known = createLastKnown({
    key: 'k',
    schema: z.string(),
    ages: AGES,
    memory: { remember: async () => {}, recall: async () => undefined },
    now: () => now,
    log: silentLog,
    read: () => new Promise((resolve, reject) => reads.push({ resolve, reject })),
  });
});

/** Lets everything run that waits for nothing but its turn. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

async function learn(value: string): Promise<void> {
  const answer = known.get();
  reads.at(-1)?.resolve(value);
  await answer;
}

test('is read once for all who ask at one time', async () => {
  const answers = [known.get(), known.get(), known.get()];
  reads[0]?.resolve('a');

  expect(await Promise.all(answers)).toEqual(Array.from({ length: 3 }, () => ({ ok: true, value: 'a' })));
  expect(reads).toHaveLength(1);
});

test('is fresh, then served while it is renewed, then waited for', async () => {
  await learn('a');
  now += 60;
  expect(await known.get()).toEqual({ ok: true, value: 'a' });
  expect(reads).toHaveLength(1);

  now += 100;
  expect(await known.get()).toEqual({ ok: true, value: 'a' });
  expect(reads).toHaveLength(2);
  reads[1]?.resolve('b');
  await settle();
  expect(await known.get()).toEqual({ ok: true, value: 'b' });

  now += 301;
  const waiting = known.get();
  reads[2]?.resolve('c');
  expect(await waiting).toEqual({ ok: true, value: 'c' });
});

test('a read from before it was forgotten does not count as new', async () => {
  await learn('a');
  now += 100;
  await known.get();
  known.forget();

  const after = known.get();
  reads[1]?.resolve('old');
  await settle();
  reads[2]?.resolve('new');

  expect(await after).toEqual({ ok: true, value: 'new' });
});

test('what came by an event is not overwritten by a read that began before', async () => {
  const early = known.get();
  now += 10;
  known.put('by event');
  reads[0]?.resolve('old');
  await early;

  expect(await known.get()).toEqual({ ok: true, value: 'by event' });
});

test('after it was forgotten, a failure falls back on the last answer and is not repeated for a while', async () => {
  await learn('a');
  known.forget();
  const first = known.get();
  reads[1]?.reject(new Error('away'));

  expect(await first).toEqual({ ok: true, value: 'a' });
  expect(await known.get()).toEqual({ ok: true, value: 'a' });
  expect(reads).toHaveLength(2);

  now += LEFT_ALONE;
  expect(await known.get()).toEqual({ ok: true, value: 'a' });
  expect(reads).toHaveLength(3);
});

test('while the service fails nobody waits for it, until what was known is too old', async () => {
  await learn('a');
  now += 301;
  const first = known.get();
  reads[1]?.reject(new Error('away'));
  expect(await first).toEqual({ ok: true, value: 'a' });

  now += LEFT_ALONE;
  expect(await known.get()).toEqual({ ok: true, value: 'a' });
  reads[2]?.reject(new Error('still away'));
  await settle();

  now += 60_000;
  const waiting = known.get();
  reads[3]?.reject(new Error('still away'));
  expect(await waiting).toEqual({ ok: false, problem: 'internal_error' });
  expect(await known.get()).toEqual({ ok: false, problem: 'internal_error' });
  expect(reads).toHaveLength(4);
});
