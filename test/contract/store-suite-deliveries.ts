import { expect, test } from '@jest/globals';
import type { Delivery, NewDelivery } from '../../src/app/ports/store.ts';
import { type Instant, plus } from '../../src/core/shared/time.ts';
import { NOON } from '../fixtures/incidents.ts';
import { aDelivery, aKey, type StoreUnderTest } from './store-suite-kit.ts';

const textOf = (delivery: Delivery | undefined) =>
  delivery?.op.kind === 'pager_note' ? delivery.op.text : undefined;

export function testDeliveries(get: () => StoreUnderTest): void {
  const write = (...wanted: NewDelivery[]) => get().store.transact((tx) => tx.deliver(wanted));
  const begun = (delivery: Delivery): Delivery => ({
    ...delivery,
    state: 'sending',
    attempts: delivery.attempts + 1,
  });
  async function head(lane: string): Promise<Delivery> {
    const delivery = await get().deliveries.next(lane);
    if (!delivery) throw new Error(`nothing waits in ${lane}`);
    return delivery;
  }
  async function begin(lane: string): Promise<Delivery> {
    const delivery = await head(lane);
    expect(await get().deliveries.begin(delivery)).toBe(true);
    return begun(delivery);
  }

  test('leave their lane in the order in which they were decided', async () => {
    const lane = aKey();
    await write(aDelivery(lane, 'one'), aDelivery(lane, 'two'), aDelivery(`${lane} other`, 'elsewhere'));
    await write(aDelivery(lane, 'three'));

    const sent: (string | undefined)[] = [];
    for (let n = 0; n < 3; n++) {
      const delivery = await begin(lane);
      sent.push(textOf(delivery));
      await get().deliveries.sent(delivery, { ts: '1' });
    }

    expect(sent).toEqual(['one', 'two', 'three']);
    expect(await get().deliveries.next(lane)).toBeUndefined();
  });

  test('of one key are written once', async () => {
    const lane = aKey();
    await write(aDelivery(lane, 'one'));
    await write(aDelivery(lane, 'one'), aDelivery(lane, 'two'));

    await get().deliveries.sent(await begin(lane), {});

    expect(textOf(await head(lane))).toBe('two');
  });

  test('come back as they were written, with the time of it', async () => {
    const lane = aKey();
    await write(aDelivery(lane, 'one', 'a join'));

    expect(await head(lane)).toEqual({
      ...aDelivery(lane, 'one', 'a join'),
      id: expect.any(String),
      state: 'pending',
      attempts: 0,
      createdAt: NOON,
      joined: 0,
    });
  });

  test('that one worker has begun, no other begins', async () => {
    const lane = aKey();
    await write(aDelivery(lane, 'one'));
    const [mine, theirs] = [await head(lane), await head(lane)];

    expect(await get().deliveries.begin(mine)).toBe(true);
    expect(await get().deliveries.begin(theirs)).toBe(false);
    expect(await head(lane)).toMatchObject({ state: 'sending', attempts: 1 });
  });

  test('that were begun without an answer can be taken over, and then only the new attempt counts', async () => {
    const lane = aKey();
    await write(aDelivery(lane, 'one'));
    const dead = await begin(lane);
    const alive = await begin(lane);

    await get().deliveries.giveUp(dead, 'from the grave');
    expect(await head(lane)).toMatchObject({ state: 'sending', attempts: 2 });
    await get().deliveries.sent(alive, {});

    expect(await get().deliveries.next(lane)).toBeUndefined();
  });

  test('that were found to have arrived are settled without another attempt', async () => {
    const lane = aKey();
    await write(aDelivery(lane, 'one'));
    await begin(lane);

    await get().deliveries.sent(await head(lane), { ts: '1' });

    expect(await get().deliveries.next(lane)).toBeUndefined();
  });

  test('that certainly had no effect wait again, in their place', async () => {
    const lane = aKey();
    await write(aDelivery(lane, 'one'), aDelivery(lane, 'two'));

    await get().deliveries.release(await begin(lane), 'rate_limited');

    expect(await head(lane)).toMatchObject({ op: { text: 'one' }, state: 'pending', attempts: 1 });
    expect((await head(lane)).notBefore).toBeUndefined();
  });

  test('that the other side puts off remember until when', async () => {
    const lane = aKey();
    const notBefore = '2026-01-15T10:00:30.500Z';
    await write(aDelivery(lane, 'one'));

    await get().deliveries.release(await begin(lane), 'rate_limited', notBefore);

    expect(await head(lane)).toMatchObject({ op: { text: 'one' }, state: 'pending', notBefore });
  });

  test('that are given up make way', async () => {
    const lane = aKey();
    await write(aDelivery(lane, 'one'), aDelivery(lane, 'two'));

    await get().deliveries.giveUp(await begin(lane), 'channel_not_found');

    expect(textOf(await head(lane))).toBe('two');
  });

  test('of one join that still wait become the newest, which counts them', async () => {
    const lane = aKey();
    await write(aDelivery(lane, '12:15', 'slots'), aDelivery(lane, '12:30', 'slots'));
    expect(await head(lane)).toMatchObject({ op: { text: '12:30' }, joined: 1 });
    await write(aDelivery(lane, '12:45', 'slots'), aDelivery(lane, '13:00', 'slots'));

    const delivery = await begin(lane);

    expect(delivery).toMatchObject({ op: { text: '13:00' }, joined: 3 });
    await get().deliveries.sent(delivery, {});
    expect(await get().deliveries.next(lane)).toBeUndefined();
  });

  test('without a join, or of another, are never swallowed', async () => {
    const lane = aKey();
    await write(
      aDelivery(lane, 'a', 'x'),
      aDelivery(lane, 'b'),
      aDelivery(lane, 'c', 'y'),
      aDelivery(lane, 'd', 'y'),
    );

    const sent: (string | undefined)[] = [];
    for (let delivery = await get().deliveries.next(lane); delivery; ) {
      await get().deliveries.begin(delivery);
      sent.push(textOf(delivery));
      await get().deliveries.sent(begun(delivery), {});
      delivery = await get().deliveries.next(lane);
    }

    expect(sent).toEqual(['a', 'b', 'd']);
  });

  test('on their way are not joined: they may have arrived', async () => {
    const lane = aKey();
    await write(aDelivery(lane, '12:15', 'slots'));
    await begin(lane);
    await write(aDelivery(lane, '12:30', 'slots'), aDelivery(lane, '12:45', 'slots'));

    expect(await head(lane)).toMatchObject({ op: { text: '12:15' }, state: 'sending', joined: 0 });
    await get().deliveries.sent(await head(lane), {});
    expect(await head(lane)).toMatchObject({ op: { text: '12:45' }, joined: 1 });
  });

  test('that wait are told by lane and counted by kind', async () => {
    const kind = aKey();
    const [one, two] = [`${kind}:1`, `${kind}:2`];
    await write(aDelivery(one, 'a'), aDelivery(one, 'b'), aDelivery(two, 'c'), aDelivery(two, 'd'));
    await get().deliveries.sent(await begin(two), {});
    await begin(two);
    const waiting = async (before: Instant) =>
      (await get().deliveries.waitingLanes(before)).filter((lane) => lane.startsWith(kind));

    expect(await waiting(plus(NOON, 1))).toEqual([one, two]);
    expect(await waiting(NOON)).toEqual([]);
    expect((await get().deliveries.depth())[kind]).toBe(3);
  });
}
