import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { msBetween, plus } from '../../../src/core/shared/time.ts';
import { dueSlot, nextSlot } from '../../../src/core/status/grid.ts';
import { MINUTE, NOON, noonPlus } from '../../fixtures/incidents.ts';

const everyMs = fc.integer({ min: 1, max: 240 * MINUTE });
const offset = fc.integer({ min: -10 * MINUTE, max: 30 * 24 * 60 * MINUTE });

test('the first slot comes one length after the anchor', () => {
  expect(nextSlot(NOON, 15 * MINUTE, NOON)).toBe(noonPlus(15 * MINUTE));
  expect(nextSlot(NOON, 15 * MINUTE, noonPlus(15 * MINUTE - 1))).toBe(noonPlus(15 * MINUTE));
});

test('the next slot is later than now, also when now is one', () => {
  expect(nextSlot(NOON, 15 * MINUTE, noonPlus(15 * MINUTE))).toBe(noonPlus(30 * MINUTE));
});

test('a clock that stands before the anchor makes no slot before the first', () => {
  expect(nextSlot(NOON, 15 * MINUTE, noonPlus(-60 * MINUTE))).toBe(noonPlus(15 * MINUTE));
});

test('nothing is due before its time', () => {
  expect(dueSlot(noonPlus(15 * MINUTE), 15 * MINUTE, noonPlus(15 * MINUTE - 1))).toBeUndefined();
});

test('slots that passed are joined in the latest', () => {
  expect(dueSlot(noonPlus(15 * MINUTE), 15 * MINUTE, noonPlus(15 * MINUTE))).toEqual({
    slot: noonPlus(15 * MINUTE),
    missed: 0,
    nextDueAt: noonPlus(30 * MINUTE),
  });
  expect(dueSlot(noonPlus(15 * MINUTE), 15 * MINUTE, noonPlus(59 * MINUTE))).toEqual({
    slot: noonPlus(45 * MINUTE),
    missed: 2,
    nextDueAt: noonPlus(60 * MINUTE),
  });
});

test('for any anchor, length and moment: on the grid, and within one length', () => {
  fc.assert(
    fc.property(everyMs, offset, (every, ms) => {
      const now = noonPlus(ms);
      const next = nextSlot(NOON, every, now);

      expect(next > now).toBe(true);
      expect(msBetween(NOON, next) % every).toBe(0);
      expect(ms < 0 || msBetween(now, next) <= every).toBe(true);
    }),
  );
});

test('for any delay: nothing is lost, and the next slot is in the future', () => {
  fc.assert(
    fc.property(
      everyMs,
      fc.integer({ min: 0, max: 10_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (every, slots, part) => {
        const first = plus(NOON, every);
        const now = plus(first, Math.floor((slots + part) * every));

        const due = dueSlot(first, every, now);

        expect(due?.missed).toBe(Math.floor(msBetween(first, now) / every));
        expect(due && due.slot <= now && now < due.nextDueAt).toBe(true);
        expect(msBetween(first, due?.slot as string)).toBe((due?.missed as number) * every);
      },
    ),
  );
});
