import { expect, test } from '@jest/globals';
import type { IncidentId } from '../../src/core/shared/ids.ts';
import { type Instant, plus } from '../../src/core/shared/time.ts';
import { MINUTE, NOON } from '../fixtures/incidents.ts';
import { aDeclaration, aPerson, openIncident, record } from '../fixtures/recording.ts';
import { aKey, type StoreUnderTest } from './store-suite-kit.ts';

export function testFinding(get: () => StoreUnderTest): void {
  const alert = (id: string) => ({
    type: 'pager_alerted' as const,
    data: { alert: { id, title: 'Gateway 5xx', at: NOON } },
  });
  const resolved = { type: 'incident_resolved' as const, data: { summary: 'over' } };

  test('by id, by channel, and nothing where there is nothing', async () => {
    const { store } = get();
    const { incident } = await openIncident(store);
    const channelId = aKey();
    const stored = await record(store, incident.id, {
      type: 'channel_opened',
      data: { channelId, name: 'dr' },
    });

    expect(await store.load(incident.id)).toEqual(stored);
    expect(await store.byChannel(channelId)).toEqual(stored);
    expect(await store.load('DR-20990101-001' as IncidentId)).toBeUndefined();
    expect(await store.byChannel('C0UNKNOWN')).toBeUndefined();
  });

  test('by the pager’s id or by our own key, rather one that lives than one that is over', async () => {
    const { store, setNow } = get();
    const pagerId = aKey();
    const old = await openIncident(store);
    await record(store, old.incident.id, alert(pagerId));
    setNow(plus(NOON, MINUTE));
    const over = await openIncident(store);
    await record(store, over.incident.id, alert(pagerId), resolved);
    setNow(NOON);

    expect((await store.byPager(pagerId))?.incident.id).toBe(old.incident.id);
    expect((await store.byPager(over.incident.id))?.incident.id).toBe(over.incident.id);
    await record(store, old.incident.id, resolved);
    expect((await store.byPager(pagerId))?.incident.id).toBe(over.incident.id);
    expect(await store.byPager('P0UNKNOWN')).toBeUndefined();
  });

  test('lists by phase, newest first, as much as asked for, and counts all', async () => {
    const { store, setNow } = get();
    const before = (await store.list({ phases: ['closed'], limit: 1, visibleTo: 'all' })).total;
    const ids: IncidentId[] = [];
    for (const n of [1, 2, 3]) {
      setNow(plus(NOON, n * MINUTE));
      const { incident } = await openIncident(store);
      await record(store, incident.id, resolved, { type: 'incident_closed', data: {} });
      ids.unshift(incident.id);
    }
    setNow(NOON);

    const { incidents, total } = await store.list({ phases: ['closed'], limit: 2, visibleTo: 'all' });

    expect(incidents.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(total).toBe(before + 3);
  });

  test('shows private incidents to their people, and to whoever may see all', async () => {
    const { store } = get();
    const dana = aPerson('Dana');
    const { incident } = await openIncident(store, [aDeclaration({ private: true })], {
      kind: 'person',
      ...dana,
    });
    const sees = async (visibleTo: (typeof dana)['id'] | 'all') => {
      const { incidents } = await store.list({ phases: ['open'], limit: 500, visibleTo });
      return incidents.some(({ id }) => id === incident.id);
    };

    expect(await sees(dana.id)).toBe(true);
    expect(await sees('all')).toBe(true);
    expect(await sees(aPerson('Stranger').id)).toBe(false);
  });

  test('tells whose timer should have fired, the longest overdue first', async () => {
    const { store, setNow } = get();
    setNow('2025-06-01T12:00:00.000Z');
    const dana = { kind: 'person' as const, ...aPerson('Dana') };
    const first = await openIncident(store, [aDeclaration()], dana);
    setNow('2025-06-01T12:05:00.000Z');
    const second = await openIncident(store, [aDeclaration()], dana);
    setNow(NOON);
    const overdue = async (before: Instant, limit = 500) =>
      (await store.overdue(before, limit)).filter((id) => id.startsWith('DR-20250601'));

    expect(await overdue('2025-06-02T00:00:00.000Z')).toEqual([first.incident.id, second.incident.id]);
    expect(await overdue('2025-06-02T00:00:00.000Z', 1)).toEqual([first.incident.id]);
    expect(await overdue('2025-06-01T12:00:00.000Z')).toEqual([]);
    await record(store, first.incident.id, resolved);
    expect(await overdue('2025-06-02T00:00:00.000Z')).toEqual([second.incident.id]);
  });
}
