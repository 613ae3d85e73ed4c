import type pg from 'pg';
import { protectedContent } from '../../app/chain.ts';
import { type ChainRecord, type ChainVerdict, verifyChain } from '../../lib/hash-chain.ts';
import { EVENT_COLUMNS, type EventRow, toEvent } from './rows.ts';
import { inTransaction, type Query } from './transaction.ts';

export interface AuditFault {
  incidentId: string;
  /** The first record that is not as it was written; the first one missing, when records are missing. */
  firstBadSeq: number;
  /** `incident_missing`: there are records, but the incident they belong to was removed. */
  problem: Extract<ChainVerdict, { ok: false }>['problem'] | 'incident_missing';
}

export interface AuditReport {
  chains: number;
  records: number;
  /** The first fault of each damaged chain. */
  faults: AuditFault[];
}

interface Link {
  id: string;
  version: number;
  head: string;
}

/** Chains read at a time: what bounds the memory. */
const CHAINS = 20;

/**
 * Recomputes the hash of every record and compares the end of each chain with what its incident knows of
 * it, all as of one moment, while work goes on. Changes nothing. Throws when it cannot.
 */
export function verifyAudit(pool: pg.Pool): Promise<AuditReport> {
  return inTransaction(
    pool,
    async ({ query }) => {
      await assertRecord(query);
      const report: AuditReport = { chains: 0, records: 0, faults: await findOrphans(query) };
      let after = '';
      for (;;) {
        const { rows: links } = await query<Link>(
          'select id, version, head from lifeboat.incident where id > $1 order by id limit $2',
          [after, CHAINS],
        );
        if (links.length === 0) return report;
        await verifyLinks(query, links, report);
        after = links.at(-1)?.id ?? after;
      }
    },
    'isolation level repeatable read read only',
  );
}

async function assertRecord(query: Query): Promise<void> {
  const { rows } = await query<{ known: boolean }>(
    `select to_regclass('lifeboat.event') is not null as known`,
  );
  if (!rows[0]?.known) throw new Error('this database holds no record of Lifeboat');
}

async function verifyLinks(query: Query, links: Link[], report: AuditReport): Promise<void> {
  const { rows } = await query<EventRow>(
    `select ${EVENT_COLUMNS} from lifeboat.event where incident_id = any ($1) order by incident_id, seq`,
    [links.map((link) => link.id)],
  );
  const chains = Map.groupBy(rows, (row) => row.incident_id);
  for (const { id, version, head } of links) {
    const records = (chains.get(id) ?? []).map(toChainRecord);
    const verdict = verifyChain(records, { count: version, head });
    report.chains += 1;
    report.records += records.length;
    if (!verdict.ok) {
      report.faults.push({ incidentId: id, firstBadSeq: verdict.firstBadSeq, problem: verdict.problem });
    }
  }
}

async function findOrphans(query: Query): Promise<AuditFault[]> {
  const { rows } = await query<{ incident_id: string; seq: number }>(
    `select incident_id, min(seq) as seq from lifeboat.event e
     where not exists (select from lifeboat.incident i where i.id = e.incident_id)
     group by incident_id order by incident_id`,
  );
  return rows.map(({ incident_id, seq }) => ({
    incidentId: incident_id,
    firstBadSeq: seq,
    problem: 'incident_missing',
  }));
}

function toChainRecord(row: EventRow): ChainRecord {
  const event = toEvent(row);
  const { seq, prevHash, hash } = event;
  return { seq, prevHash, hash, record: protectedContent(event) };
}
