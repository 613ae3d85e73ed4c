import { expect, test } from '@jest/globals';
import { protectedContent } from '../../src/app/chain.ts';
import { fold } from '../../src/core/incident/evolve.ts';
import type { IncidentId } from '../../src/core/shared/ids.ts';
import { plus } from '../../src/core/shared/time.ts';
import { verifyChain } from '../../src/lib/hash-chain.ts';
import { MINUTE, NOON } from '../fixtures/incidents.ts';
import { aDeclaration, aNote, append, openIncident, record } from '../fixtures/recording.ts';
import { aDelivery, aKey, type StoreUnderTest } from './store-suite-kit.ts';

class Crash extends Error {}

export function testTransactions(get: () => StoreUnderTest): void {
  test('that throws leaves nothing behind: no claim, no record, no delivery', async () => {
    const { store, deliveries } = get();
    const { incident, version } = await openIncident(store);
    const [key, lane] = [aKey(), aKey()];

    const failing = store.transact(async (tx) => {
      await tx.claim(key);
      await tx.settle(key, 'done');
      await append(tx, incident.id, await tx.lock(incident.id), [aNote('lost')]);
      await tx.deliver([aDelivery(lane, 'lost')]);
      throw new Crash();
    });

    await expect(failing).rejects.toThrow(Crash);
    expect((await store.load(incident.id))?.version).toBe(version);
    expect(await store.events(incident.id)).toHaveLength(version);
    expect(await deliveries.next(lane)).toBeUndefined();
    expect(await store.transact((tx) => tx.claim(key))).toEqual({ first: true });
  });

  test('hands over what its work returns, and its error as it is', async () => {
    const { store } = get();

    expect(await store.transact(async () => 42)).toBe(42);
    await expect(store.transact(() => Promise.reject(new Crash('as it is')))).rejects.toThrow('as it is');
  });

  test('claims a key once; a repeat gets what was settled', async () => {
    const { store } = get();
    const key = aKey();
    const first = await store.transact(async (tx) => {
      const claim = await tx.claim(key);
      await tx.settle(key, { incidentId: 'DR-1', list: [1, 'two', null] });
      return claim;
    });

    expect(first).toEqual({ first: true });
    expect(await store.transact((tx) => tx.claim(key))).toEqual({
      first: false,
      outcome: { incidentId: 'DR-1', list: [1, 'two', null] },
    });
  });

  test('forgets a claim when it is old enough, and not before', async () => {
    const { store } = get();
    const key = aKey();
    const now = await store.transact(async (tx) => {
      await tx.claim(key);
      return tx.now;
    });

    await store.forgetClaims(plus(now, -1000));
    expect(await store.transact((tx) => tx.claim(key))).toMatchObject({ first: false });
    await store.forgetClaims(plus(now, 1000));
    expect(await store.transact((tx) => tx.claim(key))).toEqual({ first: true });
  });

  test('that claims what another one holds waits for its outcome', async () => {
    const { store } = get();
    const key = aKey();
    const { promise: claimed, resolve: sayClaimed } = Promise.withResolvers<void>();
    const { promise: go, resolve: letGo } = Promise.withResolvers<void>();
    const first = store.transact(async (tx) => {
      await tx.claim(key);
      sayClaimed();
      await go;
      await tx.settle(key, 'the first');
    });
    await claimed;
    const second = store.transact((tx) => tx.claim(key));

    letGo();

    await first;
    expect(await second).toEqual({ first: false, outcome: 'the first' });
  });

  test('gives each incident of a day its own number, also to several at once', async () => {
    const { store, setNow } = get();
    setNow('2026-02-01T23:59:59.000Z');
    const ids = await Promise.all(Array.from({ length: 6 }, () => store.transact((tx) => tx.allocateId())));
    setNow('2026-02-02T00:00:00.000Z');
    const next = await store.transact((tx) => tx.allocateId());
    setNow(NOON);

    expect(ids.sort()).toEqual([1, 2, 3, 4, 5, 6].map((n) => `DR-20260201-00${n}`));
    expect(next).toBe('DR-20260202-001');
  });

  test('that locks an incident makes others wait: no change is lost', async () => {
    const { store } = get();
    const { incident } = await openIncident(store);

    await Promise.all(Array.from({ length: 8 }, (_, n) => record(store, incident.id, aNote(`note ${n}`))));

    const events = await store.events(incident.id);
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect((await store.load(incident.id))?.version).toBe(9);
  });

  test('finds nothing to lock where there is nothing', async () => {
    expect(await get().store.transact((tx) => tx.lock('DR-20990101-001' as IncidentId))).toBeUndefined();
  });

  test('goes by one clock', async () => {
    const { store, setNow } = get();
    const { incident } = await openIncident(store);
    setNow(plus(NOON, MINUTE));

    const times = await store.transact(async (tx) => {
      const before = tx.now;
      setNow(plus(NOON, 2 * MINUTE));
      await tx.lock(incident.id);
      return [before, tx.now];
    });

    // Whoever had to wait for the lock writes nothing older than what was written meanwhile.
    expect(times).toEqual([plus(NOON, MINUTE), plus(NOON, 2 * MINUTE)]);
    expect(await store.now()).toBe(plus(NOON, 2 * MINUTE));
    setNow(NOON);
  });
}

export function testRecord(get: () => StoreUnderTest): void {
  test('and the state are one: the state is the fold, the chain is whole', async () => {
    const { store } = get();
    const { incident } = await openIncident(store, [aDeclaration({ title: 'Ünï "quotes" 🚢\nline' })]);
    await record(store, incident.id, aNote('a'), aNote('b'));

    const stored = await store.load(incident.id);
    const events = await store.events(incident.id);

    expect(stored?.incident).toEqual(fold(events, incident.id));
    const chain = events.map((event) => ({ ...event, record: protectedContent(event) }));
    expect(verifyChain(chain, { count: 3, head: stored?.head as string }).ok).toBe(true);
  });

  test('is appended at the expected version only', async () => {
    const { store } = get();
    const opened = await openIncident(store);
    const { id } = opened.incident;
    await record(store, id, aNote('faster'));

    const stale = store.transact((tx) => append(tx, id, opened, [aNote('slower')]));

    await expect(stale).rejects.toMatchObject({ code: 'concurrent_change', retry: 'safe' });
    const events = await store.events(id);
    expect(events.map(({ data }) => ('text' in data ? data.text : ''))).toEqual(['', 'faster']);
  });

  test('of an incident that exists is not opened again', async () => {
    const { store } = get();
    const { incident } = await openIncident(store);

    const again = store.transact((tx) => append(tx, incident.id, undefined, [aDeclaration()]));

    await expect(again).rejects.toMatchObject({ code: 'concurrent_change' });
  });

  test('of two incidents never claims one channel', async () => {
    const { store } = get();
    const channel = { type: 'channel_opened' as const, data: { channelId: aKey(), name: 'dr' } };
    const [one, other] = [await openIncident(store), await openIncident(store)];
    await record(store, one.incident.id, channel);

    await expect(record(store, other.incident.id, channel)).rejects.toMatchObject({
      code: 'conflict',
      retry: 'never',
    });
    expect((await store.load(other.incident.id))?.incident.channel).toBeUndefined();
  });

  test('refuses text that a database cannot hold, and stays whole', async () => {
    const { store } = get();
    const { incident, version } = await openIncident(store);

    await expect(record(store, incident.id, aNote('nul \u0000'))).rejects.toMatchObject({ retry: 'never' });

    expect((await store.load(incident.id))?.version).toBe(version);
  });

  test('is read whole, or its end', async () => {
    const { store } = get();
    const { incident } = await openIncident(store);
    await record(store, incident.id, aNote('a'), aNote('b'), aNote('c'));

    const seqs = async (last?: number) => (await store.events(incident.id, { last })).map(({ seq }) => seq);

    expect(await seqs()).toEqual([1, 2, 3, 4]);
    expect(await seqs(2)).toEqual([3, 4]);
    expect(await seqs(9)).toEqual([1, 2, 3, 4]);
    expect(await store.events('DR-20990101-001' as IncidentId)).toEqual([]);
  });

  test('is counted', async () => {
    const { store } = get();
    const before = await store.recordCount();
    const { incident } = await openIncident(store);
    await record(store, incident.id, aNote('a'), aNote('b'));

    expect(await store.recordCount()).toBe(before + 3);
  });

  test('without a new entry changes nothing', async () => {
    const { store } = get();
    const opened = await openIncident(store);

    await store.transact((tx) => tx.append([], { ...opened, head: 'other' }, undefined));

    expect(await store.load(opened.incident.id)).toEqual(opened);
  });
}
