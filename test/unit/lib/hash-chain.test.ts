import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ChainRecord, GENESIS, hashRecord, verifyChain } from '../../../src/lib/hash-chain.ts';

function chainOf(contents: readonly object[]): ChainRecord[] {
  const records: ChainRecord[] = [];
  for (const [index, record] of contents.entries()) {
    const prevHash = records.at(-1)?.hash ?? GENESIS;
    records.push({ seq: index + 1, prevHash, hash: hashRecord(prevHash, record), record });
  }
  return records;
}

/** A chain of at least three records that all differ. */
const chains = fc
  .uniqueArray(fc.record({ id: fc.nat(), by: fc.string(), at: fc.integer() }), {
    minLength: 3,
    maxLength: 12,
    selector: ({ id }) => id,
  })
  .map(chainOf);
const withPlace = chains.chain((chain) => fc.tuple(fc.constant(chain), fc.nat(chain.length - 2)));

describe('hashRecord', () => {
  test('is SHA-256 over canonical JSON of prev and record', () => {
    // printf '{"prev":"%064d","record":{"a":1,"b":"é"}}' 0 | sha256sum
    const expected = '1b796ccb51b1d8f66080e051f7b5f8ddd3c8861b5b124aed7ddd2a2557725feb';

    expect(hashRecord(GENESIS, { b: 'é', a: 1 })).toBe(expected);
  });

  test('does not depend on the order of keys, nor on a trip through JSON', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (record) => {
        const back = Object.fromEntries(Object.entries(JSON.parse(JSON.stringify(record))).reverse());

        expect(hashRecord(GENESIS, back)).toBe(hashRecord(GENESIS, record));
      }),
    );
  });

  test('refuses what JSON cannot hold faithfully', () => {
    expect(() => hashRecord(GENESIS, { value: Number.NaN })).toThrow();
    expect(() => hashRecord(GENESIS, { text: '\ud800' })).toThrow();
  });
});

describe('verifyChain', () => {
  test('accepts a chain as it was written, and tells its head', () => {
    fc.assert(
      fc.property(chains, (chain) => {
        const head = chain.at(-1)?.hash as string;

        expect(verifyChain(chain)).toEqual({ ok: true, count: chain.length, head });
        expect(verifyChain(chain, { count: chain.length, head })).toMatchObject({ ok: true });
      }),
    );
    expect(verifyChain([])).toEqual({ ok: true, count: 0, head: GENESIS });
  });

  test('names a record whose content was changed', () => {
    fc.assert(
      fc.property(withPlace, ([chain, index]) => {
        const forged = chain.map((record, place) => {
          return place === index ? { ...record, record: { ...record.record, by: 'somebody else!' } } : record;
        });

        expect(verifyChain(forged)).toEqual({ ok: false, firstBadSeq: index + 1, problem: 'changed' });
      }),
    );
  });

  test('names the record after one that was changed and hashed anew', () => {
    fc.assert(
      fc.property(withPlace, ([chain, index]) => {
        const forged = chain.map((record, place) => {
          if (place !== index) return record;
          const content = { ...record.record, by: 'somebody else!' };
          return { ...record, record: content, hash: hashRecord(record.prevHash, content) };
        });

        expect(verifyChain(forged)).toMatchObject({ ok: false, firstBadSeq: index + 2 });
      }),
    );
  });

  test('names a removed record, also when the rest was numbered anew', () => {
    fc.assert(
      fc.property(withPlace, ([chain, index]) => {
        const without = chain.filter((_, place) => place !== index);
        const renumbered = without.map((record, place) => ({ ...record, seq: place + 1 }));
        const verdict = { ok: false, firstBadSeq: index + 1, problem: 'missing' };

        expect(verifyChain(without)).toEqual(verdict);
        expect(verifyChain(renumbered)).toEqual(verdict);
      }),
    );
  });

  test('sees a cut end only against what is known from elsewhere', () => {
    const chain = chainOf([{ id: 1 }, { id: 2 }, { id: 3 }]);
    const known = { count: 3, head: chain[2]?.hash as string };
    const cut = chain.slice(0, 2);

    expect(verifyChain(cut)).toMatchObject({ ok: true, count: 2 });
    expect(verifyChain(cut, known)).toEqual({ ok: false, firstBadSeq: 3, problem: 'missing' });
  });

  test('sees an end that was written anew, or a record too many, against what is known from elsewhere', () => {
    const chain = chainOf([{ id: 1 }, { id: 2 }]);
    const known = { count: 2, head: chain[1]?.hash as string };

    expect(verifyChain(chainOf([{ id: 1 }, { id: 9 }]), known)).toEqual({
      ok: false,
      firstBadSeq: 2,
      problem: 'changed',
    });
    expect(verifyChain(chainOf([{ id: 1 }, { id: 2 }, { id: 3 }]), known)).toEqual({
      ok: false,
      firstBadSeq: 3,
      problem: 'changed',
    });
  });

  test('names two records that changed places, also when they were numbered anew', () => {
    fc.assert(
      fc.property(withPlace, ([chain, index]) => {
        const swapped = chain
          .with(index, chain[index + 1] as ChainRecord)
          .with(index + 1, chain[index] as ChainRecord);
        const renumbered = swapped.map((record, place) => ({ ...record, seq: place + 1 }));
        const verdict = { ok: false, firstBadSeq: index + 1, problem: 'reordered' };

        expect(verifyChain(swapped)).toEqual(verdict);
        expect(verifyChain(renumbered)).toEqual(verdict);
      }),
    );
  });

  test('names a record that stands twice, also when the rest was numbered anew', () => {
    fc.assert(
      fc.property(withPlace, ([chain, index]) => {
        const doubled = chain.toSpliced(index + 1, 0, chain[index] as ChainRecord);
        const renumbered = doubled.map((record, place) => ({ ...record, seq: place + 1 }));

        expect(verifyChain(doubled)).toEqual({ ok: false, firstBadSeq: index + 1, problem: 'duplicated' });
        expect(verifyChain(renumbered)).toEqual({ ok: false, firstBadSeq: index + 2, problem: 'duplicated' });
      }),
    );
  });
});
