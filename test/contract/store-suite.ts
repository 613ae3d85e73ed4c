import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { IncidentId } from '../../src/core/shared/ids.ts';
import { testDeliveries } from './store-suite-deliveries.ts';
import { testFinding } from './store-suite-finding.ts';
import type { StoreUnderTest } from './store-suite-kit.ts';
import { testRecord, testTransactions } from './store-suite-record.ts';

/** What every store of incidents promises; a fake that passes may stand in for the real one. */
export function describeIncidentStore(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(`the store of incidents in ${name}`, () => {
    let made: StoreUnderTest;
    const get = () => made;

    beforeAll(async () => {
      made = await create();
    });
    afterAll(() => made.stop());

    describe('a transaction', () => testTransactions(get));
    describe('the record', () => testRecord(get));
    describe('finding', () => testFinding(get));
    describe('deliveries', () => testDeliveries(get));
    describe('notes', () => testNotes(get));
  });
}

function testNotes(get: () => StoreUnderTest): void {
  test('of a channel are empty at first, then what was saved last', async () => {
    const { notes } = get();
    const id = 'DR-20260115-777' as IncidentId;

    expect(await notes.channelNotes(id)).toEqual({});
    await notes.saveChannelNotes(id, { wantedName: 'dr', bookmarks: ['a'] });
    await notes.saveChannelNotes(id, { cardTs: '1.2' });
    expect(await notes.channelNotes(id)).toEqual({ cardTs: '1.2' });
  });

  test('of another service are the last good answer, with its age', async () => {
    const { notes } = get();

    expect(await notes.recall('nothing')).toBeUndefined();
    await notes.remember('on-call', ['Ben']);
    await notes.remember('on-call', ['Dana', { phone: null }]);

    const recalled = await notes.recall('on-call');
    expect(recalled?.value).toEqual(['Dana', { phone: null }]);
    expect(Number.isNaN(Date.parse(recalled?.at as string))).toBe(false);
  });
}
