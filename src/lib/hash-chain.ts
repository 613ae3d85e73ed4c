import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** What the first record of a chain has as its predecessor's hash. */
export const GENESIS = '0'.repeat(64);

/** A record in its place in a chain. */
export interface ChainRecord {
  /** 1, 2, 3 … without holes. */
  seq: number;
  prevHash: string;
  hash: string;
  /** What is protected: plain JSON values. */
  record: object;
}

/**
 * `changed`: content or hash was altered; `missing`: a record was removed (also at the end, when the
 * expected length is known); `reordered`: a record stands in the place of another; `duplicated`: a record
 * stands twice.
 */
type ChainProblem = 'changed' | 'missing' | 'reordered' | 'duplicated';

export type ChainVerdict =
  | { ok: true; count: number; head: string }
  | { ok: false; firstBadSeq: number; problem: ChainProblem };

/**
 * The hash that ties a record to its predecessor: SHA-256, in hex, over the canonical JSON (RFC 8785) of
 * `{ prev, record }`. Throws on what JSON cannot hold faithfully (NaN, lone surrogates, cycles).
 */
export function hashRecord(prevHash: string, record: object): string {
  const text = canonicalize({ prev: prevHash, record });
  if (text === undefined) throw new TypeError('This record cannot be written as JSON');
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/**
 * Checks a whole chain, in the order it is stored, and names the first record that is not as it was written.
 * @param expected what is known from elsewhere about the end; without it a chain cut short looks whole.
 */
export function verifyChain(
  records: readonly ChainRecord[],
  expected?: { count: number; head: string },
): ChainVerdict {
  let prev = GENESIS;
  for (const [index, record] of records.entries()) {
    const problem = problemAt(records, index, prev);
    if (problem !== undefined) return { ok: false, ...problem };
    prev = record.hash;
  }
  if (expected !== undefined && records.length < expected.count) {
    return { ok: false, firstBadSeq: records.length + 1, problem: 'missing' };
  }
  if (expected !== undefined && (records.length > expected.count || prev !== expected.head)) {
    return {
      ok: false,
      firstBadSeq: Math.max(1, Math.min(records.length, expected.count + 1)),
      problem: 'changed',
    };
  }
  return { ok: true, count: records.length, head: prev };
}

function problemAt(
  records: readonly ChainRecord[],
  index: number,
  prev: string,
): { firstBadSeq: number; problem: ChainProblem } | undefined {
  const record = records[index] as ChainRecord;
  const seq = index + 1;
  if (record.seq !== seq) {
    if (!Number.isInteger(record.seq) || record.seq < 1) return { firstBadSeq: seq, problem: 'changed' };
    if (record.seq < seq) return { firstBadSeq: record.seq, problem: 'duplicated' };
    const isLater = records.some((other) => other.seq === seq);
    return { firstBadSeq: seq, problem: isLater ? 'reordered' : 'missing' };
  }
  if (record.prevHash === prev && isIntact(record)) return undefined;
  return {
    firstBadSeq: seq,
    problem: record.prevHash === prev ? 'changed' : nameBreak(records, index, prev),
  };
}

/** Why a record does not follow its predecessor although the numbers are right. */
function nameBreak(records: readonly ChainRecord[], index: number, prev: string): ChainProblem {
  const record = records[index] as ChainRecord;
  if (!isIntact(record)) return 'changed';
  if (records.slice(0, index).some((other) => other.hash === record.hash)) return 'duplicated';
  const rightful = records.slice(index + 1).some((other) => other.prevHash === prev && isIntact(other));
  return rightful ? 'reordered' : 'missing';
}

function isIntact(record: ChainRecord): boolean {
  try {
    return hashRecord(record.prevHash, record.record) === record.hash;
  } catch {
    // Not even writable as JSON: certainly not what was hashed.
    return false;
  }
}
